import type { DescriptorFile } from './descriptor';
import type { BranchRequest } from '../../src/branch/contract';
import { NAMES } from '../../src/private/contract';
import type { BranchRecord } from '../registry/branch';

/** The parents of the record, and this one. */
export function withParent({ parents }: BranchRecord, parentName: string): readonly string[] {
  return parents.includes(parentName) ? parents : [...parents, parentName];
}

/**
 * A file that names another branch was inherited or merged: its parent is not that of this branch.
 *
 * @throws if the branch exists with another parent than the declared one
 */
export function assertSameParent(
  { branchName, repositoryName, parentName, environmentName }: BranchRequest,
  record: BranchRecord,
  file: DescriptorFile,
): void {
  const justCreated = record.origin === 'created' && record.commitId === undefined;
  const { branch, parent } = file;
  if (
    justCreated
    || branch !== branchName
    || typeof parent !== 'string'
    || parent === parentName
    || record.parents.includes(parent)
  ) {
    return;
  }
  throw new Error(
    `branch '${branchName}' of repository '${repositoryName}' exists already with parent '${parent}', `
      + `but environment '${environmentName}' declares parent '${parentName}': declare parent '${parent}', `
      + `or change 'parent' in its '${NAMES.descriptor}', or use another branch`,
  );
}
