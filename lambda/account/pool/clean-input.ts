import type { CleanMachineInput } from '../../../src/clean/contract';
import type { PoolRequest } from '../../../src/pool/contract';
import type { PooledLease } from '../../registry/pool-lease';

/** The input of the clean of an account whose lease has ended. The fence makes each clean another one. */
export function cleanInput(
  pool: PoolRequest, accountId: string, { fence, pool: lease }: PooledLease,
): CleanMachineInput {
  return {
    cleanId: `clean-${accountId}-${fence}`,
    accountId,
    region: pool.region,
    fence,
    leasedAt: lease.leasedAt ?? lease.since,
    ...(lease.isFullClean && { full: true }),
    secondLookSeconds: Number(pool.secondLookSeconds),
    maxSeconds: Number(pool.maxCleanSeconds),
    protectingTag: pool.protectingTag,
    spare: [
      ...pool.spare ?? [],
      { type: 'AWS::IAM::Role', id: pool.accessRoleName, why: 'the role by which the organization enters the account' },
    ],
    cleaners: pool.cleaners ?? [],
  };
}
