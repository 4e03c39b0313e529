import { FakeStacks } from './fake-stacks';
import { operationOf } from '../../lambda/cloudformation/cloudformation';
import type { StackDefinition } from '../../lambda/cloudformation/stack-deployer';
import { deployStack, removeStack } from '../../lambda/cloudformation/stack-deployer';

const definition: StackDefinition = {
  stackName: 'app',
  template: { body: '{}' },
  parameters: { Size: '1' },
  tags: {},
  capabilities: [],
};
const first = { place: 'account 333333333333', token: 'first', applied: false };
const second = { ...first, token: 'second' };

async function deployed(stacks: FakeStacks, stack = definition, options = first): Promise<string> {
  for (let count = 0; count < 10; count++) {
    const progress = await deployStack(stacks, stack, options);
    if (progress.done) return progress.result.status;
  }
  throw new Error('never done');
}

test('reports the first failure, and neither resources that were cancelled because of it nor the stack itself', () => {
  const failed = { ClientRequestToken: 'first', StackId: 'arn:stack', ResourceStatus: 'CREATE_FAILED' as const };
  expect(
    operationOf([
      {
        ClientRequestToken: 'first',
        StackId: 'arn:stack',
        PhysicalResourceId: 'arn:stack',
        ResourceStatus: 'ROLLBACK_COMPLETE',
      },
      {
        ...failed,
        PhysicalResourceId: 'arn:stack',
        LogicalResourceId: 'app',
        ResourceType: 'AWS::CloudFormation::Stack',
        ResourceStatusReason: 'The following failed',
      },
      {
        ...failed,
        LogicalResourceId: 'Role',
        ResourceType: 'AWS::IAM::Role',
        ResourceStatusReason: 'Resource creation cancelled',
      },
      {
        ...failed,
        LogicalResourceId: 'Bucket',
        ResourceType: 'AWS::S3::Bucket',
        ResourceStatusReason: 'app-bucket already exists',
      },
      {
        ClientRequestToken: 'older',
        StackId: 'arn:stack',
        ResourceStatus: 'CREATE_FAILED',
        LogicalResourceId: 'Old',
        ResourceStatusReason: 'long ago',
      },
    ]),
  ).toEqual({ token: 'first', failure: 'Bucket (AWS::S3::Bucket): app-bucket already exists' });
  expect(operationOf([])).toEqual({});
});

test('reports a failed creation once, and creates the stack again with the next token', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): no');
  await expect(deployed(stacks)).rejects.toThrow(
    "stack 'app' in account 333333333333 could not be created: Bucket (AWS::S3::Bucket): no",
  );
  await expect(deployed(stacks)).rejects.toThrow('could not be created');
  expect(await deployed(stacks, definition, second)).toBe('CREATE_COMPLETE');
  expect(stacks.begun).toEqual(['create app', 'delete app', 'create app']);
});

test('reports a failed update, and retries it with the next token', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): no');
  const larger = { ...definition, parameters: { Size: '2' } };
  await expect(deployed(stacks, larger, second)).rejects.toThrow(
    "stack 'app' in account 333333333333 could not be updated: Bucket (AWS::S3::Bucket): no",
  );
  expect(await deployed(stacks, larger, { ...first, token: 'third' })).toBe('UPDATE_COMPLETE');
});

test('does not update an applied stack, unless its parameters were changed by hand', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  await deployed(stacks, definition, { ...second, applied: true });
  await deployed(stacks, { ...definition, parameters: { Size: '2' } }, { ...second, applied: true });
  expect(stacks.begun).toEqual(['create app', 'update app']);
});

test('rejects a stack whose rollback failed', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.put('app', 'UPDATE_ROLLBACK_FAILED');
  await expect(deployed(stacks)).rejects.toThrow(
    "stack 'app' in account 333333333333 is stuck in UPDATE_ROLLBACK_FAILED: no reason given; "
      + 'continue its rollback there (aws cloudformation continue-update-rollback), then deploy again',
  );
});

test('waits for a stack whose operation is in progress', async () => {
  const stacks = new FakeStacks('333333333333');
  stacks.put('app', 'UPDATE_IN_PROGRESS');
  expect(await deployed(stacks)).toBe('UPDATE_COMPLETE');
  expect(stacks.begun).toEqual(['update app']);
});

test('deletes a stack, reports a failure, and retries with a second deletion', async () => {
  const stacks = new FakeStacks('333333333333');
  await deployed(stacks);
  stacks.failures.set('app', 'Bucket (AWS::S3::Bucket): not empty');
  const removed = async (token: string) => {
    for (let count = 0; count < 10; count++) {
      if ((await removeStack(stacks, definition, { place: 'account 333333333333', token })).done) return true;
    }
    return false;
  };
  await expect(removed('one')).rejects.toThrow(
    "stack 'app' in account 333333333333 could not be deleted: Bucket (AWS::S3::Bucket): not empty",
  );
  expect(await removed('two')).toBe(true);
  expect(await removed('three')).toBe(true);
});
