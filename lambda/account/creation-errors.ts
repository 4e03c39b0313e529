import type { OrganizationAccount } from './aws';
import { nameOf } from './record';
import type { Shut } from './states';
import type { VendedAccountRequest } from '../../src/account/contract';
import { isNamed } from '../shared/errors';

/** What to do when an organization may have no more accounts. */
export const ACCOUNT_LIMIT_ADVICE = "ask AWS for a higher quota of 'Default maximum number of accounts' "
  + '(AWS Organizations in Service Quotas of the management account, us-east-1), or adopt an account that is no longer used';

/** Why an account is not created, in words that tell what to do; for AWS's reasons see CreateAccountStatus.FailureReason. */
export function failedCreation(request: VendedAccountRequest, reason: string): Error {
  const { email } = request;
  switch (reason) {
    case 'EMAIL_ALREADY_EXISTS': return new Error(`the e-mail '${email}' is taken by an account outside of the organization, or by one that was `
      + `closed: use another e-mail for account '${request.accountName}', for example '${another(email)}'`);
    case 'ACCOUNT_LIMIT_EXCEEDED': return limitReached(request);
    case 'INVALID_EMAIL': return new Error(`AWS does not accept the e-mail '${email}' of account '${request.accountName}': use one that receives mail`);
    case 'INVALID_ADDRESS': return new Error(`${nameOf(request)} cannot be created: the postal address of the management account is not valid; `
      + 'mend it in its account settings, then deploy again');
    default: return new Error(`${nameOf(request)} cannot be created: AWS says ${reason}${ADVICE[reason] ?? '; mend it in the management account, then deploy again'}`);
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  INVALID_PAYMENT_INSTRUMENT: ': give the management account a valid payment method, then deploy again',
  MISSING_PAYMENT_INSTRUMENT: ': give the management account a payment method, then deploy again',
  PENDING_BUSINESS_VALIDATION: ': AWS still validates the business licence of the management account; deploy again when it has',
};

/** Why AWS did not even begin. */
export function rejectedCreation(request: VendedAccountRequest, error: unknown): Error {
  if (isNamed(error, 'AccessError') && error instanceof Error) return error;
  if (isNamed(error, 'ConstraintViolationException') && reasonOf(error) === 'ACCOUNT_NUMBER_LIMIT_EXCEEDED') return limitReached(request);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return new Error(`${nameOf(request)} cannot be created: ${name}: ${message}`, { cause: error });
}

/** Whether AWS only asks for patience: too many accounts are being created. */
export function isBusy(error: unknown): boolean {
  if (!isNamed(error, 'ConstraintViolationException') || !(error instanceof Error)) return false;
  return reasonOf(error) === 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED' || /too many|in progress/i.test(error.message);
}

export function foundElsewhere(request: VendedAccountRequest, found: OrganizationAccount): Error {
  return new Error(`the e-mail '${request.email}' belongs already to account ${found.accountId} ('${found.accountName}') of the organization: `
    + 'adopt it with onExisting: OnExistingAccount.ADOPT, or use another e-mail');
}

export function managing({ email }: VendedAccountRequest, { accountId }: OrganizationAccount): Error {
  return new Error(`the e-mail '${email}' belongs to the management account ${accountId}, which is never vended: use another e-mail`);
}

export function foundShut({ email }: VendedAccountRequest, { accountId }: OrganizationAccount, { is, wayOut }: Shut): Error {
  return new Error(`the e-mail '${email}' belongs to account ${accountId}, which ${is} and keeps it: ${wayOut}, `
    + `or use another e-mail, for example '${another(email)}'`);
}

function limitReached(request: VendedAccountRequest): Error {
  return new Error(`${nameOf(request)} cannot be created: the organization has reached its limit of accounts; ${ACCOUNT_LIMIT_ADVICE}; `
    + 'then deploy again');
}

/** a@b.c → a+2@b.c, a+x@b.c → a+x2@b.c */
function another(email: string): string {
  const at = email.lastIndexOf('@');
  const name = email.slice(0, at);
  return `${name}${name.includes('+') ? '' : '+'}2${email.slice(at)}`;
}

function reasonOf(error: unknown): string | undefined {
  return (error as { Reason?: string }).Reason;
}
