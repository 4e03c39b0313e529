import { randomUUID } from 'node:crypto';
import type { Accounts } from './aws';
import { Deployment } from './deployment';
import { Leases } from './lease';
import { resultOf } from './outputs';
import type { StackPlace } from './place';
import { keyOf, placeOf } from './place';
import type { StackRecord } from './record';
import { fingerprintOf } from './record';
import { Routes } from './routes';
import type { Home } from './words';
import type { AccountStackRequest, AccountStackResult, LeaseRequest } from '../../src/account-stack/contract';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { NOT_YET } from '../shared/lifecycle';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../shared/owners';
import type { Registry, Versioned } from '../shared/registry';
import type { RouteTarget } from '../shared/route';
import { routeKey } from '../shared/route';

type Read = Versioned<StackRecord>;
type Leased = AccountStackRequest & { readonly lease: LeaseRequest };

/** The life of a stack in an account, and of the lease and the route that come with a pipeline. */
export class AccountStackLifecycle implements Lifecycle<AccountStackRequest, AccountStackResult> {
  private readonly leases: Leases;
  private readonly routes: Routes;
  private readonly deployment: Deployment;

  public constructor(
    private readonly registry: Registry, accounts: Accounts, home: Home,
    private readonly now: () => number = Date.now, private readonly newAttempt: () => string = randomUUID,
  ) {
    this.leases = new Leases(registry, now);
    this.routes = new Routes(registry);
    this.deployment = new Deployment(registry, accounts, home, now);
  }

  public async create(owner: Owner, request: AccountStackRequest): Promise<void> {
    await this.claim(owner, request, undefined);
  }

  public async update(owner: Owner, request: AccountStackRequest, before: AccountStackRequest): Promise<void> {
    const [key, keyBefore] = [keyOf(request), keyOf(before)];
    if (key === keyBefore) return this.claim(owner, request, undefined);
    // first the way forward: a rollback claims the former place again, which takes the mark away
    const record = await this.registry.read<StackRecord>(keyBefore);
    if (record && owns(record.owners, owner)) await this.registry.write<StackRecord>(keyBefore, { ...record, successor: key }, record.version);
    return this.claim(owner, request, placeOf(before));
  }

