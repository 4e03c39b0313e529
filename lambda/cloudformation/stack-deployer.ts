import type { InProgress, Progress } from '../shared/lifecycle';
import { DONE, checkAgainIn, waitFor } from '../shared/lifecycle';

/** A stack as it should be. */
export interface StackDefinition {
  readonly stackName: string;
  /** The template, or its URL if it is longer than 51,200 bytes, or the template that the stack has. */
  readonly template: { readonly body: string } | { readonly url: string } | 'previous';
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that keep their previous values in an update. */
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
  /** In milliseconds since 1970. */
  readonly createdAt: number;
  readonly status: string;
  readonly statusReason?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The last operation on a stack. */
export interface StackOperation {
  /** The client request token that it was started with. */
  readonly token?: string;
  /** The first failure and its reason. */
  readonly failure?: string;
}

/** A stack in the list of all stacks of its account and region. */
export interface ListedStack {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: string;
  readonly createdAt: Date;
  /** Role of the last operation. */
  readonly roleArn?: string;
  /** It belongs to another stack, and is deleted with it. */
  readonly isNested: boolean;
  /** It has termination protection. */
  readonly isProtected: boolean;
  readonly exports: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
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

export interface DeployOptions {
  /** Place of the stack in errors: `account 123456789012`. */
  readonly place: string;
  /**
   * Identifies this attempt (letters, digits, hyphens). A failure with this token is reported; after a failure with
   * another token the operation is retried.
   */
  readonly token: string;
  /** Whether this definition was deployed before: then a complete stack with the same parameters is not updated. */
  readonly applied: boolean;
  /** The current stack, if it is known; 'absent': it does not exist. @default - the stack is described */
  readonly current?: StackState | 'absent';
  /** The attempt that created the stack, if it is known: then the events of a complete creation are not read. */
  readonly createdBy?: string;
  /** Time until the next step after an operation was started. @default 15 */
  readonly firstCheckSeconds?: number;
}

interface FailureOptions extends Pick<DeployOptions, 'place'> {
  /** What to do about a failure. @default - remove the cause and repeat the operation */
  readonly advice?: string;
}

interface RemoveOptions extends FailureOptions, Pick<DeployOptions, 'token'> {
  /** Whether a stack of this name may be deleted; another one stays. @default - it may */
  readonly isOurs?: (stack: StackState) => boolean;
}

const ADVICE = {
  created: '; remove the cause and deploy again',
  updated: '; remove the cause and deploy again',
  deleted: '; remove the cause and delete again',
};

/** The creation failed or was never executed: the stack cannot be updated, and its description is meaningless. */
export const NEVER_CREATED = [
  'REVIEW_IN_PROGRESS',
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
];

/** Statuses of running operations that a deletion may interrupt. */
const DELETABLE = ['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'];

/** Does at most one step of the deployment of a stack. */
export async function deployStack(
  stacks: Stacks,
  stack: StackDefinition,
  options: DeployOptions,
): Promise<Progress<StackState>> {
  const current =
    options.current === 'absent' ? undefined : (options.current ?? (await stacks.describe(stack.stackName)));
  if (!current) {
    // a new stack has no previous values
    await stacks.create({ ...stack, keptParameters: [] }, options.token);
    return started(stack, options);
  }
  if (NEVER_CREATED.includes(current.status)) return recreate(stacks, stack, current, options);
  if (current.status.endsWith('_IN_PROGRESS')) return busy(stack, options, current.status);
  if (current.status === 'UPDATE_ROLLBACK_FAILED') {
    throw new Error(
      `stack '${stack.stackName}' in ${options.place} is stuck in UPDATE_ROLLBACK_FAILED: `
        + `${(await stacks.lastOperation(current.stackId)).failure ?? current.statusReason ?? 'no reason given'}; `
        + 'continue its rollback there (aws cloudformation continue-update-rollback), then deploy again',
    );
  }
  const complete = current.status === 'CREATE_COMPLETE' || current.status === 'UPDATE_COMPLETE';
  if (complete && options.applied && hasParameters(stack, current)) return { done: true, result: current };

  if (current.status === 'CREATE_COMPLETE' && options.createdBy === options.token) {
    return { done: true, result: current };
  }

  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) {
    if (complete) return { done: true, result: current };
    throw failed('updated', stack, current, options, failure);
  }
  const result = await stacks.update(withKeptParameters(stack, current), options.token);
  return result === 'unchanged' ? { done: true, result: current } : started(stack, options);
}

function started(stack: NamedStack, { firstCheckSeconds = 15, place }: DeployOptions): InProgress {
  return checkAgainIn(firstCheckSeconds, `stack '${stack.stackName}' in ${place}`);
}

type NamedStack = Pick<StackDefinition, 'stackName'>;

function busy({ stackName }: NamedStack, { place }: FailureOptions, status: string): InProgress {
  return waitFor(`stack '${stackName}' in ${place} (${status})`);
}

/** Does at most one step of the deletion of a stack. */
export async function removeStack(
  stacks: Stacks,
  stack: Pick<StackDefinition, 'stackName' | 'roleArn'>,
  options: RemoveOptions,
): Promise<Progress<void>> {
  const current = await stacks.describe(stack.stackName);
  if (!current || current.status === 'DELETE_COMPLETE' || options.isOurs?.(current) === false) return DONE;
  // CloudFormation can delete a stack during its creation, but not during an update
  const isDeletable = !current.status.endsWith('_IN_PROGRESS') || DELETABLE.includes(current.status);
  if (!isDeletable) return busy(stack, options, current.status);
  if (current.status === 'DELETE_FAILED') await throwIfDeletionFailed(stacks, stack, current, options);
  await stacks.delete(stack, options.token);
  return busy(stack, options, 'DELETE_IN_PROGRESS');
}

/** A stack whose creation failed cannot be updated: it is deleted first. */
async function recreate(
  stacks: Stacks,
  stack: StackDefinition,
  current: StackState,
  options: DeployOptions,
): Promise<Progress<StackState>> {
  const deletion: RemoveOptions = {
    place: options.place,
    token: `${options.token}-clear`,
    advice: ADVICE.created,
  };
  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) throw failed('created', stack, current, options, failure);
  if (token === deletion.token && current.status === 'DELETE_FAILED') {
    throw failed('deleted', stack, current, deletion, failure);
  }
  await stacks.delete(stack, deletion.token);
  return busy(stack, options, 'DELETE_IN_PROGRESS');
}

