import type { Found } from './list';
import { sparesOf } from './spares';
import type { StackPlans } from './stacks';
import { CHUNK, keyOf, leftoverOf, sparedOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import type { Leftover, Resource, Spared, StackPlan } from '../model';
import { DOCUMENTS } from '../record';
import { STACK } from '../spare/rules';
import { sparedResource } from '../spare/spare';

/** Between two lists, so that what is created again is found, and what is being deleted is not. */
export const PASS_PAUSE_SECONDS = 300;

/** Rounds that have something to delete. What the next one finds is created again and again. */
export const MAX_ROUNDS = 8;

const PASSES = 2;

/** What is checked so far of what was found. */
interface Draft {
  readonly planned: readonly Resource[];
  readonly position: number;
}

/** Writes the plan: what was found, without what is spared and what is known to remain. */
export async function plan(context: CleanContext): Promise<StepResult> {
  const { round } = context.record;
  const { resources: found, unseen = [] } = (await context.document<Found>(DOCUMENTS.found(round)))
    ?? { resources: [] };
  const draft = (await context.document<Draft>(`draft-${round}`)) ?? { planned: [], position: 0 };
  if (draft.position < found.length) {
    const chunk = found.slice(draft.position, draft.position + CHUNK);
    const planned = [...draft.planned, ...await toDelete(context, chunk)];
    await context.write(`draft-${round}`, { planned, position: draft.position + chunk.length } satisfies Draft);
    return { wait: 0 };
  }
  await context.write(DOCUMENTS.plan(round), draft.planned);
  const { stacks = [] } = (await context.document<StackPlans>(DOCUMENTS.stacks(round))) ?? {};
  if (draft.planned.length === 0 && stacks.length === 0) return afterEmptyPass(context, unseen);
  if (round > MAX_ROUNDS) return recreated(context, [...draft.planned, ...stacks.map(asResource)]);
  return { next: 'delete', change: { emptyPasses: 0 } };
}

async function toDelete(context: CleanContext, resources: readonly Resource[]): Promise<readonly Resource[]> {
  const spares = await sparesOf(context);
  const left = new Set((await context.leftovers()).filter(isFinal).map(keyOf));
  const planned: Resource[] = [];
  const spared: Spared[] = [];
  for (const resource of resources.filter(one => !left.has(keyOf(one)))) {
    const rule = sparedResource(resource, spares);
    if (rule !== undefined) {
      spared.push(sparedOf(resource, rule));
      continue;
    }
    // a list may not contain tags, so they are read before anything is deleted
    const tags = resource.tags ?? await context.parts.cleaners.named(resource.cleaner)?.tags(resource);
    if (tags === undefined) continue;
    const tagged = { ...resource, tags };
    const tagRule = sparedResource(tagged, spares);
    if (tagRule === undefined) planned.push(tagged);
    else spared.push(sparedOf(resource, tagRule));
  }
  await context.addSpared(spared);
  return planned;
}

/** Rounds in which a resource is tried that something else blocks. */
const MAX_BLOCKED_ROUNDS = 2;

function isFinal({ verdict, rounds = 0 }: Leftover): boolean {
  return verdict !== 'blocked' || rounds >= MAX_BLOCKED_ROUNDS;
}

async function afterEmptyPass(context: CleanContext, unseen: readonly Leftover[]): Promise<StepResult> {
  const { record, parts } = context;
  const emptyPasses = record.emptyPasses + 1;
  if (emptyPasses >= PASSES) {
    // a list that was denied has not shown that there is nothing
    await context.addLeftovers(unseen);
    return { next: 'look', change: { emptyPasses, position: 0 } };
  }
  const change = { emptyPasses, round: record.round + 1, notBefore: parts.now() + PASS_PAUSE_SECONDS * 1000 };
  return { next: 'stop', change };
}

async function recreated(
  context: CleanContext, again: readonly Pick<Resource, 'type' | 'region' | 'id'>[],
): Promise<StepResult> {
  const reason = `it was found in round ${context.record.round} again: something creates it`;
  await context.addLeftovers(again.map(one => leftoverOf(one, 'recreated', reason)));
  return { next: 'end' };
}

function asResource({ stackName: id, region }: StackPlan) {
  return { type: STACK, region, id };
}
