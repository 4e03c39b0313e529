import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture, CfnEventInvokeConfig, CfnFunction, Function as LambdaFunction, Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Permission } from './kind';
import { acknowledgePermissions, allow } from './permissions';
import { handlerCode } from '../private/handler-code';

interface HandlerFunctionProps {
  /** Name of the bundle. */
  readonly handler: string;
  readonly description: string;
  readonly environment: { readonly [name: string]: string };
  readonly permissions: readonly Permission[];
  /** Set if policies of other accounts contain it. */
  readonly roleName?: string;
  /** Set if callers use the name. */
  readonly functionName?: string;
  /** @default Duration.minutes(1) */
  readonly timeout?: Duration;
  /** Queue for events that failed three times; only for functions that are invoked asynchronously. */
  readonly deadLetters?: IQueue;
  /** Bus that receives the event and the result of each invocation that succeeded; as `deadLetters`. */
  readonly results?: IEventBus;
}

/** A function of this library with its role and its log group: three resources, and one if its results are sent. */
export class HandlerFunction extends Construct {
  public readonly function: LambdaFunction;
  public readonly role: Role;

  public constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { description, deadLetters, results } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.SIX_MONTHS, removalPolicy: RemovalPolicy.DESTROY,
    });
    const permissions = [
      allow('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...deadLetters ? [allow('DeadLetters', ['sqs:SendMessage'], [deadLetters.queueArn])] : [],
      ...results ? [allow('Results', ['events:PutEvents'], [results.eventBusArn])] : [],
      ...props.permissions,
    ];
    const statements = permissions.map(({ statement }) => statement);
    this.role = new Role(this, 'Role', {
      roleName: props.roleName,
      description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // inline: a separate policy would be one more resource for each function
      inlinePolicies: { Rights: new PolicyDocument({ statements }) },
    });
    acknowledgePermissions(this.role, permissions);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      code: handlerCode(props.handler),
      handler: 'index.handler',
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout: props.timeout ?? Duration.minutes(1),
      role: this.role,
      logGroup,
      environment: { ...props.environment },
    });
    const resource = this.function.node.defaultChild;
    // the property `deadLetterQueue` would add a separate policy
    if (deadLetters && resource instanceof CfnFunction) resource.deadLetterConfig = { targetArn: deadLetters.queueArn };
    // the property `onSuccess` would add a separate policy
    if (results) {
      new CfnEventInvokeConfig(this, 'Results', {
        functionName: this.function.functionName,
        qualifier: '$LATEST',
        destinationConfig: { onSuccess: { destination: results.eventBusArn } },
      });
    }
  }
}
