import type { Findings, PreconditionSources } from './findings';
import type { PreconditionsRequest } from '../../../src/account/contract';
import { isRegionOfNewAccounts, REGIONS_OF_EVERY_ACCOUNT } from '../../../src/private/contract';
import { isNamed } from '../../shared/errors';
import type { Organization } from '../aws';
import { ACCOUNT_LIMIT_ADVICE } from '../creation-errors';
import { requireUnit } from '../organizational-units';

/** Checks whether accounts can be created, and whether their units exist. */
export async function organizationProblems(
  { organization }: PreconditionSources,
  request: PreconditionsRequest,
): Promise<Findings> {
  const problems: string[] = [];
  try {
    problems.push(...(await unitProblems(organization, request.organizationalUnits)));
    problems.push(...(await accountProblems(organization, request)));
    return { problems, refused: false };
  } catch (error) {
    if (!isNamed(error, 'AccessError') || !(error instanceof Error)) throw error;
    return { problems: [...problems, error.message], refused: true };
  }
}

async function unitProblems(
  organization: Pick<Organization, 'root' | 'unitsBelow'>,
  units: readonly string[],
): Promise<readonly string[]> {
  const known = cached(organization);
  const problems: string[] = [];
  for (const unit of units) {
    try {
      await requireUnit(known, unit);
    } catch (error) {
      if (!isNamed(error, 'UnitNotFoundError') || !(error instanceof Error)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}

/** Caches the units of each parent, because paths share their parents. */
function cached(organization: Pick<Organization, 'root' | 'unitsBelow'>): Pick<Organization, 'root' | 'unitsBelow'> {
  const below = new Map<string, ReturnType<Organization['unitsBelow']>>();
  return {
    root: () => organization.root(),
    unitsBelow: parentId => {
      const known = below.get(parentId) ?? organization.unitsBelow(parentId);
      below.set(parentId, known);
      return known;
    },
  };
}

async function accountProblems(
  organization: Pick<Organization, 'accountLimit' | 'listAccounts'>,
  { emails, region }: PreconditionsRequest,
): Promise<readonly string[]> {
  if (emails.length === 0) return [];
  const accounts = await organization.listAccounts();
  const present = new Set(accounts.map(({ email }) => email.toLowerCase()));
  const missing = emails.filter(email => !present.has(email.toLowerCase()));
  if (missing.length === 0) return [];
  return [
    ...(isRegionOfNewAccounts(region) ? [] : [unusableRegion(region)]),
    ...(await limitProblems(organization, accounts.length, missing.length)),
  ];
}

async function limitProblems(
  organization: Pick<Organization, 'accountLimit'>,
  present: number,
  missing: number,
): Promise<readonly string[]> {
  const limit = await organization.accountLimit();
  if (limit === undefined || present + missing <= limit) return [];
  return [
    `the organization has ${present} accounts, and its limit of accounts is ${limit}, `
      + `so ${missing} more cannot be created: `
      + `${ACCOUNT_LIMIT_ADVICE}; then deploy again`,
  ];
}

function unusableRegion(region: string): string {
  return (
    `a new account cannot be used in the region '${region}', which must be enabled in each account first: `
    + `deploy the stack in one that every account has (${REGIONS_OF_EVERY_ACCOUNT.join(', ')}), or import accounts in `
    + 'which the region is enabled'
  );
}
