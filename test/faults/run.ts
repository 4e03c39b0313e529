import { Aftermath, isolationViolations, stuckStacks } from './aftermath';
import { keptApplications, ownedApplications, remainingApplications, wronglyDeletedApplications } from './applications';
import { declaredIn, environmentsOf } from './apps';
import type { Apps, AppSpec } from './apps';
import { UNUSABLE_KINDS } from './damage';
import type { Damage, DamageKind } from './damage';
import { Damager } from './damager';
import { FaultHarness } from './fault-harness';
import { finalStateViolations } from './final-state';
import { brokenInvariants, errorsWithoutSolution, leftovers } from './invariants';
import type { OperatorRequest, Schedule, Step } from './schedule';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { FaultCounts } from '../../rehearsal/faults/fault';

export interface RunReport {
  /** The invariants that did not hold; empty if the run is good. */
  readonly violations: readonly string[];
  /** How often each kind of fault was injected. */
  readonly injected: FaultCounts;
  /** How often each kind of damage was done. */
  readonly damaged: Partial<Record<DamageKind, number>>;
  /** Whether CloudFormation gave up to delete a resource, after three attempts; what remains of it is no violation. */
  readonly hasAbandonedResources: boolean;
  /** What happened, one line per deployment or operator's request. */
  readonly log: readonly string[];
}

/** Runs the steps of a schedule with their faults, then deploys the last app without faults and destroys it. */
export async function runSchedule(apps: Apps, schedule: Schedule): Promise<RunReport> {
  const harness = await FaultHarness.start(apps, schedule);
  const run = new Run(harness, schedule.damage ?? []);
  try {
    await run.steps(schedule.steps);
    const { injector: { injected }, hasAbandonedResources } = harness;
    return { violations: run.violations, log: run.log, injected, damaged: run.damager.done, hasAbandonedResources };
  } finally {
    await harness.stop();
  }
}

class Run {
  public readonly violations: string[] = [];
  public readonly log: string[] = [];
  public readonly damager: Damager;
  private app: AppSpec = {};
  /** The app whose template the stack has. Resources that it no longer declares may not have been deleted. */
  private deployed: AppSpec = {};
  private hadFaults = false;
  /** Whether the last step has deployed it. */
  private isDeployed = false;

  public constructor(private readonly harness: FaultHarness, private readonly damage: readonly Damage[]) {
    this.damager = new Damager(harness);
  }

  public async steps(steps: readonly Step[]): Promise<void> {
    for (const [index, step] of steps.entries()) {
      await this.inflict(({ beforeStep }) => beforeStep === index);
      await this.step(step);
      // later, damage and faults may fail it
      if (index === 0 && this.isDeployed && step.app?.live) await this.harness.live.release();
    }
    await this.inflict(({ beforeStep }) => beforeStep >= steps.length);
    await this.withoutFaults();
  }

  private async inflict(isNow: (damage: Damage) => boolean): Promise<void> {
    for (const damage of this.damage.filter(isNow)) {
      const environment = environmentsOf(this.deployed).find(({ name }) => name === damage.name);
      const isDone = await this.damager.inflict(damage, environment);
      this.log.push(`${damage.kind} of '${damage.name}'${isDone ? '' : ': nothing to damage'}`);
    }
    this.damager.backUp();
  }

