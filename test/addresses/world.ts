import { FakeTables } from './fake-tables';
import { liveRanges } from '../../lambda/address-spaces/space';
import type { Space } from '../../lambda/address-spaces/space';
import type { AddressContext } from '../../lambda/addresses/context';
import type { Allocation, AllocationRequest, IpamPools } from '../../lambda/addresses/ipam';
import { addressLifecycle } from '../../lambda/addresses/lifecycle';
import type { Owner, Progress } from '../../lambda/shared/lifecycle';
import type {
  AddressRangeRequest, AddressRangeResult, ComparedNetworkRequest, TableSpaceRequest,
} from '../../src/addresses/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

export const TABLE = 'arn:aws:dynamodb:eu-west-1:111111111111:table/Addresses-OrgEnvironmentsAddresses1-X';

export function owner(logicalId: string, stack = 'Customer'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-west-1:222222222222:stack/${stack}/0f3c`,
  };
}

export function spaceRequest(changes: Partial<TableSpaceRequest> = {}): TableSpaceRequest {
  return {
    kind: 'table', spaceName: 'customers', tableArn: TABLE, cidr: '10.0.0.0/16', reserved: [], compared: [], ...changes,
  };
}

export function rangeRequest(changes: Partial<AddressRangeRequest> = {}): AddressRangeRequest {
  return {
    kind: 'range', spaceId: TABLE, name: 'Customer/Network', prefixLength: '20', region: 'eu-west-1', ...changes,
  };
}

/** The networks of accounts, as a test declares them. */
export class FakeNetworks {
  public readonly cidrs = new Map<string, readonly string[]>();

  public async read({ accountId }: ComparedNetworkRequest): Promise<readonly string[]> {
    return this.cidrs.get(accountId) ?? [];
  }
}

/** One pool of IPAM, in which a released range cannot be given again for a while. */
export class FakePools implements IpamPools {
  public readonly allocations: (Allocation & { readonly token: string; readonly description: string })[] = [];
  private next = 0;

  public async allocate({ clientToken: token, cidr, prefixLength, description }: AllocationRequest) {
    const known = this.allocations.find(allocation => allocation.token === token);
    if (known) return { id: known.id, cidr: known.cidr };
    if (this.next === 16) throw Object.assign(new Error('The pool is full.'), { name: 'Full', $metadata: {} });
    const made = { id: `alloc-${this.next}`, cidr: cidr ?? `10.8.${this.next++ * 16}.0/${prefixLength}` };
    this.allocations.push({ ...made, token, description });
    return made;
  }

  public async release(_pool: unknown, { id }: Allocation): Promise<void> {
    const index = this.allocations.findIndex(allocation => allocation.id === id);
    if (index >= 0) this.allocations.splice(index, 1);
  }

  public async find(_pool: unknown, description: string): Promise<Allocation | undefined> {
    const found = this.allocations.find(allocation => allocation.description === description);
    return found && { id: found.id, cidr: found.cidr };
  }
}

/** An address space whose function dies where a test says. */
export class AddressWorld {
  public readonly clock = { now: Date.UTC(2026, 10, 29, 12) };
  public readonly fate = new Fate();
  public readonly registry = new FakeRegistry();
  public readonly tables = new FakeTables();
  public readonly networks = new FakeNetworks();
  public readonly pools = new FakePools();
  private tickets = 0;
  private readonly lifecycle: ReturnType<typeof addressLifecycle>;

  public constructor(changes: Partial<AddressContext> = {}) {
    this.lifecycle = addressLifecycle({
      registry: this.fate.over<FakeRegistry>(this.registry),
      tables: this.fate.over<FakeTables>(this.tables),
      networks: this.fate.over<FakeNetworks>(this.networks),
      pools: this.fate.over<FakePools>(this.pools),
      now: () => this.clock.now++,
      newTicket: () => `t${this.tickets++}`,
      ...changes,
    });
  }

  public async deploySpace(changes: Partial<TableSpaceRequest> = {}, of = owner('Space')): Promise<void> {
    await this.declareSpace(changes, of);
    await this.finishSpace(changes, of);
  }

  public async declareSpace(changes: Partial<TableSpaceRequest> = {}, of = owner('Space')): Promise<void> {
    await this.lifecycle.requestCreate(of, spaceRequest(changes));
  }

  public async finishSpace(changes: Partial<TableSpaceRequest> = {}, of = owner('Space')): Promise<void> {
    await this.finish(async () => this.lifecycle.reconcile(of, spaceRequest(changes)));
  }

  public async updateSpace(changes: Partial<TableSpaceRequest>): Promise<void> {
    const request = spaceRequest(changes);
    await this.lifecycle.requestUpdate(owner('Space'), request, spaceRequest());
    await this.finish(async () => this.lifecycle.reconcile(owner('Space'), request));
  }

  public async requestFormerSpace(
    changes: Partial<TableSpaceRequest>, former: Partial<TableSpaceRequest>,
  ): Promise<void> {
    await this.lifecycle.requestFormer(owner('Space'), spaceRequest(changes), spaceRequest(former), false);
  }

  public async checkSpace(changes: Partial<TableSpaceRequest> = {}, of = owner('Space')) {
    return this.lifecycle.check(of, spaceRequest(changes));
  }

  public async repairSpace(): Promise<void> {
    await this.lifecycle.requestRepair(owner('Space'), spaceRequest());
    await this.finish(async () => this.lifecycle.reconcile(owner('Space'), spaceRequest()));
  }

  public async removeSpace(of = owner('Space')): Promise<void> {
    await this.lifecycle.requestDelete(of, spaceRequest());
    await this.lifecycle.reconcileDelete(of, spaceRequest());
  }

  /** Gives a range; if a process is killed, another one continues. */
  public async give(name: string, changes: Partial<AddressRangeRequest> = {}): Promise<string> {
    const request = rangeRequest({ name, ...changes });
    const result = await this.finish(async () => {
      await this.lifecycle.requestCreate(owner(name), request);
      return this.lifecycle.reconcile(owner(name), request);
    });
    return (result as AddressRangeResult).cidr;
  }

  public async update(name: string, changes: Partial<AddressRangeRequest>): Promise<void> {
    await this.lifecycle.requestUpdate(owner(name), rangeRequest({ name, ...changes }), rangeRequest({ name }));
  }

  public async release(name: string, changes: Partial<AddressRangeRequest> = {}): Promise<void> {
    const request = rangeRequest({ name, ...changes });
    await this.finish(async () => {
      await this.lifecycle.requestDelete(owner(name), request);
      return this.lifecycle.reconcileDelete(owner(name), request);
    });
  }

  public async check(name: string, changes: Partial<AddressRangeRequest> = {}) {
    return this.lifecycle.check(owner(name), rangeRequest({ name, ...changes }));
  }

  /** The ranges in use: CIDR → name. */
  public async ranges(): Promise<Record<string, string>> {
    return rangesIn(await this.tables.read());
  }

  private async finish<Result>(step: () => Promise<Progress<Result>>): Promise<Result> {
    for (let steps = 0; steps < 20; steps++) {
      try {
        const progress = await step();
        if (progress.done) return progress.result;
        this.clock.now += progress.seconds * 1000;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.fate.revive();
      }
    }
    throw new Error('never done');
  }
}

export function rangesIn(space: Space): Record<string, string> {
  return Object.fromEntries(liveRanges(space).map(({ cidr, request }) => [cidr, request.name]));
}
