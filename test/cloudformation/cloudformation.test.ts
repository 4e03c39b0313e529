import { FakeStacks } from './fake-stacks';
import { operationOf } from '../../lambda/cloudformation/cloudformation';
import type { StackDefinition } from '../../lambda/cloudformation/stack-deployer';
import { deployStack, removeStack } from '../../lambda/cloudformation/stack-deployer';

const definition: StackDefinition = { stackName: 'app', template: { body: '{}' }, parameters: { Size: '1' }, tags: {}, capabilities: [] };
const first = { place: 'account 333333333333', token: 'first', applied: false };
const second = { ...first, token: 'second' };

async function deployed(stacks: FakeStacks, stack = definition, options = first): Promise<string> {
  for (let count = 0; count < 10; count++) {
    const progress = await deployStack(stacks, stack, options);
    if (progress.done) return progress.result.status;
  }
  throw new Error('never done');
}

test('what failed first is the reason, and neither what was stopped because of it nor the stack itself', () => {
  const failed = { ClientRequestToken: 'first', StackId: 'arn:stack', ResourceStatus: 'CREATE_FAILED' as const };
  expect(operationOf([
    { ClientRequestToken: 'first', StackId: 'arn:stack', PhysicalResourceId: 'arn:stack', ResourceStatus: 'ROLLBACK_COMPLETE' },
    { ...failed, PhysicalResourceId: 'arn:stack', LogicalResourceId: 'app', ResourceType: 'AWS::CloudFormation::Stack', ResourceStatusReason: 'The following failed' },
    { ...failed, LogicalResourceId: 'Role', ResourceType: 'AWS::IAM::Role', ResourceStatusReason: 'Resource creation cancelled' },
    { ...failed, LogicalResourceId: 'Bucket', ResourceType: 'AWS::S3::Bucket', ResourceStatusReason: 'app-bucket already exists' },
    { ClientRequestToken: 'older', StackId: 'arn:stack', ResourceStatus: 'CREATE_FAILED', LogicalResourceId: 'Old', ResourceStatusReason: 'long ago' },
  ])).toEqual({ token: 'first', failure: 'Bucket (AWS::S3::Bucket): app-bucket already exists' });
  expect(operationOf([])).toEqual({});
});

test('a failed creation is reported once, and deployed again under the next token', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): no');
  await expect(deployed(stacks)).rejects.toThrow("stack 'app' in account 333333333333 could not be created: Bucket (AWS::S3::Bucket): no");
  await expect(deployed(stacks)).rejects.toThrow('could not be created');
  expect(await deployed(stacks, definition, second)).toBe('CREATE_COMPLETE');
  expect(stacks.begun).toEqual(['create app', 'delete app', 'create app']);
});

test('a failed update is reported, and tried again under the next token', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): no');
  const larger = { ...definition, parameters: { Size: '2' } };
  await expect(deployed(stacks, larger, second)).rejects.toThrow("stack 'app' in account 333333333333 could not be updated: Bucket (AWS::S3::Bucket): no");
  expect(await deployed(stacks, larger, { ...first, token: 'third' })).toBe('UPDATE_COMPLETE');
});

test('a stack that was applied is left alone, unless somebody has changed its parameters', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  await deployed(stacks, definition, { ...second, applied: true });
  await deployed(stacks, { ...definition, parameters: { Size: '2' } }, { ...second, applied: true });
  expect(stacks.begun).toEqual(['create app', 'update app']);
});

test('a stack whose rollback failed needs a person', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.put('app', 'UPDATE_ROLLBACK_FAILED');
  await expect(deployed(stacks)).rejects.toThrow("stack 'app' in account 333333333333 is stuck in UPDATE_ROLLBACK_FAILED: no reason given; "
    + 'continue its rollback there (aws cloudformation continue-update-rollback), then deploy again');
});

test('a stack that somebody works on is waited for', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.put('app', 'UPDATE_IN_PROGRESS');
  expect(await deployed(stacks)).toBe('UPDATE_COMPLETE');
  expect(stacks.begun).toEqual(['update app']);
});

test('a stack is removed; what keeps it is reported, and a second removal tries again', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): not empty');
  const removed = async (token: string) => {
    for (let count = 0; count < 10; count++) if ((await removeStack(stacks, definition, { place: 'account 333333333333', token })).done) return true;
    return false;
  };
  await expect(removed('one')).rejects.toThrow("stack 'app' in account 333333333333 could not be deleted: Bucket (AWS::S3::Bucket): not empty");
  expect(await removed('two')).toBe(true);
  expect(await removed('three')).toBe(true);
});
