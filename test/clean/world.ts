import { FakeAccount } from './fake-account';
import { AccountCleaner } from '../../lambda/clean/cleaner';
import type { CleanOutcome } from '../../lambda/clean/cleaner';
import { keyOf } from '../../lambda/clean/model';
import type { Leftover, Resource, Spared, StackPlan } from '../../lambda/clean/model';
import type { Cleaner, Hold, Holder, PlanStore, Proof, StoredRecord } from '../../lambda/clean/ports';
import { DOCUMENTS } from '../../lambda/clean/record';
import type { CleanRecord, CleanRequest } from '../../lambda/clean/record';
import { RecordChangedError } from '../../lambda/shared/errors';
import { Fate, Killed } from '../shared/fate';

export const ACCOUNT = '333333333333';
export const PROTECT = 'keep';
const HOUR = 3600;

/** Records and documents in memory. */
export class FakeStore implements PlanStore {
  public readonly records = new Map<string, string>();
  public readonly documents = new Map<string, string>();

  public async read(cleanId: string): Promise<StoredRecord | undefined> {
    const text = this.records.get(cleanId);
    return text === undefined ? undefined : JSON.parse(text) as StoredRecord;
  }

  public async save(record: CleanRecord, version: number | undefined): Promise<void> {
    const known = await this.read(record.cleanId);
    if (known?.version !== version) throw new RecordChangedError(record.cleanId);
    this.records.set(record.cleanId, JSON.stringify({ ...record, version: (version ?? 0) + 1 }));
  }

  public async document<T>(cleanId: string, name: string): Promise<T | undefined> {
    return this.documentOf<T>(cleanId, name);
  }

  public documentOf<T>(cleanId: string, name: string): T | undefined {
    const text = this.documents.get(`${cleanId} ${name}`);
    return text === undefined ? undefined : JSON.parse(text) as T;
  }

  public async write(cleanId: string, name: string, content: object): Promise<void> {
    this.documents.set(`${cleanId} ${name}`, JSON.stringify(content));
  }
}

/** The pool, as far as a clean knows it. */
export class FakeHold implements Hold {
  public state: 'held' | 'waiting' | 'available' | 'quarantined' | 'released' = 'held';
  public proof?: Proof;
  public leftovers: readonly Leftover[] = [];

  public async isHeld(): Promise<boolean> {
    return this.state === 'held' || this.state === 'waiting';
  }

  public async markWaiting(): Promise<void> {
    this.state = 'waiting';
  }

  public async markAvailable(_: Holder, proof: Proof): Promise<void> {
    this.state = 'available';
    this.proof = proof;
  }

  public async markQuarantined(_: Holder, leftovers: readonly Leftover[]): Promise<void> {
    this.state = 'quarantined';
    this.leftovers = leftovers;
  }
}

/** A clean of a fake account, whose function may be killed at any call. */
export class CleanWorld {
  public readonly store = new FakeStore();
  public readonly hold = new FakeHold();
  public readonly fate = new Fate();
  /** Changes that no plan contained before. */
  public readonly violations: string[] = [];
  public advances = 0;
  /** What happens between two calls of the function. */
  public onAdvance?: () => void;
  private readonly cleaner: AccountCleaner;

  public constructor(public readonly account: FakeAccount, public readonly request: CleanRequest = requestOf()) {
    const { fate } = this;
    account.onChange = (kind, key) => this.checkPlan(kind, key);
    this.cleaner = new AccountCleaner({
      stacks: fate.over(account.stacks),
      cleaners: {
        types: async () => [...account.types.values()],
        named: name => fate.over<Cleaner>(account.cleaner(name)),
      },
      stops: fate.over(account.stops),
      trail: fate.over(account.trail),
      inspection: fate.over(account.inspection),
      store: fate.over<PlanStore>(this.store),
      hold: fate.over<Hold>(this.hold),
      now: () => account.time,
    });
  }

  /** Runs the clean to its end. A killed function is started again. */
  public async run(): Promise<CleanOutcome> {
    const { account, request } = this;
    const end = account.time + 2 * (request.maxSeconds + request.secondLookSeconds) * 1000;
    for (;;) {
      this.advances++;
      this.onAdvance?.();
      const outcome = await this.advance();
      if (outcome.state !== 'waiting') return outcome;
      account.pass(outcome.seconds);
      if (account.time > end || this.advances > 20_000) throw new Error('the clean does not end');
    }
  }

  private async advance(): Promise<CleanOutcome> {
    try {
      return await this.cleaner.advance(this.request);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.fate.revive();
      return { state: 'waiting', seconds: 2 };
    }
  }

  public get record(): CleanRecord | undefined {
    const text = this.store.records.get(this.request.cleanId);
    return text === undefined ? undefined : JSON.parse(text) as CleanRecord;
  }

  public get left(): readonly string[] {
    return this.hold.leftovers.map(({ id, verdict }) => `${id}: ${verdict}`).sort();
  }

  public get present(): readonly string[] {
    return [...this.account.resources.values()].map(({ id }) => id).sort();
  }

  public get spared(): readonly Spared[] {
    return this.store.documentOf<Spared[]>(this.request.cleanId, DOCUMENTS.spared) ?? [];
  }

  /** Everything that any plan of a round contains. */
  private checkPlan(kind: 'stop' | 'stack' | 'resource', key: string): void {
    const { cleanId } = this.request;
    const { round = 0 } = this.record ?? {};
    const planned = kind === 'stack'
      ? this.store.documentOf<{ stacks: StackPlan[] }>(cleanId, DOCUMENTS.stacks(round))?.stacks.map(one => one.stackId)
      : this.store.documentOf<Resource[]>(cleanId, DOCUMENTS[kind === 'stop' ? 'stops' : 'plan'](round))?.map(keyOf);
    if (!planned?.includes(key)) this.violations.push(`${kind} ${key} is in no plan`);
  }
}

export function requestOf(overrides: Partial<CleanRequest> = {}): CleanRequest {
  return {
    cleanId: 'clean-1',
    accountId: ACCOUNT,
    fence: 1,
    leasedAt: Date.parse('2026-10-20T00:00:00Z'),
    full: false,
    secondLookSeconds: 0,
    maxSeconds: 48 * HOUR,
    protectingTag: PROTECT,
    spare: [],
    ...overrides,
  };
}
