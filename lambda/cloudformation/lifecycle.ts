import { randomUUID } from 'node:crypto';
import type { Companion } from './companion';
import type { Deployment } from './deployment';
import { notGone, notReady } from './errors';
import { fingerprintOf } from './fingerprint';
import type { StackState } from './stack-deployer';
import type { StackRequest } from '../../src/stack/contract';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done, lookAgainIn, NOT_YET } from '../shared/lifecycle';

const LONGEST_WAIT = 40 * 60_000;

interface StackLifecycleOptions<Request extends StackRequest, Result> {
  readonly registry: Registry;
  readonly deployment: Deployment<Request>;
  /** What goes with the stack. */
  readonly companion: Companion<Request>;
  /** @default - the time */
  readonly now?: () => number;
  /** @default - a random name */
  readonly newAttempt?: () => string;
  keyOf(request: Request): string;
  resultOf(request: Request, stack: StackState): Result;
}

/** The life of a stack in an account: deployed, moved to another place, deleted. */
export class StackLifecycle<Request extends StackRequest, Result> implements Lifecycle<Request, Result> {
  private readonly registry: Registry;
  private readonly companion: Companion<Request>;
  private readonly keyOf: (request: Request) => string;
  private readonly now: () => number;
  private readonly newAttempt: () => string;

  public constructor(private readonly options: StackLifecycleOptions<Request, Result>) {
    const { registry, companion, keyOf, now = Date.now, newAttempt = randomUUID } = options;
    this.registry = registry;
    this.companion = companion;
    this.keyOf = request => keyOf(request);
    this.now = now;
    this.newAttempt = newAttempt;
  }

  public recordsOf(request: Request): readonly string[] {
    return [this.keyOf(request), ...this.companion.recordsOf(request)];
  }

  public async requestCreate(owner: Owner, request: Request): Promise<void> {
    await this.claim(owner, request);
  }

  public async requestUpdate(owner: Owner, request: Request, before: Request): Promise<void> {
    const [key, keyBefore] = [this.keyOf(request), this.keyOf(before)];
    if (key === keyBefore) return this.claim(owner, request);
    // first the way forward: a rollback claims the former place again, which takes the mark away
    const record = await this.read(keyBefore);
    if (record && owns(record.owners, owner)) await this.write(keyBefore, { ...record, successor: key }, record.version);
    return this.claim(owner, request, before);
  }

