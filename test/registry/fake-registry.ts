import type { QueueMember, Registry, Versioned } from '../../lambda/registry/registry';
import { RecordChangedError } from '../../lambda/shared/errors';

/** The registry in memory, with the same conditional writes. */
export class FakeRegistry implements Registry {
  private readonly records = new Map<string, string>();
  private readonly queues = new Map<string, Map<string, number>>();
  /** What the records were before the changes that are being made together. */
  private undo?: Map<string, string | undefined>;
  private lastTransaction: Promise<unknown> = Promise.resolve();

  public async read<T extends object>(key: string): Promise<Versioned<T> | undefined> {
    const text = this.records.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Versioned<T>);
  }

  public async write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>> {
    const next = { ...record, version: (version ?? 0) + 1 };
    this.change(key, JSON.stringify(next), version);
    return next;
  }

  public async remove(key: string, version: number): Promise<void> {
    this.change(key, undefined, version);
  }

  public async prefetch(): Promise<void> {
    // every read is answered at once
  }

  /** One transaction after another; one that fails leaves no trace. */
  public async transaction<Result>(action: () => Promise<Result>): Promise<Result> {
    const earlier = this.lastTransaction;
    const transaction = earlier.catch(() => undefined).then(async () => this.atomically(action));
    this.lastTransaction = transaction;
    return transaction;
  }

  private async atomically<Result>(action: () => Promise<Result>): Promise<Result> {
    const undo = new Map<string, string | undefined>();
    this.undo = undo;
    try {
      return await action();
    } catch (error) {
      for (const [key, text] of undo) this.put(key, text);
      throw error;
    } finally {
      this.undo = undefined;
    }
  }

  public async list<T extends object>(kind: string): Promise<readonly Versioned<T>[]> {
    const found = [...this.records].filter(([key]) => key.startsWith(`${kind}#`));
    return found.map(([, text]) => JSON.parse(text) as Versioned<T>);
  }

  public async newest<T extends object>(
    kind: string, limit: number, isWanted: (record: T) => boolean,
  ): Promise<readonly Versioned<T>[]> {
    const keys = [...this.records.keys()].filter(key => key.startsWith(`${kind}#`)).sort().reverse();
    const found = keys.map(key => JSON.parse(this.records.get(key) ?? '') as Versioned<T>);
    return found.filter(record => isWanted(record)).slice(0, limit);
  }

  public async enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]> {
    const members = this.queues.get(queue) ?? new Map<string, number>();
    this.queues.set(queue, members);
    if (!members.has(member)) members.set(member, Math.max(now, ...[...members.values()].map(since => since + 1)));
    return this.members(queue);
  }

  public async dequeue(queue: string, member: string): Promise<void> {
    this.queues.get(queue)?.delete(member);
  }

  /** The members of a queue in the order they came. */
  public members(queue: string): readonly QueueMember[] {
    return [...(this.queues.get(queue) ?? [])]
      .map(([member, since]) => ({ member, since }))
      .sort((a, b) => a.since - b.since || a.member.localeCompare(b.member));
  }

  /** The keys of all records. */
  public get keys(): readonly string[] {
    return [...this.records.keys()].sort();
  }

  /** All records, for `restore`. */
  public backup(): ReadonlyMap<string, string> {
    return new Map(this.records);
  }

  /** Puts the table back to an earlier time. @param backup @default - the table is empty */
  public restore(backup: ReadonlyMap<string, string> = new Map()): void {
    this.records.clear();
    for (const [key, text] of backup) this.records.set(key, text);
  }

  /** Loses a record. */
  public lose(key: string): void {
    this.records.delete(key);
  }

  private change(key: string, text: string | undefined, version: number | undefined): void {
    this.unlessChanged(key, version);
    // one record once in a transaction, as in DynamoDB
    if (this.undo?.has(key)) throw new Error(`the record '${key}' is changed twice in one transaction`);
    this.undo?.set(key, this.records.get(key));
    this.put(key, text);
  }

  private put(key: string, text: string | undefined): void {
    if (text === undefined) this.records.delete(key);
    else this.records.set(key, text);
  }

  private unlessChanged(key: string, version: number | undefined): void {
    const text = this.records.get(key);
    const current = text === undefined ? undefined : (JSON.parse(text) as { version: number }).version;
    if (current !== version) throw new RecordChangedError(key);
  }
}
