import { randomUUID } from 'node:crypto';
import type { Accounts } from './aws';
import { Departure } from './departure';
import { Deployment } from './deployment';
import type { Leased } from './lease';
import { Leases } from './lease';
import { resultOf } from './outputs';
import { placeOf } from './place';
import { fingerprintOf } from './record';
import { Routes } from './routes';
import { Turns } from './turns';
import type { Home } from './words';
import { belongsElsewhere, isDenied, notGone, notReady } from './words';
import { PIPELINE_STATE } from '../../src/private/contract';
import type { AccountStackRequest, AccountStackResult } from '../../src/stack/contract';
import { isHalted } from '../registry/halt';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { RouteTarget } from '../registry/route';
import { routeKey } from '../registry/route';
import { stackKey as keyOf } from '../registry/stack';
import type { StackPlace, StackRecord } from '../registry/stack';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { NOT_YET } from '../shared/lifecycle';
import type { PipelineControl } from '../shared/pipeline-control';

type Read = Versioned<StackRecord>;

const LONGEST_WAIT = 40 * 60_000;

/** The life of a stack in an account, and of the lease and the route that come with a pipeline. */
export class AccountStackLifecycle implements Lifecycle<AccountStackRequest, AccountStackResult> {
  private readonly leases: Leases;
  private readonly routes: Routes;
  private readonly turns: Turns;
  private readonly deployment: Deployment;
  private readonly departure: Departure;

  public constructor(
    private readonly registry: Registry, private readonly accounts: Accounts, control: PipelineControl, home: Home,
    private readonly now: () => number = Date.now, private readonly newAttempt: () => string = randomUUID,
  ) {
    this.leases = new Leases(registry, now);
    this.routes = new Routes(registry);
    this.turns = new Turns(registry, this.leases, control, now);
    this.deployment = new Deployment(registry, accounts, home, now, newAttempt);
    this.departure = new Departure(registry, accounts, home, this.leases, this.turns, now);
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
    // it was deployed, or leased, as the one who goes declares it, who came when a construct was renamed and goes because the update has failed
    const givenBack = rest && !await this.isAsDeclared(record, rest.request);
    const next: StackRecord = {
      ...record,
      owners,
      ...(last && { removing: owner.id, leaving: undefined }),
      since: this.now(),
      ...((last || givenBack) && { attempt: this.newAttempt() }),
      ...(givenBack && { fence: undefined }),
    };
    await this.registry.write(key, next, record.version);
    if (last) await this.leaveRoutes(record.routes ?? [], key);
  }

  public async advance(owner: Owner, request: AccountStackRequest): Promise<Progress<AccountStackResult>> {
    const record = await this.owned(owner, request);
    const progress = await this.step(owner, request, record);
    if (!progress.done) this.assertPatient(record, () => notReady(request, record.previous ?? [], LONGEST_WAIT));
    return progress;
  }

  private async step(owner: Owner, request: AccountStackRequest, record: Read): Promise<Progress<AccountStackResult>> {
    // one account has one pipeline: within it the former one goes before the next one comes
    const makeRoom = isLeased(request) && record.previous?.some(({ accountId }) => accountId === request.accountId);
    if (makeRoom && !await this.leavePrevious(owner, request, record)) return NOT_YET;

    const held = isLeased(request) ? await this.hold(owner, request, record) : record;
    if (!held) return NOT_YET;
    const wanted = isLeased(request) ? await this.frozenWhileHalted(request) : request;
    const progress = await this.deployment.advance(wanted, held);
    if (!progress.done) return NOT_YET;

    const { stack, record: deployed } = progress.result;
    if (stack.parameters[PIPELINE_STATE.parameter] !== wanted.parameters?.[PIPELINE_STATE.parameter]) return this.again(wanted, deployed);
    if (isLeased(request)) await this.settleLease(owner, request, deployed);
    if (isLeased(request) && deployed.complete && deployed.applied !== fingerprintOf(wanted)) await this.turns.goOn(keyOf(request), deployed);
    if (!await this.leavePrevious(owner, request, deployed)) return NOT_YET;
    await this.settle(wanted, deployed);
    return { done: true, result: resultOf(request, stack) };
  }

  public async finishRemoval(owner: Owner, place: StackPlace): Promise<boolean> {
    const mayDelete = async () => !await this.hasMoved(place) && !await this.accounts.isRollingBack(owner.stackId);
    if (!await this.takeAway(owner, place, { unreachable: 'explain', mayDelete })) {
      this.assertPatient(await this.registry.read<StackRecord>(keyOf(place)), () => notGone(place, LONGEST_WAIT));
      return false;
    }
    const rest = (await this.registry.read<StackRecord>(keyOf(place)))?.owners.at(-1);
    return !rest || (await this.advance(rest, rest.request)).done;
  }