  private async step({ app, faults, operator, pause }: Step): Promise<void> {
    this.harness.injector.arm(faults);
    this.hadFaults ||= faults.length > 0;
    this.app = app ?? this.app;
    // the deployment first finishes a deletion that has failed
    const before = this.harness.isBeingDeleted ? {} : this.deployed;
    const applications = this.harness.isBeingDeleted ? [] : this.harness.applications;
    const operation = this.operate(operator);
    const result = app ? await this.harness.deploy(app) : await this.harness.destroy(this.app);
    await operation;
    this.record(`${app ? `deployed ${JSON.stringify(app)}` : 'destroyed'} with ${JSON.stringify(faults)}`, result);
    const change = { before, after: app ?? {}, result };
    this.violations.push(
      ...errorsWithoutSolution(result),
      ...wronglyDeletedApplications(this.harness, applications, change),
      ...keptApplications(this.harness, change),
      ...(faults.length > 0 ? [] : isolationViolations(this.harness, this.damager, change)),
      ...(this.hadFaults ? [] : stuckStacks(this.harness, result)),
    );
    if (result.succeeded || hasOnlyFailedToDelete(result)) this.deployed = app ?? {};
    this.harness.keepReleased(environmentsOf(this.deployed));
    this.isDeployed = result.succeeded && app !== undefined;
    await this.checkInvariants('after a step');
    for (const environment of environmentsOf(this.app)) await this.harness.release(environment);
    await this.harness.push('env/one');
    await this.harness.simulation.clock.sleep(pause);
  }

  /** Halts or resumes all pipelines while the app is being deployed. */
  private async operate(request: OperatorRequest | undefined): Promise<void> {
    if (!request) return;
    const { operator, simulation: { clock } } = this.harness;
    await clock.sleep(request.at);
    await (request.operation === 'halt' ? operator.halt() : operator.resume());
    const halted = [...operator.halted].join();
    this.log.push(`${Math.round(clock.elapsedSeconds())} s: requested ${request.operation}, halted are '${halted}'`);
  }

  private async withoutFaults(): Promise<void> {
    this.harness.injector.arm([]);
    const aftermath = this.damage.length > 0 ? new Aftermath(this.harness, this.damager) : undefined;
    if (this.isDeployed) this.violations.push(...(await aftermath?.unnamed(this.deployed) ?? []));
    const declared = [...declaredIn(this.deployed), ...declaredIn(this.app)];
    if (!this.hadFaults) this.violations.push(...(await aftermath?.unnamedLeftovers(declared) ?? []));
    await aftermath?.repairByHand();
    const result = await this.deployWithRetry(aftermath);
    // this deployment may be the first one that leaves an account without its baseline
    const isUnusable = this.damage.some(({ kind }) => UNUSABLE_KINDS.some(unusable => unusable === kind));
    if (isUnusable) await aftermath?.deleteLeftovers();
    // no change and no failure: the stack is as declared, even if its status is that of a rollback
    const succeeded = result.succeeded || (result.changed === 0 && result.failures.length === 0);
    const differences = await aftermath?.reconcile() ?? [];
    if (succeeded) this.violations.push(...differences);
    await this.checkInvariants('at the end');
    await this.resumeAll();
    if (!succeeded && !this.hasOtherParent(result) && !this.isLeased(result) && !this.isNameTaken(result)) {
      const reasons = result.failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
      this.violations.push(`without faults: ${result.stacks.at(-1)?.reason} ${reasons.join(' | ').slice(0, 1500)}`);
    }
    if (succeeded) this.violations.push(...await finalStateViolations(this.harness, this.app));
    await this.destroy(succeeded ? ownedApplications(this.harness, environmentsOf(this.app)) : []);
  }

  private async destroy(applications: ReturnType<typeof ownedApplications>): Promise<void> {
    const result = await this.harness.destroy(this.app);
    this.record('destroyed', result);
    this.violations.push(...leftovers(this.harness), ...remainingApplications(this.harness, applications));
    this.violations.push(
      ...result.failures.map(({ logicalId, reason }) => `not destroyed: ${logicalId}: ${reason.slice(0, 600)}`),
    );
  }

