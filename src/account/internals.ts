import type { IResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IAccount } from './account-interface';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { fail } from '../private/validate';

const ACCOUNT_ID_IN = Symbol.for('cdk-org-environments.account-id-in');

/** Returns the id of an account that is prepared by an organization. */
type AccountIdIn = (scope: Construct, organization: IOrganization) => string;

type Prepared = { [ACCOUNT_ID_IN]?: AccountIdIn };

export function setAccountIdIn(account: IAccount & Prepared, accountIdIn: AccountIdIn): void {
  account[ACCOUNT_ID_IN] = accountIdIn;
}

/** The id of an account, known when the account is ready to take stacks. */
export function preparedAccountId(
  scope: Construct, account: IAccount & Prepared, organization: IOrganization,
): string {
  return account[ACCOUNT_ID_IN]?.(scope, organization) ?? account.accountId;
}

/**
 * Rejects an account, or a pool, that another organization of the app has prepared: its registry does not know the
 * account. An imported organization may be the same, because its id is known only at deployment.
 */
export function requireSameOrganization(
  scope: Construct, resource: IResource, owner: IOrganization, organization: IOrganization, kind = 'account',
): void {
  if (owner === organization) return;
  if ([owner, organization].some(one => internalsOf(scope, one).isImported)) return;
  fail(scope, `the ${kind} '${resource.node.path}' belongs to the organization '${owner.node.path}', but the `
    + `organization here is '${organization.node.path}': use the same organization for both`);
}
