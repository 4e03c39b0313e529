import type { Principal } from './request';
import type { Statement } from '../../../core/policy-document';
import { listOf } from '../../../core/policy-document';

/**
 * How a policy names the principal: the account (which leaves the decision to the identity policies), everyone, the
 * role or user, or one session of a role.
 */
export type PrincipalMatch = 'account' | 'everyone' | 'identity' | 'session';

type Named = NonNullable<Statement['Principal']>;

export function matchPrincipal(statement: Statement, principal: Principal): PrincipalMatch | undefined {
  // a principal that is named in any form is excluded
  if (statement.NotPrincipal !== undefined) {
    return matchNamed(statement.NotPrincipal, principal) === undefined ? 'everyone' : undefined;
  }
  return statement.Principal === undefined ? undefined : matchNamed(statement.Principal, principal);
}

function matchNamed(named: Named, principal: Principal): PrincipalMatch | undefined {
  if (named === '*') return 'everyone';
  if (principal.kind === 'service') {
    return listOf(named.Service).some(name => name === '*' || name === principal.arn) ? 'identity' : undefined;
  }
  const names = listOf(named.AWS);
  if (principal.kind === 'session' && names.includes(principal.sessionArn)) return 'session';
  if (names.includes('*')) return 'everyone';
  if (names.includes(principal.arn) && principal.kind !== 'root') return 'identity';
  return names.some(name => name === principal.accountId || rootOf(name) === principal.accountId)
    ? 'account'
    : undefined;
}

function rootOf(arn: string): string | undefined {
  return /^arn:[^:]*:iam::(\d{12}):root$/.exec(arn)?.[1];
}
