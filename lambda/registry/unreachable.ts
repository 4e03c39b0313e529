import type { Registry } from './registry';
import type { Deferral } from './stack';
import { RECORDS } from '../../src/registry/contract';

/** Record of an account whose last update could not be made, because it cannot be used. */
export interface UnreachableRecord extends Deferral {
  readonly accountId: string;
}

export function unreachableKey(accountId: string): string {
  return `${RECORDS.unreachable}${accountId}`;
}

/** Removes the record of an account that can be used again, or that is no longer managed. */
export async function removeUnreachable(registry: Registry, accountId: string): Promise<void> {
  const key = unreachableKey(accountId);
  const record = await registry.read<UnreachableRecord>(key);
  if (record) await registry.remove(key, record.version);
}
