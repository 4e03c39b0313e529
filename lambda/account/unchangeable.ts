import { nameOf } from './record';
import type { AccountRequest } from '../../src/account/contract';
import type { AccountRecord } from '../registry/account';

/** Rejects a request for what AWS does not change, before anything is changed. */
export function rejectUnchangeable(record: AccountRecord | undefined, request: AccountRequest): void {
  if (!record?.accountId || request.kind !== 'vended') return;
  const wanted = request.iamUserAccessToBilling ?? 'ALLOW';
  const before = record.owners.at(-1)?.request;
  const declared = before?.kind === 'vended' ? before.iamUserAccessToBilling ?? 'ALLOW' : undefined;
  const present = record.iamUserAccessToBilling ?? declared;
  if (present === undefined || present === wanted) return;
  throw new Error(
    `the access of IAM users to billing cannot be changed for ${nameOf(request)}: AWS sets it when it creates an `
      + `account; set iamUserAccessToBilling to ${present === 'ALLOW'}, and change it as the root user of account `
      + `${record.accountId}`,
  );
}
