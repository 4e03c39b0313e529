import type { Holder } from './owners';
import type { AccountRequest } from '../../src/account/contract';
import { RECORDS } from '../../src/registry/contract';

/** What the registry knows of an account; every step leaves here what the next one must know. */
export interface AccountRecord {
  readonly state: 'claimed' | 'creating' | 'created' | 'ready' | 'available';
  /**
   * Who holds the account; the last one decides. A construct that was renamed is created under its new name before it is deleted
   * under the old one, so for a while there are two.
   */
  readonly owners: readonly Holder<AccountRequest>[];
  /** When CloudFormation asked last, and at the same time the name of what it asked: it grows with every request. */
  readonly attempt: number;
  readonly accountId?: string;
  /** A creation that was begun; without request id its answer was lost. */
  readonly creation?: { readonly since: number; readonly accountName: string; readonly requestId?: string };
  /** When the creation ended; absent if the account was there before us. */
  readonly createdAt?: number;
  /** Keys of the tags that this library has set: it leaves all other tags alone. */
  readonly tagKeys: readonly string[];
  /** The attempt in which the account was created, with the tags of its request. */
  readonly createdWith?: number;
  /** The attempt for which name, unit and tags were applied. */
  readonly placed?: number;
  /** What was deployed into the account: by region and stack name. */
  readonly stacks: { readonly [place: string]: { readonly fingerprint: string; readonly attempt: number } };
}

/** The key of the record: accounts are found by their e-mail, because the id does not exist yet when they are asked for. */
export function accountKey(request: AccountRequest): string {
  return request.kind === 'vended' ? `${RECORDS.account}${request.email.toLowerCase()}` : `${RECORDS.account}${request.accountId}`;
}
