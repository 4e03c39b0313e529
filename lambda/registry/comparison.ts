import type { BranchRequest } from '../../src/branch/contract';
import { RECORDS } from '../../src/registry/contract';

/** How many commits a branch and its parent lack of each other, at these heads. */
export interface ComparisonRecord {
  readonly head: string;
  readonly parentHead: string;
  readonly ahead: number;
  readonly behind: number;
  readonly isMinimum?: true;
}

export function comparisonKey({ repositoryName, branchName }: Pick<BranchRequest, 'repositoryName' | 'branchName'>) {
  return `${RECORDS.comparison}${repositoryName}#${branchName}`;
}
