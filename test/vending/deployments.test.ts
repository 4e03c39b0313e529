import { reasons, World } from './world';
import { deploymentKey } from '../../lambda/shared/deployments';
import type { DeploymentRecord } from '../../lambda/shared/deployments';
import { deployment } from '../deployments/events';
import type { Cicd } from '../fixtures/app';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

describe('what a pipeline does', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    expect(reasons(await world.deploy((cicd: Cicd) => { cicd.environment('dev'); }))).toBe('');
  });
  afterAll(() => world.stop());

  /** Puts the events of a deployment on the bus of an account, as CodePipeline does. */
  async function deploys(accountId: string, executionId: string, pipeline = 'dev'): Promise<void> {
    const [{ commitId }] = await world.simulation.codecommit.branches(CICD_ACCOUNT, REGION, 'shop');
    for (const { detail } of deployment(executionId, 0, commitId)) {
      const subject = detail.action ? 'Action' : detail.stage ? 'Stage' : 'Pipeline';
      world.simulation.events.emit(accountId, REGION, {
        'source': 'aws.codepipeline',
        'detail-type': `CodePipeline ${subject} Execution State Change`,
        'resources': [`arn:aws:codepipeline:${REGION}:${accountId}:${pipeline}`],
        'detail': { ...detail, pipeline },
      });
    }
  }

  const log = () => world.simulation.lambda.log.map(({ text }) => text).join('\n');

  async function logged(words: string): Promise<void> {
    for (let i = 0; !log().includes(words) && i < 150; i++) await new Promise(resolve => setTimeout(resolve, 100));
    expect(log()).toContain(words);
  }

  test('is recorded in the registry of the CICD account, and measured', async () => {
    await deploys(world.vended['shop-dev'], 'one');
    // all events come at once, so that the commit may be known before or after the end
    await logged('"LeadTime":');
    await logged('"Deployments":1');
    expect(log()).toMatch(/^\{"_aws":.*"Environment":"dev",.*"LeadTime":\d+\}$/m);
    expect(await world.record<DeploymentRecord>(deploymentKey('dev'))).toMatchObject({
      environmentName: 'dev',
      accountId: world.vended['shop-dev'],
      runs: [{ executionId: 'one', state: { name: 'SUCCEEDED' }, commitId: expect.stringMatching(/^[0-9a-f]{40}$/), authoredAt: expect.any(Number) }],
    });
  });

  test('is not recorded when it is another pipeline, whatever bus its event was put on', async () => {
    await deploys(world.vended['shop-dev'], 'two', 'another');
    world.simulation.events.emit(CICD_ACCOUNT, REGION, {
      'source': 'aws.codepipeline',
      'detail-type': 'CodePipeline Pipeline Execution State Change',
      'resources': [],
      'detail': { ...deployment('three', 0)[0].detail, pipeline: 'dev' },
    }, 'org-environments');
    await logged(`pipeline 'dev' of account ${CICD_ACCOUNT} belongs to no environment`);
    expect((await world.record<DeploymentRecord>(deploymentKey('dev')))?.runs.map(({ executionId }) => executionId)).toEqual(['one']);
    expect(log()).not.toContain("pipeline 'another'");
  });
});
