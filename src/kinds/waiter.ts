import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';

interface WaiterProps {
  /** The functions of the kinds. */
  readonly functions: readonly IFunction[];
  /** ARN of the function that answers to CloudFormation. */
  readonly entryArn: string;
}

/** Longer than the timeout of a function, which ends an invocation by itself. */
const TASK_SECONDS = 90;

/**
 * One state machine for all kinds: it invokes the function of the kind until the resource is complete, waits between as
 * long as the function says, and has the entry function answer to CloudFormation.
 */
export class Waiter extends Construct {
  public readonly stateMachineArn: string;

  public constructor(scope: Construct, id: string, { functions, entryArn }: WaiterProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Rights: new PolicyDocument({
          statements: [new PolicyStatement({
            sid: 'Invoke',
            actions: ['lambda:InvokeFunction'],
            resources: [...functions.map(({ functionArn }) => functionArn), entryArn],
          })],
        }),
      },
    });
    const machine = new CfnStateMachine(this, 'Resource', {
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(definition(entryArn)),
    });
    acknowledge(machine, {
      SF1: 'the functions log each step; the machine has nothing to add',
      SF2: 'the machine calls one function at a time: a trace would show nothing else',
    });
    this.stateMachineArn = machine.attrArn;
  }
}

/** Lambda did not run the function: as many resources as an app has may wait for their turn in an account that may run ten functions at once. */
const NOT_RUN = ['Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException'];

const retry = (attempts: number) => [
  { ErrorEquals: NOT_RUN, IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: 60, JitterStrategy: 'FULL' },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, MaxAttempts: attempts },
];

function invoke(functionName: object, payload: object) {
  return {
    Type: 'Task',
    Resource: `arn:${Aws.PARTITION}:states:::lambda:invoke`,
    Parameters: { ...functionName, ...payload },
    TimeoutSeconds: TASK_SECONDS,
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html */
function definition(entryArn: string): object {
  const answer = (result: object) => ({
    ...invoke({ FunctionName: entryArn }, { Payload: { answer: { 'request.$': '$.request', ...result } } }),
    // as long as CloudFormation listens: without an answer it waits for an hour
    Retry: retry(40),
    End: true,
  });
  return {
    Comment: 'Waits for the custom resources of cdk-org-environments',
    StartAt: 'Reconcile',
    States: {
      'Reconcile': {
        ...invoke({ 'FunctionName.$': '$.functionArn' }, { 'Payload.$': '$.request' }),
        ResultSelector: { 'outcome.$': '$.Payload' },
        ResultPath: '$.look',
        // a function that crashed is run again: each step may be repeated
        Retry: retry(6),
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.crash', Next: 'Answer crash' }],
        Next: 'Complete?',
      },
      'Complete?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.look.outcome.state', StringEquals: 'waiting', Next: 'Wait' }],
        Default: 'Answer',
      },
      'Wait': { Type: 'Wait', SecondsPath: '$.look.outcome.seconds', Next: 'Reconcile' },
      'Answer': answer({ 'outcome.$': '$.look.outcome' }),
      'Answer crash': answer({ 'crash.$': '$.crash' }),
    },
  };
}
