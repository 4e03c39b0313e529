import { Logger } from '@aws-lambda-powertools/logger';
import type { PoolParts } from './parts';
import { writeLease } from './parts';
import { isUnknown, leaseOf, markIn } from '../../registry/lease-mark';
import type { LeaseMark } from '../../registry/lease-mark';
import type { PooledLease } from '../../registry/pool-lease';
import type { Versioned } from '../../registry/registry';
import { isNamed } from '../../shared/errors';

type Parts = Pick<PoolParts, 'organization' | 'registry' | 'now'>;

const logger = new Logger({ serviceName: 'org-environments' });

/** The mark of an account; undefined: it has none, or is not in the organization. */
export async function readMark(
  { organization }: Pick<Parts, 'organization'>, accountId: string,
): Promise<LeaseMark | undefined> {
  try {
    return markIn(await organization.tags(accountId));
  } catch (error) {
    if (isNamed(error, 'TargetNotFoundException', 'AccountNotFoundException')) return undefined;
    throw error;
  }
}

/**
 * Call this before an account is handed out, cleaned or moved. If its mark has a lease that the registry does not know,
 * the registry knows it afterwards, and nothing else may be changed.
 */
export async function isInUse(parts: Parts, accountId: string, lease: Versioned<PooledLease>): Promise<boolean> {
  const mark = await readMark(parts, accountId);
  if (!mark || !isUnknown(mark, lease)) return false;
  logger.warn('an account of a pool is leased, but the registry does not know it', { accountId, ...mark });
  await writeLease(parts, accountId, leaseOf(mark, lease, parts.now()), lease.version);
  return true;
}
