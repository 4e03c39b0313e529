import { CHUNK, keyOf, leftoverOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import { ANY } from '../denied';
import type { Leftover, ListTarget, Resource } from '../model';
import type { CleanableType } from '../ports';
import { DOCUMENTS } from '../record';

/** What the lists have found. */
export interface Found {
  readonly resources: readonly Resource[];
  /** Targets that could not be listed, and why. */
  readonly unlisted: Readonly<Record<string, string>>;
  /** Types whose lists were denied. */
  readonly unseen?: readonly Leftover[];
}

/** Lists what is left, chunk by chunk. */
export async function list(context: CleanContext): Promise<StepResult> {
  const { round, position } = context.record;
  const found = (await context.document<Found>(DOCUMENTS.found(round))) ?? { resources: [], unlisted: {} };
  const types = await context.parts.cleaners.types();
  // the same in each call: the types are sorted, and what is found is appended
  const targets = [...await targetsOf(context, types), ...childrenOf(types, found)];
  const chunk = targets.slice(position, position + CHUNK);
  if (chunk.length === 0) return { next: 'plan' };
  await context.write(DOCUMENTS.found(round), await listChunk(context, chunk, found));
  return { wait: 0, change: { position: position + chunk.length } };
}

/** The types and regions to list. A type whose list has all regions is listed once. */
async function targetsOf(context: CleanContext, types: readonly CleanableType[]): Promise<readonly ListTarget[]> {
  const scope = await context.scope();
  const { isFull, record: { regions } } = context;
  const [main = 'us-east-1'] = regions;
  const used = new Map(regions.map(region => [region, new Set(scope[region]?.types)]));
  const isUsed = (type: string, region: string) =>
    isFull || scope[region]?.isAll === true || used.get(region)?.has(type) === true;
  return types.filter(({ parent }) => parent === undefined).flatMap(({ type, cleaner, isGlobal, isAlwaysListed }) => {
    if (isAlwaysListed) return regions.map(region => ({ type, cleaner, region }));
    if (isGlobal) return regions.some(region => isUsed(type, region)) ? [{ type, cleaner, region: main }] : [];
    return regions.filter(region => isUsed(type, region)).map(region => ({ type, cleaner, region }));
  });
}

async function listChunk(context: CleanContext, chunk: readonly ListTarget[], found: Found): Promise<Found> {
  const resources = new Map(found.resources.map(one => [keyOf(one), one]));
  const unlisted: Record<string, string> = { ...found.unlisted };
  const unseen = new Map((found.unseen ?? []).map(one => [keyOf(one), one]));
  for (const target of chunk) {
    const listing = await context.parts.cleaners.named(target.cleaner)?.list(target);
    if (!listing) continue;
    if ('unlisted' in listing) {
      unlisted[`${target.type} ${target.region}`] = listing.unlisted;
      const denied = leftoverOf({ ...target, id: ANY }, 'unseen', `its list was denied: ${listing.unlisted}`);
      if (listing.isDenied) unseen.set(keyOf(denied), denied);
    } else {for (const one of listing.resources) if (!resources.has(keyOf(one))) resources.set(keyOf(one), one);}
  }
  return { resources: [...resources.values()], unlisted, unseen: [...unseen.values()] };
}

/** The children of what was found, for types that are listed by their parents only. */
function childrenOf(types: readonly CleanableType[], { resources }: Found): readonly ListTarget[] {
  const children = types.filter(({ parent }) => parent !== undefined);
  return resources.flatMap(parent => children
    .filter(child => child.parent === parent.type)
    .map(({ type, cleaner }) => ({ type, cleaner, region: parent.region, parent })));
}
