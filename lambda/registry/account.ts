import type { RecordedOwner } from './owners';
import type { Deferral } from './stack';
import type { AccountRequest } from '../../src/account/contract';
import { RECORDS } from '../../src/registry/contract';

/** Record of an account: every step saves here what the next one needs. */
export interface AccountRecord {
  /** `closing`: no app declares it, and it is to be closed. `closed`: AWS closes it, or has closed it. */
  readonly state: 'claimed' | 'creating' | 'created' | 'ready' | 'available' | 'closing' | 'closed';
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
  /** Whether IAM users may be given access to billing, as requested when the account was created. */
  readonly iamUserAccessToBilling?: 'ALLOW' | 'DENY';
  /**
   * The closure of the account: when it was requested, in milliseconds since 1970, whether the call was made, and
   * the state that AWS has reported.
   */
  readonly closing?: { readonly since: number; readonly requested?: true; readonly state?: string };
  /** Former e-mails of the account's root user, by which an earlier version of the app may declare it. */
  readonly formerEmails?: readonly string[];
  /** Keys of the tags that this library has set. It does not change any other tag. */
  readonly tagKeys: readonly string[];
  /** The attempt in which the account was created, with the tags of its request. */
  readonly createdAttempt?: number;
  /** The attempt for which name, unit and tags were applied. */
  readonly placedAttempt?: number;
  /** The unit that was declared then, which may not exist any more. */
  readonly placedUnit?: string;
  /** The baseline of the user that the account has, and the attempt in which it was applied. */
  readonly baseline?: { readonly fingerprint: string; readonly attempt: number };
  /** Present once the account has been ready. */
  readonly prepared?: true;
  /** Present until the account is ready again, if an update has found no record of it. */
  readonly recovered?: true;
  /** Present while the account is not as requested, because it cannot be used. */
  readonly deferral?: Deferral;
  /** Stacks deployed in the account, by region and stack name. */
  readonly stacks: { readonly [place: string]: { readonly fingerprint: string; readonly attempt: number } };
}

/** The key of the record: the e-mail or the name, because the id may not be known when an account is requested. */
export function accountKey(request: AccountRequest): string {
  switch (request.kind) {
    case 'vended':
      return `${RECORDS.account}${request.email.toLowerCase()}`;
    case 'existing':
      return `${RECORDS.account}${request.accountId}`;
    case 'named':
      return `${RECORDS.account}name/${request.accountName}`;
  }
}
