import { allTo, ConcurrentChangeError, inText, isMade, untilUncontended } from './changes';
import type { Change } from './changes';
import { checkedShares, NewerChangeError, TrafficTakenError } from './traffic';
import type { Endpoints, Shares, Traffic, TrafficReading } from './traffic';
import type { SideName } from '../../src/blue-green/contract';
import { SIDES } from '../../src/blue-green/contract';

export interface StoredValue {
  readonly value: string;
  readonly version: number;
}

/** One parameter of Parameter Store. */
export interface StoredParameter {
  /** A version, or the current value; undefined: there is none. */
  read(version?: number): Promise<StoredValue | undefined>;
  /** Whether it was created; false: it exists. */
  create(value: string): Promise<boolean>;
  /** Returns the new version. */
  overwrite(value: string): Promise<number>;
}

interface State {
  readonly active: SideName;
  readonly fence: number;
}

/** Reads a value; undefined: it is not from a release, and is replaced. */
type StateOf = (value: string) => State | undefined;

/**
 * A parameter with the active side and the fence. Parameter Store cannot compare before it writes: a writer looks at
 * the versions between the one that it has read and its own, and restores a newer change that it has overwritten.
 */
export class ParameterTraffic implements Traffic {
  private readonly what: string;

  public constructor(
    parameterName: string,
    private readonly parameter: StoredParameter,
  ) {
    this.what = `parameter '${parameterName}'`;
  }

  public async read(_endpoints?: Endpoints): Promise<TrafficReading> {
    const stored = await this.parameter.read();
    if (stored === undefined) return { fence: 0, isInEffect: true };
    return { ...changeOf(this.parsed(stored.value)), isInEffect: true };
  }

  public async write(shares: Shares, fence: number): Promise<undefined> {
    return this.change(shares, fence, value => this.parsed(value));
  }

  public async replace(shares: Shares, fence: number): Promise<undefined> {
    return this.change(shares, fence, stateIn);
  }

  private async change(shares: Shares, fence: number, stateOf: StateOf): Promise<undefined> {
    const active = SIDES.find(side => checkedShares(shares)[side] === 100);
    if (active === undefined) {
      throw new Error(
        `${this.what} names one active side, so it cannot divide the traffic into ${inText(shares)}: use `
          + 'Shift.allAtOnce(), or another kind of traffic',
      );
    }
    await untilUncontended(() => this.set({ active, fence }, stateOf));
    return undefined;
  }

  private async set(wanted: State, stateOf: StateOf): Promise<void> {
    const before = await this.parameter.read();
    if (before === undefined) {
      if (await this.parameter.create(JSON.stringify(wanted))) return;
      throw new ConcurrentChangeError(this.what);
    }
    const state = stateOf(before.value);
    if (state && isMade(changeOf(state), changeOf(wanted), this.what)) return;
    const version = await this.parameter.overwrite(JSON.stringify(wanted));
    const overwritten = await this.newestBetween(before.version, version, stateOf);
    if (overwritten === undefined || overwritten.fence <= wanted.fence) return;
    await this.restore(overwritten, stateOf);
    throw new NewerChangeError(
      `${this.what} was set by change ${overwritten.fence} at the same time as by change ${wanted.fence}: the newer `
        + 'one is in effect, see `org-environments release-status <environment>`',
    );
  }

  /** The restored change may be obsolete by now. */
  private async restore(state: State, stateOf: StateOf): Promise<void> {
    try {
      await this.set(state, stateOf);
    } catch (error) {
      if (!(error instanceof NewerChangeError)) throw error;
    }
  }

  private async newestBetween(before: number, after: number, stateOf: StateOf): Promise<State | undefined> {
    let newest: State | undefined;
    for (let version = before + 1; version < after; version++) {
      const stored = await this.parameter.read(version);
      const state = stored && stateOf(stored.value);
      if (state && state.fence > (newest?.fence ?? 0)) newest = state;
    }
    return newest;
  }

  private parsed(value: string): State {
    const state = stateIn(value);
    if (state !== undefined) return state;
    throw new TrafficTakenError(
      `${this.what} has the value '${value}', which is not from a release: someone else has changed it; set it to `
        + '\'{"active":"blue","fence":0}\' with the side that is active, or delete it if none is, then try again',
    );
  }
}

function changeOf({ active, fence }: State): Change {
  return { shares: allTo(active), fence };
}

function stateIn(value: string): State | undefined {
  try {
    const { active, fence } = JSON.parse(value) ?? {};
    return SIDES.includes(active) && Number.isInteger(fence) && fence >= 0 ? { active, fence } : undefined;
  } catch {
    return undefined;
  }
}
