import { REPOSITORY, LIVE_NAME, declaredIn, environmentsOf } from './apps';
import type { AppSpec, Declared, EnvironmentSpec } from './apps';
import type { FaultHarness } from './fault-harness';
import { createdAccounts } from './invariants';
import { pipelinesIn } from '../../lambda/registry/environment';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { NAMES } from '../../src/private/contract';
import { RECORDS } from '../../src/registry/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

/** Checks what must hold after a deployment without faults; returns one message per violation. */
export async function finalStateViolations(
  harness: FaultHarness,
  app: AppSpec,
): Promise<string[]> {
  const environments = environmentsOf(app);
  return [
    ...(await differences(harness, app)),
    ...(harness.hasAbandonedResources ? [] : strays(harness, declaredIn(app))),
    ...(await stoppedExecutions(harness)),
    ...(await missedPushes(harness, environments)),
  ];
}

/** How the organizational unit and the blue/green environment of an app differ from their declaration. */
export function differencesOfExtras({ declaredUnit, live }: FaultHarness, app: AppSpec): Readonly<{
  readonly unit: readonly string[]; readonly live: readonly string[];
}> {
  return { unit: app.unit ? declaredUnit.differences() : [], live: app.live ? live.differences() : [] };
}

/** What the registry and the accounts hold that no environment declares. */
function strays(harness: FaultHarness, environments: readonly Declared[]): string[] {
  return [
    ...strayAccounts(harness, environments),
    ...strayBranches(harness, environments),
    ...strayLeases(harness),
    ...strayEnvironments(harness, environments),
    ...strayQueueEntries(harness),
    ...strayArtifacts(harness),
  ];
}

async function differences(harness: FaultHarness, app: AppSpec): Promise<string[]> {
  const ofExtras = differencesOfExtras(harness, app);
  const found = [
    ...await Promise.all(environmentsOf(app).map(async environment => differencesOf(harness, environment))),
    ofExtras.unit,
    ofExtras.live,
  ];
  const { organizations, codepipeline } = harness.simulation;
  const declared = declaredIn(app).map(({ name }) => name);
  const pipelines = organizations.accounts.flatMap(({ accountId }) => codepipeline.pipelines(accountId, REGION));
  const present = pipelines.map(({ name }) => name);
  const isComplete = declared.every(name => present.includes(name));
  if (isComplete && (present.length === declared.length || harness.hasAbandonedResources)) return found.flat();
  return [...found.flat(), `the pipelines are those of '${present.join()}', declared are '${declared.join()}'`];
}

/** How an environment differs from its declaration. */
export async function differencesOf(harness: FaultHarness, environment: EnvironmentSpec): Promise<string[]> {
  const account = createdAccounts(harness).find(({ email }) => email === environment.email);
  if (!account) return [`environment '${environment.name}' has no account`];
  return [
    ...accountDifferences(harness, account, environment),
    ...pipelineDifferences(harness, account.accountId, environment),
    ...await descriptorDifferences(harness, account.accountId, environment),
  ];
}

function accountDifferences(
  harness: FaultHarness, account: ReturnType<typeof createdAccounts>[number], declared: EnvironmentSpec,
): string[] {
  const { accountId, name } = account;
  const { accountName, organizationalUnit, tags } = declared;
  const unit = harness.simulation.organizations.unitPath(accountId);
  const isComparable = (key: string): boolean => harness.hasNewerRegistry ? key in tags : !key.includes(':');
  const present = JSON.stringify(Object.fromEntries(Object.entries(account.tags).filter(([key]) => isComparable(key))));
  const registered = harness.registry.find(({ pk }) => pk === `account#${account.email}`)?.accountId;
  return [
    ...(name === accountName ? [] : [`account ${accountId} has the name '${name}', declared is '${accountName}'`]),
    ...(unit === organizationalUnit
      ? []
      : [`account ${accountId} is in '${unit}', declared is '${organizationalUnit}'`]),
    ...(present === JSON.stringify(tags)
      ? []
      : [`account ${accountId} has the tags ${present}, declared are ${JSON.stringify(tags)}`]),
    ...(registered === accountId ? [] : [`account ${accountId} is ${String(registered)} in the registry`]),
  ];
}

