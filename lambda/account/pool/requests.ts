import { createHash } from 'node:crypto';
import type { Preparation, VendedAccountRequest } from '../../../src/account/contract';
import type { PooledAccountRequest, PoolRequest } from '../../../src/pool/contract';
import { markTags } from '../../registry/lease-mark';
import { forSlot, POOL_OWNER_PREFIX } from '../../registry/pool';
import type { PoolSlot } from '../../registry/pool';
import type { PooledLease } from '../../registry/pool-lease';
import type { Owner } from '../../shared/lifecycle';

/** The owner of the account records of a pool. Leases decide for whom the accounts are changed. */
export function poolOwner(poolName: string): Owner {
  const id = `${POOL_OWNER_PREFIX}${poolName}`;
  return { id, stackId: id, logicalId: `pool '${poolName}'` };
}

/** The request for an account that is not leased. */
export function waitingRequest(pool: PoolRequest, slot: number, { email }: PoolSlot): VendedAccountRequest {
  return {
    kind: 'vended',
    accountName: forSlot(pool.accountName, slot),
    email,
    organizationalUnit: pool.waitingUnit,
    tags: {},
    onExisting: 'fail',
    onRemoval: 'release',
    ...preparationOf(pool),
  };
}

/** The request for an account that could not be cleaned. */
export function quarantineRequest(pool: PoolRequest, slot: number, known: PoolSlot): VendedAccountRequest {
  return { ...waitingRequest(pool, slot, known), organizationalUnit: pool.quarantineUnit };
}

/** The request for an account that is leased. @param lease absent: the account does not exist yet */
export function leasedRequest(
  pool: PoolRequest, slot: number, known: PoolSlot, request: PooledAccountRequest, lease?: PooledLease,
): VendedAccountRequest {
  const waiting = waitingRequest(pool, slot, known);
  const { accountName = waiting.accountName, organizationalUnit = pool.waitingUnit, tags } = request;
  return { ...waiting, accountName, organizationalUnit, tags: { ...tags, ...markTags(lease) } };
}

function preparationOf(pool: PoolRequest): Preparation {
  const {
    accessRoleName, region, qualifier, executionPolicyArns, requireBoundary, artifactKeyArn, templates,
  } = pool;
  return {
    accessRoleName,
    region,
    qualifier,
    executionPolicyArns,
    ...(requireBoundary && { requireBoundary }),
    cleaning: 'true',
    artifactKeyArn,
    templates,
  };
}

/** The same for requests with the same values: DynamoDB does not keep the order of names. */
export function fingerprint(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(sorted(request))).digest('hex').slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)).map(
    ([name, item]) => [name, sorted(item)],
  ));
}
