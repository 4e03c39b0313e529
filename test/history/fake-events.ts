import type { Events } from '../../lambda/history/events';
import type { HistoryEntry } from '../../src/history/contract';

/** The event bus in memory. */
export class FakeEvents implements Events {
  public readonly published: HistoryEntry[] = [];

  public async put(entries: readonly HistoryEntry[]): Promise<void> {
    this.published.push(...entries);
  }
}
