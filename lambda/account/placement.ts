import { nameOf, ownerTagValue } from './record';
import { shutError, shutOf } from './states';
import { resolveUnit } from './units';
import { proceed } from './world';
import type { VendedCase, World } from './world';
import { NAMES } from '../../src/private/contract';
import { isNamed, RecordChangedError } from '../shared/errors';

/** Gives the account its unit, its tags and its name; what is right already is left alone. */
export async function place(world: World, vended: VendedCase, accountId: string): Promise<VendedCase> {
  const account = await world.directory.describeAccount(accountId);
  if (!account) throw new Error(`account ${accountId}, which ${nameOf(vended.request)} was, has left the organization: invite it again, or use another e-mail`);
  const shut = shutOf(account.state);
  if (shut) throw shutError(vended.request, accountId, shut);
  await moveToUnit(world, vended, accountId);
  const tagged = await mergeTags(world, vended, accountId);
  const { accountName } = vended.request;
  if (account.accountName !== accountName) await world.directory.rename(accountId, accountName);
  return proceed(world, tagged, { placed: tagged.record.attempt, tagKeys: tagged.record.tagKeys.filter(key => key in tagged.request.tags) });
}

async function moveToUnit({ directory }: World, { request }: VendedCase, accountId: string): Promise<void> {
  if (!request.organizationalUnit) return;
  const unitId = await resolveUnit(directory, request.organizationalUnit);
  const parentId = await directory.parentOf(accountId);
  if (parentId === unitId) return;
  try {
    await directory.move(accountId, parentId, unitId);
  } catch (error) {
    if (isNamed(error, 'DestinationParentNotFoundException')) {
      throw new Error(`organizational unit '${request.organizationalUnit}' does not exist: give ${nameOf(request)} the id or the path of one that does`);
    }
    // somebody has moved it since we looked
    if (isNamed(error, 'SourceParentNotFoundException', 'DuplicateAccountException')) throw new RecordChangedError(accountId);
    throw error;
  }
}

/** Keys that others wrote stay; ours are written down before they are used, so that they can be told from others' for ever. */
async function mergeTags(world: World, vended: VendedCase, accountId: string): Promise<VendedCase> {
  const { directory } = world;
  const { request, record, key } = vended;
  const wanted: Record<string, string> = { ...request.tags, [NAMES.ownerTag]: ownerTagValue(key, world.cicdAccount) };
  // an account that was created in this attempt has the tags that it was created with
  const present = record.createdWith === record.attempt ? wanted : await directory.tags(accountId);
  const missing = Object.entries(wanted).filter(([name, value]) => present[name] !== value);
  const ours = [...new Set([...record.tagKeys, ...missing.map(([name]) => name).filter(name => name !== NAMES.ownerTag)])];
  const known = ours.length > record.tagKeys.length ? await proceed(world, vended, { tagKeys: ours }) : vended;
  if (missing.length > 0) await directory.tag(accountId, Object.fromEntries(missing));
  const obsolete = record.tagKeys.filter(name => !(name in wanted) && name in present);
  if (obsolete.length > 0) await directory.untag(accountId, obsolete);
  return known;
}
