import {
  Aws, CfnResource, Duration, IResource, ITaggable, Lazy, RemovalPolicy, Resource, Stack, TagManager, TagType, Token,
} from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { allowApprovalRequests } from './approval-topic';
import type { PipelineRequest, PipelineResult } from './contract';
import { PipelineDefinition } from './pipeline-definition';
import { PIPELINE_PARAMETERS } from './pipeline-resources';
import { PipelineTemplate } from './pipeline-template';
import { checkedMinutes, checkedPlan } from './plan-validation';
import { sideOf } from './side';
import { Account } from '../account/account';
import type { IAccount } from '../account/account-interface';
import { preparedAccountId } from '../account/internals';
import type { IBranch } from '../branch/branch';
import type { IOrganization } from '../organization/organization-interface';
import { BOOTSTRAP_QUALIFIER, NAMES, PIPELINE_STATE, RESOURCE_TYPES } from '../private/contract';
import { environmentNamesOf } from '../private/environment-names';
import { lazy } from '../private/lazy';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { fail, validate } from '../private/validate';
import type { SourceConfig, SourceGrant } from '../sources/source-host';

/** A pipeline in the account of an environment. */
export interface IPipeline extends IResource {
  /**
   * Name of the pipeline in its account.
   *
   * @attribute
   */
  readonly pipelineName: string;

  /**
   * ARN of the pipeline in its account.
   *
   * @attribute
   */
  readonly pipelineArn: string;
}

/** Options of the pipeline of an environment. */
export interface PipelineOptions {
  /**
   * Whether a deployment requires manual approval.
   *
   * @default false
   */
  readonly approval?: boolean;

  /**
   * Whether the pipeline deploys commits. A disabled pipeline reads commits, and deploys the latest when it is enabled
   * again.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether the application stacks in the account are kept when the environment is removed. Application stacks are
   * all stacks that were deployed with the deploy role of the CDK bootstrap since the pipeline was created, also with
   * `cdk deploy` by hand. A change takes effect when it is deployed, so deploy it before the removal. The stacks are
   * always kept when an environment moves to another account, and when its creation is rolled back.
   *
   * @default - false for vended accounts (`new Account`); true for accounts that existed before
   * (`Account.fromAccountId`, `OnExistingAccount.ADOPT`)
   */
  readonly keepApplication?: boolean;

  /**
   * Timeout of the approval: 5 minutes to 60 days, in whole minutes. A commit that is not approved in time is not
   * deployed.
   *
   * @default Duration.days(7)
   */
  readonly approvalTimeout?: Duration;

  /**
   * The topic that receives requests for approval, in the region of the pipeline. Only the pipelines of the accounts
   * that use it may publish to it; but each of them may publish any text, so environments that trust each other less
   * should have topics of their own. A topic that is imported or has its own key must allow the role
   * `org-environments-pipeline-run` of the account to publish and to use the key. It requires `approval: true`.
   *
   * @default - no notification
   */
  readonly approvalTopic?: ITopic;

  /**
   * The stages of the pipeline. Environments with the same definition share one template.
   *
   * @default PipelineDefinition.cdk()
   */
  readonly definition?: PipelineDefinition;
}

/** Properties of `Pipeline`. */
export interface PipelineProps extends PipelineOptions {
  /** The organization whose provider deploys the pipeline. */
  readonly organization: IOrganization;

  /** The account in which the pipeline is created and to which it deploys. An account has at most one pipeline. */
  readonly account: IAccount;

  /** The branch whose commits are deployed. */
  readonly branch: IBranch;

  /** Name of the environment, and of the pipeline: 1 to 32 letters, digits and hyphens, beginning with a letter. */
  readonly environmentName: string;
}

/** Attributes of a pipeline that exists, for `Pipeline.fromPipelineAttributes`. */
export interface PipelineAttributes {
  /** Id of the account of the pipeline: twelve digits. */
  readonly accountId: string;
  /** Name of the pipeline. */
  readonly pipelineName: string;
}

/**
 * The pipeline of an environment, in the account of the environment. It takes each commit of the branch through the
 * stages of its definition, and deploys it in the account with the roles of the CDK bootstrap.
 *
 * @example
 * new Pipeline(this, 'Pipeline', {
 *   organization,
 *   account,
 *   branch,
 *   environmentName: 'prod',
 *   approval: true,
 * });
 */
export class Pipeline extends Resource implements IPipeline, ITaggable {
  /**
   * Imports a pipeline that exists.
   *
   * @param attrs the account and the name of the pipeline
   */
  public static fromPipelineAttributes(scope: Construct, id: string, attrs: PipelineAttributes): IPipeline {
    class Import extends Resource implements IPipeline {
      public readonly pipelineName = attrs.pipelineName;
      public readonly pipelineArn = pipelineArn(
        this, validate.accountId(this, attrs.accountId), attrs.pipelineName,
      );
    }
    return new Import(scope, id);
  }

  public readonly pipelineName: string;
  public readonly pipelineArn: string;

  /** Tags of the stack of the pipeline, which CloudFormation applies to its resources. */
  public readonly tags: TagManager = new TagManager(TagType.MAP, RESOURCE_TYPES.pipeline);

  /**
   * The template of the pipeline. All pipelines of a stack with the same definition share it.
   *
   * @internal
   */
  public readonly _template: PipelineTemplate;

