import { createHash } from 'node:crypto';
import { BASELINE, BOOTSTRAP_NEEDS } from './baseline';
import { nameOf } from './record';
import { isPending, shutError, shutOf } from './states';
import { toolkitDefinition, toolkitName } from './toolkit';
import { proceed } from './world';
import type { Case, World } from './world';
import { NAMES } from '../../src/private/contract';
import type { StackDefinition, StackState, Stacks } from '../cloudformation/stack-deployer';
import { deployStack } from '../cloudformation/stack-deployer';
import type { AccountRecord } from '../registry/account';
import { isAccessDenied, isNotSignedUp, isTransient } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { DONE, checkAgainIn } from '../shared/lifecycle';

/** What a new account answers, besides that it is not signed up for a service. */
const NOT_KNOWN_YET = /AccessDenied|InvalidClientTokenId|UnrecognizedClient|RegionDisabled|AuthFailure|InvalidAccessKeyId/i;
/** How long an account that AWS calls created may not be usable, in milliseconds. */
const ACCOUNT_IS_NEW = 15 * 60_000;

/** Deploys what every account needs: the baseline, and the bootstrap as soon as it can name the policies of the baseline. */
export async function prepare(world: World, account: Case, accountId: string): Promise<Progress<void>> {
  try {
    const stacks = await enter(world, account, accountId);
    const baseline = await deploy(world, account, {
      // its policies are there after ten seconds, before the rest
      accountId, stacks, definition: baselineDefinition(world, account), firstLookSeconds: 11,
    });
    if (!baseline.progress.done && !await hasPolicies(stacks, baseline)) return baseline.progress;
    const bootstrap = await bootstrapped(world, baseline.account, accountId, stacks);
    if (!bootstrap.progress.done) return bootstrap.progress;
    if (!baseline.progress.done) return baseline.progress;
    await proceed(world, bootstrap.account, { state: 'ready', stacks: bootstrap.stacks });
    return DONE;
  } catch (error) {
    if (!isNotUsableYet(error)) throw error;
    if (!isNew(world, account) && !await isPending(world, accountId)) throw error;
    // a stack that failed because the account was too new is deployed once more, under the name of another attempt
    if (error.message.startsWith('stack ')) await nextAttempt(world, account);
    return checkAgainIn(isJustCreated(world, account) ? 15 : 3);
  }
}

/** A stack after one step: how far it is, and what is known of the account afterwards. */
interface Deployed {
  readonly account: Case;
  readonly progress: Progress<void>;
  /** The stacks of the record, if they change with it. */
  readonly stacks: AccountRecord['stacks'];
  readonly definition: StackDefinition;
}

/** Whether the baseline that is being created has the policies that the bootstrap names: its other resources take longer. */
async function hasPolicies(stacks: Stacks, { definition, account }: Deployed): Promise<boolean> {
  // in an account that is prepared again the policies may be about to change
  if (Object.keys(account.record.stacks).length > 0) return false;
  const resources = await stacks.resources(definition.stackName);
  return BOOTSTRAP_NEEDS.every(id => resources[id] === 'CREATE_COMPLETE');
}

async function bootstrapped(world: World, account: Case, accountId: string, stacks: Stacks): Promise<Deployed> {
  const known = account.record.stacks[`${account.request.region}/${toolkitName(account.request.qualifier)}`];
  const isApplied = known?.attempt === account.record.attempt;
  const seen = isApplied ? undefined : await stacks.describe(toolkitName(account.request.qualifier));
  const definition = toolkitDefinition(world, account.request, accountId, seen);
  return deploy(world, account, { accountId, stacks, definition, seen: seen ?? 'absent', isLast: true });
}

async function enter(world: World, account: Case, accountId: string): Promise<Stacks> {
  const { request } = account;
  try {
    return await world.directory.enter(accountId, request.accessRoleName, request.region);
  } catch (error) {
    if (isTransient(error) || !isAccessDenied(error) || isNew(world, account)) throw error;
    const seen = await world.directory.describeAccount(accountId);
    if (seen?.state === 'PENDING_ACTIVATION') throw error;
    const shut = seen && shutOf(seen.state);
    if (shut) throw shutError(request, accountId, shut);
    const place = request.kind === 'vended' ? nameOf(request) : `account ${accountId}`;
    const words = `${place} cannot be entered through its role '${request.accessRoleName}'`;
    if (seen?.managesOrganization) {
      throw new Error(`account ${accountId} is the management account of the organization: an environment cannot live in it; use another account`, { cause: error });
    }
    if (!seen) throw new Error(`${words}: account ${accountId} is not in the organization; invite it first`, { cause: error });
    const way = `name another one with Account.fromAccountAttributes({ accountId: '${accountId}', accessRoleName })`;
    throw new Error(seen.joined === 'INVITED'
      ? `${words}: accounts that were invited do not have it; create the role there (it must trust the management account), or ${way}`
      : `${words} (AccessDenied): it was deleted or does not trust the management account; create it again, or ${way}`, { cause: error });
  }
}

interface DeployStep {
  readonly accountId: string;
  readonly stacks: Stacks;
  readonly definition: StackDefinition;
  readonly seen?: StackState | 'absent';
  /** What is known afterwards is written with what follows. */
  readonly isLast?: boolean;
  readonly firstLookSeconds?: number;
}

async function deploy(world: World, account: Case, step: DeployStep): Promise<Deployed> {
  const { accountId, stacks, definition, isLast, ...options } = step;
  const { record, request } = account;
  const place = `${request.region}/${definition.stackName}`;
  const fingerprint = hash([request.templates, definition.parameters]);
  const known = record.stacks[place];
  if (known?.attempt === record.attempt) return { account, progress: DONE, stacks: record.stacks, definition };
  const progress = await deployStack(stacks, definition, {
    place: `account ${accountId} (${request.region})`,
    token: `${hash([account.key])}-${record.attempt}`,
    applied: known?.fingerprint === fingerprint,
    ...options,
  });
  if (!progress.done) return { account, progress, stacks: record.stacks, definition };
  const next = { ...record.stacks, [place]: { fingerprint, attempt: record.attempt } };
  return { account: isLast ? account : await proceed(world, account, { stacks: next }), progress: DONE, stacks: next, definition };
}

function baselineDefinition(world: World, { request }: Case): StackDefinition {
  return {
    stackName: NAMES.baselineStack,
    template: { body: JSON.stringify(BASELINE) },
    parameters: { CicdAccount: world.cicdAccount, AccessRoleName: request.accessRoleName, ArtifactKeyArn: request.artifactKeyArn },
    tags: {},
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
}

async function nextAttempt(world: World, account: Case): Promise<void> {
  const record = await world.registry.read<Case['record']>(account.key);
  if (record?.attempt !== account.record.attempt) return;
  const attempt = record.attempt + 1;
  const stacks = Object.fromEntries(Object.entries(record.stacks)
    .map(([place, known]) => [place, known.attempt === record.attempt ? { ...known, attempt } : known]));
  await world.registry.write(account.key, { ...record, attempt, placed: attempt, stacks }, record.version);
}

function isNotUsableYet(error: unknown): error is Error {
  return isNotSignedUp(error) || (error instanceof Error && NOT_KNOWN_YET.test(`${error.name} ${error.message}`));
}

/** No account is usable in its first seconds. */
function isJustCreated(world: World, { record }: Case): boolean {
  return record.createdAt !== undefined && world.now() - record.createdAt < 5000;
}

function isNew(world: World, { record }: Case): boolean {
  return record.createdAt !== undefined && world.now() - record.createdAt < ACCOUNT_IS_NEW;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
