import type { Findings, Surroundings } from './problems';
import type { PreconditionsRequest } from '../../../src/account/contract';
import { isRegionOfNewAccounts, REGIONS_OF_EVERY_ACCOUNT } from '../../../src/private/contract';
import { isNamed } from '../../shared/errors';
import type { Directory } from '../aws';
import { ACCOUNT_LIMIT_ADVICE } from '../creation-errors';
import { requireUnit } from '../units';

/** Looks whether accounts can be created, and whether the units that they are moved into exist. */
export async function organizationProblems(
  { directory }: Surroundings,
  request: PreconditionsRequest,
): Promise<Findings> {
  const problems: string[] = [];
  try {
    problems.push(...(await unitProblems(directory, request.organizationalUnits)));
    problems.push(...(await accountProblems(directory, request)));
    return { problems, refused: false };
  } catch (error) {
    if (!isNamed(error, 'AccessError') || !(error instanceof Error)) throw error;
    return { problems: [...problems, error.message], refused: true };
  }
}

async function unitProblems(
  directory: Pick<Directory, 'root' | 'unitsBelow'>,
  units: readonly string[],
): Promise<readonly string[]> {
  const known = remembering(directory);
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

/** Units share the way down from the root. */
function remembering(directory: Pick<Directory, 'root' | 'unitsBelow'>): Pick<Directory, 'root' | 'unitsBelow'> {
  const below = new Map<string, ReturnType<Directory['unitsBelow']>>();
  return {
    root: () => directory.root(),
    unitsBelow: parentId => {
      const known = below.get(parentId) ?? directory.unitsBelow(parentId);
      below.set(parentId, known);
      return known;
    },
  };
}

async function accountProblems(
  directory: Pick<Directory, 'accountLimit' | 'listAccounts'>,
  { emails, region }: PreconditionsRequest,
): Promise<readonly string[]> {
  if (emails.length === 0) return [];
  const accounts = await directory.listAccounts();
  const present = new Set(accounts.map(({ email }) => email.toLowerCase()));
  const missing = emails.filter(email => !present.has(email.toLowerCase()));
  if (missing.length === 0) return [];
  return [
    ...(isRegionOfNewAccounts(region) ? [] : [unusableRegion(region)]),
    ...(await limitProblems(directory, accounts.length, missing.length)),
  ];
}

async function limitProblems(
  directory: Pick<Directory, 'accountLimit'>,
  present: number,
  missing: number,
): Promise<readonly string[]> {
  const limit = await directory.accountLimit();
  if (limit === undefined || present + missing <= limit) return [];
  return [
    `the organization has ${present} accounts, and its limit of accounts is ${limit}, ` +
      `so ${missing} more cannot be created: ` +
      `${ACCOUNT_LIMIT_ADVICE}; then deploy again`,
  ];
}

function unusableRegion(region: string): string {
  return (
    `a new account cannot be used in the region '${region}', which must be enabled in each account first: ` +
    `deploy the stack in one that every account has (${REGIONS_OF_EVERY_ACCOUNT.join(', ')}), or import accounts in which the region is enabled`
  );
}
