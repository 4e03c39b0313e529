import { rootOf, sparesOf } from './spares';
import { leftoverOf, sparedOf } from '../context';
import type { CleanContext, StepResult } from '../context';
import type { Leftover, Spared, StackPlan } from '../model';
import { withCompanions } from '../narrowing';
import type { Stack, StackResource } from '../ports';
import { DOCUMENTS } from '../record';
import { STACK } from '../spare/rules';
import { isArnOf, sparedStack } from '../spare/spare';
import type { SpareContext } from '../spare/spare';

const PAUSE_SECONDS = 20;

/** Attempts to delete a stack. All but the first leave what cannot be deleted. */
const MAX_ATTEMPTS = 3;

/** Types of resources that exist only in their stack. */
const HAS_NO_RESOURCE = /^(Custom::|AWS::CDK::|AWS::CloudFormation::)/;

/** The stacks to delete, and how far that is. */
export interface StackPlans {
  readonly stacks: readonly StackPlan[];
  /** Number of attempts by the id of the stack. */
  readonly attempts: Readonly<Record<string, number>>;
}

/** Deletes the stacks of applications, those that import exports before those that export them. */
export async function deleteStacks(context: CleanContext): Promise<StepResult> {
  const name = DOCUMENTS.stacks(context.record.round);
  const plan = await context.document<StackPlans>(name);
  if (!plan) {
    const stacks = await planStacks(context);
    await context.write(name, { stacks, attempts: {} } satisfies StackPlans);
    return { wait: 0 };
  }
  const attempts = { ...plan.attempts };
  const left: Leftover[] = [];
  let isBusy = false;
  for (const region of new Set(plan.stacks.map(one => one.region))) {
    const progress = await deleteInRegion(context, { ...plan, attempts }, region);
    Object.assign(attempts, progress.attempts);
    left.push(...progress.left);
    isBusy ||= progress.isBusy;
  }
  await context.write(name, { ...plan, attempts } satisfies StackPlans);
  if (isBusy) return { wait: PAUSE_SECONDS };
  await context.addLeftovers([...left, ...await retainedUnknown(context, plan.stacks)]);
  return { next: 'list' };
}

/** What stacks have retained, and no list will contain. */
async function retainedUnknown(context: CleanContext, planned: readonly StackPlan[]): Promise<readonly Leftover[]> {
  const { stacks, cleaners } = context.parts;
  const known = new Set((await cleaners.types()).map(({ type }) => type));
  const left: Leftover[] = [];
  for (const stack of planned) {
    for (const { type, id, status } of await stacks.resources(stack)) {
      const isKept = status === 'DELETE_SKIPPED' || status === 'DELETE_FAILED';
      if (!isKept || known.has(type) || HAS_NO_RESOURCE.test(type)) continue;
      const reason = `stack '${stack.stackName}' has retained it, and no cleaner knows its type`;
      left.push(leftoverOf({ type, region: stack.region, id }, 'unknown', reason));
    }
  }
  return left;
}

async function planStacks(context: CleanContext): Promise<readonly StackPlan[]> {
  const spares = await sparesOf(context);
  const planned: StackPlan[] = [];
  const spared: Spared[] = [];
  const left: Leftover[] = [];
  const known = new Set((await context.leftovers()).map(({ id }) => id));
  for (const region of await context.usedRegions()) {
    const all = await context.parts.stacks.list(region);
    for (const stack of all.filter(one => rootOf(one, all) === one)) {
      const identity = { type: STACK, region, id: stack.stackName };
      const rule = sparedStack(stack, spares);
      if (rule !== undefined) spared.push(sparedOf(identity, rule));
      if (rule !== undefined || known.has(stack.stackName)) continue;
      const resources = await resourcesOfTree(context, stack, all);
      await context.addToScope(region, withCompanions(resources.map(({ type }) => type)));
      const kept = await protectedOf(context, region, resources, spares);
      if (kept) left.push(leftoverOf(identity, 'locked', keeps(kept, spares)));
      else planned.push({ stackId: stack.stackId, stackName: stack.stackName, region });
    }
  }
  await context.addSpared(spared);
  await context.addLeftovers(left);
  return planned;
}

async function resourcesOfTree({ parts }: CleanContext, root: Stack, all: readonly Stack[]) {
  const tree = all.filter(stack => rootOf(stack, all) === root);
  const found: StackResource[] = [];
  for (const stack of tree) found.push(...await parts.stacks.resources(stack));
  return found;
}

/** The deletion of a stack would delete what carries the protecting tag. */
async function protectedOf(
  { parts: { cleaners } }: CleanContext, region: string, resources: readonly StackResource[], spares: SpareContext,
): Promise<StackResource | undefined> {
  const { protectedArns, protectingTag } = spares;
  const found = resources.find(resource => protectedArns.some(arn => isArnOf(arn, resource)));
  if (found) return found;
  const types = await cleaners.types();
  // the tagging API does not know roles and users
  for (const resource of resources.filter(({ type }) => type.startsWith('AWS::IAM::'))) {
    const cleaner = types.find(({ type }) => type === resource.type)?.cleaner ?? '';
    const tags = await cleaners.named(cleaner)?.tags({ ...resource, region, cleaner });
    if (tags?.[protectingTag] !== undefined) return resource;
  }
  return undefined;
}

function keeps({ type, id }: StackResource, { protectingTag }: SpareContext): string {
  return `it contains ${type} '${id}', which has the tag '${protectingTag}': `
    + 'remove the tag, or move it out of the stack';
}

interface RegionProgress {
  readonly attempts: Readonly<Record<string, number>>;
  /** Whether a deletion is in progress. */
  readonly isBusy: boolean;
  /** Stacks that remain if no deletion is in progress in any region. */
  readonly left: readonly Leftover[];
}

async function deleteInRegion(context: CleanContext, plan: StackPlans, region: string): Promise<RegionProgress> {
  const { stacks } = context.parts;
  const ids = new Set(plan.stacks.map(({ stackId }) => stackId));
  const present = (await stacks.list(region)).filter(({ stackId }) => ids.has(stackId));
  if (present.length === 0) return { attempts: {}, isBusy: false, left: [] };
  const importers = await stacks.importers(region);
  const attempts: Record<string, number> = {};
  const left: Leftover[] = [];
  let isBusy = false;
  for (const stack of present) {
    const made = plan.attempts[stack.stackId] ?? 0;
    const isChanging = stack.status.endsWith('_IN_PROGRESS');
    const remaining = isChanging ? undefined : remainingOf(stack, made, importers.get(stack.stackName) ?? []);
    if (remaining) {
      left.push(remaining);
      continue;
    }
    isBusy = true;
    if (isChanging) continue;
    await start(context, stack, made);
    attempts[stack.stackId] = made + 1;
  }
  return { attempts, isBusy, left };
}

/** The stack as a leftover if it cannot be deleted now. */
function remainingOf({ stackName: id, region, status }: Stack, made: number, importers: readonly string[]) {
  const identity = { type: STACK, region, id };
  if (importers.length > 0) return leftoverOf(identity, 'blocked', `${importers.join(', ')} imports its exports`);
  return made < MAX_ATTEMPTS ? undefined : leftoverOf(identity, 'locked', `its status is ${status}`);
}

async function start({ parts: { stacks }, record }: CleanContext, stack: Stack, made: number): Promise<void> {
  const token = `${record.cleanId}-${record.round}-${made}`;
  if (stack.isProtected) await stacks.unprotect(stack);
  if (stack.status === 'DELETE_FAILED' && made > 0) await stacks.deleteRetaining(stack, token);
  else await stacks.delete(stack, token);
}