  public async remove(owner: Owner, place: StackPlace): Promise<void> {
    const key = keyOf(place);
    const record = await this.registry.read<StackRecord>(key);
    // a second Delete, after one that failed, is another attempt
    const again = record?.removing === owner.id;
    if (!record || !again && !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    const rest = owners.at(-1);
    const last = rest === undefined;
    // it was deployed as the one who goes declares it, who came when a construct was renamed and goes because the update has failed
    const givenBack = rest && record.applied !== fingerprintOf(rest.request);
    const next: StackRecord = {
      ...record,
      owners,
      ...(last && { removing: owner.id }),
      ...((last || givenBack) && { attempt: this.newAttempt(), since: this.now() }),
      ...(givenBack && { fence: undefined }),
    };
    await this.registry.write(key, next, record.version);
    if (last) await this.leaveRoutes(record.routes ?? [], key);
  }

  public async advance(owner: Owner, request: AccountStackRequest): Promise<Progress<AccountStackResult>> {
    const record = await this.owned(owner, request);
    // one account has one pipeline: within it the former one goes before the next one comes
    const makeRoom = isLeased(request) && record.previous?.some(({ accountId }) => accountId === request.accountId);
    if (makeRoom && !await this.leavePrevious(owner, request, record)) return NOT_YET;

    const held = isLeased(request) ? await this.hold(owner, request, record) : record;
    const progress = await this.deployment.advance(request, held);
    if (!progress.done) return NOT_YET;

    const { stack, record: deployed } = progress.result;
    if (isLeased(request)) await this.settleLease(owner, request, deployed);
    if (!await this.leavePrevious(owner, request, deployed)) return NOT_YET;
    await this.settle(request, deployed);
    return { done: true, result: resultOf(request, stack) };
  }

  public async finishRemoval(owner: Owner, place: StackPlace): Promise<boolean> {
    if (!await this.takeAway(owner, place, 'explain')) return false;
    const rest = (await this.registry.read<StackRecord>(keyOf(place)))?.owners.at(-1);
    return !rest || (await this.advance(rest, rest.request)).done;
  }

  private async claim(owner: Owner, request: AccountStackRequest, before: StackPlace | undefined): Promise<void> {
    const key = keyOf(request);
    const read = await this.registry.read<StackRecord>(key);
    const foreign = read && foreignOwner(read.owners, owner);
    if (foreign) {
      throw new Error(`stack '${request.stackName}' in account ${request.accountId} belongs to stack '${stackNameOf(foreign)}' of the CICD account: `
        + 'remove it there first, or choose another stackName');
    }
    const { version, successor, removing, unreachable, fence, applied, previous = [], ...kept }: Partial<Read> = read ?? {};
    const record: StackRecord = {
      ...kept,
      owners: withOwner(kept.owners ?? [], owner, request),
      attempt: this.newAttempt(),
      since: this.now(),
      ...(applied === fingerprintOf(request) && { applied }),
      previous: [...previous, ...(before ? [before] : [])].filter(place => keyOf(place) !== key),
    };
    await this.registry.write(key, record, version);
  }

  private async owned(owner: Owner, request: AccountStackRequest): Promise<Read> {
    const record = await this.registry.read<StackRecord>(keyOf(request));
    if (record && owns(record.owners, owner)) return record;
    throw new Error(`stack '${request.stackName}' in account ${request.accountId} was removed while it was being deployed: deploy again`);
  }

  /** Holds the account: takes it once in an attempt, and looks afterwards whether it is still ours. */
  private async hold(owner: Owner, request: Leased, record: Read): Promise<Read> {
    const { accountId, lease } = request;
    const key = keyOf(request);
    if (record.fence !== undefined) {
      await this.leases.check(accountId, key, record.fence, lease);
      return record;
    }
    await this.routes.check(lease, owner);
    const fence = await this.leases.acquire(accountId, key, owner, lease);
    const route = routeKey(lease.repositoryArn, lease.branchName);
    const routes = [...new Set([...record.routes ?? [], route])];
    const held = await this.registry.write<StackRecord>(key, { ...record, fence, routes }, record.version);
    // from now on, and not from when the pipeline is there: a push in between fails to start it, and is tried again until it does
    await this.routes.put(route, this.targetOf(owner, request));
    return held;
  }

  /** The pipeline is there: pushes to its branch may start it. */
  private async settleLease(owner: Owner, request: Leased, record: Read): Promise<void> {
    const { accountId, lease: { repositoryArn, branchName } } = request;
    const stackKey = keyOf(request);
    const route = routeKey(repositoryArn, branchName);
    await this.leases.confirm(accountId, stackKey);
    await this.routes.put(route, this.targetOf(owner, request));
    await this.leaveRoutes((record.routes ?? []).filter(other => other !== route), stackKey);
  }

  private targetOf({ stackId }: Owner, request: Leased): RouteTarget {
    const { accountId, region, lease: { environmentName, pipelineName } } = request;
    return { stackKey: keyOf(request), stackId, environmentName, accountId, region, pipelineName };
  }

  private async settle(request: AccountStackRequest, record: Read): Promise<void> {
    const applied = fingerprintOf(request);
    const routes = isLeased(request) ? [routeKey(request.lease.repositoryArn, request.lease.branchName)] : [];
    if (record.applied === applied && record.previous?.length === 0 && record.routes?.join() === routes.join()) return;
    await this.registry.write<StackRecord>(keyOf(request), { ...record, applied, routes, previous: [] }, record.version);
  }

  private async leaveRoutes(routes: readonly string[], stackKey: string): Promise<void> {
    for (const route of routes) await this.routes.remove(route, stackKey);
  }

  private async leavePrevious(owner: Owner, place: StackPlace, { previous = [] }: StackRecord): Promise<boolean> {
    for (const former of previous) {
      const record = await this.registry.read<StackRecord>(keyOf(former));
      if (record?.successor !== keyOf(place)) continue;
      await this.removeOnce(owner, former, record);
      // an account that was closed is a reason to move; it must not hold the move up
      if (!await this.takeAway(owner, former, 'leave')) return false;
    }
    return true;
  }

  private async removeOnce(owner: Owner, place: StackPlace, record: Read): Promise<void> {
    if (record.removing !== owner.id) await this.remove(owner, place);
  }

  private async takeAway(owner: Owner, place: StackPlace, unreachable: 'explain' | 'leave'): Promise<boolean> {
    const key = keyOf(place);
    const record = await this.registry.read<StackRecord>(key);
    if (!record || record.removing !== owner.id) return true;
    if (!await this.leavePrevious(owner, place, record)) return false;
    if (record.begun && !await this.deployment.takeDown(place, record, unreachable)) return false;
    await this.leaveRoutes(record.routes ?? [], key);
    await this.leases.release(place.accountId, key);
    await this.registry.remove(key, record.version);
    return true;
  }
}

function isLeased(request: AccountStackRequest): request is Leased {
  return request.lease !== undefined;
}