function pipelineDifferences({ simulation }: FaultHarness, accountId: string, declared: EnvironmentSpec): string[] {
  const { name, approval, enabled } = declared;
  const pipelines = simulation.codepipeline.pipelines(accountId, REGION);
  const categories = pipelines.flatMap(({ stages }) =>
    stages.flatMap(({ actions }) => actions.map(({ category }) => category)),
  );
  const hasApproval = categories.includes('Approval');
  const names = pipelines.map(pipeline => pipeline.name).join();
  return [
    ...(names === name ? [] : [`account ${accountId} has the pipelines '${names}', declared is '${name}'`]),
    ...(hasApproval === approval
      ? []
      : [`the pipeline of '${name}' ${hasApproval ? 'requires' : 'does not require'} an approval`]),
    ...(pipelines.every(({ disabled }) => disabled !== enabled)
      ? []
      : [`the pipeline of '${name}' is ${enabled ? 'disabled' : 'enabled'}`]),
  ];
}

async function descriptorDifferences(
  { simulation }: FaultHarness,
  accountId: string,
  declared: EnvironmentSpec,
): Promise<string[]> {
  const { branchName, parent } = declared;
  const text = await simulation.codecommit.file(CICD_ACCOUNT, REGION, REPOSITORY, branchName, 'environment.json');
  const descriptor = text === undefined ? undefined : JSON.parse(text);
  const isRight = descriptor?.accountId === accountId && descriptor?.parent === parent;
  return isRight ? [] : [`the descriptor of branch '${branchName}' is ${text ?? 'missing'}`];
}

/** An entry of the creation queue expires after this time, in milliseconds. */
const QUEUE_ENTRY_LIFETIME = 65 * 60_000;

/** The creation queue must have no entries that have not expired. */
function strayQueueEntries(harness: FaultHarness): string[] {
  const expired = harness.simulation.clock.now() - QUEUE_ENTRY_LIFETIME;
  const queue = harness.registry.filter(({ pk }) => pk === 'queue#creations').flatMap(record => Object.entries(record));
  const members = queue.filter(([key, since]) => key.startsWith('member:') && Number(since) > expired);
  return members.map(([member]) => `${member} is still in the creation queue`);
}

/** An account without a pipeline must not be leased. */
function strayLeases(harness: FaultHarness): string[] {
  const { codepipeline } = harness.simulation;
  const leases = harness.registry.filter(({ pk, holder }) => String(pk).startsWith('lease#') && holder !== undefined);
  return leases.flatMap(({ pk, holder }) => {
    const accountId = String(pk).slice('lease#'.length);
    const isUsed = codepipeline.pipelines(accountId, REGION).length > 0;
    return isUsed ? [] : [`account ${accountId} has no pipeline, but is leased: ${JSON.stringify(holder)}`];
  });
}

/** The record of an environment must name one pipeline for each side, in the account that this pipeline leases. */
function strayEnvironments(harness: FaultHarness, environments: readonly Declared[]): string[] {
  const records = harness.registry.filter(({ pk }) =>
    String(pk).startsWith(RECORDS.environment),
  ) as unknown as readonly EnvironmentRecord[];
  const names = records.map(({ environmentName }) => environmentName).sort().join();
  const declared = [...new Set(environments.map(({ name }) => name))].sort().join();
  const wrong = records.filter(record => {
    const pipelines = pipelinesIn(record);
    const isLeased = pipelines.every(({ accountId, pipelineKey }) => {
      const lease = harness.registry.find(({ pk }) => pk === leaseKey(accountId)) as LeaseRecord | undefined;
      return lease?.holder?.pipelineKey === pipelineKey && lease.holder.environmentName === record.environmentName;
    });
    const count = record.environmentName === LIVE_NAME ? 2 : 1;
    return pipelines.length !== count || !isLeased || pipelines.some(({ suspendedFor }) => suspendedFor);
  });
  return [
    ...wrong.map(record => `environment '${record.environmentName}' is recorded as ${JSON.stringify(record)}`),
    ...names === declared ? [] : [`the registry knows the environments '${names}', declared are '${declared}'`],
  ];
}

