import { organizationProblems } from './organization';
import { repositoryProblems } from './repositories';
import type { PreconditionsRequest } from '../../../src/account/contract';
import type { Hosts } from '../../sources/hosts';
import type { Directory } from '../aws';

/** What preconditions are looked up in. */
export interface Surroundings {
  readonly directory: Pick<Directory, 'accountLimit' | 'listAccounts' | 'root' | 'unitsBelow'>;
  readonly hosts: Hosts<'branches' | 'head'>;
  readonly cicdAccount: string;
}

/** What was found. */
export interface Findings {
  /** Everything that would make the deployment fail, in the user's words. */
  readonly problems: readonly string[];
  /** Whether a right was missing, so that looking again later may find more or less. */
  readonly refused: boolean;
}

export async function findProblems(world: Surroundings, request: PreconditionsRequest): Promise<Findings> {
  const findings = [await repositoryProblems(world, request), await organizationProblems(world, request)];
  return {
    problems: findings.flatMap(({ problems }) => problems),
    refused: findings.some(({ refused }) => refused),
  };
}
