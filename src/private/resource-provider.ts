import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge';
import { handlerCode } from './handler-code';

interface HandlerFunctionsProps {
  /** The bundle, and what the functions are for. */
  readonly handler: string;
  /** Fixed where policies elsewhere name it. */
  readonly roleName?: string;
  readonly description: string;
  readonly environment: { [name: string]: string };
}

/** One role and one log group for all functions of one handler. */
export class HandlerFunctions extends Construct {
  public readonly role: Role;
  public readonly logGroup: LogGroup;

  public constructor(scope: Construct, id: string, private readonly props: HandlerFunctionsProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.SIX_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
    this.role = functionRole(this, 'Role', this.logGroup, { roleName: props.roleName, description: props.description });
  }

  public function(id: string, entry: string, timeout: Duration, functionName?: string): LambdaFunction {
    return new LambdaFunction(this, id, {
      functionName,
      code: handlerCode(this.props.handler),
      handler: `index.${entry}`,
      description: `${this.props.description} (${entry})`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      timeout,
      role: this.role,
      logGroup: this.logGroup,
      environment: this.props.environment,
    });
  }
}

/**
 * Some minutes. When the framework gives up to start its waiter, which was started all the same, it says that the creation failed and keeps the
 * removal to itself, while the waiter goes on creating.
 */
const ATTEMPTS = '20';

interface ResourceProviderProps extends HandlerFunctionsProps {
  readonly queryInterval: Duration;
}

/** The provider of one kind of resource: the only place that puts the provider framework around a handler. */
export class ResourceProvider extends Construct {
  public readonly role: Role;
  public readonly serviceToken: string;
  /** What it depends on is there before the first resource. */
  public readonly onEventHandler: LambdaFunction;

  public constructor(scope: Construct, id: string, props: ResourceProviderProps) {
    super(scope, id);
    const functions = new HandlerFunctions(this, 'Handler', props);
    this.role = functions.role;
    this.noticeWhatIsAwaited();
    this.onEventHandler = functions.function('OnEvent', 'onEvent', Duration.minutes(1));
    const isCompleteHandler = functions.function('IsComplete', 'isComplete', Duration.minutes(1));
    const provider = new Provider(this, 'Provider', {
      onEventHandler: this.onEventHandler,
      isCompleteHandler,
      queryInterval: props.queryInterval,
      // only the pauses count: with the work between them it is less than the hour after which CloudFormation stops listening
      totalTimeout: Duration.minutes(45),
      logGroup: functions.logGroup,
      // two roles instead of the three with a managed policy each that the framework would make
      frameworkOnEventRole: functionRole(this, 'FrameworkRole', functions.logGroup),
      frameworkCompleteAndTimeoutRole: functionRole(this, 'WaiterRole', functions.logGroup),
    });
    this.serviceToken = provider.serviceToken;
    for (const child of provider.node.findAll()) {
      if (child instanceof LambdaFunction) child.addEnvironment('AWS_MAX_ATTEMPTS', ATTEMPTS);
    }
    this.explain(provider, [this.onEventHandler, isCompleteHandler]);
  }

  private noticeWhatIsAwaited() {
    const noticing = new PolicyStatement({
      sid: 'NoticeWhatIsAwaited',
      actions: ['cloudformation:DescribeStackResources'],
      resources: [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`],
    });
    this.role.addToPrincipalPolicy(noticing);
    acknowledgeWildcards(this.role, [noticing], {
      NoticeWhatIsAwaited: 'the stacks of all apps that use the organization: what CloudFormation has given up is not begun any more',
    });
  }

  private explain(provider: Provider, handlers: LambdaFunction[]) {
    // the framework also grants lambda:GetFunction: it waits with it for a function that is not active yet
    const invoked = [...handlers, ...provider.node.findAll().filter(child => child instanceof LambdaFunction)];
    acknowledgeWildcards(this, invoked.map(target => new PolicyStatement({ sid: 'Invoke', resources: [`${target.functionArn}:*`] })), {
      Invoke: 'the provider framework of CDK grants all versions of the one function that it invokes',
    });
    acknowledge(provider, {
      SF1: 'the functions that the waiter calls log each step; the waiter itself has nothing to add',
      SF2: 'the waiter has one state, which calls one function: a trace would show nothing else',
    });
  }
}

function functionRole(scope: Construct, id: string, logGroup: LogGroup, props: { roleName?: string; description?: string } = {}): Role {
  const role = new Role(scope, id, { ...props, assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPrincipalPolicy(
    new PolicyStatement({ sid: 'Logs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
  );
  return role;
}
