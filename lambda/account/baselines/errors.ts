import { ORGANIZATION_TARGET } from '../../../src/baseline/contract';
import type { BaselineRecord } from '../../registry/baseline';
import { stackNameOf } from '../../registry/owners';
import type { Owner } from '../../shared/lifecycle';

/** Failures that an error names. */
const MAX_NAMED = 5;

export function nameOfTarget(target: string): string {
  if (target === ORGANIZATION_TARGET) return 'the organization';
  const name = target.slice(target.indexOf('/') + 1);
  return target.startsWith('accounts/') ? `the accounts of '${name}'` : `the pool '${name}'`;
}

export function baselineTaken(target: string, owner: Owner): Error {
  return new Error(
    `${nameOfTarget(target)} has an account baseline of '${owner.logicalId}' in stack '${stackNameOf(owner)}': remove `
      + 'it there first',
  );
}

/** The update of the accounts has failed too often. */
export function baselineStopped({ target, failed, request: { maxFailedUpdates: limit } }: BaselineRecord): Error {
  const named = failed.slice(0, MAX_NAMED).map(({ accountId, reason }) => `account ${accountId}: ${reason}`);
  const more = failed.length > MAX_NAMED ? [`and ${failed.length - MAX_NAMED} more`] : [];
  return new Error(
    `the account baseline of ${nameOfTarget(target)} could not be applied to ${failed.length} accounts `
      + `(maxFailedUpdates is ${limit}), so no further account was updated: ${[...named, ...more].join('; ')}`,
  );
}

/** What was not updated, for the history. */
export function remaining({ failed, deferred }: BaselineRecord, waiting: number): string | undefined {
  const named = (list: BaselineRecord['failed']) =>
    list.slice(0, MAX_NAMED).map(({ accountId, reason }) => `${accountId} (${reason})`).join(', ');
  const parts = [
    ...(failed.length > 0 ? [`${failed.length} accounts failed: ${named(failed)}`] : []),
    ...(deferred.length > 0 ? [`${deferred.length} accounts cannot be entered: ${named(deferred)}`] : []),
    ...(waiting > 0 ? [`${waiting} accounts are updated by the daily check`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}