  /** Whether stack and lease are what a request asks for. */
  private async isAsDeclared({ applied }: StackRecord, request: AccountStackRequest): Promise<boolean> {
    if (applied !== fingerprintOf(request)) return false;
    const held = new Map<string, unknown>(Object.entries(await this.leases.holder(keyOf(request)) ?? {}));
    return Object.entries(request.lease ?? {}).every(([name, value]) => held.get(name) === value);
  }

  /** CDK's framework gives up a little later, without a word of what was waited for. */
  private assertPatient(record: StackRecord | undefined, tooLate: () => Error): void {
    if (record && this.now() - record.since > LONGEST_WAIT) throw tooLate();
  }

  private async claim(owner: Owner, request: AccountStackRequest, before: StackPlace | undefined): Promise<void> {
    const key = keyOf(request);
    const read = await this.registry.read<StackRecord>(key);
    const foreign = read && foreignOwner(read.owners, owner);
    if (foreign) {
      throw belongsElsewhere(request, stackNameOf(foreign));
    }
    const { version, successor, removing, leaving, unreachable, fence, applied, previous = [], ...kept }: Partial<Read> = read ?? {};
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

  /** Holds the account: takes it once in an attempt, and looks afterwards whether it is still ours. Nothing as long as another cannot be stopped. */
  private async hold(owner: Owner, request: Leased, record: Read): Promise<Read | undefined> {
    const { accountId, lease } = request;
    const key = keyOf(request);
    if (record.fence !== undefined) {
      await this.leases.check(accountId, key, record.fence, lease);
      return record;
    }
    await this.routes.check(lease, owner);
    const { fence, elsewhere } = await this.leases.acquire(key, owner, request);
    const route = routeKey(lease.repositoryArn, lease.branchName);
    const routes = [...new Set([...record.routes ?? [], route])];
    const noted = await this.registry.write<StackRecord>(key, { ...record, routes }, record.version);
    // from now on, and not from when the pipeline is there: a push in between fails to start it, and the pipeline runs as soon as it is made
    const others = await this.routes.put(route, this.targetOf(owner, request));
    const rest = { restingFor: key, reason: `Its environment moves to account ${accountId}`, since: record.since };
    for (const stackKey of keysOf(others, elsewhere)) {
      if (!await this.turns.rest(stackKey, rest) && await this.isBeingMade(stackKey)) return undefined;
    }
    return this.registry.write<StackRecord>(key, { ...noted, fence }, noted.version);
  }

  /** A pipeline that is still being made comes open, whoever has said before that it must rest. */
  private async isBeingMade(stackKey: string): Promise<boolean> {
    const record = await this.registry.read<StackRecord>(stackKey);
    const request = record?.owners.at(-1)?.request;
    if (!request || !record.begun || record.complete) return false;
    const stacks = await this.accounts.enter(request).catch((error: unknown) => {
      if (isDenied(error)) return undefined;
      throw error;
    });
    return (await stacks?.describe(request.stackName))?.status.endsWith('_IN_PROGRESS') === true;
  }

  /** What was asked for, unless somebody has halted the environment: then no update may let commits through. */
  private async frozenWhileHalted(request: Leased): Promise<Leased> {
    if (!await isHalted(this.registry, request.lease.environmentName)) return request;
    return { ...request, parameters: { ...request.parameters, [PIPELINE_STATE.parameter]: PIPELINE_STATE.frozen } };
  }

  /** The environment was halted or resumed while its pipeline was being deployed. */
  private async again(request: AccountStackRequest, { applied, ...record }: Read): Promise<Progress<never>> {
    await this.registry.write<StackRecord>(keyOf(request), { ...record, attempt: this.newAttempt() }, record.version);
    return NOT_YET;
  }

  /** The pipeline is there: pushes to its branch may start it. */
  private async settleLease(owner: Owner, request: Leased, record: Read): Promise<void> {
    const { lease: { repositoryArn, branchName } } = request;
    const stackKey = keyOf(request);
    const route = routeKey(repositoryArn, branchName);
    await this.leases.confirm(stackKey);
    await this.routes.put(route, this.targetOf(owner, request));
    if (!await this.isReplaced(stackKey, record)) await this.turns.wake(stackKey, record);
    await this.leaveRoutes((record.routes ?? []).filter(other => other !== route), stackKey);
  }

  /** Whether another has taken its place after it was asked for: then it only ends what it had begun before. */
  private async isReplaced(key: string, { since }: StackRecord): Promise<boolean> {
    const { restingFor = key } = await this.leases.holder(key) ?? {};
    const successor = restingFor === key ? undefined : await this.registry.read<StackRecord>(restingFor);
    return successor !== undefined && successor.removing === undefined && successor.since > since;
  }

  private targetOf({ stackId }: Owner, request: Leased): RouteTarget {
    const { accountId, region, lease: { environmentName, pipelineName } } = request;
    return { stackKey: keyOf(request), stackId, environmentName, accountId, region, pipelineName };
  }

  private async settle(request: AccountStackRequest, record: Read): Promise<void> {
    const applied = fingerprintOf(request);
    const routes = isLeased(request) ? [routeKey(request.lease.repositoryArn, request.lease.branchName)] : [];
    if (record.complete && record.applied === applied && record.previous?.length === 0 && record.routes?.join() === routes.join()) return;
    await this.registry.write<StackRecord>(keyOf(request), { ...record, complete: true, applied, routes, previous: [] }, record.version);
  }

  private async leaveRoutes(routes: readonly string[], stackKey: string): Promise<void> {
    for (const route of routes) await this.routes.remove(route, stackKey);
  }

  /** A pipeline that had taken the place of others goes again because a deployment has failed. What is removed for good gives nothing back. */
  private async wakeFormer(owner: Owner, key: string, record: StackRecord): Promise<void> {
    const { routes = [] } = record;
    const others = await Promise.all(routes.map(async route => this.routes.targetsOf(route)));
    for (const stackKey of keysOf(...others, await this.leases.elsewhere(key))) {
      const holder = await this.leases.holder(stackKey);
      if (holder?.restingFor !== key || !await this.stays(stackKey)) continue;
      if (await this.accounts.isRollingBack(owner.stackId)) await this.turns.wake(stackKey, record);
    }
  }

  private async leavePrevious(owner: Owner, place: StackPlace, { previous = [] }: StackRecord): Promise<boolean> {
    for (const former of previous) {
      const record = await this.registry.read<StackRecord>(keyOf(former));
      if (record?.successor !== keyOf(place)) continue;
      await this.removeOnce(owner, former, record);
      // an account that was closed is a reason to move; it must not hold the move up. A move may be rolled back, and nothing brings back what
      // applications have kept
      if (!await this.takeAway(owner, former, { unreachable: 'leave', mayDelete: async () => false })) return false;
    }
    return true;
  }

  /** A construct that was renamed and given another account at once leaves as if it had been removed; its environment has not. */
  private async hasMoved(place: StackPlace): Promise<boolean> {
    const key = keyOf(place);
    for (const { stackKey, restingFor } of await this.leases.elsewhere(key)) if (restingFor !== key && await this.stays(stackKey)) return true;
    return false;
  }

  private async stays(key: string): Promise<boolean> {
    const record = await this.registry.read<StackRecord>(key);
    return record !== undefined && record.removing === undefined;
  }

  private async removeOnce(owner: Owner, place: StackPlace, record: Read): Promise<void> {
    if (record.removing !== owner.id) await this.remove(owner, place);
  }

  private async takeAway(owner: Owner, place: StackPlace, options: TakeAwayOptions): Promise<boolean> {
    const key = keyOf(place);
    const found = await this.registry.read<StackRecord>(key);
    if (!found || found.removing !== owner.id) return true;
    if (!await this.leavePrevious(owner, place, found)) return false;
    const atRest = async () => this.wakeFormer(owner, key, found);
    const record = found.begun ? await this.departure.advance(place, found, { mayDelete: options.mayDelete, atRest }) : found;
    if (!record) return false;
    if (record.begun && !await this.deployment.takeDown(place, record, options.unreachable)) return false;
    await this.leaveRoutes(record.routes ?? [], key);
    await atRest();
    await this.leases.release(key);
    await this.registry.remove(key, record.version);
    return true;
  }
}

interface TakeAwayOptions {
  readonly unreachable: 'explain' | 'leave';
  /** Whether applications go with their pipeline. */
  readonly mayDelete: () => Promise<boolean>;
}

function keysOf(...pipelines: readonly (readonly { readonly stackKey: string }[])[]): ReadonlySet<string> {
  return new Set(pipelines.flat().map(({ stackKey }) => stackKey));
}

function isLeased(request: AccountStackRequest): request is Leased {
  return request.lease !== undefined;
}
