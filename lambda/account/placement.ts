import { updateRecord } from './context';
import type { VendedAccount, AccountContext } from './context';
import { resolveUnit, UnitNotFoundError } from './organizational-units';
import { nameOf, ownerTagValue } from './record';
import { unusableAccount, UnusableAccountError, unusableStateOf } from './unusable-state';
import type { VendedAccountRequest } from '../../src/account/contract';
import { NAMES } from '../../src/private/contract';
import { isNamed, RecordChangedError } from '../shared/errors';

/** Sets the unit, the tags and the name of an account, if they differ. */
export async function placeAccount(
  context: AccountContext,
  vended: VendedAccount,
  accountId: string,
): Promise<VendedAccount> {
  const account = await context.organization.describeAccount(accountId);
  if (!account) {
    throw new UnusableAccountError(
      `${nameOf(vended.request)} has left the organization (account ${accountId}): `
        + 'invite it again, or use another e-mail',
    );
  }
  const unusable = unusableStateOf(account.state);
  if (unusable) throw unusableAccount(vended.request, accountId, unusable);
  // first the tag: the role of the management account may move only accounts that carry it
  const tagged = await mergeTags(context, vended, accountId);
  await moveToUnit(context, vended, accountId);
  const { accountName, organizationalUnit } = vended.request;
  if (account.accountName !== accountName) await context.organization.rename(accountId, accountName);
  return updateRecord(context, tagged, {
    placedAttempt: tagged.record.attempt,
    placedUnit: organizationalUnit,
    tagKeys: tagged.record.tagKeys.filter(key => key in tagged.request.tags),
  });
}

async function moveToUnit(
  { organization }: AccountContext,
  { request }: VendedAccount,
  accountId: string,
): Promise<void> {
  const { organizationalUnit } = request;
  if (!organizationalUnit) return;
  const unitId = await resolveUnit(organization, organizationalUnit);
  const parentId = await organization.parentOf(accountId);
  if (parentId === unitId) return;
  try {
    await organization.move(accountId, parentId, unitId).catch(async (error: unknown) => {
      if (!isNamed(error, 'DestinationParentNotFoundException')) throw error;
      const freshId = await resolveUnit(organization, organizationalUnit, true);
      // the cache has a unit that was deleted and created again since
      if (freshId !== unitId) return organization.move(accountId, parentId, freshId);
      throw error;
    });
  } catch (error) {
    if (isNamed(error, 'DestinationParentNotFoundException')) {
      throw new UnitNotFoundError(
        `organizational unit '${organizationalUnit}' of ${nameOf(request)} does not exist: `
          + 'use the id or path of an existing unit',
      );
    }
    // it was moved concurrently
    if (isNamed(error, 'SourceParentNotFoundException', 'DuplicateAccountException')) {
      throw new RecordChangedError(accountId);
    }
    throw error;
  }
}

/** The declared tags, and the one that identifies the record of the account. */
export function wantedTags(
  { cicdAccount }: Pick<AccountContext, 'cicdAccount'>,
  key: string,
  request: VendedAccountRequest,
): Readonly<Record<string, string>> {
  return { ...request.tags, [NAMES.ownerTag]: ownerTagValue(key, cicdAccount) };
}

/** Sets our tags and keeps all others. Tag keys are recorded before use, so that only ours are removed later. */
async function mergeTags(context: AccountContext, vended: VendedAccount, accountId: string): Promise<VendedAccount> {
  const { organization } = context;
  const { request, record, key } = vended;
  const wanted = wantedTags(context, key, request);
  // an account that was created in this attempt has the tags of its creation
  const present = record.createdAttempt === record.attempt ? wanted : await organization.tags(accountId);
  const missing = Object.entries(wanted).filter(([name, value]) => present[name] !== value);
  const ours = [
    ...new Set([...record.tagKeys, ...missing.map(([name]) => name).filter(name => name !== NAMES.ownerTag)]),
  ];
  const known = ours.length > record.tagKeys.length ? await updateRecord(context, vended, { tagKeys: ours }) : vended;
  if (missing.length > 0) await organization.tag(accountId, Object.fromEntries(missing));
  // a closure that waited is withdrawn; the tag of a lease may have been set before the record was lost
  const settable = new Set([...record.tagKeys, NAMES.closingTag, NAMES.leaseTag]);
  const obsolete = [...settable].filter(name => !(name in wanted) && name in present);
  if (obsolete.length > 0) await organization.untag(accountId, obsolete);
  return known;
}
