import {
  Aws, CfnResource, Duration, IResource, ITaggable, Lazy, RemovalPolicy, Resource, Stack, TagManager, TagType, Token,
} from 'aws-cdk-lib';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { PipelineRequest, PipelineResult } from './contract';
import { PipelineDefinition } from './pipeline-definition';
import { PIPELINE_PARAMETERS } from './pipeline-resources';
import { PipelineTemplate } from './pipeline-template';
import { checkedMinutes, checkedPlan } from './plan-validation';
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
import type { SourceConfig } from '../sources/source-host';

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

/** How a pipeline works, apart from the environment that it belongs to. */
export interface PipelineOptions {
  /**
   * Whether somebody must approve before anything is deployed.
   *
   * @default false
   */
  readonly approval?: boolean;

  /**
   * Whether commits are deployed. A disabled pipeline still receives them, and deploys the last one when it is enabled again.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Whether the stacks in the account stay when the environment is removed: all that were deployed there with the bootstrap's role since the pipeline
   * was made, whoever deployed them, also `cdk deploy` by hand. It must have been deployed before the removal. An environment that moves to another
   * account leaves them in any case, and so does one whose deployment is rolled back.
   *
   * @default - false in an account that is vended (`new Account`); true in one that exists or may exist beforehand (`Account.fromAccountId`,
   * `OnExistingAccount.ADOPT`)
   */
  readonly keepApplication?: boolean;

  /**
   * How long the pipeline waits for the approval: 5 minutes to 60 days. A commit that nobody has approved by then is not deployed.
   *
   * @default Duration.days(7)
   */
  readonly approvalTimeout?: Duration;

  /**
   * The topic that is told when somebody must approve, in the region of the pipeline; usually one of the CICD account for all environments. One that
   * is imported or has a key of its own must let the roles `org-environments-pipeline-run` of the organization publish and encrypt.
   *
   * @default - nobody is told
   */
  readonly approvalTopic?: ITopic;

  /**
   * What the pipeline does with a commit. Environments with the same definition share one template.
   *
   * @default PipelineDefinition.cdk()
   */
  readonly definition?: PipelineDefinition;
}

/** Properties of `Pipeline`. */
export interface PipelineProps extends PipelineOptions {
  /** The organization whose provider deploys the pipeline. */
  readonly organization: IOrganization;

  /** The account that the pipeline lives in and deploys to; an account has one pipeline. */
  readonly account: IAccount;

  /** The branch that the pipeline follows. */
  readonly branch: IBranch;

  /** Name of the environment; the pipeline has the same name. */
  readonly environmentName: string;
}

/** What `Pipeline.fromPipelineAttributes` needs. */
export interface PipelineAttributes {
  /** Id of the account that the pipeline lives in. */
  readonly accountId: string;
  /** Name of the pipeline. */
  readonly pipelineName: string;
}

/**
 * A pipeline in the account of an environment: it takes each commit of the environment's branch through the stages of its definition, and deploys it
 * into the account that it lives in, with the bootstrap roles of that account.
 */
export class Pipeline extends Resource implements IPipeline, ITaggable {
  /** Refers to a pipeline that exists already. */
  public static fromPipelineAttributes(scope: Construct, id: string, attrs: PipelineAttributes): IPipeline {
    class Import extends Resource implements IPipeline {
      public readonly pipelineName = attrs.pipelineName;
      public readonly pipelineArn = pipelineArn(this, validate.accountId(this, attrs.accountId), attrs.pipelineName);
    }
    return new Import(scope, id);
  }

  public readonly pipelineName: string;
  public readonly pipelineArn: string;

  /** Tags of the pipeline's stack in the account, which CloudFormation gives to its resources. */
  public readonly tags: TagManager = new TagManager(TagType.MAP, RESOURCE_TYPES.pipeline);

  /**
   * The template that the pipeline is made of, shared by all pipelines with the same definition in a stack.
   *
   * @internal
   */
  public readonly _template: PipelineTemplate;

  public constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { organization, account } = props;
    this.pipelineName = validate.environmentName(this, props.environmentName);
    environmentNamesOf(this).add(this.pipelineName);
    UniqueClaims.of(this).claim(this, 'pipeline account', Token.isUnresolved(account.accountId) ? account.node.path : account.accountId,
      'an account has one pipeline; give each environment an account of its own');

