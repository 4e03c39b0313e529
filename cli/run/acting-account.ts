import type { Simulation } from '../../rehearsal/simulation';

type Account = Simulation['organizations']['accounts'][number];
type Found = { readonly accountId: string } | { readonly problem: string };

const ADMINISTRATOR = 'rehearsal-administrator';

/** Returns the id of the account with this id or name, or why there is none. */
export function findAccount(
  { organizations: { accounts } }: Simulation, as: string,
): Found {
  const found = accounts.filter(({ accountId, name }) => accountId === as || name === as);
  if (found.length === 1) return withProblem(found[0]);
  const known = (found.length === 0 ? accounts : found).map(({ accountId, name }) => `${accountId} (${name})`);
  return {
    problem: found.length === 0
      ? `no account has this id or name; the organization has ${known.join(', ')}`
      : `several accounts have this name: use the id, one of ${known.join(', ')}`,
  };
}

/** AWS lets no user act in an account that is suspended or closed. */
function withProblem({ accountId, name, state }: Account): Found {
  if (state === 'ACTIVE' || state === 'PENDING_ACTIVATION') return { accountId };
  const what = state === 'SUSPENDED' ? 'was suspended by AWS' : 'was closed';
  return { problem: `account ${accountId} (${name}) ${what}, so no user can act in it: use another account` };
}

/** Returns the ARN of a session of an administrator. It is no root user, because AWS lets those assume no role. */
export function administratorOf({ iam, options: { partition = 'aws' } }: Simulation, accountId: string): string {
  if (iam.roleNamed(accountId, ADMINISTRATOR) === undefined) {
    iam.putRole({
      arn: `arn:${partition}:iam::${accountId}:role/${ADMINISTRATOR}`,
      roleName: ADMINISTRATOR,
      roleId: `AROA${iam.identifiers.next(17, 'upper')}`,
      accountId,
      trust: { Version: '2012-10-17', Statement: [] },
      policies: {},
      managedPolicyArns: [`arn:${partition}:iam::aws:policy/AdministratorAccess`],
      tags: {},
    });
  }
  return `arn:${partition}:sts::${accountId}:assumed-role/${ADMINISTRATOR}/rehearsal`;
}
