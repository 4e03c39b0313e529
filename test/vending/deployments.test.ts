import { CodePipelineClient, RollbackStageCommand } from '@aws-sdk/client-codepipeline';
import { reasons, World } from './world';
import { commitOf, deploymentKey } from '../../lambda/shared/deployments';
import type { DeploymentRecord, Run } from '../../lambda/shared/deployments';
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

  const log = () => world.simulation.lambda.log.map(({ text }) => text).join('\n');
  const runs = async () => (await world.record<DeploymentRecord>(deploymentKey('dev')))?.runs ?? [];

  async function until<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
    for (let i = 0; i < 300; i++) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`never: ${ask.toString()}\n${JSON.stringify(await runs())}`);
  }

  /** Waits for the run of a commit to have deployed, with all that is told of it. */
  async function deployed(commitId: string): Promise<Run> {
    return until(async () => (await runs()).find(run => run.commitId === commitId && run.authoredAt !== undefined && run.state?.name === 'SUCCEEDED'));
  }

  async function head(): Promise<string> {
    const branches = await world.simulation.codecommit.branches(CICD_ACCOUNT, REGION, 'shop');
    return branches.find(({ name }) => name === 'env/dev')?.commitId ?? '';
  }

  test('is recorded in the registry of the CICD account, and measured', async () => {
    await deployed(await head());
    const pushed = await world.push('env/dev', { 'README.md': 'changed\n' });
    const { startedAt, deployingSince = 0, deployedAt = 0 } = await deployed(pushed);
    expect([startedAt, deployingSince, deployedAt]).toEqual([startedAt, deployingSince, deployedAt].sort((one, other) => one - other));
    expect(await world.record<DeploymentRecord>(deploymentKey('dev'))).toMatchObject({ environmentName: 'dev', accountId: world.vended['shop-dev'], pipelineName: 'dev' });
    await until(async () => /^\{"_aws":.*"Environment":"dev",.*"LeadTime":\d+\}$/m.test(log()) || undefined);
  });

  test('is recorded as a rollback when it deploys again what was deployed before', async () => {
    const [last, first] = await runs();
    const { endpoint } = world.simulation.server;
    const accountId = world.vended['shop-dev'];
    const credentials = world.simulation.iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` });
    const client = new CodePipelineClient({ endpoint, region: REGION, credentials });
    await client.send(new RollbackStageCommand({ pipelineName: 'dev', stageName: 'Deploy', targetPipelineExecutionId: first.executionId }));
    const back = await until(async () => (await runs()).find(({ rollback, state }) => rollback && state?.name === 'SUCCEEDED'));
    expect(back).toMatchObject({ rollback: true, deployedAt: expect.any(Number) });
    expect([commitOf(back, await runs()), last.commitId]).toEqual([first.commitId, await head()]);
  });

  test('is not recorded when it is another pipeline, whatever bus its event was put on', async () => {
    const before = await runs();
    world.simulation.events.emit(CICD_ACCOUNT, REGION, {
      'source': 'aws.codepipeline',
      'detail-type': 'CodePipeline Pipeline Execution State Change',
      'resources': [],
      'detail': { ...deployment('three', 0)[0].detail, pipeline: 'dev' },
    }, 'org-environments');
    await until(async () => log().includes(`pipeline 'dev' of account ${CICD_ACCOUNT} belongs to no environment`) || undefined);
    expect(await runs()).toEqual(before);
  });
});
