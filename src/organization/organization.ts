import { ArnFormat, Fn, IResource, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, IEventBus, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { artifactKey } from './artifact-key';
import { eventBus } from './event-bus';
import { OrganizationAccess } from './organization-access';
import { OrganizationProviders } from './providers';
import { OnPipelineEventOptions, pipelineRule } from '../monitoring/pipeline-event';
import { AppIndex } from '../private/app-index';
import { NAMES } from '../private/contract';
import { validate } from '../private/validate';
import { checkedRepositoryNames } from '../sources/rights';

/** The organization that environments are vended into. */
export interface IOrganization extends IResource {
  /**
   * Id of the organization, for example `o-exampleorgid`.
   *
   * @attribute
   */
  readonly organizationId: string;

  /** Accounts, leases and environments: the memory of the providers. */
  readonly registry: ITable;

  /** Encrypts the artifacts of all pipelines. */
  readonly artifactKey: IKey;

  /** The events of all pipelines come here, as CodePipeline words them. */
  readonly eventBus: IEventBus;

  /**
   * Service token of the custom resources that vend accounts.
   *
   * @attribute
   */
  readonly accountServiceToken: string;

  /**
   * Service token of the custom resources that create branches.
   *
   * @attribute
   */
  readonly branchServiceToken: string;

  /**
   * Service token of the custom resources that deploy stacks into accounts.
   *
   * @attribute
   */
  readonly stackServiceToken: string;

  /** Halts, resumes and looks at the pipelines of all environments; the command line invokes it. */
  readonly operationsFunction: IFunction;

  /** Lets somebody halt and resume the pipelines of all environments, and see their state. */
  grantOperate(grantee: IGrantable): Grant;

  /** A rule on the bus of the organization, for what happens in the pipelines of some or all environments. */
  onPipelineEvent(id: string, options?: OnPipelineEventOptions): Rule;

  /** Lets somebody read which environment holds which account. */
  grantReadRegistry(grantee: IGrantable): Grant;
}

/** Properties of `Organization`. */
export interface OrganizationProps {
  /** Id of the organization, for example `o-exampleorgid`; `aws organizations describe-organization` tells it. */
  readonly organizationId: string;

  /** How the management account is reached. */
  readonly access: OrganizationAccess;

  /**
   * Names of the repositories that the functions of the organization may use, in the account and region of the
   * organization. `*` stands for any text, `?` for any character, as in policies of IAM: `shop-*`. Name them where the
   * account also has repositories that environments must not use: the functions can then neither read these nor create
   * branches there.
   *
   * @default ['*'] - all repositories
   */
  readonly repositoryNames?: string[];

  /**
   * Name of the SSM parameter through which other apps find this organization (`Organization.fromParameterName`).
   *
   * @default '/org-environments/organization'
   */
  readonly parameterName?: string;
}

/** What `Organization.fromOrganizationAttributes` needs. */
export interface OrganizationAttributes {
  /** Id of the organization. */
  readonly organizationId: string;
  /** Name of the registry table. */
  readonly registryName: string;
  /** ARN of the key of the artifacts. */
  readonly artifactKeyArn: string;
  /** Service token of the account provider. */
  readonly accountServiceToken: string;
  /** Service token of the branch provider. */
  readonly branchServiceToken: string;
  /** Service token of the stack provider. */
  readonly stackServiceToken: string;
}

const DEFAULT_PARAMETER = '/org-environments/organization';

abstract class OrganizationBase extends Resource implements IOrganization {
  public abstract readonly organizationId: string;
  public abstract readonly registry: ITable;
  public abstract readonly artifactKey: IKey;
  public abstract readonly eventBus: IEventBus;
  public abstract readonly accountServiceToken: string;
  public abstract readonly branchServiceToken: string;
  public abstract readonly stackServiceToken: string;
  public abstract readonly operationsFunction: IFunction;

  public grantOperate(grantee: IGrantable): Grant {
    return this.operationsFunction.grantInvokeLatestVersion(grantee);
  }

  public onPipelineEvent(id: string, options: OnPipelineEventOptions = {}): Rule {
    return pipelineRule(this, id, this.eventBus, options);
  }

  public grantReadRegistry(grantee: IGrantable): Grant {
    return this.registry.grantReadData(grantee);
  }
}

/**
 * The handle on an organization: its registry, its access and the providers that all other constructs use.
 *
 * There is one in a CICD account, because a queue or a lease only works if there is one; other apps import it.
 */
export class Organization extends OrganizationBase {
  /**
   * Imports the organization that another app of the same account and region has defined, by its SSM parameter.
   *
   * @param parameterName as in `OrganizationProps.parameterName`
   */
  public static fromParameterName(scope: Construct, id: string, parameterName: string = DEFAULT_PARAMETER): IOrganization {
    const parts = Fn.split(',', StringParameter.valueForStringParameter(scope, parameterName), 6);
    return Organization.fromOrganizationAttributes(scope, id, {
      organizationId: parts[0],
      registryName: parts[1],
      artifactKeyArn: parts[2],
      accountServiceToken: parts[3],
      branchServiceToken: parts[4],
      stackServiceToken: parts[5],
    });
  }

  /** Imports an organization by its attributes. */
  public static fromOrganizationAttributes(scope: Construct, id: string, attributes: OrganizationAttributes): IOrganization {
    class Import extends OrganizationBase {
      public readonly organizationId = validate.organizationId(this, attributes.organizationId);
      public readonly registry = Table.fromTableName(this, 'Registry', attributes.registryName);
      public readonly artifactKey = Key.fromKeyArn(this, 'ArtifactKey', attributes.artifactKeyArn);
      public readonly eventBus = EventBus.fromEventBusArn(this, 'EventBus', Stack.of(this).formatArn({
        service: 'events', resource: 'event-bus', resourceName: NAMES.eventBus,
      }));
      public readonly accountServiceToken = attributes.accountServiceToken;
      public readonly branchServiceToken = attributes.branchServiceToken;
      public readonly stackServiceToken = attributes.stackServiceToken;
      public readonly operationsFunction = LambdaFunction.fromFunctionAttributes(this, 'Operations', {
        functionArn: Stack.of(this).formatArn({
          service: 'lambda', resource: 'function', resourceName: NAMES.operationsFunction, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
        sameEnvironment: true,
      });
    }
    return new Import(scope, id);
  }

  public readonly organizationId: string;
  public readonly registry: ITable;
  public readonly artifactKey: IKey;
  public readonly eventBus: IEventBus;
  public readonly accountServiceToken: string;
  public readonly branchServiceToken: string;
  public readonly stackServiceToken: string;
  public readonly operationsFunction: IFunction;

  /**
   * Patterns of the names of the repositories that may be used.
   *
   * @internal
   */
  public readonly _repositoryNames: readonly string[];

  public constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id);
    this.organizationId = validate.organizationId(this, props.organizationId);
    const hint = 'a CICD account has one, because a queue and a lease only work if there is one; pass it on, or import it';
    AppIndex.of(this).claim(this, 'organization of the account', this.env.account, hint);
    AppIndex.of(this).claim(this, 'organization of the stack', Stack.of(this).node.path, hint);

    const registry = new Table(this, 'Registry', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // kept for ever once the stack stands; a first deployment that fails leaves no empty table behind
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.registry = registry;
    this.artifactKey = artifactKey(this, this.organizationId);
    const bus = eventBus(this, this.organizationId);
    this.eventBus = bus;
    this._repositoryNames = checkedRepositoryNames(this, props.repositoryNames ?? ['*']);

    const providers = new OrganizationProviders(this, 'Providers', {
      registry,
      eventBus: bus,
      organizationId: this.organizationId,
      access: props.access._bind(this, this.organizationId),
      repositoryNames: this._repositoryNames,
    });
    this.accountServiceToken = providers.account.serviceToken;
    this.branchServiceToken = providers.branch.serviceToken;
    this.stackServiceToken = providers.stack.serviceToken;
    this.operationsFunction = providers.operations;

    new StringParameter(this, 'Parameter', {
      parameterName: props.parameterName ?? DEFAULT_PARAMETER,
      description: 'Lets other apps import the organization (cdk-org-environments)',
      stringValue: [
        this.organizationId, registry.tableName, this.artifactKey.keyArn, this.accountServiceToken, this.branchServiceToken, this.stackServiceToken,
      ].join(','),
    });
  }
}
