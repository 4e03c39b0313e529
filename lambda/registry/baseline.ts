import type { RecordedOwner } from './owners';
import type { BaselineRequest } from '../../src/baseline/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of the baseline of an organization, or of a pool, and of its last update. */
export interface BaselineRecord {
  readonly target: string;
  /** The owners; the last one is current. Empty: the baseline was removed, and the accounts keep what they have. */
  readonly owners: readonly RecordedOwner<BaselineRequest>[];
  /** The last request. */
  readonly request: BaselineRequest;
  /** Time of the last request, in milliseconds since 1970. It identifies the update of the accounts. */
  readonly attempt: number;
  /** Keys of the accounts that are being updated. */
  readonly updating: readonly string[];
  /**
   * Why accounts are updated besides a request of CloudFormation: to repair them, or because the construct was renamed
   * and the deployment is rolled back. Then the failure of one account does not stop the update of the others.
   */
  readonly cause?: 'repair' | 'rollback';
  /** Whether the update of an account has succeeded. */
  readonly isProved?: boolean;
  /** The accounts whose update failed, and why. */
  readonly failed: readonly BaselineFailure[];
  /** The accounts that could not be entered: they are updated later. */
  readonly deferred: readonly BaselineFailure[];
}

interface BaselineFailure {
  /** Key of the record of the account. */
  readonly key: string;
  readonly accountId: string;
  readonly reason: string;
}

export function baselineKey(target: string): string {
  return `${RECORDS.baseline}${target}`;
}
