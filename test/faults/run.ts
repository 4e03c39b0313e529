import { leftApplications, ownedApplications, vanished } from './applications';
import { environmentsOf } from './apps';
import type { Apps, AppSpec } from './apps';
import { broken, left, silent } from './invariants';
import type { Asked, Schedule, Step } from './schedule';
import { unsettled } from './settled';
import { FaultyWorld } from './world';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import type { FaultCounts } from '../../rehearsal/faults/fault';

export interface RunReport {
  /** What did not hold; empty: the run is good. */
  readonly violations: readonly string[];
  /** How often each kind of fault struck. */
  readonly struck: FaultCounts;
  /** CloudFormation has given up to delete something, as it does after three attempts: what is left of it is no violation. */
  readonly gaveUp: boolean;
  /** What happened, for whoever reads a failure. */
  readonly story: readonly string[];
}

/** Plays a schedule: its steps with their faults, then the last app once more without any, then its end. */
export async function play(apps: Apps, schedule: Schedule): Promise<RunReport> {
  const world = await FaultyWorld.start(apps, schedule);
  const run = new Run(world);
  try {
    await run.steps(schedule.steps);
    return { violations: run.violations, story: run.story, struck: world.injector.struck, gaveUp: world.leftBehind };
  } finally {
    await world.stop();
  }
}

class Run {
  public readonly violations: string[] = [];
  public readonly story: string[] = [];
  private app: AppSpec = {};
  /** The last app that was deployed without failure. */
  private settled: AppSpec = {};

  public constructor(private readonly world: FaultyWorld) {}

  public async steps(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.step(step);
    await this.withoutFaults();
  }

  private async step({ app, faults, operator, pause }: Step): Promise<void> {
    this.world.injector.arm(faults);
    this.app = app ?? this.app;
    // a removal that has failed is finished first
    const applications = this.world.isBeingRemoved ? [] : this.world.applications;
    const asked = this.operate(operator);
    const result = app ? await this.world.deploy(app) : await this.world.destroy(this.app);
    await asked;
    this.tell(`${app ? `deployed ${JSON.stringify(app)}` : 'destroyed'} with ${JSON.stringify(faults)}`, result);
    this.violations.push(...silent(result), ...vanished(this.world, applications, { before: this.settled, after: app ?? {}, result }));
    if (result.succeeded) this.settled = app ?? {};
    await this.look('after a step');
    for (const environment of environmentsOf(this.app)) await this.world.release(environment);
    await this.world.push('env/one');
    await this.world.simulation.clock.sleep(pause);
  }

  /** Somebody halts or resumes while the app is being deployed. */
  private async operate(asked: Asked | undefined): Promise<void> {
    if (!asked) return;
    const { operator, simulation: { clock } } = this.world;
    await clock.sleep(asked.at);
    await (asked.operation === 'halt' ? operator.halt() : operator.resume());
    this.story.push(`${Math.round(clock.elapsedSeconds())} s: asked for ${asked.operation}, halted are '${[...operator.halted].join()}'`);
  }

  private async withoutFaults(): Promise<void> {
    this.world.injector.arm([]);
    const result = await this.deployAsTold();
    await this.look('at the end');
    await this.resumeAll();
    // what needs no change is left alone, even if it was rolled back to
    const succeeded = result.succeeded || (result.changed === 0 && result.failures.length === 0);
    if (!succeeded && !this.isToldOtherParent(result) && !this.isTaken(result) && !this.isInTheWay(result)) {
      const reasons = result.failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
      this.violations.push(`without faults: ${result.stacks.at(-1)?.reason} ${reasons.join(' | ').slice(0, 1500)}`);
    }
    if (succeeded) {
      this.violations.push(...await unsettled(this.world, environmentsOf(this.app)));
    }
    const applications = succeeded ? ownedApplications(this.world, environmentsOf(this.app)) : [];
    const end = await this.world.destroy(this.app);
    this.tell('destroyed', end);
    this.violations.push(...left(this.world), ...leftApplications(this.world, applications), ...end.failures.map(({ logicalId, reason }) => `not destroyed: ${logicalId}: ${reason.slice(0, 600)}`));
  }

  /** Once more where what a step has asked for comes so late that it stops this deployment, and says so. */
  private async deployAsTold(): Promise<DeploymentResult> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.world.deploy(this.app);
      this.tell(`deployed ${JSON.stringify(this.app)} without faults`, result);
      const isOvertaken = result.failures.every(({ reason }) => /something else was asked of '.+' meanwhile.*: deploy again|cancelled$/.test(reason));
      if (attempt === 2 || result.succeeded || result.failures.length === 0 || !isOvertaken) return result;
    }
  }

  private async resumeAll(): Promise<void> {
    const { operator } = this.world;
    if (operator.halted.size === 0 && !operator.isUncertain) return;
    const outcomes = await operator.resume();
    this.violations.push(...outcomes.flatMap(({ environmentName, problem }) => problem === undefined ? [] : [`'${environmentName}' could not be resumed: ${problem}`]));
  }

  /** A branch that was kept says itself where it comes from; who declares it anew from somewhere else is told so. */
  private isToldOtherParent({ failures }: DeploymentResult): boolean {
    return failures.some(({ reason, logicalId }) => {
      const [, branchName] = /branch '(.+)' of repository '.+' exists already with parent '.+', but environment/.exec(reason) ?? [];
      return branchName !== undefined && !this.world.hasBranch(logicalId, branchName);
    });
  }

  /** An account has one pipeline: the one that is there must go before another environment comes. */
  private isTaken({ failures }: DeploymentResult): boolean {
    const there = environmentsOf(this.settled);
    const comes = environmentsOf(this.app).some(({ name, home }) => there.some(other => other.home === home && other.name !== name));
    return comes && failures.some(({ reason }) => /is leased to environment '.+'/.test(reason));
  }

  /** A name is still taken by what CloudFormation has given up to delete. */
  private isInTheWay({ failures }: DeploymentResult): boolean {
    return this.world.leftBehind && failures.some(({ reason }) => / already exists\.$| already, which this app does not know/.test(reason));
  }

  private async look(when: string): Promise<void> {
    this.violations.push(...(await broken(this.world)).map(words => `${when}: ${words}`));
  }

  private tell(what: string, { succeeded, stacks, failures }: DeploymentResult): void {
    const at = Math.round(this.world.simulation.clock.elapsedSeconds());
    const reasons = failures.map(({ logicalId, reason }) => `\n      ${logicalId}: ${reason.slice(0, 300)}`).join('');
    const last = stacks.at(-1);
    this.story.push(`${at} s: ${what}: ${succeeded ? 'succeeded' : `failed (${last?.name} ${last?.status} ${last?.reason})`}${reasons}`);
  }
}
