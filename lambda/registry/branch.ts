import type { RecordedOwner } from './owners';
import type { BranchRequest } from '../../src/branch/contract';
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
}

export function branchKey({ repositoryName, branchName }: BranchRequest): string {
  return `${RECORDS.branch}${repositoryName}#${branchName}`;
}
