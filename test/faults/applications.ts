import { NAMES, environmentsOf } from './apps';
import type { AppSpec, EnvironmentSpec } from './apps';
import type { FaultHarness } from './fault-harness';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { Stack } from '../../rehearsal/services/cloudformation/stack';
import { REGION } from '../fixtures/app';

interface Change {
  /** The last app that was deployed without a failure. */
  readonly before: AppSpec;
  readonly after: AppSpec;
  readonly result: DeploymentResult;
}

/** Returns a violation for each application that was deleted although its environment was not removed or keeps it. */
export function wronglyDeletedApplications(
  harness: FaultHarness, applications: readonly Stack[], { before, after, result }: Change,
): string[] {
  if (harness.hasAbandonedResources) return [];
  const removed = NAMES.filter(
    name => before[name] && !after[name] && before[name] !== 'kept' && !isRolledBack(result),
  );
  return applications.filter(({ deleted }) => deleted).flatMap(({ accountId }) => {
    const email = harness.emailOf(accountId);
    const declared = environmentsOf(before).find(environment => environment.email === email);
    const name = declared?.name ?? environmentIn(harness, accountId);
    const isExpected = removed.some(other => other === name);
    return isExpected ? [] : [`the application of '${String(name)}' in account ${accountId} was deleted`];
  });
}

/** Returns a violation for each application that still exists although a deployment has removed its environment. */
export function keptApplications(
  harness: FaultHarness, { before, after, result }: Change,
): string[] {
  if (!result.succeeded || harness.hasAbandonedResources || harness.hasLostRegistry) return [];
  const declared = environmentsOf(after).map(({ name }) => name);
  const removed = environmentsOf(before).filter(({ name, keepApplication }) =>
    !declared.includes(name) && !keepApplication);
  const isOpen = (accountId: string): boolean =>
    harness.simulation.organizations.account(accountId)?.state === 'ACTIVE';
  const released = harness.applications.filter(({ accountId }) => harness.released.has(accountId) && isOpen(accountId));
  return released.flatMap(({ accountId }) => {
    const environment = removed.find(({ email }) => email === harness.emailOf(accountId));
    return environment ? [`the application of '${environment.name}' remains in account ${accountId}`] : [];
  });
}

/** Returns the applications that are deleted with their environment: those that were created after its pipeline. */
export function ownedApplications(harness: FaultHarness, environments: readonly EnvironmentSpec[]): Stack[] {
  const { cloudformation, codepipeline } = harness.simulation;
  const owning = environments.filter(({ keepApplication }) => !keepApplication);
  return harness.applications.filter(({ accountId, createdAt }) => owning.some(({ name, email }) => {
    if (harness.emailOf(accountId) !== email || !codepipeline.find(accountId, REGION, name)) return false;
    const pipeline = cloudformation.find(accountId, REGION, `org-environments-pipeline-${name}`);
    return pipeline && pipeline.createdAt <= createdAt;
  }));
}

/** Returns a violation for each of these applications that still exists. */
export function remainingApplications(harness: FaultHarness, applications: readonly Stack[]): string[] {
  if (harness.hasAbandonedResources) return [];
  return applications
    .filter(({ deleted }) => !deleted)
    .map(
      ({ accountId, status, failure }) =>
        `the application in account ${accountId} remains: ${status} ${failure ?? ''}`,
    );
}

function environmentIn(harness: FaultHarness, accountId: string): typeof NAMES[number] | undefined {
  return NAMES.find(name => harness.emailOf(accountId)?.startsWith(`aws+shop-${name}`));
}

function isRolledBack({ stacks }: DeploymentResult): boolean {
  return stacks.some(({ name, status }) => name === 'Cicd' && /UPDATE_ROLLBACK/.test(status));
}
