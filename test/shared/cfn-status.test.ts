import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { cloudFormationStatus } from '../../lambda/shared/cfn-status';

const owner = { id: 'Dev-0123456789abcdef', stackId: 'arn:aws:cloudformation:eu-central-1:222222222222:stack/environments/0f3c', logicalId: 'Dev' };

function answering(answer: () => object) {
  return cloudFormationStatus(Object.assign(new CloudFormationClient({ region: 'eu-central-1' }), { send: async () => answer() }));
}

test.each([
  ['CREATE_IN_PROGRESS', true], ['UPDATE_IN_PROGRESS', true], ['UPDATE_ROLLBACK_IN_PROGRESS', true],
  ['CREATE_FAILED', false], ['CREATE_COMPLETE', false], ['UPDATE_FAILED', false], ['DELETE_IN_PROGRESS', false], ['DELETE_COMPLETE', false],
])('status %s means that CloudFormation waits for the resource: %s', async (ResourceStatus, expected) => {
  expect(await answering(() => ({ StackResources: [{ ResourceStatus }] }))(owner)).toBe(expected);
});

test('CloudFormation does not wait for a resource that its stack does not have', async () => {
  expect(await answering(() => ({}))(owner)).toBe(false);
  const missing = Object.assign(new Error('Resource Dev does not exist for stack environments'), { name: 'ValidationError' });
  expect(await answering(() => { throw missing; })(owner)).toBe(false);
});

test('throws the error of CloudFormation if the status cannot be read', async () => {
  const away = Object.assign(new Error('no'), { name: 'ServiceUnavailable' });
  await expect(answering(() => { throw away; })(owner)).rejects.toThrow(away);
});
