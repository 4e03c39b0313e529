import { createHash } from 'node:crypto';
import { BASELINE, BOOTSTRAP_POLICIES } from './baseline';
import { applyBaseline } from './baselines/apply';
import { bootstrapDefinition, bootstrapStackName } from './bootstrap';
import { updateRecord } from './context';
import type { ManagedAccount, AccountContext } from './context';
import { entryError } from './entry-error';
import { nameOf } from './record';
import { applySettings } from './settings';
import { isPendingActivation, UnusableAccountError } from './unusable-state';
import { NAMES } from '../../src/private/contract';
import type { DeployOptions, StackDefinition, Stacks } from '../cloudformation/stack-deployer';
import { deployStack, StackFailedError } from '../cloudformation/stack-deployer';
import type { AccountRecord } from '../registry/account';
import { removeUnreachable } from '../registry/unreachable';
import { isAccessDenied, isNotSignedUp, isTransient } from '../shared/errors';
import type { Progress } from '../shared/lifecycle';
import { DONE, checkAgainIn } from '../shared/lifecycle';

/** Errors of a new account, besides those of services that it is not signed up for. */
const NEW_ACCOUNT_ERRORS =
  /AccessDenied|InvalidClientTokenId|UnrecognizedClient|RegionDisabled|AuthFailure|InvalidAccessKeyId/i;
/** How long a created account may not be usable, in milliseconds. */
const NEW_ACCOUNT_MILLISECONDS = 15 * 60_000;

/** Deploys the baseline, and the bootstrap as soon as the policies of the baseline exist. */
export async function prepareAccount(
  context: AccountContext,
  account: ManagedAccount,
  accountId: string,
): Promise<Progress<void>> {
  try {
    const stacks = await stacksIn(context, account, accountId);
    const baseline = await deploy(context, account, {
      // its policies exist after ten seconds, before the other resources
      accountId,
      stacks,
      definition: baselineDefinition(context, account),
      firstCheckSeconds: 11,
    });
    if (!baseline.progress.done && !(await hasPolicies(stacks, baseline))) return baseline.progress;
    const bootstrap = await deployBootstrap(context, baseline.account, accountId, stacks);
    if (!bootstrap.progress.done) return bootstrap.progress;
    if (!baseline.progress.done) return baseline.progress;
    const settings = await applySettings(context, account, accountId);
    if (!settings.done) return settings;
    const applied = await applyBaseline(context, bootstrap.account, { accountId, stacks });
    if (!applied.done) {
      if (bootstrap.stacks !== bootstrap.account.record.stacks) {
        await updateRecord(context, bootstrap.account, { stacks: bootstrap.stacks });
      }
      return applied;
    }
    await finish(context, bootstrap, accountId, applied.result);
    return DONE;
  } catch (error) {
    if (!isNewAccountError(error)) throw error;
    const mayBeNew = isNew(context, account) || (await isPendingActivation(context, accountId));
    if (!mayBeNew) throw deniedAccess(account, error);
    // a stack that failed because the account is too new is deployed again, as another attempt
    if (error.message.startsWith('stack ')) await nextAttempt(context, account);
    return { ...checkAgainIn(isJustCreated(context, account) ? 15 : 3, servicesOf(accountId)), error };
  }
}

function servicesOf(accountId: string): string {
  return `the services of account ${accountId}, which are not available yet`;
}

async function finish(
  context: AccountContext, { account, stacks }: Deployed, accountId: string, baseline: AccountRecord['baseline'],
): Promise<void> {
  // first the mark: while the account has a deferral, the next run removes the mark again
  if (account.record.deferral) await removeUnreachable(context.registry, accountId);
  await updateRecord(context, account, {
    state: 'ready',
    prepared: true,
    recovered: undefined,
    deferral: undefined,
    stacks,
    ...(baseline && { baseline }),
  });
}

/** A session of the role that was assumed before the account became unusable is denied access. */
function deniedAccess({ request }: ManagedAccount, error: Error): Error {
  if (!isAccessDenied(error)) return error;
  return new UnusableAccountError(
    `${nameOf(request)} denies access (${error.message}): reinstate the account, `
      + 'or remove what denies it, then deploy again',
    error,
  );
}

/** The result of one step of a stack: its progress, and the account afterwards. */
interface Deployed {
  readonly account: ManagedAccount;
  readonly progress: Progress<void>;
  /** The stacks of the record after the step. */
  readonly stacks: AccountRecord['stacks'];
  readonly definition: StackDefinition;
}

/** Whether the baseline that is being created has the policies that the bootstrap refers to. */
async function hasPolicies(stacks: Stacks, { definition, account }: Deployed): Promise<boolean> {
  // in an account that is prepared again, the policies may be changed later in the update
  if (Object.keys(account.record.stacks).length > 0) return false;
  const resources = await stacks.resources(definition.stackName);
  return BOOTSTRAP_POLICIES.every(id => resources[id] === 'CREATE_COMPLETE');
}

