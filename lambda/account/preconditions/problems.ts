import type { Findings, PreconditionSources } from './findings';
import { organizationProblems } from './organization';
import { repositoryProblems } from './repositories';
import type { PreconditionsRequest } from '../../../src/account/contract';

export async function findProblems(context: PreconditionSources, request: PreconditionsRequest): Promise<Findings> {
  const findings = [await repositoryProblems(context, request), await organizationProblems(context, request)];
  return {
    problems: findings.flatMap(({ problems }) => problems),
    refused: findings.some(({ refused }) => refused),
  };
}
