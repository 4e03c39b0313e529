import { LIVE_NAME, environmentsOf } from './apps';
import type { AppSpec, Declared } from './apps';
import type { Damager } from './damager';
import type { FaultHarness } from './fault-harness';
import { differencesOf, differencesOfExtras } from './final-state';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { ReconcileOutcome } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import { Reconciliation } from '../vending/reconcile';

/** A repair may show what can be repaired next. */
const REPAIRS = 3;

const LEASE_SECONDS = 70 * 60;

/** What happens after damage: it is named, a person does what only a person can do, and the rest is repaired. */
export class Aftermath {
  private readonly reconciliation: Reconciliation;

  public constructor(private readonly harness: FaultHarness, private readonly damager: Damager) {
    this.reconciliation = new Reconciliation(harness);
  }

  /** Returns a violation for each damaged environment of which neither a check nor the status says what differs. */
  public async unnamed(app: AppSpec): Promise<string[]> {
    // a registry without records knows no environment: whoever emptied it has to restore it
    if (!this.hasOperations || this.harness.hasLostRegistry) return [];
    const { resources } = await this.reconciliation.run('check', 'all');
    const violations: string[] = [];
    for (const environment of environmentsOf(app)) {
      const differences = await differencesOf(this.harness, environment);
      const isNamed = resources.some(({ environmentName, drifts, problem }) =>
        // without the record of an account, it is unknown whose it is
        (environmentName ?? environment.name) === environment.name && (drifts.length > 0 || problem !== undefined));
      if (differences.length > 0 && !isNamed) violations.push(`not named by a check: ${differences.join('; ')}`);
    }
    return [...violations, ...this.unnamedExtras(app, resources)];
  }

  private unnamedExtras(app: AppSpec, resources: readonly ReconcileOutcome[]): string[] {
    const { unit, live } = differencesOfExtras(this.harness, app);
    const found = resources.filter(({ drifts, problem }) => drifts.length > 0 || problem !== undefined);
    const isUnitNamed = found.some(({ drifts }) => drifts.some(({ what }) => what.includes('organizational unit')));
    // without the record of an account, it is unknown whose it is
    const isLiveNamed = found.some(({ environmentName = LIVE_NAME }) => environmentName === LIVE_NAME);
    return [
      ...isUnitNamed ? [] : unit.map(difference => `not named by a check: ${difference}`),
      ...isLiveNamed ? [] : live.map(difference => `not named by a check: ${difference}`),
    ];
  }

  /** Returns a violation for each pipeline that no app declares, and that the status does not list. */
  public async unnamedLeftovers(declared: readonly Declared[]): Promise<string[]> {
    if (!this.hasOperations || this.harness.hasLostRegistry || this.harness.hasAbandonedResources) return [];
    const { leftovers = [] } = await this.reconciliation.fullStatus();
    return this.harness.simulation.codepipeline.present.filter(({ accountId, name }) => {
      const isDeclared = declared.some(environment =>
        environment.name === name && environment.email === this.harness.emailOf(accountId));
      return !isDeclared && !leftovers.some(leftover => leftover.accountId === accountId && leftover.name === name);
    }).map(({ accountId, name }) => `the status does not list pipeline '${name}' in account ${accountId}`);
  }

  public async repairByHand(): Promise<void> {
    await this.damager.repairByHand();
    await this.deleteLeftovers();
    // the registry is not restored while an app is being deleted
    if (this.harness.hasLostRegistry && !this.harness.isBeingDeleted) this.harness.restoreRegistry();
  }

  /** Deletes what the status lists, and has it forgotten. */
  public async deleteLeftovers(): Promise<void> {
    if (!this.hasOperations) return;
    const { leftovers = [] } = await this.reconciliation.fullStatus();
    for (const name of new Set(leftovers.map(leftover => leftover.name))) await this.reconciliation.forget(name);
    for (const { accountId, stackName } of leftovers) await this.damager.deleteStack(accountId, stackName);
  }

  /** Does what the errors of a deployment advise. */
  public async follow({ failures }: DeploymentResult): Promise<void> {
    const reasons = failures.map(({ reason }) => reason).join('\n');
    for (const [, name] of reasons.matchAll(/run: org-environments forget ([\w-]+)/g)) {
      if (this.hasOperations) await this.reconciliation.forget(name);
    }
    for (const [, accountId, name] of reasons.matchAll(/account (\d+) already has a stack '(.+?)' .*delete that stack/g)) {
      await this.damager.deleteStack(accountId, name);
    }
    await this.damager.repairByHand();
    if (NO_UNIT.test(reasons)) await this.reconcile();
    // a lease that was never confirmed expires after 65 minutes
    await this.harness.simulation.clock.sleep(LEASE_SECONDS);
  }

