import type { QueueMember, Registry, Versioned } from '../../lambda/registry/registry';
import { RecordChangedError } from '../../lambda/shared/errors';

/** The registry in memory, with the same conditional writes. */
export class FakeRegistry implements Registry {
  private readonly records = new Map<string, string>();
  private readonly queues = new Map<string, Map<string, number>>();

  public async read<T extends object>(key: string): Promise<Versioned<T> | undefined> {
    const text = this.records.get(key);
    return text === undefined ? undefined : JSON.parse(text) as Versioned<T>;
  }

  public async write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>> {
    this.unlessChanged(key, version);
    const next = { ...record, version: (version ?? 0) + 1 };
    this.records.set(key, JSON.stringify(next));
    return next;
  }

  public async remove(key: string, version: number): Promise<void> {
    this.unlessChanged(key, version);
    this.records.delete(key);
  }

  public async enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]> {
    const members = this.queues.get(queue) ?? new Map<string, number>();
    this.queues.set(queue, members);
    if (!members.has(member)) members.set(member, Math.max(now, ...[...members.values()].map(since => since + 1)));
    return this.members(queue);
  }

  public async leave(queue: string, member: string): Promise<void> {
    this.queues.get(queue)?.delete(member);
  }

  public async membersOf(queue: string): Promise<readonly QueueMember[]> {
    return this.members(queue);
  }

  /** The members of a queue in the order they came. */
  public members(queue: string): readonly QueueMember[] {
    return [...this.queues.get(queue) ?? []]
      .map(([member, since]) => ({ member, since }))
      .sort((a, b) => a.since - b.since || a.member.localeCompare(b.member));
  }

  /** The keys of all records. */
  public get keys(): readonly string[] {
    return [...this.records.keys()].sort();
  }

  private unlessChanged(key: string, version: number | undefined): void {
    const text = this.records.get(key);
    const current = text === undefined ? undefined : (JSON.parse(text) as { version: number }).version;
    if (current !== version) throw new RecordChangedError(key);
  }
}
