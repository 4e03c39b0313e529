import { Aws, Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { OrganizationAccessConfig } from './organization-access';
import { VENDING_REASONS } from './permissions';
import { acknowledge, acknowledgeWildcards } from '../private/acknowledge';
import { BOOTSTRAP_QUALIFIER } from '../private/bootstrap';
import { HANDLER_ENVIRONMENT, NAMES } from '../private/contract';
import { HandlerFunctions, ResourceProvider } from '../private/resource-provider';
import { movedRule } from '../sources/moved-rule';
import { REPOSITORIES_REASON, repositoryStatements } from '../sources/rights';
import type { RepositoryUser } from '../sources/rights';

/** Records are read and written whole, and removed with the resource that they belong to. */
const RECORDS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'];
/** Records of others are only looked at. */
const READ = ['dynamodb:GetItem'];
/** Members come and go in a queue without regard to each other. */
const QUEUE = ['dynamodb:UpdateItem'];
/** What was asked of the resources of a provider, the last at the end. */
const REQUESTS = 'request#*';

interface OrganizationProvidersProps {
  readonly registry: Table;
  readonly eventBus: EventBus;
  readonly organizationId: string;
  readonly access: OrganizationAccessConfig;
  /** Patterns of the names of the repositories that functions may use. */
  readonly repositoryNames: readonly string[];
}

/** The providers and the trigger, each with what it needs and no more. */
export class OrganizationProviders extends Construct {
  public readonly account: ResourceProvider;
  public readonly branch: ResourceProvider;
  public readonly stack: ResourceProvider;
  /** What functions could not do in three tries; a message names its function. */
  private readonly missed: Queue;
  public readonly operations: IFunction;

  public constructor(scope: Construct, id: string, private readonly props: OrganizationProvidersProps) {
    super(scope, id);
    this.account = this.accountProvider();
    this.branch = this.branchProvider();
    this.stack = this.stackProvider();
    this.missed = this.missedQueue();
    this.triggerFunction();
    this.deploymentsFunction();
    this.operations = this.operationsFunction();
  }

  private accountProvider(): ResourceProvider {
    const provider = new ResourceProvider(this, 'Account', {
      handler: 'account',
      roleName: NAMES.accountProviderRole,
      description: 'Vends the accounts of environments',
      environment: { ...this.environment(), ...this.props.access.environment },
      // AWS answers questions about creations twice a second; the five that it makes at once ask less often together, and hardly wait for one another
      queryInterval: Duration.seconds(3),
    });
    this.props.access.statements.forEach(statement => provider.role.addToPrincipalPolicy(statement));
    acknowledgeWildcards(provider.role, this.props.access.statements, VENDING_REASONS);
    this.grantRecords(provider.role, ['account#*', 'queue#*', 'preconditions#*', REQUESTS], [...RECORDS, ...QUEUE]);
    this.grantRepositories(provider.role, 'account');
    return provider;
  }

  private branchProvider(): ResourceProvider {
    const provider = new ResourceProvider(this, 'Branch', {
      handler: 'branch',
      roleName: NAMES.branchProviderRole,
      description: 'Creates the branches of environments',
      environment: this.environment(),
      queryInterval: Duration.seconds(5),
    });
    this.grantRecords(provider.role, ['branch#*', REQUESTS]);
    this.grantRepositories(provider.role, 'branch');
    return provider;
  }

  private stackProvider(): ResourceProvider {
    const provider = new ResourceProvider(this, 'Stack', {
      handler: 'stack',
      roleName: NAMES.stackProviderRole,
      description: 'Deploys stacks into the accounts of environments',
      environment: this.environment(),
      queryInterval: Duration.seconds(10),
    });
    this.grantRecords(provider.role, ['stack#*', 'lease#*', 'route#*', 'index#*', REQUESTS], [...RECORDS, ...QUEUE]);
    // whoever halts an environment writes them
    this.grantRecords(provider.role, ['halt#*'], READ, 'Halts');
    this.grantEnter(provider.role, [
      ...['deploy', 'file-publishing', 'image-publishing'].map(kind => `cdk-${BOOTSTRAP_QUALIFIER}-${kind}-role-*`),
      `${NAMES.deployerRole}-*`,
      // for pipelines that move or go
      NAMES.operateRole,
    ]);
    this.allow(provider.role, new PolicyStatement({
      sid: 'NoticeRollbacks',
      actions: ['cloudformation:DescribeStacks'],
      resources: [`arn:${Aws.PARTITION}:cloudformation:${Aws.REGION}:${Aws.ACCOUNT_ID}:stack/*`],
    }), 'the stacks of all apps that use the organization: where a deployment is taken back, applications are not deleted');
    this.allow(provider.role, new PolicyStatement({
      sid: 'ReadFiles',
      actions: ['s3:GetObject'],
      resources: [`arn:${Aws.PARTITION}:s3:::cdk-*-assets-${Aws.ACCOUNT_ID}-${Aws.REGION}/*`],
    }), 'templates and other files are assets, whose names change with their content; the bucket is that of the '
      + 'bootstrap, whatever its qualifier');
    this.allow(provider.role, new PolicyStatement({
      sid: 'ReadImages',
      actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [
        `arn:${Aws.PARTITION}:ecr:${Aws.REGION}:${Aws.ACCOUNT_ID}:repository/cdk-*-container-assets-${Aws.ACCOUNT_ID}-`
          + Aws.REGION,
      ],
    }), 'the repository of image assets is that of the bootstrap, whatever its qualifier');
    return provider;
  }

  /** One rule and one function for all repositories. */
  private triggerFunction() {
    const functions = new HandlerFunctions(this, 'Trigger', {
      handler: 'trigger',
      roleName: NAMES.triggerFunctionRole,
      description: 'Starts the pipeline of a branch that has moved',
      environment: this.environment(),
    });
    this.grantRecords(functions.role, ['route#*'], READ);
    // used by the first commit on a branch that has a pipeline
    this.grantEnter(functions.role, [NAMES.startRole]);
    this.grantRepositories(functions.role, 'trigger');
    this.listenBeforePipelines(movedRule(this, 'Moved', this.listener(functions)));
  }

  /** One rule and one function for all environments: however many there are, the stack does not grow. */
  private deploymentsFunction() {
    const functions = new HandlerFunctions(this, 'Deployments', {
      handler: 'deployments',
      roleName: NAMES.deploymentsFunctionRole,
      description: 'Records what the pipelines deploy',
      environment: this.environment(),
    });
    this.grantRecords(functions.role, ['lease#*'], READ, 'Environments');
    this.grantRecords(functions.role, ['deployment#*'], ['dynamodb:GetItem', 'dynamodb:PutItem']);
    this.grantRepositories(functions.role, 'deployments');
    this.listenBeforePipelines(new Rule(this, 'PipelineEvents', {
      eventBus: this.props.eventBus,
      description: 'Records what the pipelines deploy',
      eventPattern: { source: ['aws.codepipeline'] },
      targets: [new FunctionTarget(this.listener(functions))],
    }));
  }

  /** A pipeline runs as soon as it is made, and may be pushed to. */
  private listenBeforePipelines(rule: Rule) {
    this.stack.onEventHandler.node.addDependency(...rule.node.children.filter(child => child instanceof CfnPermission));
  }

  /** A function that EventBridge invokes: nobody waits for its answer. */
  private listener(functions: HandlerFunctions): LambdaFunction {
    const listener = functions.function('Function', 'handler', Duration.minutes(1));
    // CDK grants the destination more than sqs:SendMessage, which Lambda itself uses once an event has failed for good
    listener.configureAsyncInvoke({ onFailure: new SqsDestination(this.missed), retryAttempts: 2 });
    return listener;
  }

  private missedQueue(): Queue {
    const missed = new Queue(this, 'Missed', { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED, retentionPeriod: Duration.days(14) });
    acknowledge(missed, { SQS3: 'this is the queue for what has failed' });
    return missed;
  }

  private operationsFunction(): LambdaFunction {
    const functions = new HandlerFunctions(this, 'Operations', {
      handler: 'operations',
      roleName: NAMES.operationsFunction,
      description: 'Halts, resumes and looks at the pipelines of all environments',
      environment: this.environment(),
    });
    this.grantRecords(functions.role, ['halt#*'], [...RECORDS, ...QUEUE]);
    this.grantRecords(functions.role, ['index#*', 'lease#*'], READ, 'Environments');
    this.grantEnter(functions.role, [NAMES.operateRole]);
    this.grantRepositories(functions.role, 'operations');
    // by this name the command line knows it
    return functions.function('Function', 'handler', Duration.minutes(5), NAMES.operationsFunction);
  }

  private environment(): { [name: string]: string } {
    return {
      [HANDLER_ENVIRONMENT.REGISTRY_TABLE]: this.props.registry.tableName,
      [HANDLER_ENVIRONMENT.PARTITION]: Aws.PARTITION,
      [HANDLER_ENVIRONMENT.CICD_ACCOUNT]: Aws.ACCOUNT_ID,
    };
  }

  private grantRecords(role: Role, keys: string[], actions = RECORDS, sid = 'Records') {
    role.addToPrincipalPolicy(new PolicyStatement({
      sid,
      actions,
      resources: [this.props.registry.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    }));
  }

  private grantRepositories(role: Role, user: RepositoryUser) {
    for (const statement of repositoryStatements(this.props.repositoryNames, user)) this.allow(role, statement, REPOSITORIES_REASON);
  }

  private grantEnter(role: Role, roleNames: string[]) {
    this.allow(role, new PolicyStatement({
      sid: 'EnterMembers',
      actions: ['sts:AssumeRole'],
      resources: roleNames.map(name => `arn:${Aws.PARTITION}:iam::*:role/${name}`),
      // the CICD account's own bootstrap roles lead to its administrator
      conditions: { StringEquals: { 'aws:ResourceOrgID': this.props.organizationId }, StringNotEquals: { 'aws:ResourceAccount': Aws.ACCOUNT_ID } },
    }), 'the accounts are created later; the role is named, and the organization');
  }

  private allow(role: Role, statement: PolicyStatement, whyWildcard: string) {
    role.addToPrincipalPolicy(statement);
    acknowledgeWildcards(role, [statement], { [statement.sid ?? '']: whyWildcard });
  }
}
