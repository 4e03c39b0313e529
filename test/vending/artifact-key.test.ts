import { IN_REAL_TIME, reasons, Harness } from './harness';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import type { PipelinePlan } from '../../src';
import { PipelineDefinition } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** Runs the file `build.sh` of a commit. */
class Script extends PipelineDefinition {
  public plan(): PipelinePlan {
    const step = { name: 'Deploy', description: 'runs a script', commands: ['sh build.sh'] };
    return { stages: [{ name: 'Deploy', steps: [step] }] };
  }
}

const app = (cicd: Cicd): void => { cicd.environment('dev', { pipeline: { definition: new Script() } }); };

describe('an artifact key that was deleted', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true, files: { 'build.sh': 'true\n' } });
    expect(reasons(await harness.deploy(app))).toBe('');
    await pipelinesIdle(harness.simulation);
  });
  afterAll(() => harness.stop());

  const keys = () => [...harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? []]
    .filter(({ type }) => type === 'AWS::KMS::Key').map(({ attributes }) => String(attributes.Arn));

  async function statusOfPush(text: string): Promise<string | undefined> {
    await harness.push('env/dev', { 'file.txt': text });
    await pipelinesIdle(harness.simulation);
    return harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION)[0]?.executions[0]?.status;
  }

  test('stops all pipelines until a deployment gives another key to all of them', async () => {
    expect(await statusOfPush('1')).toBe('Succeeded');
    const [deleted = ''] = keys();
    harness.simulation.kms.deleteKey(deleted);
    expect(await statusOfPush('2')).toBe('Failed');
    expect(reasons(await harness.deploy(app, { hasOwnKey: true }))).toBe('');
    expect(keys()).toHaveLength(1);
    expect(keys()).not.toContain(deleted);
    expect(await statusOfPush('3')).toBe('Succeeded');
  });
});
