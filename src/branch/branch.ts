import { IResource, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BranchRequest, BranchResult } from './contract';
import type { IAccount } from '../account/account-interface';
import type { BranchBeginning } from '../account/contract';
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

  /** Where the branch is. */
  readonly source: Source;

  /**
   * Name of the branch at whose head this one began.
   *
   * @default - not known, as for a branch that was imported without it
   */
  readonly parentBranchName?: string;
}

/** What a branch is, apart from the environment that it belongs to. */
export interface BranchOptions {
  /** Where the branch is to be. */
  readonly source: Source;

  /** Name of the branch, for example `env/test1`; no other environment of the app may have it. */
  readonly branchName: string;

  /**
   * Name of the branch at whose head this one begins. If the app defines that branch, too, it is created first.
   *
   * @default 'main'
   */
  readonly parentBranchName?: string;
}

/** Properties of `Branch`. */
export interface BranchProps extends BranchOptions {
  /** The organization whose provider creates the branch. */
  readonly organization: IOrganization;

  /** Name of the environment that the branch belongs to; the branch carries it in `environment.json`. */
  readonly environmentName: string;

  /** The account of the environment; the branch carries its id in `environment.json`. */
  readonly account: IAccount;
}

/** What `Branch.fromBranchAttributes` needs. */
export interface BranchAttributes {
  /** Where the branch is. */
  readonly source: Source;
  /** Name of the branch. */
  readonly branchName: string;
  /**
   * Name of the branch at whose head this one began.
   *
   * @default - not known
   */
  readonly parentBranchName?: string;
}

/**
 * A branch that belongs to one environment. It is created at its parent's head, with one commit on top: `environment.json`, by which the code
 * of the branch knows its environment, account, region and parent.
 *
 * A branch that exists already is adopted if `environment.json` there names the same parent, or if it has none of its own yet. Removing the
 * construct keeps the branch and all commits.
 */
export class Branch extends Resource implements IBranch {
  /** Uses a branch that exists already as it is. */
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
   * Name of the branch at whose head this one began.
   *
   * @attribute
   */
  public readonly parentBranchName?: string;

  /**
   * Id of the commit that brought `environment.json`.
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
    UniqueClaims.of(this).claim(this, `branch of ${key}`, props.branchName, 'an environment has a branch of its own; choose another name');
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
   * Where the branch begins; undefined if this is known only at deployment, or made by the app itself.
   *
   * @internal
   */
  public _beginning(): BranchBeginning | undefined {
    const { key, repository: { host, repositoryName }, isMadeByApp } = this.config;
    const { definedName: branchName, parentBranchName: parentName = '' } = this;
    if ([repositoryName, branchName, parentName].some(name => Token.isUnresolved(name))) return undefined;
    if (BranchTree.of(this).defines(key, parentName) || isMadeByApp()) return undefined;
    return { host, repositoryName, branchName, parentName };
  }
}
