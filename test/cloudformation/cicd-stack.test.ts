import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { AwsCicdStack } from '../../lambda/cloudformation/cicd-stack';

const ID = 'arn:aws:cloudformation:eu-west-1:222222222222:stack/environments/0f3c';

test.each([
  ['ROLLBACK_IN_PROGRESS', undefined, true],
  ['UPDATE_ROLLBACK_IN_PROGRESS', undefined, true],
  // with `OnFailure: DELETE`
  ['DELETE_IN_PROGRESS', 'The following resource(s) failed to create: [Branch]. Delete requested by user.', true],
  ['DELETE_IN_PROGRESS', 'User Initiated', false],
  ['DELETE_IN_PROGRESS', undefined, false],
  ['UPDATE_IN_PROGRESS', 'The following resource(s) failed to create: [Branch].', false],
] as const)('a stack in %s with the reason %j is rolling back: %s', async (status, reason, expected) => {
  const client = new CloudFormationClient({ region: 'eu-west-1' });
  const stack = { StackName: 'environments', StackStatus: status, StackStatusReason: reason };
  client.send = (async () => ({ Stacks: [stack] })) as never;
  expect(await new AwsCicdStack(client).isRollingBack(ID)).toBe(expected);
});
