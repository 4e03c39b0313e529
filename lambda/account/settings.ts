import { isDeepStrictEqual } from 'node:util';
import type { AccountContext, ManagedAccount, VendedAccount } from './context';
import { nameOf } from './record';
import type { ContactType } from './settings-aws';
import type { ContactDetails, Contacts, VendedAccountRequest } from '../../src/account/contract';
import type { Drift } from '../../src/operations/contract';
import { repairable } from '../cloudformation/check';
import { isNamed, isTransient } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { checkAgainIn, DONE } from '../shared/lifecycle';

type Context = Pick<AccountContext, 'settings'>;

/** Seconds between two checks of regions that are being enabled. */
const REGION_SECONDS = 30;
const ENABLED = ['ENABLED', 'ENABLED_BY_DEFAULT'];

/**
 * Sets the alternate contacts, the alias and the regions of an account that can be entered. What is not declared stays
 * as it is.
 */
export async function applySettings(
  context: Context,
  account: ManagedAccount,
  accountId: string,
): Promise<Progress<void>> {
  if (!isVended(account)) return DONE;
  await applyContacts(context, account.request.alternateContacts, accountId);
  await applyAlias(context, account.request, accountId);
  return enableRegions(context, account.request, accountId);
}

/** What differs between the settings of an account and its request. */
export async function settingsDrifts(
  { settings }: Context,
  request: VendedAccountRequest,
  accountId: string,
): Promise<readonly Drift[]> {
  const drifts: Drift[] = [];
  for (const [type, wanted] of contactsOf(request.alternateContacts)) {
    if (isDeepStrictEqual(await settings.contact(accountId, type), wanted)) continue;
    drifts.push(repairable(`the ${type} contact of ${nameOf(request)} differs`, 'the declared contact is set'));
  }
  const { accountAlias, accessRoleName, optInRegions = [] } = request;
  if (accountAlias !== undefined) {
    const alias = await settings.alias(accountId, accessRoleName);
    if (alias !== accountAlias) {
      const what = `${nameOf(request)} has ${alias === undefined ? 'no alias' : `the alias '${alias}'`}`;
      drifts.push(repairable(what, `it gets the alias '${accountAlias}'`));
    }
  }
  for (const region of optInRegions) {
    const status = await settings.regionStatus(accountId, region);
    if (ENABLED.includes(status)) continue;
    drifts.push(repairable(`region ${region} of ${nameOf(request)} is ${status}`, 'it is enabled'));
  }
  return drifts;
}

/** Sets the contacts that differ. */
export async function applyContacts(
  { settings }: Context, contacts: Contacts | undefined, accountId: string,
): Promise<void> {
  for (const [type, wanted] of contactsOf(contacts)) {
    const present = await settings.contact(accountId, type);
    if (!isDeepStrictEqual(present, wanted)) await settings.putContact(accountId, type, wanted);
  }
}

async function applyAlias({ settings }: Context, request: VendedAccountRequest, accountId: string): Promise<void> {
  const { accountAlias, accessRoleName } = request;
  if (accountAlias === undefined || (await settings.alias(accountId, accessRoleName)) === accountAlias) return;
  try {
    await settings.setAlias(accountId, accessRoleName, accountAlias);
  } catch (error) {
    if (!isNamed(error, 'EntityAlreadyExistsException', 'EntityAlreadyExists')) throw error;
    throw new Error(
      `the alias '${accountAlias}' of ${nameOf(request)} is used by another AWS account: choose another accountAlias`,
      { cause: error },
    );
  }
}

/** Starts to enable the regions that are disabled, and waits for them. */
async function enableRegions(
  { settings }: Context,
  { optInRegions = [] }: VendedAccountRequest,
  accountId: string,
): Promise<Progress<void>> {
  const missing: string[] = [];
  for (const region of optInRegions) {
    const status = await settings.regionStatus(accountId, region);
    if (ENABLED.includes(status)) continue;
    missing.push(region);
    if (status === 'DISABLED') await startEnabling(settings, accountId, region);
  }
  if (missing.length === 0) return DONE;
  const regions = `${missing.length === 1 ? 'region' : 'regions'} ${missing.join(', ')}`;
  return checkAgainIn(REGION_SECONDS, `AWS to enable ${regions} in account ${accountId}, which takes minutes to hours`);
}

async function startEnabling(settings: Context['settings'], accountId: string, region: string): Promise<void> {
  try {
    await settings.enableRegion(accountId, region);
  } catch (error) {
    // AWS enables only some regions at a time: the next step tries again
    if (!isTransient(error)) throw error;
  }
}

function contactsOf(contacts: Contacts = {}): readonly [ContactType, ContactDetails][] {
  const { billing, operations, security } = contacts;
  const all: readonly [ContactType, ContactDetails | undefined][] = [
    ['billing', billing], ['operations', operations], ['security', security],
  ];
  return all.flatMap(([type, contact]) => (contact ? [[type, contact]] : []));
}

function isVended(account: ManagedAccount): account is VendedAccount {
  return account.request.kind === 'vended';
}