/** An undeclared account must have no owner, and the registry must know for each account whether it is available. */
function strayAccounts(harness: FaultHarness, environments: readonly Declared[]): string[] {
  const declared = environments.map(({ email }) => `account#${email}`);
  const wrong = createdAccounts(harness).flatMap(({ accountId, email }) => {
    const pk = `account#${email}`;
    if (harness.hasNewerRegistry && !declared.includes(pk)) return [];
    const record = harness.registry.find(other => other.pk === pk);
    const expected = declared.includes(pk) ? 'ready' : 'available';
    // the resource was deleted before the result of the creation was read
    const isPending = expected === 'available' && record?.accountId === undefined && record?.creation !== undefined;
    if (record?.state === expected && (record.accountId === accountId || isPending)) return [];
    return [`account ${accountId} must be '${expected}' in the registry, its record is ${JSON.stringify(record)}`];
  });
  const owned = harness.registry.filter(
    ({ pk, owners }) => String(pk).startsWith('account#') && Array.isArray(owners) && owners.length > 0,
  );
  const undeclared = owned.filter(({ pk }) => !declared.includes(String(pk)));
  return [
    ...undeclared.map(
      ({ pk, state }) => `${String(pk)} is not declared, but has owners and state '${String(state)}'`,
    ),
    ...wrong,
  ];
}

function strayBranches(harness: FaultHarness, environments: readonly Declared[]): string[] {
  const declared = environments.map(({ branchName }) => `branch#${REPOSITORY}#${branchName}`).sort().join();
  const registered = harness.registry.map(({ pk }) => String(pk)).filter(pk => pk.startsWith('branch#')).sort().join();
  return registered === declared ? [] : [`the registry knows the branches '${registered}', declared are '${declared}'`];
}

/** An abandoned action may write for this time until the stack of its pipeline is deleted, in milliseconds. */
const LATEST_WRITE = 300_000;

/** An account without a pipeline must have no artifacts. */
function strayArtifacts(harness: FaultHarness): string[] {
  const { s3, codepipeline, cloudformation } = harness.simulation;
  const accounts = createdAccounts(harness).filter(
    ({ accountId }) => codepipeline.pipelines(accountId, REGION).length === 0
      && !harness.accountsWithoutOperator.has(accountId),
  );
  return accounts.flatMap(({ accountId }) => {
    const stacks = cloudformation.all.filter(
      stack => stack.accountId === accountId && stack.name.startsWith(NAMES.pipelineStackPrefix),
    );
    const deletedAt = Math.max(0, ...stacks.map(stack => stack.deletedAt ?? 0));
    // the lifecycle rule of the bucket removes what an abandoned action writes later
    const objects = [...s3.bucket(`${NAMES.artifactBucketPrefix}${accountId}-${REGION}`)?.objects.values() ?? []];
    const count = objects.filter(({ modifiedAt }) => modifiedAt < deletedAt - LATEST_WRITE).length;
    return count === 0 ? [] : [`account ${accountId} has no pipeline, but ${count} artifacts`];
  });
}

/** Simulated seconds after which a push has started its pipeline. */
const START_SECONDS = 240;

/** An execution that was cancelled or stopped must have been restarted, unless its pipeline is disabled. */
async function stoppedExecutions(harness: FaultHarness): Promise<string[]> {
  await harness.simulation.clock.sleep(START_SECONDS);
  if (harness.hasAbandonedResources) return [];
  return harness.enabledPipelines.flatMap(({ name, executions: [last] }) => {
    const isStopped = /Cancelled|Stopp/.test(last?.status ?? '');
    return isStopped ? [`the last execution of '${name}' is ${last.status} and was not restarted`] : [];
  });
}

/** A push must start its pipeline. */
async function missedPushes(harness: FaultHarness, environments: readonly EnvironmentSpec[]): Promise<string[]> {
  const { clock, codecommit, codepipeline } = harness.simulation;
  for (const { branchName } of environments) await harness.push(branchName);
  await clock.sleep(START_SECONDS);
  return (await Promise.all(environments.map(async ({ name, email, branchName }) => {
    const head = await codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY).head(branchName);
    const accountId = createdAccounts(harness).find(account => account.email === email)?.accountId ?? '';
    const [last] = codepipeline.find(accountId, REGION, name)?.executions ?? [];
    const isStarted = last?.found.some(({ revisionId }) => revisionId === head);
    return isStarted
      ? []
      : [`pipeline '${name}' has not started with ${head}, its last execution has ${JSON.stringify(last?.found)}`];
  }))).flat();
}
