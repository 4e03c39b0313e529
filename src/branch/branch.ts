import { IResource, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BranchRequest, BranchResult } from './contract';
import { checksOf, reviewOf } from './rules';
import type { IAccount } from '../account/account-interface';
import type { DefinedBranch, NewBranch } from '../account/contract';
import { preparedAccountId } from '../account/internals';
import type { IOrganization } from '../organization/organization-interface';
import { BranchTree } from '../private/branch-tree';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { validate } from '../private/validate';
import type { Source } from '../sources/source';
import type { SourceConfig } from '../sources/source-host';

/** A branch of a repository. */
export interface IBranch extends IResource {
  /**
   * Name of the branch, for example `env/test1`.
   *
   * @attribute
   */
  readonly branchName: string;

  /** Repository of the branch. */
  readonly source: Source;

  /**
   * Name of the branch from which this one was created.
   *
   * @default - not known, for a branch that was imported without it
   */
  readonly parentBranchName?: string;
}

/** Options of the branch of an environment. */
export interface BranchOptions {
  /** Repository of the branch. */
  readonly source: Source;

  /**
   * Name of the branch, for example `env/test1`: at most 256 characters, by the rules of git. It must be unique among
   * the environments of the app.
   *
   * A change renames the branch: the new one begins at the head of the former one, which is removed. The former branch
   * is kept if it has open pull requests. Pipelines and clones that name it must be changed.
   */
  readonly branchName: string;

  /**
   * Name of the branch from whose head this one is created. If the app defines the parent branch, too, it is created
   * first.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;

  /**
   * Commit id, tag or branch at which this branch is created, for example a template. It is used only for a branch that
   * does not exist.
   *
   * @default - the head of the parent branch
   */
  readonly startPoint?: string;

  /**
   * The review that pull requests to the branch need.
   *
   * In CodeCommit, an approval rule template, which concerns pull requests only: deny other changes with
   * `BranchProtection`. At most 25 different reviews in a repository, and 100 branches with the same. In GitHub, a
   * ruleset, which only the GitHub App of the credentials bypasses. In GitLab (Premium), a protected branch and an
   * approval rule; only the owner of the token pushes to it. In Bitbucket, branch restrictions, which concern pull
   * requests only.
   *
   * @default - pull requests need no review
   */
  readonly requireReview?: ReviewOptions;

  /**
   * Names of the checks that must pass before a pull request to the branch is merged, for example of the jobs of a
   * workflow of GitHub: at most 20. Bitbucket knows no names: it requires as many builds that have passed. Not possible
   * in CodeCommit and GitLab.
   *
   * @default - no check must pass
   */
  readonly requirePassingPipeline?: string[];

  /**
   * What happens to the branch when it is removed from the app.
   *
   * @default BranchRemoval.KEEP
   */
  readonly removal?: BranchRemoval;
}

/** The review of pull requests to a branch. */
export interface ReviewOptions {
  /**
   * Number of approvals that a pull request needs.
   *
   * @default 1
   */
  readonly approvals?: number;

  /**
   * ARNs of the roles and users whose approvals count, at most 50, for example
   * `arn:aws:sts::222222222222:assumed-role/Reviewers/*`. The author of a pull request never counts. Only in
   * CodeCommit.
   *
   * @default - all who may approve pull requests
   */
  readonly approvers?: string[];
}

/** What happens to a branch that is removed from the app. No commit is lost in either case. */
export enum BranchRemoval {
  /** The branch stays in the repository. */
  KEEP = 'keep',

  /**
   * The branch is deleted. If it has commits that its parent branch lacks, it is kept first as
   * `archive/<branch>/<time>`.
   *
   * The removal fails while pull requests from or to the branch are open, and while it is the parent of another
   * environment. A branch that existed before the environment is always kept.
   */
  ARCHIVE = 'archive',
}

/** Properties of `Branch`. */
export interface BranchProps extends BranchOptions {
  /** The organization whose provider creates the branch. */
  readonly organization: IOrganization;

  /** Name of the environment. It is written to `environment.json` on the branch. */
  readonly environmentName: string;

  /** Account of the environment. Its id is written to `environment.json` on the branch. */
  readonly account: IAccount;
}

/** Attributes of a branch that exists, for `Branch.fromBranchAttributes`. */
export interface BranchAttributes {
  /** Repository of the branch. */
  readonly source: Source;
  /** Name of the branch. */
  readonly branchName: string;
  /**
   * Name of the branch from which this one was created.
   *
   * @default - not known
   */
  readonly parentBranchName?: string;
}

