import { nameOf } from './record';
import type { World } from './world';
import type { AccountRequest } from '../../src/account/contract';

/** Why an account cannot be used. */
export interface Shut {
  readonly is: string;
  readonly wayOut: string;
}

const REOPEN = 'have AWS Support open it again';
const SHUT: Readonly<Record<string, Shut>> = {
  SUSPENDED: { is: 'was suspended by AWS', wayOut: 'have its root user ask AWS Support why and reinstate it' },
  PENDING_CLOSURE: { is: 'is being closed', wayOut: REOPEN },
};

/** Undefined: the account can be used, or will be, once AWS has activated it. */
export function shutOf(state: string): Shut | undefined {
  if (state === 'ACTIVE' || state === 'PENDING_ACTIVATION') return undefined;
  return SHUT[state] ?? { is: `is ${state}`, wayOut: REOPEN };
}

export function shutError(request: AccountRequest, accountId: string, { is, wayOut }: Shut): Error {
  const [subject, other] = request.kind === 'vended' ? [`account ${accountId}`, 'e-mail'] : ['it', 'account'];
  return new Error(`${nameOf(request)} cannot be used: ${subject} ${is}; ${wayOut}, or use another ${other}`);
}

/** Whether AWS has made the account, and nobody can use it yet. */
export async function isPending({ directory }: World, accountId: string): Promise<boolean> {
  return (await directory.describeAccount(accountId))?.state === 'PENDING_ACTIVATION';
}
