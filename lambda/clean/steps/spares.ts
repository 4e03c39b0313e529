import type { CleanContext } from '../context';
import type { Stack } from '../ports';
import type { SpareContext } from '../spare/spare';
import { sparedStack } from '../spare/spare';

interface SparesDocument {
  readonly stackResources: readonly string[];
  readonly defaults: readonly string[];
  readonly protectedArns: readonly string[];
}

/** What is spared in this round. It is read once for each round, because a plan is made of one state of the account. */
export async function sparesOf(context: CleanContext, region?: string): Promise<SpareContext> {
  const { round, protectingTag, spare: rules } = context.record;
  const name = `spares-${round}`;
  let known = await context.document<SparesDocument>(name);
  if (!known) {
    const used = await context.usedRegions();
    const { regions: [main = 'us-east-1'] } = context.record;
    known = await readSpares(context, [...new Set([main, ...used])]);
    await context.write(name, known);
  }
  const extra = region === undefined ? undefined : await readRegion(context, region);
  return {
    protectingTag,
    rules,
    stackResources: new Set([...known.stackResources, ...extra?.stackResources ?? []]),
    defaults: new Set([...known.defaults, ...extra?.defaults ?? []]),
    protectedArns: [...known.protectedArns, ...extra?.protectedArns ?? []],
  };
}

async function readSpares(context: CleanContext, regions: readonly string[]): Promise<SparesDocument> {
  const read: SparesDocument[] = [];
  for (const region of regions) read.push(await readRegion(context, region));
  return {
    stackResources: read.flatMap(({ stackResources }) => stackResources),
    defaults: read.flatMap(({ defaults }) => defaults),
    protectedArns: read.flatMap(({ protectedArns }) => protectedArns),
  };
}

async function readRegion(context: CleanContext, region: string): Promise<SparesDocument> {
  const { parts: { stacks, inspection }, record: { protectingTag, spare: rules } } = context;
  const bare = { protectingTag, rules, stackResources: new Set<string>(), defaults: new Set<string>() };
  const stackResources: string[] = [];
  const all = await stacks.list(region);
  for (const stack of all) {
    if (sparedStack(rootOf(stack, all), { ...bare, protectedArns: [] }) === undefined) continue;
    stackResources.push(...(await stacks.resources(stack)).map(({ id }) => id));
  }
  return {
    stackResources,
    defaults: await inspection.defaults(region),
    protectedArns: await inspection.tagged(region, protectingTag),
  };
}

/** The resources of a nested stack are spared with the stack that contains it. */
export function rootOf(stack: Stack, all: readonly Stack[]): Stack {
  const parent = all.find(({ stackId }) => stackId === stack.parentId);
  return parent ? rootOf(parent, all) : stack;
}