/**
 * The branch of an environment. It is created at the head of its parent branch, with one commit more:
 * `environment.json`, from which the app on the branch reads the environment, account, region and parent branch.
 *
 * A branch that exists is adopted if its `environment.json` names the same parent branch, or if it has no file of its
 * own. When the construct is removed, the branch is kept; with `BranchRemoval.ARCHIVE`, its commits are.
 *
 * @example
 * new Branch(this, 'Branch', {
 *   organization,
 *   account,
 *   environmentName: 'test',
 *   source,
 *   branchName: 'env/test',
 *   parentBranchName: 'env/prod',
 * });
 */
export class Branch extends Resource implements IBranch {
  /**
   * Imports a branch that exists, without changing it.
   *
   * @param attrs the repository and the name of the branch
   */
  public static fromBranchAttributes(scope: Construct, id: string, attrs: BranchAttributes): IBranch {
    class Import extends Resource implements IBranch {
      public readonly branchName = validate.branchName(this, attrs.branchName);
      public readonly source = attrs.source;
      public readonly parentBranchName = attrs.parentBranchName;
    }
    return new Import(scope, id);
  }

  public readonly branchName: string;
  public readonly source: Source;

  /**
   * Name of the branch from which this one was created.
   *
   * @attribute
   */
  public readonly parentBranchName?: string;

  /**
   * Id of the commit that added `environment.json`.
   *
   * @attribute
   */
  public readonly branchCommitId: string;

  private readonly config: SourceConfig;
  private readonly definedName: string;
  private readonly startPoint?: string;

  public constructor(scope: Construct, id: string, props: BranchProps) {
    super(scope, id);
    this.source = props.source;
    const parentName = validate.branchName(this, props.parentBranchName ?? 'main');
    this.parentBranchName = parentName;
    validate.branchName(this, props.branchName);
    validate.environmentName(this, props.environmentName);
    if (props.startPoint !== undefined) this.checkStartPoint(props.startPoint);
    this.definedName = props.branchName;
    this.startPoint = props.startPoint;
    this.config = props.source._bind(this, props.organization);
    const { key, repository, createdBy } = this.config;
    // an account remains when the repository cannot be created
    if (createdBy && Stack.of(createdBy) === Stack.of(props.account)) props.account.node.addDependency(createdBy);
    UniqueClaims.of(this).claim(this, `branch of ${key}`, props.branchName,
      'every environment needs its own branch; choose another branchName',
      `branch '${props.branchName}' of repository '${repository.repositoryName}'`);
    BranchTree.of(this).add(this, key, props.branchName, parentName);

    const branch = new ManagedResource<BranchRequest, BranchResult>(this, 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.branch,
      request: {
        ...repository,
        branchName: props.branchName,
        parentName,
        startPoint: props.startPoint,
        removal: props.removal === BranchRemoval.ARCHIVE ? 'archive' : undefined,
        review: props.requireReview && reviewOf(this, props.requireReview, repository.host),
        checks: props.requirePassingPipeline && checksOf(this, props.requirePassingPipeline, repository.host),
        environmentName: props.environmentName,
        accountId: preparedAccountId(this, props.account, props.organization),
        region: Stack.of(this).region,
      },
    });
    this.branchName = branch.result('branchName');
    this.branchCommitId = branch.result('commitId');
  }

  /**
   * Not supported: use the property `removal`.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, "the commits of a branch are always kept; use its property 'removal'");
  }

  private checkStartPoint(startPoint: string): void {
    const isCommit = /^[0-9a-f]{40}$/.test(startPoint);
    if (!isCommit) validate.branchName(this, startPoint.replace(/^refs\/(heads|tags)\//, ''), 'start point');
  }

  /**
   * The branch, if the app defines its parent branch, too.
   *
   * @internal
   */
  public _definedBranch(): DefinedBranch | undefined {
    const { config: { key, repository: { repositoryName } }, definedName: branchName, parentBranchName = '' } = this;
    const isKnown = ![repositoryName, branchName, parentBranchName].some(name => Token.isUnresolved(name));
    return isKnown && BranchTree.of(this).defines(key, parentBranchName) ? { repositoryName, branchName } : undefined;
  }

  /**
   * The branch and its parent branch; undefined if they are known only at deployment, or if the app defines the parent
   * branch or the repository.
   *
   * @internal
   */
  public _newBranch(): NewBranch | undefined {
    const { key, repository, isDefinedByApp, createdBy } = this.config;
    const { repositoryName, repositoryArn, ...host } = repository;
    const { definedName: branchName, parentBranchName: parentName = '' } = this;
    if ([repositoryName, branchName, parentName].some(name => Token.isUnresolved(name))) return undefined;
    if (createdBy && repository.connectionArn !== undefined) {
      return { ...host, repositoryName, branchName, parentName, check: 'connection' };
    }
    if (BranchTree.of(this).defines(key, parentName) || isDefinedByApp()) return undefined;
    const { startPoint } = this;
    return { ...host, repositoryName, branchName, parentName, ...startPoint !== undefined && { startPoint } };
  }
}
