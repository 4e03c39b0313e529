import type { CleanContext, StepResult } from '../context';
import { typesOfEvents, withCompanions } from '../narrowing';

/** Pages of events in one invocation, and in all. A region with more events is listed completely. */
const PAGES_AT_ONCE = 10;
const MAX_PAGES = 200;

/** Time after which CloudTrail knows an event: 5 minutes on average, and longer at times. */
const TRAIL_DELAY_SECONDS = 15 * 60;

/** Finds out which types and regions the lease has used: from the stacks, and from the events of CloudTrail. */
export async function survey(context: CleanContext): Promise<StepResult> {
  const { record, parts } = context;
  if (record.regions.length === 0) {
    const regions = await parts.inspection.regions();
    const notBefore = context.isFull ? undefined : record.startedAt + TRAIL_DELAY_SECONDS * 1000;
    return { wait: 0, change: { regions, notBefore } };
  }
  const region = record.regions[record.position];
  if (region === undefined) return { next: 'stop' };
  if (record.page === undefined) await surveyStacks(context, region);
  const { next, pages } = context.isFull ? { next: undefined, pages: 0 } : await surveyTrail(context, region);
  const isTooLong = pages >= MAX_PAGES;
  if (isTooLong) await context.addToScope(region, [], true);
  return next === undefined || isTooLong
    ? { wait: 0, change: { position: record.position + 1, page: undefined, pages: 0 } }
    : { wait: 0, change: { page: next, pages } };
}

/** Stacks that were deleted during the lease may have retained resources. */
async function surveyStacks(context: CleanContext, region: string): Promise<void> {
  const { stacks } = context.parts;
  const all = [...await stacks.list(region), ...await stacks.deleted(region, context.record.leasedAt)];
  if (all.length === 0) return;
  const types = new Set<string>();
  for (const stack of all) for (const { type } of await stacks.resources(stack)) types.add(type);
  await context.addToScope(region, withCompanions(types));
}

async function surveyTrail(context: CleanContext, region: string) {
  const { trail, cleaners } = context.parts;
  const known = new Set((await cleaners.types()).map(({ type }) => type));
  const types = new Set<string>();
  let { page: next, pages = 0 } = context.record;
  for (let count = 0; count < PAGES_AT_ONCE; count++) {
    const { events, next: following } = await trail.events(region, context.record.leasedAt, next);
    for (const type of typesOfEvents(events, known)) types.add(type);
    next = following;
    pages++;
    if (next === undefined) break;
  }
  if (types.size > 0) await context.addToScope(region, withCompanions(types));
  return { next, pages };
}
