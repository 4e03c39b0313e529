import { NAMES, environmentsOf } from './apps';
import type { AppSpec, EnvironmentSpec } from './apps';
import type { FaultyWorld } from './world';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { Stack } from '../../rehearsal/cloudformation/stack';
import { REGION } from '../fixtures/app';

interface Change {
  /** What was deployed last without failure. */
  readonly before: AppSpec;
  readonly after: AppSpec;
  readonly result: DeploymentResult;
}

/** Applications that have gone though nobody removed their environment, or though it keeps them. */
export function vanished(world: FaultyWorld, applications: readonly Stack[], { before, after, result }: Change): string[] {
  const removed = NAMES.filter(name => before[name] && !after[name] && before[name] !== 'kept' && !isRolledBack(result));
  return applications.filter(({ deleted }) => deleted).flatMap(({ accountId }) => {
    const email = world.emailOf(accountId);
    const name = environmentsOf(before).find(environment => environment.email === email)?.name ?? environmentIn(world, accountId);
    return removed.some(other => other === name) || world.leftBehind ? [] : [`the application of '${String(name)}' in account ${accountId} is gone`];
  });
}

/** Applications that go with the environments: those that came after the pipelines. */
export function ownedApplications(world: FaultyWorld, environments: readonly EnvironmentSpec[]): Stack[] {
  const { cloudformation, codepipeline } = world.simulation;
  const going = environments.filter(({ keepApplication }) => !keepApplication);
  return world.applications.filter(({ accountId, createdAt }) => going.some(({ name, email }) => {
    const pipeline = cloudformation.find(accountId, REGION, `org-environments-pipeline-${name}`);
    return world.emailOf(accountId) === email && codepipeline.find(accountId, REGION, name) && pipeline && pipeline.createdAt <= createdAt;
  }));
}

/** What of them is left after the end. */
export function leftApplications(world: FaultyWorld, applications: readonly Stack[]): string[] {
  if (world.leftBehind) return [];
  return applications.filter(({ deleted }) => !deleted).map(({ accountId, status, failure }) => `the application in account ${accountId} is left: ${status} ${failure ?? ''}`);
}

function environmentIn(world: FaultyWorld, accountId: string): typeof NAMES[number] | undefined {
  return NAMES.find(name => world.emailOf(accountId)?.startsWith(`aws+shop-${name}`));
}

function isRolledBack({ stacks }: DeploymentResult): boolean {
  return stacks.some(({ name, status }) => name === 'Cicd' && /UPDATE_ROLLBACK/.test(status));
}
