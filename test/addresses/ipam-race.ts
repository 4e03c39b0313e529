import { FakeTables } from './fake-tables';
import type { Race } from './race';
import { FakeNetworks, owner, rangeRequest } from './world';
import { overlap, parseCidr, sizeOf } from '../../lambda/address-spaces/cidr';
import { AwsIpamPools } from '../../lambda/addresses/ipam';
import { addressLifecycle } from '../../lambda/addresses/lifecycle';
import type { ApiCall } from '../../lambda/shared/api/api';
import { decodeResponse } from '../../lambda/shared/api/protocols';
import { API_SERVICES } from '../../lambda/shared/api/services';
import { ec2Protocol } from '../../rehearsal/core/protocol/ec2';
import { asQuery } from '../../rehearsal/core/protocol/query';
import type { Service } from '../../rehearsal/core/service';
import { ipamOperations } from '../../rehearsal/services/ec2/ipam';
import { Random } from '../pool/random';
import { FakeRegistry } from '../registry/fake-registry';
import { Killed } from '../shared/fate';

const POOL = 'ipam-pool-0123456789abcdef0';
const PREFIXES = [19, 20, 20, 22, 24, 24, 26];
/** A range that was released stays in the pool at least as long. */
const SHORTEST_RELEASE = 20 * 60_000;
/** The search by description, and the allocation. */
const MAX_CALLS = 2;
const SECONDS_OF_A_CALL = 2;

export interface IpamRaceReport {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Allocators that race for the ranges of a simulated pool of IPAM, whose processes die at any call. */
class IpamRunner {
  private readonly random: Random;
  private readonly registry = new FakeRegistry();
  private readonly clock = { time: Date.UTC(2026, 0, 1), now: () => this.clock.time };
  private readonly operations = ipamOperations(this.clock);
  private readonly violations: string[] = [];
  private readonly counts: Record<string, number> = {};
  private readonly held = new Map<string, string>();
  private readonly released: { readonly cidr: string; readonly at: number }[] = [];
  private remaining: number;
  private tickets = 0;

  public constructor(private readonly race: Race) {
    this.random = new Random(race.seed);
    this.remaining = race.operations;
  }

  public async run(): Promise<IpamRaceReport> {
    await Promise.all(Array.from({ length: this.race.allocators }, async (_, index) => this.allocator(index)));
    const { pools } = this.process(0);
    for (const name of this.held.keys()) {
      const found = await pools.find({ poolId: POOL, region: 'eu-west-1' }, owner(name).id);
      if (found?.cidr !== this.held.get(name)) this.violations.push(`${name} has lost ${this.held.get(name)}`);
    }
    const all = await this.call({ operation: 'GetIpamPoolAllocations', input: { IpamPoolId: POOL, MaxResults: 9999 } });
    const leaked = JSON.stringify(all).split('ipamPoolAllocationId').length - 1 - this.held.size;
    if (leaked !== 0) this.violations.push(`${leaked} allocations are leaked`);
    return { violations: this.violations, counts: this.counts };
  }

  private async allocator(index: number): Promise<void> {
    const mine: string[] = [];
    for (let next = 0; this.remaining > 0 && this.violations.length === 0; next++) {
      this.remaining--;
      if (mine.length > 0 && (mine.length >= 6 || this.random.happens(0.45))) {
        const [name] = mine.splice(this.random.below(mine.length), 1);
        if (name !== undefined) await this.release(name);
        continue;
      }
      const name = `R${index}-${next % 9}`;
      if (!mine.includes(name) && await this.give(name, PREFIXES[this.random.below(PREFIXES.length)] ?? 24)) {
        mine.push(name);
      }
    }
  }

  private async give(name: string, prefix: number): Promise<boolean> {
    const request = rangeRequest({ name, spaceId: POOL, prefixLength: String(prefix) });
    for (;;) {
      const { lifecycle, calls } = this.process(this.race.crash);
      try {
        const progress = await lifecycle.reconcile(owner(name), request);
        if (!progress.done) continue;
        if (calls() > MAX_CALLS) this.violations.push(`a range took ${calls()} calls`);
        this.hold(name, (progress.result as { readonly cidr: string }).cidr, prefix);
        return true;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.count('crash');
        if (!this.random.happens(0.2)) continue;
        await this.release(name);
        return false;
      }
    }
  }

  private async release(name: string): Promise<void> {
    const cidr = this.held.get(name);
    this.held.delete(name);
    if (cidr !== undefined) this.released.push({ cidr, at: this.clock.time });
    const request = rangeRequest({ name, spaceId: POOL });
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
    for (const [other, range] of this.held) {
      if (other !== name && overlap(parseCidr(range), block)) {
        this.violations.push(`${cidr} of ${name} overlaps ${range} of ${other}`);
      }
    }
    const early = this.released.find(one =>
      this.clock.time - one.at < SHORTEST_RELEASE && overlap(parseCidr(one.cidr), block));
    if (early) this.violations.push(`${cidr} of ${name} was released just before`);
    if (this.released.some(one => overlap(parseCidr(one.cidr), block))) this.count('used again');
    if (block.size !== sizeOf(prefix)) this.violations.push(`${cidr} of ${name} is not /${prefix}`);
    this.held.set(name, cidr);
    this.count('range');
  }

  /** A process of the function, which may die before or after any call. */
  private process(crash: number) {
    let [made, isDead] = [0, false];
    const die = (): Killed => {
      isDead = true;
      return new Killed('ipam');
    };
    const pools = new AwsIpamPools({
      call: async call => {
        await this.others();
        if (isDead) throw new Killed('ipam');
        made++;
        const dies = this.random.happens(crash);
        if (dies && this.random.happens(0.5)) throw die();
        const answer = await this.call(call);
        if (dies) throw die();
        return answer;
      },
    });
    const lifecycle = addressLifecycle({
      registry: this.registry,
      tables: new FakeTables(),
      networks: new FakeNetworks(),
      pools,
      now: () => this.clock.time,
      newTicket: () => `t${this.tickets++}`,
    });
    return { lifecycle, pools, calls: () => made };
  }

  private async call({ operation, input }: Pick<ApiCall, 'operation' | 'input'>) {
    this.clock.time += SECONDS_OF_A_CALL * 1000;
    const service = { name: 'ec2', protocol: 'ec2', operations: this.operations } satisfies Service;
    const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.from('') };
    const caller = { accountId: '222222222222', arn: 'arn:aws:iam::222222222222:root' };
    const output = await this.operations[operation]({
      service: 'ec2', operation, input: asQuery(input ?? {}), caller, region: 'eu-west-1', request,
    });
    return decodeResponse(API_SERVICES.ec2, operation, String(ec2Protocol.encode(service, operation, output).body));
  }

  /** Lets other allocators run for a while. */
  private async others(): Promise<void> {
    for (let turns = this.random.below(4); turns > 0; turns--) await Promise.resolve();
    if (this.random.happens(0.1)) await new Promise(resolve => setImmediate(resolve));
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

/** Lets allocators race for the ranges of one pool of IPAM, and die. */
export async function runIpamRace(race: Race): Promise<IpamRaceReport> {
  return new IpamRunner(race).run();
}
