import type { Holder } from './owners';
import type { BranchRequest } from '../../src/branch/contract';
import { RECORDS } from '../../src/registry/contract';

/** What the registry knows of the branch of an environment. */
export interface BranchRecord {
  readonly owners: readonly Holder<BranchRequest>[];
  readonly environmentName: string;
  /** Absent: nothing has been done yet. */
  readonly origin?: 'created' | 'adopted';
  /** Every parent that this declaration has named and that existed then; an update, or its rollback, may change one for another. */
  readonly parents: readonly string[];
  /** The commit that carries the descriptor; absent while one is being made. */
  readonly commitId?: string;
}

export function branchKey({ repositoryName, branchName }: BranchRequest): string {
  return `${RECORDS.branch}${repositoryName}#${branchName}`;
}
