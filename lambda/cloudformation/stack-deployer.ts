import type { Progress } from '../shared/lifecycle';
import { DONE, checkAgainIn, IN_PROGRESS } from '../shared/lifecycle';

/** A stack as it should be. */
export interface StackDefinition {
  readonly stackName: string;
  /** The template itself, or where it lies when it is longer than 51,200 bytes, or the one that the stack has already. */
  readonly template: { readonly body: string } | { readonly url: string } | 'previous';
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that keep their values, whatever they are, when the stack is there already. */
  readonly keptParameters?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly StackCapability[];
  /** Role with which CloudFormation acts. */
  readonly roleArn?: string;
}

type StackCapability = 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND';

/** A stack as CloudFormation describes it. */
export interface StackState {
  readonly stackId: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The last thing that was done to a stack as a whole. */
export interface StackOperation {
  /** The token it was started with. */
  readonly token?: string;
  /** What failed first, and why. */
  readonly failure?: string;
}

/** A stack among all of its account and region. */
export interface ListedStack {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: string;
  readonly createdAt: Date;
  /** Role that CloudFormation acted with last. */
  readonly roleArn?: string;
  /** It belongs to another stack, with which it goes. */
  readonly isNested: boolean;
  /** It must not be deleted until somebody allows it. */
  readonly isProtected: boolean;
  readonly exports: readonly string[];
}

/** CloudFormation in one account and region. */
export interface Stacks {
  list(): Promise<readonly ListedStack[]>;
  /** Names of the stacks that import an export. */
  importers(exportName: string): Promise<readonly string[]>;
  describe(stackName: string): Promise<StackState | undefined>;
  /** The status of each resource of a stack, by logical id. */
  resources(stackName: string): Promise<Readonly<Record<string, string>>>;
  create(stack: StackDefinition, token: string): Promise<void>;
  update(stack: StackDefinition, token: string): Promise<'started' | 'unchanged'>;
  delete(stack: Pick<StackDefinition, 'stackName' | 'roleArn'>, token: string): Promise<void>;
  lastOperation(stackId: string): Promise<StackOperation>;
}

interface DeployOptions {
  /** Where the stack is, for the words of errors: `account 123456789012`. */
  readonly place: string;
  /**
   * Names this attempt (letters, digits, hyphens): what was started with it and failed is reported, what failed under another
   * token is tried again. Nothing else tells an old failure from a new one.
   */
  readonly token: string;
  /** Whether this definition was seen to be complete before: then a complete stack that still has its parameters is left alone. */
  readonly applied: boolean;
  /** How the stack was seen just before; 'absent': it does not exist. @default - it is described */
  readonly current?: StackState | 'absent';
  /** The attempt that created the stack, if that is known: its complete creation needs no look at the events. */
  readonly createdBy?: string;
  /** When to look again after something was started. @default 15 */
  readonly firstCheckSeconds?: number;
}

interface FailureOptions extends Pick<DeployOptions, 'place'> {
  /** What to do about a failure, if whoever asks does not say so himself. */
  readonly advice?: string;
}

const ADVICE = {
  created: '; remove the cause and deploy again',
  updated: '; remove the cause and deploy again',
  deleted: '; remove the cause and delete once more',
};

/** Its creation failed or was never executed: it cannot be updated, and its description means nothing. */
export const NEVER_CREATED = ['REVIEW_IN_PROGRESS', 'CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED'];

/** Looks at the stack and takes at most one step towards its definition. */
export async function deployStack(stacks: Stacks, stack: StackDefinition, options: DeployOptions): Promise<Progress<StackState>> {
  const current = options.current === 'absent' ? undefined : options.current ?? await stacks.describe(stack.stackName);
  if (!current) {
    // there is no value to keep yet
    await stacks.create({ ...stack, keptParameters: [] }, options.token);
    return started(options);
  }
  if (NEVER_CREATED.includes(current.status)) return recreate(stacks, stack, current, options);
  if (current.status.endsWith('_IN_PROGRESS')) return IN_PROGRESS;
  if (current.status === 'UPDATE_ROLLBACK_FAILED') {
    throw new Error(`stack '${stack.stackName}' in ${options.place} is stuck in UPDATE_ROLLBACK_FAILED: `
      + `${(await stacks.lastOperation(current.stackId)).failure ?? current.statusReason ?? 'no reason given'}; `
      + 'continue its rollback there (aws cloudformation continue-update-rollback), then deploy again');
  }
  const complete = current.status === 'CREATE_COMPLETE' || current.status === 'UPDATE_COMPLETE';
  if (complete && options.applied && hasParameters(stack, current)) return { done: true, result: current };

  if (current.status === 'CREATE_COMPLETE' && options.createdBy === options.token) return { done: true, result: current };

  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) {
    if (complete) return { done: true, result: current };
    throw failed('updated', stack, current, options, failure);
  }
  return await stacks.update(withKeptParameters(stack, current), options.token) === 'unchanged' ? { done: true, result: current } : started(options);
}

function started({ firstCheckSeconds = 15 }: DeployOptions): Progress<never> {
  return checkAgainIn(firstCheckSeconds);
}

/** Deletes a stack, one step at a time. */
export async function removeStack(
  stacks: Stacks, stack: Pick<StackDefinition, 'stackName' | 'roleArn'>, options: FailureOptions & Pick<DeployOptions, 'token'>,
): Promise<Progress<void>> {
  const current = await stacks.describe(stack.stackName);
  if (!current || current.status === 'DELETE_COMPLETE') return DONE;
  // CloudFormation lets go of a creation that runs, but not of an update
  if (current.status.endsWith('_IN_PROGRESS') && !['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'].includes(current.status)) return IN_PROGRESS;
  if (current.status === 'DELETE_FAILED') await throwIfDeletionFailed(stacks, stack, current, options);
  await stacks.delete(stack, options.token);
  return IN_PROGRESS;
}

/** A stack whose first creation failed cannot be updated: it is deleted first. */
async function recreate(stacks: Stacks, stack: StackDefinition, current: StackState, options: DeployOptions): Promise<Progress<StackState>> {
  const deletion = { place: options.place, token: `${options.token}-clear`, wayOut: ADVICE.created };
  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) throw failed('created', stack, current, options, failure);
  if (token === deletion.token && current.status === 'DELETE_FAILED') throw failed('deleted', stack, current, deletion, failure);
  await stacks.delete(stack, deletion.token);
  return IN_PROGRESS;
}

async function throwIfDeletionFailed(
  stacks: Stacks, stack: Pick<StackDefinition, 'stackName'>, current: StackState, options: FailureOptions & Pick<DeployOptions, 'token'>,
): Promise<void> {
  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) throw failed('deleted', stack, current, options, failure);
}

function hasParameters(stack: StackDefinition, current: StackState): boolean {
  return Object.entries(stack.parameters).every(([name, value]) => current.parameters[name] === value);
}

function withKeptParameters(stack: StackDefinition, current: StackState): StackDefinition {
  return { ...stack, keptParameters: (stack.keptParameters ?? []).filter(name => name in current.parameters && !(name in stack.parameters)) };
}

function failed(
  what: keyof typeof ADVICE, stack: Pick<StackDefinition, 'stackName'>, current: StackState, { place, advice = ADVICE[what] }: FailureOptions,
  failure: string | undefined,
): Error {
  return new Error(`stack '${stack.stackName}' in ${place} could not be ${what}: ${failure ?? current.statusReason ?? current.status}${advice}`);
}