  /** Deploys a second time if a late request of an earlier step superseded the first one, which its error says. */
  private async deployWithRetry(aftermath?: Aftermath): Promise<DeploymentResult> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.harness.deploy(this.app);
      this.record(`deployed ${JSON.stringify(this.app)} without faults`, result);
      const isSuperseded = result.failures.every(({ reason }) => SUPERSEDED.test(reason));
      if (attempt === 3 || result.succeeded || result.failures.length === 0) return result;
      if (aftermath && this.isLeased(result)) await this.removeHolders(aftermath);
      else if (aftermath) await aftermath.follow(result);
      else if (attempt === 2 || !isSuperseded) return result;
    }
  }

  /** Removes the environments whose accounts others shall use, and changes nothing else, as the error advises. */
  private async removeHolders(aftermath: Aftermath): Promise<void> {
    const wanted = environmentsOf(this.app);
    const accounts = new Map(wanted.map(({ name, accountConstructId }) => [accountConstructId, name]));
    const kept = environmentsOf(this.deployed).filter(({ name, accountConstructId }) =>
      (accounts.get(accountConstructId) ?? name) === name);
    const keeps = (name: string): boolean => kept.some(environment => environment.name === name);
    const { unit, live, ...environments } = this.deployed;
    const named = Object.fromEntries(Object.entries(environments).filter(([name]) => keeps(name)));
    const app: AppSpec = { ...named, unit, live };
    const result = await this.harness.deploy(app);
    this.record(`deployed ${JSON.stringify(app)} first`, result);
    if (!result.succeeded) return;
    this.deployed = app;
    // an unchanged resource is not sent again, so a former account is repaired before it is left
    await aftermath.reconcile();
  }

  private async resumeAll(): Promise<void> {
    const { operator } = this.harness;
    if (operator.halted.size === 0 && !operator.isUncertain) return;
    const failed = (await operator.resume()).filter(({ problem }) => problem !== undefined);
    this.violations.push(
      ...failed.map(({ environmentName, problem }) => `'${environmentName}' could not be resumed: ${problem}`),
    );
  }

  /** The descriptor of a branch that was kept names its parent; the app declares another one, which its error says. */
  private hasOtherParent({ failures }: DeploymentResult): boolean {
    return failures.some(({ reason, logicalId }) => {
      const [, branchName] = OTHER_PARENT.exec(reason) ?? [];
      if (branchName === undefined) return false;
      // without its record, it is not known that the branch is of this app
      return this.harness.hasLostRegistry || !this.harness.hasBranch(logicalId, branchName);
    });
  }

  /** An account has one pipeline: the present environment must be removed before another one can use the account. */
  private isLeased({ failures }: DeploymentResult): boolean {
    const present = environmentsOf(this.deployed);
    const isShared = environmentsOf(this.app).some(({ name, accountConstructId }) => (
      present.some(other => other.accountConstructId === accountConstructId && other.name !== name)
    ));
    return isShared && failures.some(({ reason }) => IN_USE.test(reason));
  }

  /** A resource that CloudFormation gave up to delete still has the name. */
  private isNameTaken({ failures }: DeploymentResult): boolean {
    return this.harness.hasAbandonedResources && failures.some(({ reason }) => NAME_TAKEN.test(reason));
  }

  private async checkInvariants(when: string): Promise<void> {
    this.violations.push(...(await brokenInvariants(this.harness)).map(violation => `${when}: ${violation}`));
  }

  private record(what: string, { succeeded, stacks, failures }: DeploymentResult): void {
    const at = Math.round(this.harness.simulation.clock.elapsedSeconds());
    const reasons = failures.map(({ logicalId, reason }) => `\n      ${logicalId}: ${reason.slice(0, 300)}`).join('');
    const last = stacks.at(-1);
    const outcome = succeeded ? 'succeeded' : `failed (${last?.name} ${last?.status} ${last?.reason})`;
    this.log.push(`${at} s: ${what}: ${outcome}${reasons}`);
  }
}

/** CloudFormation deletes resources when an update is complete, and does not roll it back if that fails. */
function hasOnlyFailedToDelete({ stacks }: DeploymentResult): boolean {
  return stacks.at(-1)?.status === 'UPDATE_COMPLETE';
}

const SUPERSEDED = /superseded by a newer request of CloudFormation for '.+'|cancelled$/;
const OTHER_PARENT = /branch '(.+)' of repository '.+' exists already with parent '.+', but environment/;
// without its record it is not known that the account is in use
const IN_USE = /is leased to environment '.+'|has a pipeline that the registry does not know/;
const NAME_TAKEN = / already exists\.$|already has a stack '.+' that this app did not create/;
