import { Aws, Duration, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IEventBus, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { useTables } from '../addresses/kind';
import { HISTORY_ENVIRONMENT, putEvents } from '../history/access';
import { ENTRY_ENVIRONMENT } from '../kinds/contract';
import { CustomResources, functionArns, handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { allow, assumeMemberRoles, recordPermissions } from '../kinds/permissions';
import { acknowledge } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { LISTED, RECORDS } from '../registry/contract';
import { branchEventRule } from '../sources/branch-event-rule';
import { credentialsPermissions } from '../sources/credentials';
import { repositoryPermissions } from '../sources/repository-permissions';

interface ListenersProps {
  readonly registry: ITable;
  readonly eventBus: IEventBus;
  readonly organizationId: string;
  /** Patterns of the names of the repositories that may be used. */
  readonly repositoryNames: readonly string[];
  /** Secrets with the credentials of other hosts of repositories. */
  readonly repositoryCredentials: readonly ISecret[];
  /** What operators have checked and repaired. */
  readonly customResources: Pick<CustomResources, 'functions' | 'waiterArn'>;
}

/** The functions that handle pushes, events of pipelines, and the commands of operators. */
export class Listeners extends Construct {
  /** Runs the commands of operators, and the daily check. */
  public readonly operations: IFunction;
  /** All functions. */
  public readonly functions: readonly IFunction[];
  /** Receives events whose function has failed three times; a message names the function. */
  public readonly deadLetters: Queue;

  public constructor(scope: Construct, id: string, private readonly props: ListenersProps) {
    super(scope, id);
    this.deadLetters = this.deadLetterQueue();
    this.operations = this.operationsFunction();
    const [trigger, deployments] = [this.trigger(), this.deployments()];
    this.functions = [trigger, deployments, this.operations];
  }

  /** One rule for all repositories: the function ignores branches without a pipeline. */
  private trigger(): IFunction {
    const { function: trigger } = new HandlerFunction(this, 'Trigger', {
      handler: 'trigger',
      roleName: NAMES.triggerFunctionRole,
      description: 'Starts the pipeline and the releases of a branch that has moved',
      environment: handlerEnvironment(this.props.registry),
      permissions: [
        ...recordPermissions(this.props.registry, { read: [RECORDS.route] }),
        repositoryPermissions(this.props.repositoryNames, 'trigger'),
        assumeMemberRoles(this.props.organizationId, [NAMES.startRole]),
        allow('Release', ['lambda:InvokeFunction'], [this.operations.functionArn]),
      ],
      deadLetters: this.deadLetters,
    });
    branchEventRule(this, 'Moved', trigger);
    return trigger;
  }

  /** One rule and one function for all environments, so that the stack does not grow with them. */
  private deployments(): IFunction {
    const { function: deployments } = new HandlerFunction(this, 'Deployments', {
      handler: 'deployments',
      roleName: NAMES.deploymentsFunctionRole,
      description: 'Records what the pipelines deploy',
      environment: handlerEnvironment(this.props.registry),
      permissions: [
        ...recordPermissions(this.props.registry, {
          read: [RECORDS.environment, RECORDS.lease], put: [RECORDS.deployment],
        }),
        repositoryPermissions(this.props.repositoryNames, 'deployments'),
        ...credentialsPermissions(this.props.repositoryCredentials),
      ],
      deadLetters: this.deadLetters,
      // rules for users match verified events, which this function reports
      results: this.props.eventBus,
    });
    new Rule(this, 'PipelineEvents', {
      eventBus: this.props.eventBus,
      description: 'Records what the pipelines deploy',
      eventPattern: { source: ['aws.codepipeline'] },
      targets: [new LambdaFunction(deployments)],
    });
    return deployments;
  }

  private operationsFunction(): IFunction {
    const { functions, waiterArn } = this.props.customResources;
    const arns = functionArns(functions);
    const { function: operations } = new HandlerFunction(this, 'Operations', {
      handler: 'operations',
      roleName: NAMES.operationsFunction,
      // the command line calls it by this name
      functionName: NAMES.operationsFunction,
      description: 'Runs the commands of operators, and the daily check',
      environment: {
        ...handlerEnvironment(this.props.registry),
        ...HISTORY_ENVIRONMENT,
        [ENTRY_ENVIRONMENT.WAITER_ARN]: waiterArn,
        [ENTRY_ENVIRONMENT.FUNCTIONS]: Stack.of(this).toJsonString(arns),
      },
      timeout: Duration.minutes(5),
      permissions: [
        ...recordPermissions(this.props.registry, {
          write: [RECORDS.halt, RECORDS.drift, RECORDS.environment, RECORDS.release],
          put: [RECORDS.history, RECORDS.lease, RECORDS.backport, RECORDS.comparison],
          // of what operators forget
          remove: [RECORDS.leftover, RECORDS.pipeline, RECORDS.stack],
          // the id of a vended account
          read: [RECORDS.account, RECORDS.blueGreen, RECORDS.poolClaim],
          list: [
            LISTED.environment, LISTED.halt, LISTED.unreachable, LISTED.leftover, LISTED.history, LISTED.resource,
            LISTED.drift, LISTED.closing, LISTED.branch, LISTED.account, LISTED.lease, LISTED.pool, LISTED.space,
            LISTED.range,
          ],
        }),
        allow(
          'Releases', ['states:StartExecution'],
          [`arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${NAMES.releaseMachine}*`],
          'the machines of all apps with blue/green environments',
        ),
        allow(
          'Backports', ['states:StartExecution'],
          [`arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${NAMES.backportMachine}`],
        ),
        repositoryPermissions(this.props.repositoryNames, 'operations'),
        ...credentialsPermissions(this.props.repositoryCredentials),
        assumeMemberRoles(this.props.organizationId, [NAMES.operateRole]),
        putEvents(this.props.eventBus),
        useTables(this.props.organizationId, ['dynamodb:GetItem']),
        allow('Check', ['lambda:InvokeFunction'], [...new Set(Object.values(arns))]),
        allow('Repair', ['states:StartExecution'], [waiterArn]),
      ],
    });
    this.schedule(operations);
    return operations;
  }

  /** CloudFormation asks for nothing while the app is unchanged, so a change by hand would never be noticed. */
  private schedule(operations: IFunction) {
    const request = { operation: 'reconcile', environmentNames: 'all', mode: 'schedule', by: 'daily schedule' };
    new Rule(this, 'DailyCheck', {
      description: 'Compares all environments with their declaration once a day',
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(operations, { event: RuleTargetInput.fromObject(request) })],
    });
  }

  private deadLetterQueue(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, { SQS3: 'this is the dead-letter queue' });
    return queue;
  }
}
