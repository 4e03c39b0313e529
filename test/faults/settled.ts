import type { EnvironmentSpec } from './apps';
import { created } from './invariants';
import type { FaultyWorld } from './world';
import { REPOSITORY } from './world';
import { pipelinesIn } from '../../lambda/registry/environment';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { NAMES } from '../../src/private/contract';
import { RECORDS } from '../../src/registry/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

/** What must hold when everything has been deployed without faults. */
export async function unsettled(world: FaultyWorld, environments: readonly EnvironmentSpec[]): Promise<string[]> {
  const left = world.leftBehind ? [] : strays(world, environments);
  return [...await undeclared(world, environments), ...left, ...await stalled(world), ...await missedPushes(world, environments)];
}

function strays(world: FaultyWorld, environments: readonly EnvironmentSpec[]): string[] {
  const held = [...strayAccounts(world, environments), ...strayBranches(world, environments)];
  return [...held, ...strayLeases(world), ...strayEnvironments(world, environments), ...strayEntries(world), ...strayArtifacts(world)];
}

async function undeclared(world: FaultyWorld, environments: readonly EnvironmentSpec[]): Promise<string[]> {
  const found = await Promise.all(environments.map(async environment => undeclaredOne(world, environment)));
  const { organizations, codepipeline } = world.simulation;
  const wanted = environments.map(({ name }) => name);
  const present = organizations.accounts.flatMap(({ accountId }) => codepipeline.pipelines(accountId, REGION)).map(({ name }) => name);
  const isRight = wanted.every(name => present.includes(name)) && (present.length === wanted.length || world.leftBehind);
  return [...found.flat(), ...(isRight ? [] : [`the pipelines are those of '${present.join()}', declared are '${wanted.join()}'`])];
}

async function undeclaredOne(world: FaultyWorld, declared: EnvironmentSpec): Promise<string[]> {
  const { organizations, codepipeline, codecommit } = world.simulation;
  const { name, email, accountName, organizationalUnit, tags, branchName, parent, approval, enabled } = declared;
  const account = created(world).find(other => other.email === email);
  if (!account) return [`environment '${name}' has no account`];
  const { accountId } = account;
  const pipelines = codepipeline.pipelines(accountId, REGION);
  const text = await codecommit.file(CICD_ACCOUNT, REGION, REPOSITORY, branchName, 'environment.json');
  const descriptor = text === undefined ? undefined : JSON.parse(text);
  const unit = organizations.unitPath(accountId);
  const present = Object.fromEntries(Object.entries(account.tags).filter(([key]) => world.hasForgotten ? key in tags : !key.includes(':')));
  const asks = pipelines.some(({ stages }) => stages.some(({ actions }) => actions.some(({ category }) => category === 'Approval')));
  const known = world.registry.find(({ pk }) => pk === `account#${email}`)?.accountId;
  return [
    ...account.name === accountName ? [] : [`account ${accountId} is called '${account.name}', declared is '${accountName}'`],
    ...unit === organizationalUnit ? [] : [`account ${accountId} is in '${unit}', declared is '${organizationalUnit}'`],
    ...JSON.stringify(present) === JSON.stringify(tags) ? [] : [`account ${accountId} has the tags ${JSON.stringify(present)}, declared are ${JSON.stringify(tags)}`],
    ...known === accountId ? [] : [`the registry takes ${String(known)} for account ${accountId}`],
    ...pipelines.length === 1 && pipelines[0].name === name ? [] : [`account ${accountId} has the pipelines '${pipelines.map(pipeline => pipeline.name).join()}'`],
    ...asks === approval ? [] : [`the pipeline of '${name}' ${asks ? 'asks' : 'does not ask'} for approval`],
    ...pipelines.every(({ frozen }) => frozen !== enabled) ? [] : [`the pipeline of '${name}' is ${enabled ? 'frozen' : 'open'}`],
    ...descriptor?.accountId === accountId && descriptor?.parent === parent ? [] : [`branch '${branchName}' says ${text ?? 'nothing'}`],
  ];
}

/** Who has been in the queue longer is not waited for. */
const LONGEST_LIFE = 65 * 60_000;

/** Places in the queue of creations, when everything has been deployed as declared. */
function strayEntries(world: FaultyWorld): string[] {
  const dead = world.simulation.clock.now() - LONGEST_LIFE;
  const members = world.registry.filter(({ pk }) => pk === 'queue#creations').flatMap(queue => Object.entries(queue))
    .filter(([key, since]) => key.startsWith('member:') && Number(since) > dead);
  return members.map(([member]) => `${member} is still in the queue of creations`);
}

/** Leases that nobody uses, once everything has been deployed as declared. */
function strayLeases(world: FaultyWorld): string[] {
  const { codepipeline } = world.simulation;
  return world.registry.filter(({ pk, holder }) => String(pk).startsWith('lease#') && holder !== undefined).flatMap(({ pk, holder }) => {
    const accountId = String(pk).slice('lease#'.length);
    return codepipeline.pipelines(accountId, REGION).length > 0 ? [] : [`account ${accountId} has no pipeline, but is leased: ${JSON.stringify(holder)}`];
  });
}