  private get hasOperations(): boolean {
    const name = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
    return this.harness.simulation.lambda.has(name);
  }

  /** Repairs what a check finds. Returns a violation for each difference that remains. */
  public async reconcile(): Promise<string[]> {
    if (!this.hasOperations) return [];
    let resources: readonly ReconcileOutcome[] = [];
    for (let repairs = 0; repairs < REPAIRS; repairs++) {
      ({ resources } = await this.reconciliation.run('check', 'all'));
      if (resources.every(({ drifts, problem }) => drifts.length === 0 && problem === undefined)) return [];
      await this.reconciliation.run('repair', 'all');
      await this.reconciliation.outcomes('all');
    }
    ({ resources } = await this.reconciliation.run('check', 'all'));
    return resources.flatMap(({ logicalId, drifts, problem }) => [
      ...drifts.map(({ what, remedy }) => `not repaired: ${logicalId}: ${what} (${remedy})`),
      ...(problem === undefined ? [] : [`not repaired: ${logicalId}: ${problem}`]),
    ]);
  }
}

interface Change {
  readonly before: AppSpec;
  readonly after: AppSpec;
  readonly result: DeploymentResult;
}

const NO_UNIT = /organizational unit '.+' does not exist/;

/** What a deployment may fail for without damage. */
const OTHER_REASONS = new RegExp(
  'cancelled|exists already with parent|is leased to environment|has a pipeline that the registry does not know|'
    + 'already exists\\.$|already has a stack',
);

/** Returns a violation if a deployment cannot be rolled back: then no environment can be changed any more. */
export function stuckStacks({ hasLostRegistry }: FaultHarness, { stacks }: DeploymentResult): string[] {
  // records of a lost registry may contradict each other; the errors name both
  if (hasLostRegistry) return [];
  return stacks.filter(({ status }) => status === 'UPDATE_ROLLBACK_FAILED')
    .map(({ name, reason }) => `stack '${name}' is stuck in UPDATE_ROLLBACK_FAILED: ${reason}`);
}

/**
 * Returns a violation for each resource that has failed although its environment was not damaged, or although it was
 * changed in place: an account that cannot be used is left as it is, so that it fails the change of no other account.
 */
export function isolationViolations(
  { hasLostRegistry }: Pick<FaultHarness, 'hasLostRegistry'>,
  { damaged }: Pick<Damager, 'damaged'>,
  { before, after, result }: Change,
): string[] {
  const isShared = [before, after].some(app => Object.values(app).includes('guest'));
  if (damaged.size === 0 || hasLostRegistry || isShared) return [];
  const inPlace = namesInPlace(before, after);
  const moved = namesInOtherUnits(before, after);
  return result.failures
    .filter(({ type, reason }) => type.startsWith('Custom::') && !OTHER_REASONS.test(reason))
    .flatMap(({ logicalId, reason }) => {
      const [, name] = /^(?:renamed)?(one|two|live)/.exec(logicalId) ?? [];
      if (name === undefined || (damaged.has(name) && !inPlace.has(name))) return [];
      // an account cannot be moved into a unit that a person has renamed or deleted
      if (moved.has(name) && NO_UNIT.test(reason)) return [];
      const expected = damaged.has(name)
        ? 'should have been left as it is, because its account was damaged'
        : 'should have succeeded, because its environment was not damaged';
      return [`${logicalId} has failed, but ${expected}: ${reason.slice(0, 300)}`];
    });
}

/** The environments that keep their account, their branch, and the ids of their constructs. */
function namesInPlace(before: AppSpec, after: AppSpec): ReadonlySet<string> {
  const identities = (app: AppSpec) => environmentsOf(app).map(({ name, prefix, accountConstructId, branchName }) => (
    { name, identity: [prefix, accountConstructId, branchName].join() }
  ));
  const known = identities(before);
  return new Set(identities(after).filter(({ name, identity }) =>
    known.some(other => other.name === name && other.identity === identity)).map(({ name }) => name));
}

/** The environments whose account moves to another organizational unit. */
function namesInOtherUnits(before: AppSpec, after: AppSpec): ReadonlySet<string> {
  const known = environmentsOf(before);
  return new Set(environmentsOf(after).filter(({ name, organizationalUnit }) =>
    known.some(other => other.name === name && other.organizationalUnit !== organizationalUnit),
  ).map(({ name }) => name));
}
