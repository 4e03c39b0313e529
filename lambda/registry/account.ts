import type { RecordedOwner } from './owners';
import type { Deferral } from './stack';
import type { AccountRequest } from '../../src/account/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of an account: every step saves here what the next one needs. */
export interface AccountRecord {
  readonly state: 'claimed' | 'creating' | 'created' | 'ready' | 'available';
  /**
   * The owners; the last one is current. CloudFormation creates a renamed construct under its new id before it deletes
   * the old one, so there may be two.
   */
  readonly owners: readonly RecordedOwner<AccountRequest>[];
  /** Time of the last request, in milliseconds since 1970. It identifies the request, and grows with each one. */
  readonly attempt: number;
  readonly accountId?: string;
  /** A creation that was started; without `requestId` the response of AWS was lost. */
  readonly creation?: { readonly since: number; readonly accountName: string; readonly requestId?: string };
  /** Present if the account was found by its e-mail, and not by the request that created it. */
  readonly existed?: true;
  /** When the creation ended; absent if the account existed before. */
  readonly createdAt?: number;
  /** Keys of the tags that this library has set. It does not change any other tag. */
  readonly tagKeys: readonly string[];
  /** The attempt in which the account was created, with the tags of its request. */
  readonly createdAttempt?: number;
  /** The attempt for which name, unit and tags were applied. */
  readonly placedAttempt?: number;
  /** Present once the account has been ready. */
  readonly prepared?: true;
  /** Present while the account is not as requested, because it cannot be used. */
  readonly deferral?: Deferral;
  /** Stacks deployed in the account, by region and stack name. */
  readonly stacks: { readonly [place: string]: { readonly fingerprint: string; readonly attempt: number } };
}

/** The key of the record: the e-mail, because the id does not exist yet when an account is requested. */
export function accountKey(request: AccountRequest): string {
  return request.kind === 'vended'
    ? `${RECORDS.account}${request.email.toLowerCase()}`
    : `${RECORDS.account}${request.accountId}`;
}
