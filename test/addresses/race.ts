import { FakeTables } from './fake-tables';
import { FakeNetworks, FakePools, owner, rangeRequest, spaceRequest } from './world';
import { freeBlocks, overlap, parseCidr, sizeOf, take } from '../../lambda/address-spaces/cidr';
import type { Block } from '../../lambda/address-spaces/cidr';
import { freeRanges, liveRanges } from '../../lambda/address-spaces/space';
import type { Placement } from '../../lambda/address-spaces/space';
import type { Written } from '../../lambda/address-spaces/tables';
import { addressLifecycle } from '../../lambda/addresses/lifecycle';
import { Random } from '../pool/random';
import { FakeRegistry } from '../registry/fake-registry';
import { Killed } from '../shared/fate';

export interface Race {
  readonly seed: number;
  readonly allocators: number;
  /** Allocations and releases together. */
  readonly operations: number;
  /** Probability that an allocator dies at a call. */
  readonly crash: number;
}

export interface RaceReport {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Free ranges at the end, compared with those of a sequential allocation by best fit. */
  readonly fragmentation: number;
}

const NETWORKS = '333333333333';
const RESERVED = [{ cidr: '10.0.0.0/20', reason: 'office' }, { cidr: '10.3.128.0/18', reason: 'partner' }];
const FOREIGN = ['10.1.0.0/20', '10.2.16.0/22', '10.0.64.128/25'];
const ROUTES = ['10.2.128.0/19', '0.0.0.0/0'];
const PREFIXES = [19, 20, 20, 22, 24, 24, 26];
const MAX_CALLS = 3;

interface Change {
  readonly owner: string;
  /** Absent: its range is released. */
  readonly size?: number;
  /** Number of free ranges afterwards; of each 20th change. */
  readonly sample?: number;
}

/** Logs the changes in their order. */
class LoggingTables extends FakeTables {
  public readonly log: Change[] = [];

  public async give(tableArn: string, placement: Placement, version: number): Promise<Written> {
    const written = await super.give(tableArn, placement, version);
    if (!written.isWritten) return written;
    // a request may have been released in the meantime
    const given = Object.entries(placement.given)
      .filter(([, { owner: key, ticket }]) => this.space.requests[key]?.ticket === ticket);
    for (const [cidr, { owner: key }] of given) this.log.push({ owner: key, size: parseCidr(cidr).size });
    const { settings } = this.space;
    if (settings && Math.floor(this.log.length / 20) > Math.floor((this.log.length - given.length) / 20)) {
      const last = this.log.pop();
      if (last) this.log.push({ ...last, sample: freeRanges(this.space, settings).length });
    }
    return written;
  }

  public async release(tableArn: string, key: string): Promise<void> {
    await super.release(tableArn, key);
    this.log.push({ owner: key });
  }
}

/** Allocators that race in one process: each call gives way to others, and each may be the last one of its process. */
class Runner {
  private readonly random: Random;
  private readonly tables = new LoggingTables();
  private readonly registry = new FakeRegistry();
  private readonly networks = new FakeNetworks();
  private readonly violations: string[] = [];
  private readonly counts: Record<string, number> = {};
  private readonly held = new Map<string, string>();
  private remaining: number;
  private tickets = 0;
  private time = 0;

  public constructor(private readonly race: Race) {
    this.random = new Random(race.seed);
    this.remaining = race.operations;
  }

  public async run(): Promise<RaceReport> {
    this.networks.cidrs.set(NETWORKS, FOREIGN);
    this.networks.cidrs.set('444444444444', ROUTES);
    const request = spaceRequest({
      cidr: '10.0.0.0/12',
      reserved: RESERVED,
      compared: [
        { accountId: NETWORKS, region: 'eu-west-1' },
        { accountId: '444444444444', region: 'eu-west-1', transitGatewayRouteTableId: 'tgw-rtb-1' },
      ],
    });
    const { lifecycle } = this.process(0);
    await lifecycle.requestCreate(owner('Space'), request);
    // another app might declare a space at the same time
    this.time += 10_000;
    await lifecycle.reconcile(owner('Space'), request);
    await Promise.all(Array.from({ length: this.race.allocators }, async (_, index) => this.allocator(index)));
    this.checkRest();
    return { violations: this.violations, counts: this.counts, fragmentation: this.fragmentation() };
  }

  /** Takes and returns ranges until all operations are done. */
  private async allocator(index: number): Promise<void> {
    const mine: { readonly name: string; readonly prefix: number }[] = [];
    for (let next = 0; this.remaining > 0 && this.violations.length === 0; next++) {
      this.remaining--;
      const isRelease = mine.length > 0 && (mine.length >= 6 || this.random.happens(0.45));
      if (isRelease) {
        const [range] = mine.splice(this.random.below(mine.length), 1);
        if (range) await this.release(range.name, range.prefix);
        continue;
      }
      // an owner may request again what it has released
      const name = `R${index}-${next % 9}`;
      const prefix = PREFIXES[this.random.below(PREFIXES.length)] ?? 24;
      if (mine.some(range => range.name === name)) continue;
      if (await this.give(name, prefix)) mine.push({ name, prefix });
    }
  }

