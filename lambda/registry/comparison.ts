import { repositoryId } from './branch';
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

export function comparisonKey(branch: Pick<BranchRequest, 'host' | 'repositoryName' | 'branchName'>): string {
  return `${RECORDS.comparison}${repositoryId(branch)}#${branch.branchName}`;
}
