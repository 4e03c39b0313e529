import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { HISTORY_ENVIRONMENT, putEvents } from '../history/access';
import { handlerEnvironment } from '../kinds/custom-resources';
import { HandlerFunction } from '../kinds/handler-function';
import { assumeMemberRoles, recordPermissions } from '../kinds/permissions';
import { acknowledge } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { LISTED, RECORDS } from '../registry/contract';
import { branchEventRule } from '../sources/branch-event-rule';
import { repositoryPermissions } from '../sources/repository-permissions';

interface ListenersProps {
  readonly registry: ITable;
  readonly eventBus: IEventBus;
  readonly organizationId: string;
  /** Patterns of the names of the repositories that may be used. */
  readonly repositoryNames: readonly string[];
}

/** The functions that handle pushes, events of pipelines, and the commands of operators. */
export class Listeners extends Construct {
  /** Halts, resumes and describes the pipelines of all environments. */
  public readonly operations: IFunction;
  /** Receives events whose function has failed three times; a message names the function. */
  private readonly deadLetters: Queue;

  public constructor(scope: Construct, id: string, private readonly props: ListenersProps) {
    super(scope, id);
    this.deadLetters = this.deadLetterQueue();
    this.trigger();
    this.deployments();
    this.operations = this.operationsFunction();
  }

  /** One rule for all repositories: the function ignores branches without a pipeline. */
  private trigger() {
    const { function: trigger } = new HandlerFunction(this, 'Trigger', {
      handler: 'trigger',
      roleName: NAMES.triggerFunctionRole,
      description: 'Starts the pipeline of a branch that has moved',
      environment: handlerEnvironment(this.props.registry),
      permissions: [
        ...recordPermissions(this.props.registry, { read: [RECORDS.route] }),
        repositoryPermissions(this.props.repositoryNames, 'trigger'),
        assumeMemberRoles(this.props.organizationId, [NAMES.startRole]),
      ],
      deadLetters: this.deadLetters,
    });
    branchEventRule(this, 'Moved', trigger);
  }

  /** One rule and one function for all environments, so that the stack does not grow with them. */
  private deployments() {
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
  }

  private operationsFunction(): IFunction {
    return new HandlerFunction(this, 'Operations', {
      handler: 'operations',
      roleName: NAMES.operationsFunction,
      // the command line calls it by this name
      functionName: NAMES.operationsFunction,
      description: 'Halts, resumes and describes the pipelines of all environments',
      environment: { ...handlerEnvironment(this.props.registry), ...HISTORY_ENVIRONMENT },
      timeout: Duration.minutes(5),
      permissions: [
        ...recordPermissions(this.props.registry, {
          write: [RECORDS.halt],
          put: [RECORDS.history],
          read: [RECORDS.environment],
          list: [LISTED.environment, LISTED.halt, LISTED.unreachable, LISTED.history],
        }),
        repositoryPermissions(this.props.repositoryNames, 'operations'),
        assumeMemberRoles(this.props.organizationId, [NAMES.operateRole]),
        putEvents(this.props.eventBus),
      ],
    }).function;
  }

  private deadLetterQueue(): Queue {
    const queue = new Queue(this, 'DeadLetters', {
      enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, { SQS3: 'this is the dead-letter queue' });
    return queue;
  }
}
