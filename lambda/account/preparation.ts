import { createHash } from 'node:crypto';
import { isDenied } from './access';
import { BASELINE } from './baseline';
import { nameOf } from './record';
import { isPending, shutError, shutOf } from './states';
import { toolkitDefinition } from './toolkit';
import { proceed } from './world';
import type { Case, World } from './world';
import { NAMES } from '../../src/private/contract';
import { isTransient } from '../shared/errors';
import type { StackDefinition, Stacks } from '../shared/stack-deployer';
import { deployStack } from '../shared/stack-deployer';

/** An account that AWS calls created answers with errors like these for some minutes. */
const NOT_USABLE_YET = new RegExp(['AccessDenied', 'InvalidClientTokenId', 'UnrecognizedClient', 'OptInRequired', 'SubscriptionRequired',
  'RegionDisabled', 'AuthFailure', 'InvalidAccessKeyId', 'NotSignedUp', 'not signed up', 'not subscribed', 'needs a subscription'].join('|'), 'i');
const PATIENCE = 15 * 60_000;

/** Deploys what every account needs, one step at a time. @returns whether all of it is there */
export async function prepare(world: World, account: Case, accountId: string): Promise<boolean> {
  try {
    const stacks = await enter(world, account, accountId);
    const based = await deploy(world, account, accountId, stacks, baselineDefinition(world, account));
    if (!based) return false;
    const bootstrapped = await deploy(world, based, accountId, stacks, await toolkitDefinition(world, based.request, accountId, stacks));
    if (!bootstrapped) return false;
    await proceed(world, bootstrapped, { state: 'ready' });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !NOT_USABLE_YET.test(`${error.name} ${error.message}`)) throw error;
    if (!isYoung(world, account) && !await isPending(world, accountId)) throw error;
    // a stack that failed because the account was too young is deployed once more, under the name of another attempt
    if (error.message.startsWith('stack ')) await nextAttempt(world, account);
    return false;
  }
}

async function enter(world: World, account: Case, accountId: string): Promise<Stacks> {
  const { request } = account;
  try {
    return await world.directory.enter(accountId, request.accessRoleName, request.region);
  } catch (error) {
    if (isTransient(error) || !isDenied(error) || isYoung(world, account)) throw error;
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

async function deploy(world: World, account: Case, accountId: string, stacks: Stacks, definition: StackDefinition): Promise<Case | undefined> {
  const { record, request } = account;
  const place = `${request.region}/${definition.stackName}`;
  const fingerprint = hash([request.templates, definition.parameters]);
  const known = record.stacks[place];
  if (known?.attempt === record.attempt) return account;
  const progress = await deployStack(stacks, definition, {
    place: `account ${accountId} (${request.region})`,
    token: `${hash([account.key])}-${record.attempt}`,
    applied: known?.fingerprint === fingerprint,
  });
  if (!progress.done) return undefined;
  return proceed(world, account, { stacks: { ...record.stacks, [place]: { fingerprint, attempt: record.attempt } } });
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

function isYoung(world: World, { record }: Case): boolean {
  return record.createdAt !== undefined && world.now() - record.createdAt < PATIENCE;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
