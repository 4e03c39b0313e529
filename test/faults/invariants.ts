import { EMAILS } from './apps';
import type { FaultHarness } from './fault-harness';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { SimulatedAccount } from '../../rehearsal/services/organizations/service';
import { NAMES } from '../../src/private/contract';
import { REGION } from '../fixtures/app';

/** Checks what must hold after every deployment, with or without faults; returns one message per violation. */
export async function brokenInvariants(harness: FaultHarness): Promise<string[]> {
  return [
    ...undeclaredAccounts(harness),
    ...unregisteredAccounts(harness),
    ...duplicatePipelines(harness),
    ...resumedPipelines(harness),
    ...await lostCommits(harness),
  ];
}

/** Returns a violation for each failure whose error does not say what to do. */
export function errorsWithoutSolution({ failures }: DeploymentResult): string[] {
  return (
    failures
      // only errors of our handlers, not those of CloudFormation, the CDK framework, and stopped functions
      .filter(
        ({ reason }) => / Logs: /.test(reason.replace(/\s+/g, ' ')) && !/Runtime exited|Task timed out/.test(reason),
      )
      .filter(({ reason }) => !SOLUTION.test(reason))
      .map(
        ({ logicalId, reason }) =>
          `${logicalId} failed with an error that does not say what to do: ${reason.slice(0, 600)}`,
      )
  );
}

/** What an error may say to do. */
const SOLUTION =
  /deploy(ed)? again|delete again|delete that stack|use another|declare parent|fix it|adopt it|remove it/;

/** Stacks that stay in an account: the bootstrap, the baseline, and the application that a pipeline deployed. */
const KEPT = ['CDKToolkit', NAMES.baselineStack, 'Web'];

/** Returns a violation for each stack and pipeline that must not exist any more after the app was destroyed. */
export function leftovers(harness: FaultHarness): string[] {
  const { cloudformation, codepipeline, organizations } = harness.simulation;
  const stacks = cloudformation.all.filter(({ deleted, isSeed }) => !deleted && !isSeed);
  // an operation in progress finishes by itself
  const isExpected = (name: string, status: string): boolean => (
    /_(COMPLETE|IN_PROGRESS)$/.test(status)
    && (KEPT.includes(name) || harness.hasAbandonedResources
      // its creation failed, and the rollback returned to a registry that does not know it
      || (harness.hasLostRegistry && status === 'ROLLBACK_COMPLETE'))
  );
  const pipelines = organizations.accounts.flatMap(({ accountId }) => codepipeline.pipelines(accountId, REGION));
  return [
    ...stacks
      .filter(({ name, status }) => !isExpected(name, status))
      .map(
        ({ name, accountId, status, failure, reason }) =>
          `stack ${name} in account ${accountId} is ${status}: ${failure ?? reason ?? ''}`,
      ),
    ...(harness.hasAbandonedResources ? [] : pipelines.map(({ name }) => `pipeline '${name}' remains`)),
  ];
}

export function createdAccounts(harness: FaultHarness): SimulatedAccount[] {
  return harness.simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
}

/** AWS rejects an e-mail address that is in use, so a duplicate account must have an address that no app declares. */
function undeclaredAccounts(harness: FaultHarness): string[] {
  const undeclared = createdAccounts(harness).filter(({ email }) => !EMAILS.includes(email));
  return undeclared.map(
    ({ email, accountId }) => `account ${accountId} was created with '${email}', which no app declares`,
  );
}

/** The states that the record of an existing account may have, even if the response of its creation was lost. */
const REGISTERED = ['claimed', 'creating', 'created', 'ready', 'available'];

/** The registry must know each account. If the registry is newer than the account, the tag of the account is enough. */
function unregisteredAccounts(harness: FaultHarness): string[] {
  const records = harness.registry;
  const isNewer = records.length === 0 || harness.hasNewerRegistry;
  return createdAccounts(harness).flatMap(({ accountId, email, tags }) => {
    const record = records.find(({ pk }) => pk === `account#${email}`);
    if (record?.accountId !== undefined && record.accountId !== accountId) {
      return [`account ${accountId} is ${String(record.accountId)} in the registry`];
    }
    const isTagged = tags['org-environments:registry-key'] !== undefined;
    const isRegistered = record !== undefined && REGISTERED.includes(String(record.state));
    const isKnown = isTagged || harness.untaggedAccounts.has(accountId);
    if ((isRegistered && (record.accountId === accountId || isTagged)) || (isNewer && isKnown)) return [];
    const found = `record ${JSON.stringify(record)}, tags ${JSON.stringify(tags)}`;
    return [`account ${accountId} (${email}) is not in the registry: ${found}`];
  });
}

function duplicatePipelines(harness: FaultHarness): string[] {
  const { organizations, codepipeline } = harness.simulation;
  const duplicates = [...harness.duplicatePipelines].map(
    name => `two pipelines of environment '${name}' were enabled at the same time`,
  );
  harness.duplicatePipelines.clear();
  const premature = [...harness.prematureDeletions]
    .map(accountId => `the application in account ${accountId} was deleted while its pipeline was enabled`);
  harness.prematureDeletions.clear();
  return [...duplicates, ...premature].concat(organizations.accounts.flatMap(({ accountId }) => {
    const active = codepipeline.pipelines(accountId, REGION).filter(({ disabled }) => !disabled);
    const names = active.map(({ name }) => name).join();
    return active.length > 1 ? [`account ${accountId} has ${active.length} enabled pipelines: ${names}`] : [];
  }));
}

/** A halted pipeline stays halted until an operator resumes it. */
function resumedPipelines(harness: FaultHarness): string[] {
  const enabled = harness.enabledPipelines.filter(({ name }) => harness.operator.halted.has(name));
  return enabled.map(({ name }) => `the pipeline of '${name}' is enabled, but was halted`);
}

async function lostCommits(harness: FaultHarness): Promise<string[]> {
  await harness.recordHeads();
  const reachable = await harness.reachableCommits();
  return [...harness.heads].filter(commitId => !reachable.has(commitId)).map(commitId => `commit ${commitId} is lost`);
}
