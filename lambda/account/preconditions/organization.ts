import type { Findings, PreconditionSources } from './findings';
import type { PreconditionsRequest } from '../../../src/account/contract';
import { isRegionOfNewAccounts, REGIONS_OF_EVERY_ACCOUNT } from '../../../src/private/contract';
import { ACCOUNT_COUNT_KEY } from '../../registry/preconditions';
import type { AccountCountRecord } from '../../registry/preconditions';
import { isNamed } from '../../shared/errors';
import type { Organization } from '../aws';
import { ACCOUNT_LIMIT_ADVICE } from '../creation-errors';
import { requireUnit } from '../organizational-units';

const COUNT_MILLISECONDS = 24 * 3_600_000;

/** Checks whether accounts can be created, and whether their units exist. */
export async function organizationProblems(
  sources: PreconditionSources,
  request: PreconditionsRequest,
): Promise<Findings> {
  const { organization } = sources;
  const problems: string[] = [];
  try {
    problems.push(...(await unitProblems(organization, request.organizationalUnits)));
    problems.push(...(await accountProblems(sources, request)));
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
  sources: PreconditionSources,
  { emails, region }: PreconditionsRequest,
): Promise<readonly string[]> {
  if (emails.length === 0 || (await isBelowLimit(sources, emails.length, region))) return [];
  const accounts = await sources.organization.listAccounts();
  const present = new Set(accounts.map(({ email }) => email.toLowerCase()));
  const missing = emails.filter(email => !present.has(email.toLowerCase()));
  await writeCount(sources, accounts.length + missing.length);
  if (missing.length === 0) return [];
  return [
    ...(isRegionOfNewAccounts(region) ? [] : [unusableRegion(region)]),
    ...(await limitProblems(sources.organization, accounts.length, missing.length)),
  ];
}

/**
 * Whether the last count says that so many accounts can be created. The list of all accounts is long, so it is read at
 * most once a day, unless the limit is near.
 */
async function isBelowLimit(
  { organization, registry, now }: PreconditionSources,
  missing: number,
  region: string,
): Promise<boolean> {
  if (!isRegionOfNewAccounts(region)) return false;
  const record = await registry.read<AccountCountRecord>(ACCOUNT_COUNT_KEY);
  if (!record || now() - record.countedAt > COUNT_MILLISECONDS) return false;
  const limit = await organization.accountLimit();
  if (limit !== undefined && record.accounts + missing > limit) return false;
  const { version, ...count } = record;
  await registry.write<AccountCountRecord>(
    ACCOUNT_COUNT_KEY, { ...count, accounts: record.accounts + missing }, version,
  );
  return true;
}

async function writeCount({ registry, now }: PreconditionSources, accounts: number): Promise<void> {
  const known = await registry.read(ACCOUNT_COUNT_KEY);
  await registry.write<AccountCountRecord>(ACCOUNT_COUNT_KEY, { accounts, countedAt: now() }, known?.version);
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