  private async give(name: string, prefix: number): Promise<boolean> {
    const request = rangeRequest({ name, prefixLength: String(prefix) });
    for (;;) {
      const { lifecycle, calls } = this.process(this.race.crash);
      try {
        const progress = await lifecycle.reconcile(owner(name), request);
        this.noteCalls(calls());
        if (!progress.done) {
          this.count('in progress');
          continue;
        }
        this.hold(name, (progress.result as { readonly cidr: string }).cidr, prefix);
        return true;
      } catch (error) {
        if (error instanceof Killed) {
          this.count('crash');
          // CloudFormation gives up some creations
          if (!this.random.happens(0.2)) continue;
          await this.release(name, prefix);
          return false;
        }
        this.violations.push(`${name}: ${String(error)}`);
        return false;
      }
    }
  }

  private async release(name: string, prefix: number): Promise<void> {
    // from now on, the range may be given again
    this.held.delete(name);
    const request = rangeRequest({ name, prefixLength: String(prefix) });
    for (;;) {
      try {
        await this.process(this.race.crash).lifecycle.reconcileDelete(owner(name), request);
        this.count('release');
        return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.count('crash');
      }
    }
  }

  private hold(name: string, cidr: string, prefix: number): void {
    const block = parseCidr(cidr);
    const others = [
      ...[...this.held].filter(([other]) => other !== name),
      ...RESERVED.map(range => ['reserved', range.cidr] as const),
      ...[...FOREIGN, '10.2.128.0/19'].map(range => ['foreign', range] as const),
    ];
    for (const [other, range] of others) {
      if (overlap(parseCidr(range), block)) this.violations.push(`${cidr} of ${name} overlaps ${range} of ${other}`);
    }
    if (block.size !== sizeOf(prefix)) this.violations.push(`${cidr} of ${name} is not /${prefix}`);
    this.held.set(name, cidr);
    this.count('range');
  }

  private checkRest(): void {
    const live = Object.fromEntries(liveRanges(this.tables.space).map(({ cidr, request }) => [request.name, cidr]));
    const requests = Object.keys(this.tables.space.requests).length;
    for (const [name, cidr] of this.held) {
      if (live[name] !== cidr) this.violations.push(`${name} has lost ${cidr}`);
    }
    if (requests !== this.held.size) this.violations.push(`${requests - this.held.size} requests are leaked`);
  }

  /** Mean number of free ranges, compared with that of one allocator that takes the best fit in the same order. */
  private fragmentation(): number {
    const { settings } = this.tables.space;
    if (!settings) return Infinity;
    const fixed = [...RESERVED.map(({ cidr }) => cidr), ...FOREIGN, '10.2.128.0/19'].map(parseCidr);
    const held = new Map<string, Block>();
    let [ours, best] = [0, 0];
    for (const { owner: key, size, sample } of this.tables.log) {
      const free = () => freeBlocks(parseCidr(settings.cidr), [...fixed, ...held.values()]);
      const found = size === undefined ? undefined : take(free(), size);
      if (found) held.set(key, found.taken);
      else held.delete(key);
      if (sample === undefined) continue;
      ours += sample;
      best += free().length;
    }
    return ours / best;
  }

  /** A process of the function, which may die at any call. */
  private process(crash: number) {
    let [isDead, made] = [false, 0];
    const mortal = <Port extends object>(port: Port, counts: boolean): Port => new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...parameters: unknown[]) => {
          await this.others();
          if (isDead) throw new Killed(String(name));
          if (counts) made++;
          const dies = this.random.happens(crash);
          if (dies && this.random.happens(0.5)) throw this.die(() => { isDead = true; }, name);
          const result: unknown = await Reflect.apply(value, target, parameters);
          if (dies) throw this.die(() => { isDead = true; }, name);
          await this.others();
          return result;
        };
      },
    });
    const lifecycle = addressLifecycle({
      registry: this.registry,
      tables: mortal<FakeTables>(this.tables, true),
      networks: mortal<FakeNetworks>(this.networks, false),
      pools: new FakePools(),
      now: () => ++this.time,
      newTicket: () => `t${this.tickets++}`,
    });
    return { lifecycle, calls: () => made };
  }

  private die(mark: () => void, name: string | symbol): Killed {
    mark();
    return new Killed(String(name));
  }

  /** Lets other allocators run for a while. */
  private async others(): Promise<void> {
    for (let turns = this.random.below(4); turns > 0; turns--) await Promise.resolve();
    if (this.random.happens(0.1)) await new Promise(resolve => setImmediate(resolve));
  }

  private noteCalls(calls: number): void {
    this.count(`${calls} calls`);
    if (calls > MAX_CALLS) this.violations.push(`a range took ${calls} calls`);
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

/** Lets allocators race for the ranges of one space, and die. */
export async function runRace(race: Race): Promise<RaceReport> {
  return new Runner(race).run();
}
