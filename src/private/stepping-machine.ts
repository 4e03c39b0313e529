import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

interface SteppingMachineProps {
  readonly stateMachineName: string;
  readonly description: string;
  /**
   * The function that takes one step. It returns the `state`: `waiting` and the `seconds` until the next step, or any
   * other state at the end.
   */
  readonly functionArn: string;
  /**
   * Error of an execution that ends in another state than `succeeded`; the function returns its `reason`.
   *
   * @default - executions end without an error
   */
  readonly failure?: string;
  /** How long a step that fails is repeated. */
  readonly retry: { readonly attempts: number; readonly maxDelaySeconds: number };
}

/** Longer than the timeout of the functions. */
const TASK_SECONDS = 330;

/** Creates a state machine in a construct that invokes one function until it returns the end, and its role. */
export function steppingMachine(scope: Construct, props: SteppingMachineProps): CfnStateMachine {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    inlinePolicies: {
      Rights: new PolicyDocument({
        statements: [new PolicyStatement({
          sid: 'Invoke', actions: ['lambda:InvokeFunction'], resources: [props.functionArn],
        })],
      }),
    },
  });
  const machine = new CfnStateMachine(scope, 'Resource', {
    stateMachineName: props.stateMachineName,
    roleArn: role.roleArn,
    definitionString: Stack.of(scope).toJsonString(definition(props)),
  });
  acknowledge(machine, {
    SF1: 'the function logs each step, and the registry keeps the progress; the machine has nothing to add',
    SF2: 'the machine calls one function at a time: a trace would show nothing else',
  });
  return machine;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html */
function definition({ description, functionArn, failure, retry }: SteppingMachineProps): object {
  const waits = { Variable: '$.outcome.state', StringEquals: 'waiting', Next: 'Wait' };
  return {
    Comment: `${description} (cdk-org-environments)`,
    StartAt: 'Step',
    States: {
      'Step': {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
        Parameters: { 'FunctionName': functionArn, 'Payload.$': '$$.Execution.Input' },
        ResultSelector: { 'outcome.$': '$.Payload' },
        TimeoutSeconds: TASK_SECONDS,
        // a step can be repeated after a crash
        Retry: [{
          ErrorEquals: ['States.ALL'],
          IntervalSeconds: 2,
          BackoffRate: 2,
          MaxDelaySeconds: retry.maxDelaySeconds,
          MaxAttempts: retry.attempts,
          JitterStrategy: 'FULL',
        }],
        Next: 'Ended?',
      },
      'Ended?': {
        Type: 'Choice',
        Choices: [
          waits,
          ...failure === undefined
            ? []
            : [{ Variable: '$.outcome.state', StringEquals: 'succeeded', Next: 'Succeeded' }],
        ],
        Default: failure === undefined ? 'Succeeded' : 'Failed',
      },
      'Wait': { Type: 'Wait', SecondsPath: '$.outcome.seconds', Next: 'Step' },
      'Succeeded': { Type: 'Succeed' },
      ...failure !== undefined && { Failed: { Type: 'Fail', Error: failure, CausePath: '$.outcome.reason' } },
    },
  };
}
