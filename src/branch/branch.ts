import { IResource, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BranchRequest, BranchResult } from './contract';
import type { IAccount } from '../account/account-interface';
import type { NewBranch } from '../account/contract';
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
   * Name of the branch, for example `env/test1`: at most 256 letters, digits and `._/+#=-`. It must be unique among the
   * environments of the app.
   */
  readonly branchName: string;

  /**
   * Name of the branch from whose head this one is created. If the app defines the parent branch, too, it is created
   * first.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;
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
 * own. When the construct is removed, the branch and its commits are kept.
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

  public constructor(scope: Construct, id: string, props: BranchProps) {
    super(scope, id);
    this.source = props.source;
    const parentName = validate.branchName(this, props.parentBranchName ?? 'main');
    this.parentBranchName = parentName;
    validate.branchName(this, props.branchName);
    validate.environmentName(this, props.environmentName);
    this.definedName = props.branchName;
    this.config = props.source._bind(this, props.organization);
    const { key, repository } = this.config;
    UniqueClaims.of(this).claim(this, `branch of ${key}`, props.branchName,
      'every environment needs its own branch; choose another branchName');
    BranchTree.of(this).add(this, key, props.branchName, parentName);

    const branch = new ManagedResource<BranchRequest, BranchResult>(this, 'Resource', {
      organization: props.organization,
      resourceType: RESOURCE_TYPES.branch,
      request: {
        ...repository,
        branchName: props.branchName,
        parentName,
        environmentName: props.environmentName,
        accountId: preparedAccountId(this, props.account, props.organization),
        region: Stack.of(this).region,
      },
    });
    this.branchName = branch.result('branchName');
    this.branchCommitId = branch.result('commitId');
  }

  /**
   * Not supported: the branch is always kept, with all its commits.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, 'a branch is always kept, with all its commits');
  }

  /**
   * The branch and its parent branch; undefined if they are known only at deployment, or if the app defines the parent
   * branch or the repository.
   *
   * @internal
   */
  public _newBranch(): NewBranch | undefined {
    const { key, repository, isDefinedByApp } = this.config;
    const { repositoryName, repositoryArn, ...host } = repository;
    const { definedName: branchName, parentBranchName: parentName = '' } = this;
    if ([repositoryName, branchName, parentName].some(name => Token.isUnresolved(name))) return undefined;
    if (BranchTree.of(this).defines(key, parentName) || isDefinedByApp()) return undefined;
    return { ...host, repositoryName, branchName, parentName };
  }
}
