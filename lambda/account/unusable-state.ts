import type { AccountContext } from './context';
import { nameOf } from './record';
import type { AccountRequest } from '../../src/account/contract';

/** A state in which an account cannot be used, and what to do. */
export interface UnusableState {
  readonly description: string;
  readonly advice: string;
}

const REOPEN = 'ask AWS Support to reopen it';
const UNUSABLE_STATES: Readonly<Record<string, UnusableState>> = {
  SUSPENDED: { description: 'was suspended by AWS', advice: 'ask AWS Support as its root user to reinstate it' },
  PENDING_CLOSURE: { description: 'is being closed', advice: REOPEN },
};

/**
 * The account exists and cannot be used: it is suspended or closed, has left the organization, denies access, or has
 * lost a stack that cannot be created again.
 */
export class UnusableAccountError extends Error {
  public constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnusableAccountError';
  }
}

/** Returns undefined if the account can be used, or when AWS has activated it. */
export function unusableStateOf(state: string): UnusableState | undefined {
  if (state === 'ACTIVE' || state === 'PENDING_ACTIVATION') return undefined;
  return UNUSABLE_STATES[state] ?? { description: `is ${state}`, advice: REOPEN };
}

export function unusableAccount(
  request: AccountRequest,
  accountId: string,
  { description, advice }: UnusableState,
): UnusableAccountError {
  const [subject, other] = request.kind === 'vended' ? [`account ${accountId}`, 'e-mail'] : ['it', 'account'];
  return new UnusableAccountError(
    `${nameOf(request)} cannot be used: ${subject} ${description}; ${advice}, or use another ${other}`,
  );
}

/** Whether AWS has created the account and not activated it yet. */
export async function isPendingActivation({ organization }: AccountContext, accountId: string): Promise<boolean> {
  return (await organization.describeAccount(accountId))?.state === 'PENDING_ACTIVATION';
}
