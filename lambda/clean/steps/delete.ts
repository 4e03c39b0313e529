import { attempt, wasBlocked } from './attempt';
import type { ItemProgress } from './attempt';
import { inOrder, isLast } from './order';
import { PASS_PAUSE_SECONDS } from './plan';
import { CHUNK, keyOf, leftoverOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import type { Leftover, Resource } from '../model';
import { DOCUMENTS } from '../record';

/**
 * Time without any change after which what remains is blocked. AWS releases the network interfaces of functions after
 * 20 to 40 minutes.
 */
const MAX_IDLE_SECONDS = 45 * 60;
const MIN_PAUSE_SECONDS = 10;
const MAX_PAUSE_SECONDS = 300;

/** The state of the deletions of a round. */
export interface Progress {
  readonly items: Readonly<Record<string, ItemProgress>>;
  /** Whether this pass has ended a deletion, or started one that was never blocked. */
  readonly hasChanged: boolean;
  /** Since when nothing has changed, in milliseconds since 1970. */
  readonly idleSince?: number;
  readonly passes: number;
  /** Whether keys, logs and roles are deleted, too. */
  readonly isLastAllowed: boolean;
}

const START: Progress = { items: {}, hasChanged: false, passes: 0, isLastAllowed: false };

/** Deletes what is in the plan, in passes: what depends on others is tried again when these are deleted. */
export async function deleteResources(context: CleanContext): Promise<StepResult> {
  const { round, position } = context.record;
  const planned = inOrder((await context.document<Resource[]>(DOCUMENTS.plan(round))) ?? []);
  const progress = (await context.document<Progress>(DOCUMENTS.progress(round))) ?? START;
  const open = planned.slice(position).filter(one => isOpen(progress, one)).slice(0, CHUNK);
  if (open.length > 0) {
    await context.write(DOCUMENTS.progress(round), await attemptAll(context, open, progress));
    const last = open[open.length - 1];
    return { wait: 0, change: { position: last === undefined ? planned.length : planned.indexOf(last) + 1 } };
  }
  return endOfPass(context, planned, progress);
}

function isOpen({ items, isLastAllowed }: Progress, resource: Resource): boolean {
  const { state = 'open' } = items[keyOf(resource)] ?? {};
  if (state === 'deleted' || state === 'left') return false;
  return isLastAllowed || state === 'running' || !isLast(resource);
}

async function attemptAll(context: CleanContext, open: readonly Resource[], progress: Progress): Promise<Progress> {
  const items: Record<string, ItemProgress> = { ...progress.items };
  let { hasChanged } = progress;
  for (const resource of open) {
    const before = items[keyOf(resource)];
    const after = await attempt(context, resource, before);
    items[keyOf(resource)] = after;
    hasChanged ||= hasAdvanced(before, after);
  }
  return { ...progress, items, hasChanged };
}

/** The retry of a blocked deletion that starts, and fails again later, is no progress: it could be endless. */
function hasAdvanced(before: ItemProgress | undefined, after: ItemProgress): boolean {
  if (after.attempts !== (before?.attempts ?? 0)) return true;
  return after.state !== (before?.state ?? 'open') && !wasBlocked(after);
}

async function endOfPass(
  context: CleanContext, planned: readonly Resource[], progress: Progress,
): Promise<StepResult> {
  const { items, hasChanged, isLastAllowed } = progress;
  const states = planned.map(one => items[keyOf(one)]?.state ?? 'open');
  if (states.every(state => state === 'deleted' || state === 'left')) return endOfRound(context, planned, progress);
  const isRunning = Object.values(items).some(item => (
    item.isDelayed || (item.state === 'running' && !wasBlocked(item))
  ));
  const isIdle = !isRunning && !hasChanged;
  const now = context.parts.now();
  const idleSince = isIdle && isLastAllowed ? progress.idleSince ?? now : undefined;
  const isBlocked = idleSince !== undefined && now - idleSince >= MAX_IDLE_SECONDS * 1000;
  if (isBlocked) return endOfRound(context, planned, progress);
  const next = { ...progress, hasChanged: false, idleSince, passes: hasChanged ? 1 : progress.passes + 1 };
  const isNextLast = isLastAllowed || isIdle || onlyLastAreOpen(planned, progress);
  await context.write(DOCUMENTS.progress(context.record.round), { ...next, isLastAllowed: isNextLast });
  const wait = Math.min(MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS * (1 + next.passes));
  return { wait: hasChanged && !isRunning ? MIN_PAUSE_SECONDS : wait, change: { position: 0 } };
}

function onlyLastAreOpen(planned: readonly Resource[], { items }: Progress): boolean {
  return planned.every(one => {
    const { state = 'open' } = items[keyOf(one)] ?? {};
    return isLast(one) || state === 'deleted' || state === 'left';
  });
}

/** What was deleted may have been created again: the next round lists again. */
async function endOfRound(
  context: CleanContext, planned: readonly Resource[], progress: Progress,
): Promise<StepResult> {
  await context.addLeftovers(await leftoversOf(context, planned, progress));
  const { round } = context.record;
  const notBefore = context.parts.now() + PASS_PAUSE_SECONDS * 1000;
  return { next: 'stop', change: { round: round + 1, notBefore } };
}

async function leftoversOf(
  context: CleanContext, planned: readonly Resource[], { items }: Progress,
): Promise<readonly Leftover[]> {
  const earlier = new Map((await context.leftovers()).map(one => [keyOf(one), one]));
  return planned.flatMap(resource => {
    const item = items[keyOf(resource)];
    if (item?.state === 'deleted') return [];
    const { verdict = 'blocked', reason = 'its deletion was not possible yet', until } = item ?? {};
    const rounds = (earlier.get(keyOf(resource))?.rounds ?? 0) + 1;
    return [{ ...leftoverOf(resource, verdict, reason, until), rounds }];
  });
}
