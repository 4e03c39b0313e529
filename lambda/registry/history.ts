import type { Registry } from './registry';
import type { HistoryEntry } from '../../src/history/contract';
import { LISTED, RECORDS } from '../../src/registry/contract';

/** A change that is never changed itself. */
export interface HistoryRecord extends HistoryEntry {
  /** DynamoDB deletes the record after this time, in seconds since 1970. */
  readonly deleteAfter: number;
}

/** Thirteen months, so that a year can be compared with the one before. */
const KEPT_SECONDS = 400 * 24 * 3600;

/** The key sorts by time. The same entry has the same key, so that it is recorded once. */
export function historyKey({ at, requestId, environmentName, accountId }: HistoryEntry): string {
  return `${RECORDS.history}${at}#${requestId}#${environmentName ?? accountId ?? ''}`;
}

export function historyRecord(entry: HistoryEntry): HistoryRecord {
  return { ...entry, deleteAfter: Math.floor(Date.parse(entry.at) / 1000) + KEPT_SECONDS };
}

/** The last changes, oldest first. @param environmentName omit it for those of all environments and accounts */
export async function readHistory(
  registry: Registry,
  limit: number,
  environmentName?: string,
): Promise<readonly HistoryEntry[]> {
  const accounts = new Set<string>();
  const isWanted = (entry: HistoryEntry): boolean => {
    if (environmentName === undefined) return true;
    // an account is created before the environment that uses it
    if (entry.environmentName === environmentName && entry.accountId) accounts.add(entry.accountId);
    return (
      entry.environmentName === environmentName
      || (entry.environmentName === undefined && accounts.has(entry.accountId ?? ''))
    );
  };
  const records = await registry.newest<HistoryRecord>(LISTED.history, limit, isWanted);
  return records.map(({ version, deleteAfter, ...entry }) => entry).reverse();
}
