import * as fc from 'fast-check';
import { ANNA, ENVIRONMENT, ReleaseWorld } from './world';
import type { Shares } from '../../lambda/traffic/traffic';
import type { SideName } from '../../src/blue-green/contract';
import { SIDES } from '../../src/blue-green/contract';
import { Killed } from '../shared/fate';

const SINGLETON = { kind: 'rule' as const, name: 'nightly' };
const OTHER_SINGLETON = { kind: 'schedule' as const, name: 'hourly', group: 'default' };

/** How long clients may reach a side after it has lost its traffic. */
const HOLD_SECONDS = 120;

/** What a person does. */
interface Request {
  readonly action: 'release' | 'rollback';
  /** Calls after which the process that works on it dies, again and again. */
  readonly deaths: readonly { readonly after: number; readonly when: 'before' | 'after' }[];
  /** The step of the state machine at which its execution ends without a trace; absent: it does not. */
  readonly machineEnds?: number;
  /** The step at which a person aborts the release; absent: it is not aborted. */
  readonly abortAt?: number;
  /** The step from which the side has an alarm; absent: it has none. */
  readonly alarmAt?: number;
  /** Whether its pipeline fails. */
  readonly isBroken: boolean;
}

export interface ReleaseSchedule {
  readonly shift: 'all at once' | 'in steps';
  /** Whether a side serves before the first request. */
  readonly isServing: boolean;
  readonly requests: readonly Request[];
}

const request: fc.Arbitrary<Request> = fc.record({
  action: fc.constantFrom('release' as const, 'release' as const, 'rollback' as const),
  deaths: fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 60 }), when: fc.constantFrom('before' as const, 'after' as const) }),
    { maxLength: 4 },
  ),
  machineEnds: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 3 }),
  abortAt: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 3 }),
  alarmAt: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 3 }),
  isBroken: fc.boolean(),
});

export const releaseSchedules: fc.Arbitrary<ReleaseSchedule> = fc.record({
  shift: fc.constantFrom('all at once' as const, 'in steps' as const),
  isServing: fc.boolean(),
  requests: fc.array(request, { minLength: 2, maxLength: 5 }),
});

/** Runs a schedule; returns one message per violated invariant. */
export async function violationsOf({ shift, isServing, requests }: ReleaseSchedule): Promise<string[]> {
  const world = await ReleaseWorld.start({
    shift: shift === 'all at once'
      ? [{ percent: 100, seconds: 0 }]
      : [{ percent: 10, seconds: 30 }, { percent: 50, seconds: 30 }, { percent: 100, seconds: 0 }],
    singletons: [SINGLETON, OTHER_SINGLETON],
    alarms: ['errors'],
    bakeSeconds: 60,
    holdSeconds: HOLD_SECONDS,
  });
  const run = new ScheduleRun(world);
  if (isServing) await world.release('main');
  for (const [index, one] of requests.entries()) await run.request(one, `c${index + 2}`);
  await run.cleanUp();
  return run.violations;
}

class ScheduleRun {
  public readonly violations: string[] = [];

  public constructor(private readonly world: ReleaseWorld) {
    world.sides.onTurn = () => this.checkSingletons();
    world.source.onMerge = side => this.checkUnused(side);
    world.traffic.onWrite = shares => this.checkServing(shares);
  }

  public async request(requested: Request, commitId: string): Promise<void> {
    const { world } = this;
    world.source.references.set('main', commitId);
    if (requested.isBroken) world.pipelines.broken.add(commitId);
    const [first, ...later] = requested.deaths;
    if (first) world.fate.dieAt(first.after, first.when, ...later.map(({ after, when }) => [after, when] as const));
    const releaseId = await this.start(requested.action);
    if (releaseId !== undefined) await this.drive(releaseId, requested);
    world.fate.revive();
    world.sides.alarms.clear();
    this.checkTraffic();
  }

  /** Releases once more without faults: then everything is at rest. */
  public async cleanUp(): Promise<void> {
    const { world } = this;
    world.fate.dieAt(1_000_000, 'before');
    const left = (await world.record())?.current?.releaseId;
    const isLeft = left !== undefined && (await world.machine.start('', left));
    if (isLeft) await world.run(left);
    world.source.references.set('main', 'last');
    const outcome = await world.release('main').catch((error: Error) => ({ state: 'failed', reason: error.message }));
    if (outcome.state !== 'succeeded') this.violations.push(`the last release: ${JSON.stringify(outcome)}`);
    await this.checkRest();
  }

