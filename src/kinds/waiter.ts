import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from '../private/acknowledge';

interface WaiterProps {
  /** The functions of the kinds. */
  readonly functions: readonly IFunction[];
  /** ARN of the function that responds to CloudFormation. */
  readonly entryArn: string;
}

/** Longer than the timeout of a function. */
const TASK_SECONDS = 90;

/**
 * One state machine for all kinds. It invokes the function of the kind until the resource is complete, waits between
 * invocations as long as the function returns, and invokes the entry function to respond to CloudFormation.
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

/**
 * Lambda did not run the function: an account with a concurrency limit of ten may throttle the many resources of an
 * app.
 */
const NOT_RUN = [
  'Lambda.TooManyRequestsException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
];

const BACKOFF = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60 };

const retry = (attempts: number) => [
  { ErrorEquals: NOT_RUN, ...BACKOFF, MaxAttempts: 60, JitterStrategy: 'FULL' },
  { ErrorEquals: ['States.ALL'], ...BACKOFF, MaxAttempts: attempts },
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
  const respond = (result: object) => ({
    ...invoke({ FunctionName: entryArn }, { Payload: { response: { 'request.$': '$.request', ...result } } }),
    // as long as CloudFormation waits for the response: an hour
    Retry: retry(40),
    End: true,
  });
  return {
    Comment: 'Waits for the custom resources of cdk-org-environments',
    StartAt: 'Reconcile',
    States: {
      'Reconcile': {
        ...invoke({ 'FunctionName.$': '$.functionArn' }, { 'Payload.$': '$.request' }),
        // a part of the request, so that the next step knows how long and for what the request waits
        ResultSelector: { 'outcome.$': '$.Payload' },
        ResultPath: '$.request.step',
        // a step of a function can be repeated after a crash
        Retry: retry(6),
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.crash', Next: 'Respond with crash' }],
        Next: 'Complete?',
      },
      'Complete?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.request.step.outcome.state', StringEquals: 'waiting', Next: 'Wait' }],
        Default: 'Respond',
      },
      'Wait': { Type: 'Wait', SecondsPath: '$.request.step.outcome.seconds', Next: 'Reconcile' },
      'Respond': respond({ 'outcome.$': '$.request.step.outcome' }),
      'Respond with crash': respond({ 'crash.$': '$.crash' }),
    },
  };
}
