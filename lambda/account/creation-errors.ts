import type { OrganizationAccount } from './aws';
import { EmailTakenError } from './email-taken-error';
import { nameOf } from './record';
import { ownedElsewhere } from './special-accounts';
import type { UnusableState } from './unusable-state';
import type { VendedAccountRequest } from '../../src/account/contract';
import { isNamed } from '../shared/errors';

/** What to do when the quota of accounts is reached. */
export const ACCOUNT_LIMIT_ADVICE =
  "ask AWS for a higher quota of 'Default maximum number of accounts' (AWS Organizations in Service Quotas of the "
  + 'management account, us-east-1), or adopt an account that is no longer used';

/** The error for a failed creation. `reason` is CreateAccountStatus.FailureReason. */
export function creationFailed(request: VendedAccountRequest, reason: string): Error {
  const { email } = request;
  switch (reason) {
    case 'EMAIL_ALREADY_EXISTS':
      return new EmailTakenError(
        `the e-mail '${email}' is taken by an account outside of the organization, or by one that was `
          + `closed: use another e-mail for account '${request.accountName}', for example '${emailSuggestion(email)}'`,
      );
    case 'ACCOUNT_LIMIT_EXCEEDED':
      return limitReached(request);
    case 'INVALID_EMAIL':
      return new Error(
        `AWS does not accept the e-mail '${email}' of account '${request.accountName}': use one that receives mail`,
      );
    case 'INVALID_ADDRESS':
      return new Error(
        `${nameOf(request)} cannot be created: the postal address of the management account is not valid; `
          + 'correct it in its account settings, then deploy again',
      );
    default:
      return new Error(
        `${nameOf(request)} cannot be created: AWS returned `
          + `${reason}${REASON_ADVICE[reason] ?? '; remove the cause in the management account, then deploy again'}`,
      );
  }
}

const REASON_ADVICE: Readonly<Record<string, string>> = {
  INVALID_PAYMENT_INSTRUMENT: ': give the management account a valid payment method, then deploy again',
  MISSING_PAYMENT_INSTRUMENT: ': give the management account a payment method, then deploy again',
  PENDING_BUSINESS_VALIDATION:
    ': AWS is validating the business licence of the management account; deploy again when it is done',
};

/** The error for a creation that AWS rejected immediately. */
export function creationRejected(request: VendedAccountRequest, error: unknown): Error {
  if (isNamed(error, 'AccessError') && error instanceof Error) return error;
  if (isNamed(error, 'ConstraintViolationException') && reasonOf(error) === 'ACCOUNT_NUMBER_LIMIT_EXCEEDED') {
    return limitReached(request);
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return new Error(`${nameOf(request)} cannot be created: ${name}: ${message}; remove the cause, then deploy again`, {
    cause: error,
  });
}

/** Whether AWS rejected a creation because too many are in progress. */
export function isCreationThrottled(error: unknown): boolean {
  if (!isNamed(error, 'ConstraintViolationException') || !(error instanceof Error)) return false;
  return reasonOf(error) === 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED' || /too many|in progress/i.test(error.message);
}

export function emailOfExistingAccount(request: VendedAccountRequest, found: OrganizationAccount): Error {
  return new EmailTakenError(
    `the e-mail '${request.email}' already belongs to account ${found.accountId} ('${found.accountName}') of the `
      + 'organization: adopt it with onExisting: OnExistingAccount.ADOPT, or use another e-mail',
  );
}

export function emailOfSpecialAccount(
  { email }: VendedAccountRequest,
  { accountId }: OrganizationAccount,
  kind: string,
): Error {
  return new EmailTakenError(
    `the e-mail '${email}' belongs to account ${accountId}, which is ${kind} and cannot be vended: use another e-mail`,
  );
}

export function emailOfUnusableAccount(
  { email }: VendedAccountRequest,
  { accountId }: OrganizationAccount,
  { description, advice }: UnusableState,
): Error {
  return new EmailTakenError(
    `the e-mail '${email}' belongs to account ${accountId}, which ${description} and keeps it: ${advice}, `
      + `or use another e-mail, for example '${emailSuggestion(email)}'`,
  );
}

export function emailOfForeignAccount(
  { email }: VendedAccountRequest,
  { accountId }: OrganizationAccount,
  owner: string,
): Error {
  return new Error(
    `the e-mail '${email}' belongs to account ${accountId}, which ${ownedElsewhere(owner)}, or use another e-mail`,
  );
}

/** AWS does not say whether IAM users of an account may be given access to billing. */
export function billingOfExistingAccount(
  { accountName, email }: VendedAccountRequest,
  { accountId }: OrganizationAccount,
): Error {
  return new Error(
    `account '${accountName}' (${email}) exists as account ${accountId}, and AWS sets the access of IAM users to `
      + 'billing only when it creates an account: omit iamUserAccessToBilling, and set it as its root user',
  );
}

function limitReached(request: VendedAccountRequest): Error {
  return new Error(
    `${nameOf(request)} cannot be created: the organization has reached its limit of accounts; `
      + `${ACCOUNT_LIMIT_ADVICE}; then deploy again`,
  );
}

/** Suggests a plus address: a@b.c → a+2@b.c, a+x@b.c → a+x2@b.c. */
function emailSuggestion(email: string): string {
  const at = email.lastIndexOf('@');
  const name = email.slice(0, at);
  return `${name}${name.includes('+') ? '' : '+'}2${email.slice(at)}`;
}

function reasonOf(error: unknown): string | undefined {
  return (error as { Reason?: string }).Reason;
}