async function throwIfDeletionFailed(
  stacks: Stacks,
  stack: Pick<StackDefinition, 'stackName'>,
  current: StackState,
  options: RemoveOptions,
): Promise<void> {
  const { token, failure } = await stacks.lastOperation(current.stackId);
  if (token === options.token) throw failed('deleted', stack, current, options, failure);
}

function hasParameters(stack: StackDefinition, current: StackState): boolean {
  return differingParameters(stack, current).length === 0;
}

/** Names of the parameters whose values in the stack differ from the definition. */
export function differingParameters(
  { parameters }: Pick<StackDefinition, 'parameters'>,
  current: StackState,
): readonly string[] {
  return Object.keys(parameters).filter(name => current.parameters[name] !== parameters[name]);
}

function withKeptParameters(stack: StackDefinition, current: StackState): StackDefinition {
  const { keptParameters = [], parameters } = stack;
  return {
    ...stack,
    keptParameters: keptParameters.filter(name => name in current.parameters && !(name in parameters)),
  };
}

/** CloudFormation could not create, update or delete a stack. */
export class StackFailedError extends Error {
  public constructor(
    public readonly what: 'created' | 'updated' | 'deleted',
    message: string,
  ) {
    super(message);
    this.name = 'StackFailedError';
  }
}

function failed(
  what: keyof typeof ADVICE,
  stack: Pick<StackDefinition, 'stackName'>,
  current: StackState,
  { place, advice = ADVICE[what] }: FailureOptions,
  failure: string | undefined,
): Error {
  const reason = failure ?? current.statusReason ?? current.status;
  const message = `stack '${stack.stackName}' in ${place} could not be ${what}: ${reason}${advice}`;
  return new StackFailedError(what, message);
}
