import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { cloudFormationStatus } from '../../lambda/shared/cfn-status';

const owner = {
  id: 'Dev-0123456789abcdef',
  stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c',
  logicalId: 'Dev',
};

function answering(answer: () => object) {
  return cloudFormationStatus(
    Object.assign(new CloudFormationClient({ region: 'eu-central-1' }), { send: async () => answer() }),
  );
}

test.each([
  ['CREATE_IN_PROGRESS', ['Create']],
  ['UPDATE_IN_PROGRESS', ['Update']],
  ['DELETE_IN_PROGRESS', ['Delete']],
  ['UPDATE_ROLLBACK_IN_PROGRESS', ['Update']],
  ['CREATE_FAILED', []],
  ['CREATE_COMPLETE', []],
  ['UPDATE_FAILED', []],
  ['UPDATE_COMPLETE', []],
  ['DELETE_COMPLETE', []],
  ['DELETE_FAILED', []],
])('status %s means that CloudFormation waits for the response to: %j', async (ResourceStatus, expected) => {
  const { isInProgress } = answering(() => ({ StackResources: [{ ResourceStatus }] }));
  const types = ['Create', 'Update', 'Delete'] as const;
  const awaited = await Promise.all(types.map(async type => isInProgress(owner, type)));
  expect(types.filter((_, index) => awaited[index])).toEqual(expected);
});

test('CloudFormation does not wait for a resource that its stack does not have', async () => {
  expect(await answering(() => ({})).isInProgress(owner, 'Create')).toBe(false);
  const missing = Object.assign(new Error('Resource Dev does not exist for stack environments'), {
    name: 'ValidationError',
  });
  expect(
    await answering(() => {
      throw missing;
    }).isInProgress(owner, 'Create'),
  ).toBe(false);
});

test('throws the error of CloudFormation if the status cannot be read', async () => {
  const away = Object.assign(new Error('no'), { name: 'ServiceUnavailable' });
  await expect(
    answering(() => {
      throw away;
    }).isInProgress(owner, 'Create'),
  ).rejects.toThrow(away);
});

test.each([
  ['UPDATE_IN_PROGRESS', 'in progress'],
  ['UPDATE_COMPLETE', 'stable'],
  ['DELETE_FAILED', 'stable'],
  ['DELETE_COMPLETE', 'removed'],
  ['DELETE_SKIPPED', 'removed'],
  [undefined, 'removed'],
])('a resource with status %s is %s', async (ResourceStatus, state) => {
  const { stateOf } = answering(() => ({ StackResources: ResourceStatus ? [{ ResourceStatus }] : [] }));
  expect(await stateOf(owner)).toBe(state);
});
