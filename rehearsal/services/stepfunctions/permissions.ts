import { on, textOf } from '../../core/permissions';

export const permissions = {
  ...on(['StartExecution', 'DescribeStateMachine'], call => textOf(call, 'stateMachineArn')),
  ...on(['DescribeExecution', 'StopExecution'], call => textOf(call, 'executionArn')),
};
