import { RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { IAccountPool } from './account-pool-interface';
import type { AccountPoolProps } from './account-pool-props';
import type { PoolRequest, PoolResult } from './contract';
import { PoolMaintenance } from './pool-maintenance';
import {
  checkedCleaners, checkedPoolName, checkedSize, checkedTemplates, checkedTimes, forSlot,
} from './validate-pool';
import { Preconditions } from '../account/preconditions';
import { preparation } from '../account/preparation';
import { poolTarget } from '../baseline/contract';
import { CLEAN_DEFAULTS } from '../clean/contract';
import { internalsOf } from '../organization/internals';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { rejectRemovalPolicy } from '../private/reject';
import { UniqueClaims } from '../private/unique-claims';
import { validate } from '../private/validate';

/**
 * Accounts that are leased, cleaned, and leased again, because accounts are hard to remove. An `Account` with this pool
 * leases the account that is free for the longest time; a new one is created only if none is free and the maximum
 * allows it. When the `Account` is removed, its account is cleaned and proved clean before it is leased again. What
 * cannot be cleaned goes to quarantine.
 *
 * @example
 * const pool = new AccountPool(this, 'Sandboxes', {
 *   organization,
 *   poolName: 'sandbox',
 *   minimum: 2,
 *   maximum: 10,
 *   email: 'aws+sandbox-{n}@example.com',
 *   waitingUnit: 'Pool/Waiting',
 *   quarantineUnit: 'Pool/Quarantine',
 * });
 * const account = new Account(this, 'FeatureAccount', { organization, pool, accountName: 'shop-feature' });
 */
export class AccountPool extends Resource implements IAccountPool {
  /**
   * Imports an account pool of another app of the same CICD account and region.
   *
   * @param poolName its name, as in `AccountPoolProps.poolName`
   */
  public static fromAccountPoolName(scope: Construct, id: string, poolName: string): IAccountPool {
    class Import extends Resource implements IAccountPool {
      public readonly poolName = checkedPoolName(this, poolName);
    }
    return new Import(scope, id);
  }

  public readonly poolName: string;

  /** The organization of the pool. */
  public readonly organization: IOrganization;

  public constructor(scope: Construct, id: string, props: AccountPoolProps) {
    super(scope, id);
    validate.regionOfNewAccounts(this, this.env.region);
    const { organization, spare = [] } = props;
    this.organization = organization;
    const size = checkedSize(this, props);
    const templates = checkedTemplates(this, props);
    const poolName = checkedPoolName(this, props.poolName);
    UniqueClaims.of(this).claim(this, 'account pool', poolName, 'every pool needs its own poolName');
    this.claimEmails(props);
    const cleaners = checkedCleaners(this, props);
    const maintenance = PoolMaintenance.of(this, organization);
    const pool = new ManagedResource<PoolRequest, PoolResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.pool,
      request: {
        kind: 'pool',
        poolName,
        ...size,
        waitingUnit: validate.organizationalUnit(this, props.waitingUnit),
        quarantineUnit: validate.organizationalUnit(this, props.quarantineUnit),
        ...templates,
        ...checkedTimes(this, props),
        protectingTag: props.protectingTag ?? CLEAN_DEFAULTS.protectingTag,
        spare: spare.map(({ resourceType: type, resourceId, reason: why }) => ({ type, id: resourceId, why })),
        cleaners,
        ...preparation(this, organization, props),
        cleaning: 'true',
      },
    });
    maintenance.addCleaners(cleaners.map(({ functionArn }) => functionArn));
    pool.resource.node.addDependency(maintenance);
    const resource = pool.resource.node.defaultChild as CfnResource;
    const baseline = props.accountBaseline?._give(this, organization, poolTarget(poolName))
      ?? internalsOf(this, organization).baseline;
    if (baseline && Stack.of(baseline) === Stack.of(this)) resource.addResourceDependency(baseline);
    const preconditions = Preconditions.of(this, organization);
    for (const organizationalUnit of [props.waitingUnit, props.quarantineUnit]) {
      preconditions.beforeAccount(resource, { organizationalUnit });
    }
    this.poolName = pool.result('poolName');
  }

  private claimEmails({ email, maximum }: AccountPoolProps): void {
    for (let slot = 1; slot <= maximum; slot++) {
      UniqueClaims.of(this).claim(this, 'e-mail', forSlot(email, slot).toLowerCase(),
        'the pool creates accounts with the addresses of its template; use another template or address');
    }
  }

  /**
   * Not supported: the accounts of a pool are always kept.
   *
   * @param policy is rejected
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    rejectRemovalPolicy(this, policy, 'the accounts of a pool are always kept; an AccountPool with the same poolName '
      + 'uses them again');
  }
}
