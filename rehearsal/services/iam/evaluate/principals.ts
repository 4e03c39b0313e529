import type { Principal } from './request';
import type { Statement } from '../../../core/policy-document';
import { listOf } from '../../../core/policy-document';

/**
 * How a policy names who asks: the account as a whole (which leaves the rest to that account's own policies), anybody, the role or user itself,
 * or one session of a role.
 */
export type PrincipalMatch = 'account' | 'anybody' | 'identity' | 'session';

type Named = NonNullable<Statement['Principal']>;

export function matchPrincipal(statement: Statement, principal: Principal): PrincipalMatch | undefined {
  // whoever is named by any of his names is left out
  if (statement.NotPrincipal !== undefined) return matchNamed(statement.NotPrincipal, principal) === undefined ? 'anybody' : undefined;
  return statement.Principal === undefined ? undefined : matchNamed(statement.Principal, principal);
}

function matchNamed(named: Named, principal: Principal): PrincipalMatch | undefined {
  if (named === '*') return 'anybody';
  if (principal.kind === 'service') return listOf(named.Service).some(name => name === '*' || name === principal.arn) ? 'identity' : undefined;
  const names = listOf(named.AWS);
  if (principal.kind === 'session' && names.includes(principal.sessionArn)) return 'session';
  if (names.includes('*')) return 'anybody';
  if (names.includes(principal.arn) && principal.kind !== 'root') return 'identity';
  return names.some(name => name === principal.accountId || rootOf(name) === principal.accountId) ? 'account' : undefined;
}

function rootOf(arn: string): string | undefined {
  return /^arn:[^:]*:iam::(\d{12}):root$/.exec(arn)?.[1];
}
