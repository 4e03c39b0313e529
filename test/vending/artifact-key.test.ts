import { StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline';
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

describe('an artifact key that is deleted', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true, files: { 'build.sh': 'true\n' } });
    expect(reasons(await harness.deploy(app))).toBe('');
    await pipelinesIdle(harness.simulation);
  });
  afterAll(() => harness.stop());

  const keys = () => [...harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? []]
    .filter(({ type }) => type === 'AWS::KMS::Key').map(({ attributes }) => String(attributes.Arn));

  const lastStatus = () =>
    harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION)[0]?.executions[0]?.status;

  async function statusOfPush(text: string): Promise<string | undefined> {
    await harness.push('env/dev', { 'file.txt': text });
    await pipelinesIdle(harness.simulation);
    return lastStatus();
  }

  test('can be saved while its deletion is scheduled: then pipelines deploy again', async () => {
    const { iam, server } = harness.simulation;
    const { accessKeyId } = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
    const kms = async (operation: string, input: object) =>
      server.call({ service: 'kms', operation, region: REGION, accessKeyId, input: { ...input } });
    const found = await kms('DescribeKey', { KeyId: 'alias/org-environments-artifacts' });
    const { KeyMetadata: { KeyId } } = found as { KeyMetadata: { KeyId: string } };
    expect(keys()).toEqual([expect.stringContaining(KeyId)]);
    expect(await statusOfPush('before')).toBe('Succeeded');
    await kms('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    expect(await statusOfPush('scheduled')).toBe('Failed');
    await kms('CancelKeyDeletion', { KeyId });
    expect(await statusOfPush('disabled')).toBe('Failed');
    await kms('EnableKey', { KeyId });
    await harness.pipelines(harness.vended['shop-dev']).send(new StartPipelineExecutionCommand({ name: 'dev' }));
    await pipelinesIdle(harness.simulation);
    expect(lastStatus()).toBe('Succeeded');
    expect(await statusOfPush('enabled')).toBe('Succeeded');
  });

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
