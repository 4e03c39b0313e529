import { isMade, untilUncontended } from './changes';
import type { Change } from './changes';
import { checkedShares, targetOf, TrafficTakenError } from './traffic';
import type { Endpoints, Shares, Traffic, TrafficReading } from './traffic';
import type { CloudFrontSharesValue, SideName } from '../../src/blue-green/contract';
import { CLOUD_FRONT_SECONDS, keysOf } from '../../src/blue-green/contract';

/** The keys of a KeyValueStore of CloudFront. */
export interface KeyValues {
  /** Version of the store, which changes with every write. */
  version(): Promise<string>;
  get(key: string): Promise<string | undefined>;
  /** @throws ConcurrentChangeError if the store has another version */
  put(key: string, value: string, version: string): Promise<void>;
}

interface State {
  /** Of the last change. */
  readonly value?: CloudFrontSharesValue;
  /** Key of the change before that, which the next one replaces. */
  readonly nextKey: string;
}

/** Reads the value of a key; undefined: it is not from a release, and is replaced. */
type ValueOf = (key: string, text: string) => CloudFrontSharesValue | undefined;

/**
 * Two keys of a KeyValueStore, written by turns: one with the shares, and one with those before, which the edge uses
 * while it replaces the other.
 */
export class CloudFrontTraffic implements Traffic {
  private readonly keys: readonly [string, string];
  private readonly what: string;

  public constructor(
    private readonly keyValueStoreArn: string,
    key: string,
    private readonly store: KeyValues,
    private readonly now: () => number = Date.now,
  ) {
    this.keys = keysOf(key);
    this.what = `key '${key}' of KeyValueStore '${keyValueStoreArn}'`;
  }

  public async read(_endpoints?: Endpoints): Promise<TrafficReading> {
    const { value } = await this.state((key, text) => this.parsed(key, text));
    if (value === undefined) return { fence: 0, isInEffect: true };
    return { ...changeOf(value), isInEffect: this.now() - value.at >= CLOUD_FRONT_SECONDS * 1000 };
  }

  public async write(shares: Shares, fence: number, endpoints: Endpoints): Promise<undefined> {
    return this.change({ shares, fence }, endpoints, (key, text) => this.parsed(key, text));
  }

  public async replace(shares: Shares, fence: number, endpoints: Endpoints): Promise<undefined> {
    return this.change({ shares, fence }, endpoints, (_key, text) => valueIn(text));
  }

  private async change({ shares, fence }: Change, endpoints: Endpoints, valueOf: ValueOf): Promise<undefined> {
    const { blue, green } = checkedShares(shares);
    const origins = { blue: targetOf(endpoints, 'blue').address, green: targetOf(endpoints, 'green').address };
    await untilUncontended(async () => {
      const version = await this.store.version();
      const { value, nextKey } = await this.state(valueOf);
      if (value && isMade(changeOf(value), { shares, fence }, this.what) && areSame(value.origins, origins)) return;
      const n = (value?.n ?? 0) + 1;
      const since = { blue: sinceOf('blue', value, n), green: sinceOf('green', value, n) };
      const next: CloudFrontSharesValue = { n, fence, blue, green, origins, since, at: this.now() };
      await this.store.put(nextKey, JSON.stringify(next), version);
    });
    return undefined;
  }

  private async state(valueOf: ValueOf): Promise<State> {
    const [first, second] = await Promise.all(this.keys.map(async key => {
      const text = await this.store.get(key);
      return text === undefined ? undefined : valueOf(key, text);
    }));
    const isFirst = (first?.n ?? 0) > (second?.n ?? 0);
    return { value: isFirst ? first : second, nextKey: this.keys[isFirst ? 1 : 0] };
  }

  private parsed(key: string, text: string): CloudFrontSharesValue {
    const value = valueIn(text);
    if (value !== undefined) return value;
    throw new TrafficTakenError(
      `key '${key}' of KeyValueStore '${this.keyValueStoreArn}' has the value '${text}', which is not from a release: `
        + 'someone else has changed it; delete the key, then try again',
    );
  }
}

function changeOf({ blue, green, fence }: CloudFrontSharesValue): Change {
  return { shares: { blue, green }, fence };
}

function sinceOf(side: SideName, before: CloudFrontSharesValue | undefined, n: number): number {
  return before && before[side] > 0 ? before.since[side] : n;
}

function areSame(one: CloudFrontSharesValue['origins'], other: CloudFrontSharesValue['origins']): boolean {
  return one.blue === other.blue && one.green === other.green;
}

function valueIn(text: string): CloudFrontSharesValue | undefined {
  try {
    const value = JSON.parse(text);
    const { n, fence, blue, green, at, origins, since } = value;
    const areNumbers = [n, fence, blue, green, at, since?.blue, since?.green].every(Number.isFinite);
    const areNames = typeof origins?.blue === 'string' && typeof origins.green === 'string';
    return areNumbers && areNames && blue + green === 100 ? value : undefined;
  } catch {
    return undefined;
  }
}