  private async start(action: 'release' | 'rollback'): Promise<string | undefined> {
    const { world } = this;
    try {
      const started = action === 'release'
        ? await world.releases.release(ENVIRONMENT, 'main', ANNA)
        : await world.releases.rollback(ENVIRONMENT, ANNA);
      return started.releaseId;
    } catch (error) {
      if (error instanceof Killed) {
        world.fate.revive();
        // the state machine may have been started
        const { current } = (await world.record()) ?? {};
        const isStarted = current && world.machine.isRunning(current.releaseId);
        return isStarted ? current.releaseId : undefined;
      }
      // the start of its execution was lost, and is made now
      if (/is locked by/.test(String(error))) return (await world.record())?.current?.releaseId;
      if (/cannot be rolled back|already active/.test(String(error))) return undefined;
      throw error;
    }
  }

  private async drive(releaseId: string, { machineEnds, abortAt, alarmAt }: Request): Promise<void> {
    const { world } = this;
    const stopped = new Error('the execution was stopped');
    try {
      await world.run(releaseId, async count => {
        this.checkTraffic();
        if (count === machineEnds) throw stopped;
        if (count === alarmAt) for (const side of SIDES) world.sides.alarms.set(side, ['errors']);
        if (count === abortAt) await this.abort();
      });
      await this.checkRest();
    } catch (error) {
      if (error !== stopped) throw error;
      world.machine.outcomes.set(releaseId, { state: 'failed', reason: 'stopped' });
    }
  }

  private async abort(): Promise<void> {
    try {
      await this.world.releases.abort(ENVIRONMENT, ANNA, { reason: 'a test' });
    } catch (error) {
      if (error instanceof Killed) this.world.fate.revive();
      else if (!/is in progress/.test(String(error))) throw error;
    }
  }

  /** No client can reach a side that is changed. */
  private checkUnused(side: SideName): void {
    const { traffic } = this.world;
    const heldUntil = (traffic.leftAt.get(side) ?? -Infinity) + HOLD_SECONDS * 1000;
    if (this.world.now() < heldUntil) this.violations.push(`side ${side} is changed while clients may reach it`);
  }

  /** Traffic is sent only to a side with an application. */
  private checkServing(shares: Shares): void {
    const { pipelines } = this.world;
    const empty = SIDES.filter(side => shares[side] > 0 && !pipelines.hasDeployed(side));
    if (empty.length > 0) this.violations.push(`side ${empty.join(', ')} has traffic and no application`);
  }

  private checkTraffic(): void {
    const { shares } = this.world.traffic;
    if (shares && shares.blue + shares.green !== 100) this.violations.push(`shares are ${JSON.stringify(shares)}`);
  }

  private checkSingletons(): void {
    const { running } = this.world.sides;
    for (const singleton of [SINGLETON, OTHER_SINGLETON]) {
      const sides = SIDES.filter(side => running.has(`${side} ${JSON.stringify(singleton)}`));
      if (sides.length > 1) this.violations.push(`singleton '${singleton.name}' runs on both sides`);
    }
  }

  /** At rest, registry, traffic, singletons and pipelines agree, and nothing holds the lock. */
  private async checkRest(): Promise<void> {
    const { world } = this;
    const active = (await world.active()) as SideName;
    const { current, change } = (await world.record()) ?? {};
    if (current) this.violations.push(`release ${current.releaseId} still has the lock`);
    if (change && world.traffic.shares?.[active] !== 100) {
      this.violations.push(`side ${active} is active, but the shares are ${JSON.stringify(world.traffic.shares)}`);
    }
    const isOff = (one: object) => !world.sides.running.has(`${active} ${JSON.stringify(one)}`);
    const off = !change ? [] : [SINGLETON, OTHER_SINGLETON].filter(isOff);
    if (off.length > 0) this.violations.push(`singletons of side ${active} are off: ${JSON.stringify(off)}`);
    const isReserved = world.pipelines.disabled.size === 2;
    if (!isReserved) this.violations.push('a pipeline is enabled although no release is in progress');
  }
}
