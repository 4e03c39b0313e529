import type { Registry } from './registry';
import { RECORDS } from '../../src/registry/contract';

/** Record of an account whose closure had to wait. The daily check closes it. */
export interface ClosingRecord {
  readonly accountId: string;
  readonly accountName: string;
  /** Key of the record of the account. */
  readonly accountKey: string;
  /** When the closure was requested, in milliseconds since 1970. */
  readonly since: number;
  /** Why the account is not closed yet. */
  readonly reason: string;
}

export function closingKey(accountId: string): string {
  return `${RECORDS.closing}${accountId}`;
}

/** Removes the record of an account that is closed, or that is used again. */
export async function removeClosing(registry: Registry, accountId: string): Promise<void> {
  const key = closingKey(accountId);
  const record = await registry.read<ClosingRecord>(key);
  if (record) await registry.remove(key, record.version);
}