async function deployBootstrap(
  context: AccountContext,
  account: ManagedAccount,
  accountId: string,
  stacks: Stacks,
): Promise<Deployed> {
  const known = account.record.stacks[`${account.request.region}/${bootstrapStackName(account.request.qualifier)}`];
  const isApplied = known?.attempt === account.record.attempt;
  const current = isApplied ? undefined : await stacks.describe(bootstrapStackName(account.request.qualifier));
  const definition = bootstrapDefinition(context, account.request, accountId, current);
  return deploy(context, account, { accountId, stacks, definition, current: current ?? 'absent', isLast: true });
}

/** CloudFormation in an account. @throws UnusableAccountError if the account does not let us in */
export async function stacksIn(context: AccountContext, account: ManagedAccount, accountId: string): Promise<Stacks> {
  const { request } = account;
  try {
    return await context.organization.stacksIn(accountId, request.accessRoleName, request.region);
  } catch (error) {
    if (isTransient(error) || !isAccessDenied(error) || isNew(context, account)) throw error;
    throw await entryError(context, account, accountId, error);
  }
}

interface DeployStep extends Pick<DeployOptions, 'current' | 'firstCheckSeconds'> {
  readonly accountId: string;
  readonly stacks: Stacks;
  readonly definition: StackDefinition;
  /** The record is written by the caller, together with its other changes. */
  readonly isLast?: boolean;
}

async function deploy(context: AccountContext, account: ManagedAccount, step: DeployStep): Promise<Deployed> {
  const { accountId, stacks, definition, isLast, current, firstCheckSeconds } = step;
  const { record, request } = account;
  const place = `${request.region}/${definition.stackName}`;
  const fingerprint = hash([request.templates, definition.parameters]);
  const known = record.stacks[place];
  if (known?.attempt === record.attempt) return { account, progress: DONE, stacks: record.stacks, definition };
  const options: DeployOptions = {
    place: `account ${accountId} (${request.region})`,
    token: `${hash([account.key])}-${record.attempt}`,
    applied: known?.fingerprint === fingerprint,
    current,
    firstCheckSeconds,
  };
  const progress = await deployStack(stacks, definition, options).catch((error: unknown) => {
    const isLost = (known ?? record.recovered) && error instanceof StackFailedError && error.what !== 'updated';
    // what was complete before was deleted by hand, which no change of the app causes and no rollback restores
    throw isLost ? new UnusableAccountError(`${nameOf(request)}: ${error.message}`, error) : error;
  });
  if (!progress.done) return { account, progress, stacks: record.stacks, definition };
  const next = { ...record.stacks, [place]: { fingerprint, attempt: record.attempt } };
  return {
    account: isLast ? account : await updateRecord(context, account, { stacks: next }),
    progress: DONE,
    stacks: next,
    definition,
  };
}

export function baselineDefinition(context: AccountContext, { request }: ManagedAccount): StackDefinition {
  return {
    stackName: NAMES.baselineStack,
    template: { body: JSON.stringify(BASELINE) },
    parameters: {
      CicdAccount: context.cicdAccount,
      AccessRoleName: request.accessRoleName,
      ArtifactKeyArn: request.artifactKeyArn,
      RequireBoundary: request.requireBoundary ?? 'false',
      ...(request.cleaning && { Cleaning: request.cleaning }),
    },
    tags: {},
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
}

async function nextAttempt(context: AccountContext, account: ManagedAccount): Promise<void> {
  const record = await context.registry.read<AccountRecord>(account.key);
  if (record?.attempt !== account.record.attempt) return;
  const attempt = record.attempt + 1;
  const stacks = Object.fromEntries(
    Object.entries(record.stacks).map(([place, known]) => [
      place,
      known.attempt === record.attempt ? { ...known, attempt } : known,
    ]),
  );
  await context.registry.write<AccountRecord>(
    account.key,
    { ...record, attempt, placedAttempt: attempt, stacks },
    record.version,
  );
}

function isNewAccountError(error: unknown): error is Error {
  return isNotSignedUp(error) || (error instanceof Error && NEW_ACCOUNT_ERRORS.test(`${error.name} ${error.message}`));
}

/** An account is never usable in its first seconds. */
function isJustCreated(context: AccountContext, { record }: ManagedAccount): boolean {
  return record.createdAt !== undefined && context.now() - record.createdAt < 5000;
}

function isNew(context: AccountContext, { record }: ManagedAccount): boolean {
  return record.createdAt !== undefined && context.now() - record.createdAt < NEW_ACCOUNT_MILLISECONDS;
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