  public constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { organization, account } = props;
    this.pipelineName = validate.environmentName(this, props.environmentName);
    environmentNamesOf(this).add(this.pipelineName);
    const accountKey = Token.isUnresolved(account.accountId) ? account.node.path : account.accountId;
    UniqueClaims.of(this).claim(this, 'pipeline account', accountKey,
      'an account can have only one pipeline; use another account for each environment');

    const plan = checkedPlan(this, props.definition ?? PipelineDefinition.cdk());
    const source = props.branch.source._bind(this, organization);
    const grant = source.grantRead({ scope: this, accountId: account.accountId });
    const { resource } = new ManagedResource<PipelineRequest, PipelineResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.pipeline,
      request: this.request(props, { source, grant }, plan.stages[0].name),
    });
    if (grant.before) resource.node.addDependency(grant.before);
    this.allowApprovalRequests(props, resource);
    const content = { plan, reading: source.reading, release: sideOf(props)?.access };
    this._template = PipelineTemplate.for(this, content, () => resource.node.defaultChild as CfnResource);
    this.pipelineArn = pipelineArn(this, account.accountId, this.pipelineName);
  }

  /**
   * Not supported: `keepApplication` says what happens to the applications, and the pipeline itself is always deleted.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, "set 'keepApplication' to keep the applications; the pipeline is always deleted");
  }

  private request(props: PipelineProps, { source, grant }: Reading, gate: string): PipelineRequest {
    const { organization, account, branch } = props;
    const side = sideOf(props);
    const state = props.enabled ?? true ? PIPELINE_STATE.enabled : PIPELINE_STATE.disabled;
    return {
      accountId: preparedAccountId(this, account, organization),
      region: Stack.of(this).region,
      stackName: `${NAMES.pipelineStackPrefix}${this.pipelineName}`,
      qualifier: BOOTSTRAP_QUALIFIER,
      templateBucket: Lazy.uncachedString({ produce: () => this._template.location.bucketName }),
      templateKey: Lazy.uncachedString({ produce: () => this._template.location.objectKey }),
      parameters: { ...this.parameters(props, source, state), [source.reading.parameter]: grant.arn },
      tags: lazy(() => this.tags.tagValues()),
      environment: {
        environmentName: this.pipelineName,
        ...(side && { side: side.name }),
        ...source.repository,
        branchName: branch.branchName,
        pipelineName: this.pipelineName,
        gate,
        state,
        // an account that existed before may have the stacks of others
        applications: props.keepApplication ?? !isNewAccount(account) ? 'keep' : 'delete',
      },
    };
  }

  private parameters(
    props: PipelineProps, { repository }: SourceConfig, state: string,
  ): Record<string, string> {
    const { organization, branch } = props;
    return {
      [PIPELINE_PARAMETERS.PIPELINE_NAME]: this.pipelineName,
      [PIPELINE_PARAMETERS.REPOSITORY_NAME]: repository.repositoryName,
      [PIPELINE_PARAMETERS.BRANCH_NAME]: branch.branchName,
      [PIPELINE_PARAMETERS.PARENT_BRANCH_NAME]: branch.parentBranchName ?? '',
      [PIPELINE_PARAMETERS.ARTIFACT_KEY_ARN]: organization.artifactKey.keyArn,
      [PIPELINE_PARAMETERS.TRIGGER_ROLE_ARN]:
        `arn:${Aws.PARTITION}:iam::${Stack.of(this).account}:role/${NAMES.triggerFunctionRole}`,
      [PIPELINE_PARAMETERS.EVENT_BUS_ARN]: organization.eventBus.eventBusArn,
      [PIPELINE_PARAMETERS.APPROVAL]: props.approval ? 'manual' : 'none',
      [PIPELINE_PARAMETERS.APPROVAL_MINUTES]: String(
        checkedMinutes(this, 'approvalTimeout', props.approvalTimeout ?? Duration.days(7), 5, 86_400),
      ),
      [PIPELINE_PARAMETERS.APPROVAL_TOPIC_ARN]: this.approvalTopicArn(props),
      [PIPELINE_PARAMETERS.STATE]: state,
    };
  }

  private allowApprovalRequests({ organization, account, approvalTopic }: PipelineProps, resource: Construct): void {
    if (!approvalTopic) return;
    const policy = allowApprovalRequests(this, approvalTopic, organization, account.accountId);
    // a pipeline starts when it is created, and may request an approval immediately
    if (policy) resource.node.addDependency(policy);
  }

  private approvalTopicArn({ approval, approvalTopic }: PipelineProps): string {
    if (!approvalTopic) return '';
    if (!approval) {
      fail(this, "an 'approvalTopic' needs a pipeline with approval: set 'approval: true', or omit 'approvalTopic'");
    }
    return approvalTopic.topicArn;
  }
}

/** The source of a pipeline, and what it reads it through. */
interface Reading {
  readonly source: SourceConfig;
  readonly grant: SourceGrant;
}

function isNewAccount(account: IAccount): boolean {
  return account instanceof Account && !account._mayBeAdopted;
}

function pipelineArn(scope: Construct, accountId: string, pipelineName: string): string {
  return Stack.of(scope).formatArn({ service: 'codepipeline', account: accountId, resource: pipelineName });
}