  public async requestDelete(owner: Owner, request: Request): Promise<void> {
    const key = this.keyOf(request);
    const record = await this.read(key);
    // a second Delete, after one that failed, is another attempt
    const again = record?.removing === owner.id;
    if (!record || !again && !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    const rest = owners.at(-1);
    const last = rest === undefined;
    // a construct that was renamed is deleted when the update fails: the stack must become what its former owner declares
    const isGivenBack = rest && !await this.isAsDeclared(record, rest.request);
    await this.write(key, {
      ...record,
      ...(last || isGivenBack ? this.companion.restarted(record) : {}),
      owners,
      ...(last && { removing: owner.id }),
      since: this.now(),
      ...((last || isGivenBack) && { attempt: this.newAttempt() }),
    }, record.version);
    if (last) await this.companion.removalRequested(key, record);
  }

  public async reconcile(owner: Owner, request: Request): Promise<Progress<Result>> {
    const record = await this.owned(owner, request);
    const progress = await this.step(owner, request, record);
    if (!progress.done && this.isTooLate(record)) throw notReady(request, record.previous ?? [], LONGEST_WAIT);
    return progress;
  }

  public async reconcileDelete(owner: Owner, request: Request): Promise<Progress<void>> {
    const mayDelete = async () => this.companion.mayDeleteApplications(owner, request);
    const removal = await this.remove(owner, request, { unreachable: 'explain', mayDelete });
    if (!removal.done) {
      if (this.isTooLate(await this.read(this.keyOf(request)))) throw notGone(request, LONGEST_WAIT);
      return removal;
    }
    const rest = (await this.read(this.keyOf(request)))?.owners.at(-1);
    // a refused declaration leaves what belongs to another app alone
    if (rest?.stackId !== owner.stackId) return DONE;
    const progress = await this.reconcile(rest, rest.request);
    return progress.done ? DONE : progress;
  }

  private async step(owner: Owner, request: Request, record: Read<Request>): Promise<Progress<Result>> {
    const mustLeaveFirst = this.companion.isAlone && record.previous?.some(({ accountId }) => accountId === request.accountId);
    if (mustLeaveFirst && !await this.leavePrevious(owner, request, record)) return NOT_YET;

    const prepared = await this.companion.prepare(owner, request, record);
    if (!prepared) return NOT_YET;
    const wanted = await this.companion.effective(request);
    const progress = await this.options.deployment.reconcile(wanted, prepared, this.keyOf(request));
    if (!progress.done) return progress;

    const { stack, record: deployed } = progress.result;
    if (!this.companion.isDeployed(stack, wanted)) return this.restart(wanted, deployed);
    await this.companion.deployed(owner, request, deployed, deployed.applied !== fingerprintOf(wanted));
    if (!await this.leavePrevious(owner, request, deployed)) return NOT_YET;
    await this.settle(wanted, deployed);
    return done(this.options.resultOf(request, stack));
  }

  /** Whether the stack and what goes with it are what a request asks for. */
  private async isAsDeclared({ applied }: StackRecord<Request>, request: Request): Promise<boolean> {
    return applied === fingerprintOf(request) && this.companion.isAsDeclared(request);
  }

  private isTooLate(record: StackRecord<Request> | undefined): boolean {
    return record !== undefined && this.now() - record.since > LONGEST_WAIT;
  }

  private async claim(owner: Owner, request: Request, before?: Request): Promise<void> {
    const key = this.keyOf(request);
    const read = await this.read(key);
    const foreign = read && foreignOwner(read.owners, owner);
    if (foreign) throw this.companion.belongsElsewhere(request, stackNameOf(foreign));
    const restarted: Partial<Read<Request>> = read ? { ...read, ...this.companion.restarted(read) } : {};
    const { version, successor, removing, unreachable, applied, previous = [], ...kept } = restarted;
    await this.write(key, {
      ...kept,
      owners: withOwner(kept.owners ?? [], owner, request),
      attempt: this.newAttempt(),
      since: this.now(),
      ...(applied === fingerprintOf(request) && { applied }),
      previous: [...previous, ...(before ? [before] : [])].filter(place => this.keyOf(place) !== key),
    }, version);
  }

  private async owned(owner: Owner, request: Request): Promise<Read<Request>> {
    const record = await this.read(this.keyOf(request));
    if (record && owns(record.owners, owner)) return record;
    throw new Error(`stack '${request.stackName}' in account ${request.accountId} was removed while it was being deployed: deploy again`);
  }

  /** What was wanted has changed while the stack was being deployed: it is deployed once more. */
  private async restart(request: Request, { applied, ...record }: Read<Request>): Promise<Progress<never>> {
    await this.write(this.keyOf(request), { ...record, attempt: this.newAttempt() }, record.version);
    return lookAgainIn(1);
  }

  private async settle(request: Request, record: Read<Request>): Promise<void> {
    const { version, ...before } = record;
    const after = { ...before, complete: true as const, applied: fingerprintOf(request), previous: [], ...this.companion.settled(request) };
    if (JSON.stringify(after) !== JSON.stringify(before)) await this.write(this.keyOf(request), after, version);
  }

  private async leavePrevious(owner: Owner, request: Request, { previous = [] }: StackRecord<Request>): Promise<boolean> {
    for (const former of previous) {
      const record = await this.read(this.keyOf(former));
      if (record?.successor !== this.keyOf(request)) continue;
      if (record.removing !== owner.id) await this.requestDelete(owner, former);
      // a closed account is a reason to move, so it must not stop the move. A move may be rolled back, so applications stay
      const removal = await this.remove(owner, former, { unreachable: 'leave', mayDelete: async () => false });
      if (!removal.done) return false;
    }
    return true;
  }

  private async remove(owner: Owner, request: Request, options: RemovalOptions): Promise<Progress<void>> {
    const key = this.keyOf(request);
    const found = await this.read(key);
    if (!found || found.removing !== owner.id) return DONE;
    if (!await this.leavePrevious(owner, request, found)) return NOT_YET;
    const tornDown = await this.companion.tearDown(owner, request, found, options.mayDelete);
    if (!tornDown.done) return tornDown;
    const record = tornDown.result;
    const deleted = record.begun ? await this.options.deployment.remove(request, record, key, options.unreachable) : DONE;
    if (!deleted.done) return deleted;
    await this.companion.deleted(owner, key, record);
    await this.registry.remove(key, record.version);
    return DONE;
  }

  private async read(key: string): Promise<Read<Request> | undefined> {
    return this.registry.read<StackRecord<Request>>(key);
  }

  private async write(key: string, record: StackRecord<Request>, version: number | undefined): Promise<void> {
    await this.registry.write(key, record, version);
  }
}

type Read<Request extends StackRequest> = Versioned<StackRecord<Request>>;

interface RemovalOptions {
  readonly unreachable: 'explain' | 'leave';
  /** Whether the stacks that a pipeline has deployed are deleted with it. */
  readonly mayDelete: () => Promise<boolean>;
}