/** The record of each environment names one pipeline, in the account that this pipeline holds. */
function strayEnvironments(world: FaultyWorld, environments: readonly EnvironmentSpec[]): string[] {
  const records = world.registry.filter(({ pk }) => String(pk).startsWith(RECORDS.environment)) as unknown as readonly EnvironmentRecord[];
  const names = records.map(({ environmentName }) => environmentName).sort().join();
  const declared = environments.map(({ name }) => name).sort().join();
  const wrong = records.flatMap(record => {
    const pipelines = pipelinesIn(record);
    const isHeld = pipelines.every(({ accountId, pipelineKey }) => {
      const lease = world.registry.find(({ pk }) => pk === leaseKey(accountId)) as LeaseRecord | undefined;
      return lease?.holder?.pipelineKey === pipelineKey && lease.holder.environmentName === record.environmentName;
    });
    return pipelines.length === 1 && isHeld && !pipelines[0].suspendedFor ? [] : [`environment '${record.environmentName}' is recorded as ${JSON.stringify(record)}`];
  });
  return [...wrong, ...(names === declared ? [] : [`the registry knows the environments '${names}', declared are '${declared}'`])];
}

/** Accounts that nobody declares are held by nobody, and of every account the registry knows whether it can be had. */
function strayAccounts(world: FaultyWorld, environments: readonly EnvironmentSpec[]): string[] {
  const declared = environments.map(({ email }) => `account#${email}`);
  const unknown = created(world).flatMap(({ accountId, email }) => {
    const pk = `account#${email}`;
    if (world.hasForgotten && !declared.includes(pk)) return [];
    const record = world.registry.find(other => other.pk === pk);
    const wanted = declared.includes(pk) ? 'ready' : 'available';
    // nobody may have been there to read what became of its creation
    const isAwaited = wanted === 'available' && record?.accountId === undefined && record?.creation !== undefined;
    if (record?.state === wanted && (record.accountId === accountId || isAwaited)) return [];
    return [`account ${accountId} is to be ${wanted}, the registry has ${JSON.stringify(record)}`];
  });
  const held = world.registry.filter(({ pk, owners }) => String(pk).startsWith('account#') && Array.isArray(owners) && owners.length > 0)
    .flatMap(({ pk, state }) => declared.includes(String(pk)) ? [] : [`${String(pk)} is held, though nobody declares it: it is ${String(state)}`]);
  return [...held, ...unknown];
}

function strayBranches(world: FaultyWorld, environments: readonly EnvironmentSpec[]): string[] {
  const declared = environments.map(({ branchName }) => `branch#${REPOSITORY}#${branchName}`).sort().join();
  const known = world.registry.map(({ pk }) => String(pk)).filter(pk => pk.startsWith('branch#')).sort().join();
  return known === declared ? [] : [`the registry knows the branches '${known}', declared are '${declared}'`];
}

/** So long may an action go on that nobody waits for any more, until the stack of its pipeline is gone; in milliseconds. */
const STILL_WRITING = 300_000;

/** What a pipeline has left in the bucket of its account. */
function strayArtifacts(world: FaultyWorld): string[] {
  const { s3, codepipeline, cloudformation } = world.simulation;
  return created(world).flatMap(({ accountId }) => {
    const gone = Math.max(0, ...cloudformation.all.filter(stack => stack.accountId === accountId && stack.name.startsWith(NAMES.pipelineRolePrefix))
      .map(({ deletedAt = 0 }) => deletedAt));
    // what an action that was abandoned still writes expires some day
    const objects = [...s3.bucket(`${NAMES.artifactBucketPrefix}${accountId}-${REGION}`)?.objects.values() ?? []];
    const count = objects.filter(({ modifiedAt }) => modifiedAt < gone - STILL_WRITING).length;
    return count === 0 || codepipeline.pipelines(accountId, REGION).length > 0 ? [] : [`account ${accountId} has no pipeline, but ${count} artifacts`];
  });
}

/** Simulated seconds in which a push has long started its pipeline. */
const UNTIL_STARTED = 240;

/** What was cancelled or stopped runs again, unless it must not. */
async function stalled({ simulation: { clock, codepipeline }, leftBehind }: FaultyWorld): Promise<string[]> {
  await clock.sleep(UNTIL_STARTED);
  return leftBehind ? [] : codepipeline.present.filter(({ closed }) => closed.size === 0).flatMap(({ name, executions: [last] }) => (
    /Cancelled|Stopp/.test(last?.status ?? '') ? [`the last run of '${name}' was ${last.status}, and nothing has started it again`] : []
  ));
}

/** Whatever is pushed now comes into its pipeline. */
async function missedPushes(world: FaultyWorld, environments: readonly EnvironmentSpec[]): Promise<string[]> {
  const { clock, codecommit, codepipeline } = world.simulation;
  for (const { branchName } of environments) await world.push(branchName);
  await clock.sleep(UNTIL_STARTED);
  return (await Promise.all(environments.map(async ({ name, email, branchName }) => {
    const head = await codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY).head(branchName);
    const accountId = created(world).find(account => account.email === email)?.accountId ?? '';
    const [last] = codepipeline.find(accountId, REGION, name)?.executions ?? [];
    return last?.found.some(({ revisionId }) => revisionId === head) ? [] : [`'${name}' has not begun with ${head}, but is at ${JSON.stringify(last?.found)}`];
  }))).flat();
}