    const plan = checkedPlan(this, props.definition ?? PipelineDefinition.cdk());
    const { resource } = new ManagedResource<PipelineRequest, PipelineResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.pipeline,
      request: this.request(props, plan.stages[0].name),
    });
    const { action } = props.branch.source._bind(this, organization);
    this._template = PipelineTemplate.for(this, plan, action, () => resource.node.defaultChild as CfnResource);
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

  private request(props: PipelineProps, gate: string): PipelineRequest {
    const { organization, account, branch } = props;
    const source = branch.source._bind(this, organization);
    const state = props.enabled ?? true ? PIPELINE_STATE.enabled : PIPELINE_STATE.disabled;
    return {
      accountId: preparedAccountId(this, account, organization),
      region: Stack.of(this).region,
      stackName: `${NAMES.pipelineRolePrefix}${this.pipelineName}`,
      qualifier: BOOTSTRAP_QUALIFIER,
      templateBucket: Lazy.uncachedString({ produce: () => this._template.location.bucketName }),
      templateKey: Lazy.uncachedString({ produce: () => this._template.location.objectKey }),
      parameters: this.parameters(props, source, state),
      tags: lazy(() => this.tags.tagValues()),
      environment: {
        environmentName: this.pipelineName,
        ...source.repository,
        branchName: branch.branchName,
        pipelineName: this.pipelineName,
        gate,
        state,
        // what is in an account that someone else has made may belong to someone else
        applications: props.keepApplication ?? !(account instanceof Account && !account._mayBeAdopted) ? 'keep' : 'delete',
      },
    };
  }

  private parameters(props: PipelineProps, { repository, readRole }: SourceConfig, state: string): Record<string, string> {
    const { organization, branch } = props;
    return {
      [PIPELINE_PARAMETERS.PIPELINE_NAME]: this.pipelineName,
      [PIPELINE_PARAMETERS.REPOSITORY_NAME]: repository.repositoryName,
      [PIPELINE_PARAMETERS.BRANCH_NAME]: branch.branchName,
      [PIPELINE_PARAMETERS.PARENT_BRANCH_NAME]: branch.parentBranchName ?? '',
      [PIPELINE_PARAMETERS.SOURCE_ROLE_ARN]: readRole().roleArn,
      [PIPELINE_PARAMETERS.ARTIFACT_KEY_ARN]: organization.artifactKey.keyArn,
      [PIPELINE_PARAMETERS.TRIGGER_ROLE_ARN]: `arn:${Aws.PARTITION}:iam::${Stack.of(this).account}:role/${NAMES.triggerFunctionRole}`,
      [PIPELINE_PARAMETERS.EVENT_BUS_ARN]: organization.eventBus.eventBusArn,
      [PIPELINE_PARAMETERS.APPROVAL]: props.approval ? 'manual' : 'none',
      [PIPELINE_PARAMETERS.APPROVAL_MINUTES]: String(checkedMinutes(this, 'approvalTimeout', props.approvalTimeout ?? Duration.days(7), 5, 86_400)),
      [PIPELINE_PARAMETERS.APPROVAL_TOPIC_ARN]: this.approvalTopicArn(props),
      [PIPELINE_PARAMETERS.STATE]: state,
    };
  }

  private approvalTopicArn({ approval, approvalTopic, organization }: PipelineProps): string {
    if (!approvalTopic) return '';
    if (!approval) fail(this, "an 'approvalTopic' is told of approvals, but nobody is asked: set 'approval: true', or leave the topic out");
    // the same statement for every pipeline: CDK writes it once
    approvalTopic.addToResourcePolicy(new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: ['sns:Publish'],
      resources: [approvalTopic.topicArn],
      conditions: {
        StringEquals: { 'aws:PrincipalOrgID': organization.organizationId },
        ArnLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::*:role/${NAMES.pipelineRole}` },
      },
    }));
    return approvalTopic.topicArn;
  }
}

function pipelineArn(scope: Construct, accountId: string, pipelineName: string): string {
  return Stack.of(scope).formatArn({ service: 'codepipeline', account: accountId, resource: pipelineName });
}
