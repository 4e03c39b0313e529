import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AccountPool } from './account-pool';
import type { IAccountPool } from './account-pool-interface';
import type { PooledAccountRequest } from './contract';
import { requireSameOrganization } from '../account/internals';
import type { IOrganization } from '../organization/organization-interface';
import { templatesFingerprint } from '../private/handler-code';
import { fail, validate } from '../private/validate';

/** What an `Account` declares, as far as a pool concerns it. */
interface Declared {
  readonly organization: IOrganization;
  readonly pool?: IAccountPool;
  readonly email?: string;
  readonly accountName?: string;
  readonly organizationalUnit?: string;
}

/** Properties of an `Account` that its pool decides. */
const OF_THE_POOL = [
  'onExisting', 'onRemoval', 'accessRoleName', 'executionPolicies', 'requireBoundary', 'alternateContacts',
  'accountAlias', 'iamUserAccessToBilling', 'optInRegions', 'accountBaseline',
];

/** @throws unless an account has either an e-mail and a name, or a pool */
export function checkAccountSource(scope: Construct, props: Declared): void {
  const { pool, email, accountName } = props;
  if (pool && email !== undefined) {
    fail(scope, "an Account has either an 'email' or a 'pool', got both: omit the 'email', which the pool gives to its "
      + 'accounts');
  }
  if (!pool && email === undefined) {
    fail(scope, "an Account needs an 'email', with which it is created, or a 'pool', from which it is leased: "
      + 'got neither');
  }
  if (!pool && accountName === undefined) fail(scope, "an Account with an 'email' needs an 'accountName'");
  const names = Object.entries(props).flatMap(([name, value]) => value === undefined ? [] : name);
  const wrong = pool ? OF_THE_POOL.filter(name => names.includes(name)) : [];
  if (wrong.length > 0) {
    fail(scope, `the pool of an Account decides about '${wrong.join("', '")}': omit it here, and set it in the `
      + 'AccountPool if it exists there');
  }
}

/** The request of an account that is leased from a pool. */
export function pooledRequest(
  scope: Construct, { organization, pool, accountName, organizationalUnit }: Declared & { readonly pool: IAccountPool },
): Omit<PooledAccountRequest, 'tags'> {
  const { region } = Stack.of(scope);
  if (pool instanceof AccountPool) {
    requireSameOrganization(scope, pool, pool.organization, organization, 'account pool');
    const poolRegion = Stack.of(pool).region;
    if (poolRegion !== region) {
      fail(scope, `the account pool '${pool.node.path}' bootstraps its accounts in its own region '${poolRegion}', but `
        + `this stack is in '${region}': define the Account, or another AccountPool, in a stack of the same region`);
    }
  }
  return {
    kind: 'pooled',
    poolName: pool.poolName,
    accountName: accountName && validate.accountName(scope, accountName),
    organizationalUnit: organizationalUnit && validate.organizationalUnit(scope, organizationalUnit),
    region,
    templates: templatesFingerprint(),
  };
}
