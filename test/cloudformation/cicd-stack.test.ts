import { CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { AwsCicdStack } from '../../lambda/cloudformation/cicd-stack';

const ID = 'arn:aws:cloudformation:eu-west-1:222222222222:stack/environments/0f3c';

/** A client for a stack in a status, with pages of events of the stack itself, newest first. */
function clientOf(status: string, pages: readonly (readonly string[])[] = [], reason?: string) {
  const client = new CloudFormationClient({ region: 'eu-west-1' });
  const reads: string[] = [];
  client.send = (async (command: { readonly input: { readonly NextToken?: string } }) => {
    if (!(command instanceof DescribeStackEventsCommand)) {
      return { Stacks: [{ StackName: 'environments', StackStatus: status, StackStatusReason: reason }] };
    }
    const { NextToken = '0' } = command.input;
    reads.push(NextToken);
    const [index, next] = [Number(NextToken), Number(NextToken) + 1];
    const ofResource = { PhysicalResourceId: 'a branch', ResourceStatus: 'CREATE_COMPLETE' };
    return {
      StackEvents: [
        ofResource, ...(pages[index] ?? []).map(ResourceStatus => ({ PhysicalResourceId: ID, ResourceStatus })),
      ],
      ...next < pages.length && { NextToken: String(next) },
    };
  }) as never;
  return { client, reads };
}

test.each([
  ['ROLLBACK_IN_PROGRESS', true],
  ['UPDATE_ROLLBACK_IN_PROGRESS', true],
  ['CREATE_IN_PROGRESS', false],
  ['UPDATE_IN_PROGRESS', false],
] as const)('a stack in %s is rolling back: %s', async (status, expected) => {
  const { client, reads } = clientOf(status, [], 'The following resource(s) failed to create: [Branch].');
  expect(await new AwsCicdStack(client).isRollingBack(ID)).toBe(expected);
  expect(reads).toEqual([]);
});

test.each([
  ['whose creation has failed, with `OnFailure: DELETE`', [['DELETE_IN_PROGRESS', 'CREATE_FAILED']], true],
  ['whose creation was cancelled', [['DELETE_IN_PROGRESS', 'CREATE_IN_PROGRESS']], true],
  [
    'again whose creation and deletion have failed',
    [['DELETE_IN_PROGRESS', 'DELETE_FAILED'], ['DELETE_IN_PROGRESS', 'CREATE_FAILED']], true,
  ],
  ['again after its rollback has failed', [['DELETE_IN_PROGRESS', 'ROLLBACK_FAILED']], true],
  ['that was created', [['DELETE_IN_PROGRESS', 'CREATE_COMPLETE']], false],
  [
    'again that was created, and whose deletion has failed',
    [['DELETE_IN_PROGRESS'], ['DELETE_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_COMPLETE']], false,
  ],
  ['whose last update was rolled back', [['DELETE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE']], false],
  ['whose older events are gone', [['DELETE_IN_PROGRESS']], false],
] as const)('the deletion of a stack %s is a rollback by its former status', async (_, pages, expected) => {
  for (const reason of ['The following resource(s) failed to create: [Branch].', 'User Initiated', undefined]) {
    const { client } = clientOf('DELETE_IN_PROGRESS', pages, reason);
    expect(await new AwsCicdStack(client).isRollingBack(ID)).toBe(expected);
  }
});

test('the events of a stack that is being deleted are read once', async () => {
  const { client, reads } = clientOf('DELETE_IN_PROGRESS', [['DELETE_IN_PROGRESS'], ['CREATE_FAILED']]);
  const stack = new AwsCicdStack(client);
  expect([await stack.isRollingBack(ID), await stack.isRollingBack(ID)]).toEqual([true, true]);
  expect(reads).toEqual(['0', '1']);
});
