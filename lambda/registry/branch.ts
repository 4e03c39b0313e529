import type { RecordedOwner } from './owners';
import type { BranchRequest, BranchReview } from '../../src/branch/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of the branch of an environment. */
export interface BranchRecord {
  readonly owners: readonly RecordedOwner<BranchRequest>[];
  readonly environmentName: string;
  /** Absent until the branch is created or adopted. */
  readonly origin?: 'created' | 'adopted';
  /**
   * Every parent that the declaration has named and that existed then. An update or a rollback may switch between them.
   */
  readonly parents: readonly string[];
  /** The commit with the descriptor; absent until it is created. */
  readonly commitId?: string;
  /** The head that was seen last, when it was as expected. Its time is in milliseconds since 1970. */
  readonly seen?: { readonly head: string; readonly at: number };
  /** The branch that had the environment before; absent when the rename is complete. */
  readonly renamedFrom?: {
    readonly branchName: string;
    /** Whether the branch is, or will be, created at the head of the former one. */
    readonly isCopy?: true;
  };
  /**
   * Branches in other repositories that the environment had before, and whose rules are to be removed; absent: none.
   */
  readonly movedFrom?: readonly FormerBranch[];
  /** Names that the branch had before. */
  readonly formerNames?: readonly string[];
  /** The review that the host requires now. */
  readonly review?: BranchReview;
  /** The checks that the host requires now. */
  readonly checks?: readonly string[];
  /**
   * Present while this library protects the branch, also before it begins: the rules of the same kinds that others have
   * made, which stay.
   */
  readonly foreignRules?: readonly string[];
  /** Present while the branch is being removed. */
  readonly removing?: { readonly archive?: Archive };
  /** Present while the rules of a branch are being removed that stays. */
  readonly unprotecting?: true;
}

/** The branch that keeps the commits of a branch that is removed. */
export interface Archive {
  readonly branchName: string;
  readonly commitId: string;
}

/** A branch that an environment had before. */
export type FormerBranch = Pick<BranchRequest, 'host' | 'credentialsArn' | 'repositoryName' | 'branchName'>;

/** Unique among all hosts: two of them may have repositories of the same name. */
export function repositoryId({ host, repositoryName }: Pick<BranchRequest, 'host' | 'repositoryName'>): string {
  return host === 'codecommit' ? repositoryName : `${host}:${repositoryName}`;
}

export function branchKey(branch: Pick<BranchRequest, 'host' | 'repositoryName' | 'branchName'>): string {
  return `${RECORDS.branch}${repositoryId(branch)}#${branch.branchName}`;
}

/** CodeCommit has the shortest limit. */
const MAX_NAME = 256;

/**
 * Name of the branch that keeps the commits of a branch.
 *
 * @param now in milliseconds since 1970
 * @param taken a name of the same branch that is in use
 */
export function archiveName(branchName: string, now: number, taken?: string): string {
  const time = new Date(now).toISOString().replaceAll(':', '-').replace(/\.\d+Z$/, 'Z');
  const suffix = `/${time}`;
  const cut = branchName.slice(0, MAX_NAME - 'archive/'.length - suffix.length - '-2'.length).replace(/[/.]+$/, '');
  const name = `archive/${cut}${suffix}`;
  return name === taken ? `${name}-2` : name;
}
