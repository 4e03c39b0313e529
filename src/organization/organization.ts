import { ArnFormat, Fn, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRule, EventBus, IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { CfnRole, Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { CfnEventInvokeConfig, CfnPermission, Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import { allowPipelines, artifactKey } from './artifact-key';
import { eventBus } from './event-bus';
import { setInternals } from './internals';
import { Listeners } from './listeners';
import { OrganizationAccess } from './organization-access';
import type { IOrganization } from './organization-interface';
import { AccountBaseline } from '../baseline/account-baseline';
import { ORGANIZATION_TARGET } from '../baseline/contract';
import { CustomResources, entryFunctionArn } from '../kinds/custom-resources';
import { KINDS } from '../kinds/list';
import { recordPermissions } from '../kinds/permissions';
import { OnPipelineEventOptions, pipelineRule } from '../monitoring/pipeline-event';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';
import { LISTED, RECORDS, REGISTRY_INDEX, TIME_TO_LIVE } from '../registry/contract';
import { checkedRepositoryNames } from '../sources/repository-permissions';

/** Properties of `Organization`. */
export interface OrganizationProps {
  /** Id of the organization, for example `o-exampleorgid`. `aws organizations describe-organization` shows it. */
  readonly organizationId: string;

  /** How the account provider accesses the management account. */
  readonly access: OrganizationAccess;

  /**
   * Name of the SSM parameter by which other apps import this organization (`Organization.fromParameterName`).
   *
   * @default '/org-environments/organization'
   */
  readonly parameterName?: string;

  /**
   * Names of the repositories that the functions of the organization may use, in the account and region of the
   * organization. As in policies of IAM, `*` matches any text and `?` any character: `shop-*`. Set them if the account
   * also has repositories that environments must not use: the functions can neither read these repositories nor create
   * branches in them.
   *
   * @default ['*'] - all repositories
   */
  readonly repositoryNames?: string[];

  /**
   * Secrets with the credentials for the APIs of the repository hosts outside of AWS, of the sources of all apps. The
   * functions of the organization that work with repositories may read these secrets, and no others.
   *
   * @default - none; repositories are in CodeCommit
   */
  readonly repositoryCredentials?: ISecret[];

  /**
   * A table that was restored from a backup of the registry, or an empty one. All custom resources are sent to it by
   * the deployment that names another table: what it does not know is found again in the accounts. The former table is
   * retained. See `docs/recovery.md`.
   *
   * @default - the stack has a table with deletion protection and point-in-time recovery
   */
  readonly registry?: ITable;

  /**
   * Key that encrypts the artifacts of all pipelines. Create it in this app, because its policy must allow the
   * pipelines of the organization to use it. When it changes, every pipeline and every baseline is updated; artifacts
   * that the former key encrypts are not read again.
   *
   * @default - the stack has a key with rotation, which is retained
   */
  readonly artifactKey?: IKey;

  /**
   * Id of a closed CICD account that this one replaces: twelve digits. The accounts, stacks and pipelines that its app
   * has vended are taken over by the stacks of the same names. A deployment that takes an account over fails while the
   * replaced account is in use. See `docs/break-glass.md`.
   *
   * @default - none
   */
  readonly replacedCicdAccountId?: string;

  /**
   * What every account gets and keeps that is created or adopted here, except accounts of a pool with a baseline of its
   * own. Imported accounts do not get it.
   *
   * @default - none
   */
  readonly accountBaseline?: AccountBaseline;
}

const DEFAULT_PARAMETER = '/org-environments/organization';

/** Importing apps find members by their position: append new members, and neither move nor remove any. */
const PARAMETER_VERSION = '1';

abstract class OrganizationBase extends Resource implements IOrganization {
  public abstract readonly organizationId: string;
  public abstract readonly registry: ITable;
  public abstract readonly artifactKey: IKey;
  public abstract readonly eventBus: IEventBus;

  /** @internal */
  protected abstract readonly _operations: IFunction;

  public grantOperate(grantee: IGrantable): Grant {
    return this._operations.grantInvokeLatestVersion(grantee);
  }

  public onPipelineEvent(id: string, options: OnPipelineEventOptions = {}): Rule {
    return pipelineRule(this, id, this.eventBus, options);
  }

  public grantReadRegistry(grantee: IGrantable): Grant {
    // without the response URLs of CloudFormation, which are secrets
    const read = [
      RECORDS.account, RECORDS.branch, RECORDS.deployment, RECORDS.environment, RECORDS.halt, RECORDS.history,
      RECORDS.lease, RECORDS.leftover, RECORDS.pipeline, RECORDS.pool, RECORDS.route, RECORDS.stack,
    ];
    const permissions = recordPermissions(this.registry, { read, list: Object.values(LISTED) }, true);
    return permissions.map(({ statement }) => Grant.addToPrincipal({
      grantee,
      actions: statement.actions,
      resourceArns: statement.resources,
      conditions: statement.conditions,
    })).reduce((one, other) => one.combine(other));
  }
}

/**
 * The resources that environments share in the CICD account: the registry, the artifact key, the event bus, and the
 * functions that handle custom resources, pushes and the commands of operators.
 *
 * A CICD account has exactly one, because only one registry can hold the leases of accounts. Other apps import it.
 *
 * @example
 * const organization = new Organization(this, 'Organization', {
 *   organizationId: 'o-exampleorgid',
 *   access: OrganizationAccess.role('arn:aws:iam::999999999999:role/org-environments-access'),
 * });
 */
export class Organization extends OrganizationBase {
  /**
   * Imports the organization that another app has defined in the same account and region.
   *
   * @param parameterName name of the SSM parameter, as in `OrganizationProps.parameterName`
   */
  public static fromParameterName(
    scope: Construct, id: string, parameterName: string = DEFAULT_PARAMETER,
  ): IOrganization {
    const parameter = StringParameter.valueForStringParameter(scope, parameterName);
    // CloudFormation cannot parse JSON: split at quotation marks, it is an alternation of names and values
    const [registryName, artifactKeyArn, organizationId, managementAccountId] = [11, 15, 7, 19]
      .map(index => Fn.select(index, Fn.split('"', parameter)));
    class Import extends OrganizationBase {
      public readonly organizationId = organizationId;
      public readonly registry = Table.fromTableName(this, 'Registry', registryName);
      public readonly artifactKey = Key.fromKeyArn(this, 'ArtifactKey', artifactKeyArn);
      public readonly eventBus = EventBus.fromEventBusArn(this, 'EventBus', Stack.of(this).formatArn({
        service: 'events', resource: 'event-bus', resourceName: NAMES.eventBus,
      }));
      protected readonly _operations = LambdaFunction.fromFunctionAttributes(this, 'Operations', {
        functionArn: Stack.of(this).formatArn({
          service: 'lambda',
          resource: 'function',
          resourceName: NAMES.operationsFunction,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
        sameEnvironment: true,
      });
    }
    const imported = new Import(scope, id);
    setInternals(imported, {
      serviceToken: entryFunctionArn(imported), isImported: true, managementAccountId, registryName,
    });
    return imported;
  }

  public readonly organizationId: string;
  public readonly registry: ITable;
  public readonly artifactKey: IKey;
  public readonly eventBus: IEventBus;
  /** @internal */
  protected readonly _operations: IFunction;

  public constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id);
    this.organizationId = validate.organizationId(this, props.organizationId);
    const hint = 'a CICD account can have only one Organization; use that one, or import it with '
      + 'Organization.fromParameterName()';
    UniqueClaims.of(this).claim(this, 'organization of the account', this.env.account, hint);
    UniqueClaims.of(this).claim(this, 'organization of the stack', Stack.of(this).node.path, hint);

    const registry = props.registry ?? registryTable(this);
    this.registry = registry;
    this.artifactKey = props.artifactKey ?? artifactKey(this);
    allowPipelines(this, this.artifactKey, this.organizationId);
    const bus = eventBus(this, this.organizationId);
    this.eventBus = bus;

    const { organizationId } = this;
    const access = props.access._bind(this, organizationId);
    const { managementAccountId } = access;
    const repositoryNames = checkedRepositoryNames(this, props.repositoryNames ?? ['*']);
    const { repositoryCredentials = [] } = props;
    const replacedCicdAccountId = this.replacedAccount(props);
    const customResources = new CustomResources(this, 'CustomResources', {
      kinds: KINDS,
      registry,
      eventBus: bus,
      organizationId,
      repositoryNames,
      repositoryCredentials,
      access,
      replacedCicdAccountId,
    });
    const listeners = new Listeners(this, 'Listeners', {
      registry, eventBus: bus, organizationId, repositoryNames, repositoryCredentials, customResources,
    });
    this._operations = listeners.operations;
    // a new pipeline starts immediately, and its events must be recorded
    customResources.entry.node.addDependency(...listeners.node.findAll().filter(carriesEvents));
    const internals = {
      serviceToken: customResources.serviceToken,
      isImported: false,
      managementAccountId,
      repositoryNames,
      repositoryCredentials,
      registryName: props.registry?.tableName,
      accountFunction: customResources.functions[RESOURCE_TYPES.account],
      monitored: {
        functions: [
          ...new Set(Object.values(customResources.functions)), customResources.entry, ...listeners.functions,
        ],
        waiterArn: customResources.waiterArn,
        deadLetters: listeners.deadLetters,
      },
    };
    setInternals(this, internals);
    const baseline = props.accountBaseline?._give(this, this, ORGANIZATION_TARGET);
    if (baseline) setInternals(this, { ...internals, baseline });

    this.createParameter(props.parameterName ?? DEFAULT_PARAMETER, managementAccountId);
    this.createFirst(NAMES.accountProviderRole);
  }

  private replacedAccount({ replacedCicdAccountId: accountId }: OrganizationProps): string | undefined {
    if (accountId === undefined) return undefined;
    if (validate.accountId(this, accountId) !== this.env.account) return accountId;
    return fail(this, `replacedCicdAccountId must be another account than that of the stack, got: ${accountId}`);
  }

  /** A second organization in another region of the account then fails with one error, which names this role. */
  private createFirst(roleName: string): void {
    const roles = this.node.findAll().filter(child => child instanceof CfnRole);
    const first = roles.find(role => role.roleName === roleName);
    for (const role of roles) if (first && role !== first) role.addResourceDependency(first);
  }

  /**
   * Not supported: the registry and the artifact key are always retained.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, 'the registry and the artifact key are always retained');
  }

  private createParameter(parameterName: string, managementAccountId: string): void {
    new StringParameter(this, 'Parameter', {
      parameterName,
      description: 'Lets other apps import the organization (cdk-org-environments)',
      // append new members: importing apps find members by their position
      stringValue: Stack.of(this).toJsonString({
        version: PARAMETER_VERSION,
        organizationId: this.organizationId,
        registryName: this.registry.tableName,
        artifactKeyArn: this.artifactKey.keyArn,
        managementAccountId,
      }),
    });
  }
}

function registryTable(scope: Construct): Table {
  const registry = new Table(scope, 'Registry', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // A first deployment that fails retains the empty table, which costs nothing. CloudFormation could not delete a
    // protected one, and its rollback would fail.
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    timeToLiveAttribute: TIME_TO_LIVE,
  });
  registry.addGlobalSecondaryIndex({
    indexName: REGISTRY_INDEX.indexName,
    partitionKey: { name: REGISTRY_INDEX.partitionKey, type: AttributeType.STRING },
    sortKey: { name: 'pk', type: AttributeType.STRING },
  });
  return registry;
}

function carriesEvents(construct: IConstruct): boolean {
  return [CfnRule, CfnPermission, CfnEventInvokeConfig].some(type => construct instanceof type);
}
