import { organizationProblems } from './organization';
import { repositoryProblems } from './repositories';
import type { PreconditionsRequest } from '../../../src/account/contract';
import type { Hosts } from '../../sources/hosts';
import type { Organization } from '../aws';

/** Where preconditions are checked. */
export interface PreconditionSources {
  readonly organization: Pick<Organization, 'accountLimit' | 'listAccounts' | 'root' | 'unitsBelow'>;
  readonly hosts: Hosts<'branches' | 'head'>;
  readonly cicdAccount: string;
}

/** The result of the checks. */
export interface Findings {
  /** Everything that would make the deployment fail. */
  readonly problems: readonly string[];
  /** Whether a permission was missing, so that a later check may have another result. */
  readonly refused: boolean;
}

export async function findProblems(context: PreconditionSources, request: PreconditionsRequest): Promise<Findings> {
  const findings = [await repositoryProblems(context, request), await organizationProblems(context, request)];
  return {
    problems: findings.flatMap(({ problems }) => problems),
    refused: findings.some(({ refused }) => refused),
  };
}
