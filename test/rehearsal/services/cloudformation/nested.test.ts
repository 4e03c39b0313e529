import { custom, Recorder, REGION } from './recorder';
import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';

const SLOW = { silent: 'Create', ServiceTimeout: 1800 };

describe('a nested stack beside a resource that fails', () => {
  let recorder: Recorder;

  beforeAll(async () => {
    recorder = await Recorder.start();
    await recorder.deploy('templates', {
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'templates' } },
    });
  });
  afterAll(async () => { await recorder.stop(); });

  /** Returns a nested stack resource with these resources. */
  function nested(name: string, resources: Record<string, unknown>): unknown {
    recorder.simulation.s3.write('templates', name, Buffer.from(JSON.stringify({ Resources: resources })));
    return {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: `https://templates.s3.${REGION}.amazonaws.com/${name}` },
    };
  }
  const inner = ({ id }: Stack): Stack | undefined =>
    recorder.simulation.cloudformation.all.filter(({ options }) => options.parentId === id).at(-1);
  const reasonOf = (stack: Stack | undefined, logicalId: string): string | undefined =>
    stack?.events.find(event => event.logicalId === logicalId && event.status.endsWith('_FAILED'))?.reason;

  test('is cancelled during its creation, and deleted', async () => {
    const stack = await recorder.deploy('create', {
      Inner: nested('first', { Slow: custom(SLOW) }),
      Failing: custom({ fail: 'Create' }),
    });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(stack, 'Inner')).toBe('Resource creation cancelled');
    expect(reasonOf(inner(stack), 'Slow')).toBe('Resource creation cancelled');
    expect(inner(stack)?.deleted).toBe(true);
  });

  test.each([
    ['a nested stack', () => nested('started', { Slow: custom(SLOW) })],
    ['a custom resource', () => custom(SLOW)],
  ])('%s that starts at the same time is not called', async (what, resource) => {
    const failing = custom({ value: { 'Fn::Select': [5, ['a']] } });
    const stack = await recorder.deploy(`started-${what.length}`, { Slow: resource(), Failing: failing });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(reasonOf(stack, 'Slow')).toBe('Resource creation cancelled');
    const [first, last] = [stack.events[0].at, stack.events[stack.events.length - 1].at];
    expect(last - first).toBeLessThan(600_000);
  });

  test('is rolled back during its update', async () => {
    const made = await recorder.deploy('update', {
      Inner: nested('old', { Kept: custom({ value: 1 }) }),
      Failing: custom(),
    });
    expect(made.status).toBe('CREATE_COMPLETE');
    const stack = await recorder.deploy('update', {
      Inner: nested('new', { Kept: custom({ value: 2 }), Slow: custom(SLOW) }),
      Failing: custom({ fail: 'Update' }),
    });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(reasonOf(stack, 'Inner')).toBe('Resource update cancelled');
    expect(inner(stack)?.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(inner(stack)?.resources.get('Kept')?.properties).toMatchObject({ value: 1 });
    expect([...inner(stack)?.resources.keys() ?? []]).toEqual(['Kept']);
  });

  test('whose rollback failed is continued with its parent, without the resources to skip', async () => {
    const before = { A: custom({ fail: 'Update' }), B: custom() };
    await recorder.deploy('continued', { Inner: nested('before', before) });
    const after = { A: custom({ value: 2 }), B: custom({ fail: 'Update' }, { DependsOn: 'A' }) };
    const stack = await recorder.deploy('continued', { Inner: nested('after', after) });
    expect([stack.status, inner(stack)?.status]).toEqual(['UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED']);

    const { cloudformation } = recorder.simulation;
    const { accountId, name } = stack;
    expect((await cloudformation.continueRollback(accountId, REGION, name)).status).toBe('UPDATE_ROLLBACK_FAILED');
    await cloudformation.continueRollback(accountId, REGION, name, [`${inner(stack)?.name}.A`]);
    expect([stack.status, inner(stack)?.status]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
  });
});
