import type { Progress } from './delete';
import { lastFound } from './look';
import { keyOf, leftoverOf } from '../context';
import type { CleanContext } from '../context';
import type { Leftover, Resource } from '../model';
import type { CleanRecord } from '../record';
import { DOCUMENTS } from '../record';
import { STACK } from '../spare/rules';

/**
 * Hands the account over: to the pool if nothing is left, to the quarantine otherwise.
 *
 * @param why why the clean ends before its last step
 */
export async function end(context: CleanContext, why?: string): Promise<Pick<CleanRecord, 'outcome'>> {
  const { record, parts: { hold, now } } = context;
  const leftovers = why === undefined ? await remaining(context) : await unfinished(context, why);
  if (leftovers.length > 0) {
    await context.write(DOCUMENTS.leftovers, leftovers);
    await hold.markQuarantined(record, leftovers);
    return { outcome: 'quarantined' };
  }
  const provedAt = new Date(now()).toISOString();
  const { emptyPasses, regions } = record;
  await hold.markAvailable(record, { emptyPasses, regions, provedAt });
  return { outcome: 'available' };
}

/** The leftovers that were still there in the last list or look: others were deleted with what they belonged to. */
async function remaining(context: CleanContext): Promise<readonly Leftover[]> {
  const found = await lastFound(context);
  const leftovers = await context.leftovers();
  const regions = new Set(leftovers.filter(({ type }) => type === STACK).map(({ region }) => region));
  const stacks = new Set<string>();
  for (const region of regions) {
    for (const { stackName } of await context.parts.stacks.list(region)) stacks.add(`${region} ${stackName}`);
  }
  // what no cleaner knows is in no list
  return leftovers.filter(one => (
    one.type === STACK ? stacks.has(`${one.region} ${one.id}`) : one.verdict === 'unknown' || found.has(keyOf(one))
  ));
}

/** All that is known to remain when a clean ends early; the account itself if that is nothing. */
async function unfinished(context: CleanContext, why: string): Promise<readonly Leftover[]> {
  const { record: { round, accountId, regions } } = context;
  const planned = (await context.document<Resource[]>(DOCUMENTS.plan(round))) ?? [];
  const items = (await context.document<Progress>(DOCUMENTS.progress(round)))?.items ?? {};
  const open = planned.filter(one => items[keyOf(one)]?.state !== 'deleted').map(one => {
    const { verdict = 'slow', reason = 'its deletion was in progress at the end', until } = items[keyOf(one)] ?? {};
    return leftoverOf(one, verdict, reason, until);
  });
  const all = new Map([...await context.leftovers(), ...open].map(one => [keyOf(one), one]));
  if (all.size > 0) return [...all.values()];
  const account = { type: 'AWS::Organizations::Account', region: regions[0] ?? 'us-east-1', id: accountId };
  return [leftoverOf(account, 'slow', `the clean has no result: ${why}`)];
}
