import { Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';
import type { OrganizationFeature } from './organization-feature';
import { checkedLimits, DEFAULT_ACCESS_ROLE, vendingStatements } from './vending-permissions';
import { ACCESS_ENVIRONMENT } from '../private/contract';
import { rejectSubclass } from '../private/reject';
import { fail, validate } from '../private/validate';

/** Options of `OrganizationAccess.role`. */
export interface RoleAccessOptions {
  /**
   * External id that the trust policy of the role requires: 2 to 1224 characters. Set the same in
   * `OrganizationAccessRole`.
   *
   * @default - the id of the organization
   */
  readonly externalId?: string;
}

/** Options of `OrganizationAccess.sameAccount`. */
export interface SameAccountAccessOptions {
  /**
   * Names of the roles that may be assumed in member accounts.
   *
   * @default ['OrganizationAccountAccessRole']
   */
  readonly accessRoleNames?: string[];

  /**
   * Ids of organizational units to which the account provider is confined, as in `OrganizationAccessRole`.
   *
   * @default - all units of the organization, and the root
   */
  readonly organizationalUnitIds?: string[];

  /**
   * Ids of accounts that the account provider must neither change nor enter.
   *
   * @default - only the management account
   */
  readonly protectedAccountIds?: string[];

  /**
   * What the app does with accounts besides vending them. The account provider gets the permissions for these features
   * only.
   *
   * @default - only what vending accounts needs
   */
  readonly features?: OrganizationFeature[];
}

/**
 * The way from the account provider to the management account, which is the only account that can create accounts. The
 * class cannot be subclassed.
 *
 * @example
 * const access = OrganizationAccess.role('arn:aws:iam::999999999999:role/org-environments-access');
 */
export class OrganizationAccess {
  /**
   * Through a role in the management account. `OrganizationAccessRole` defines it there.
   *
   * @param roleArn for example `arn:aws:iam::999999999999:role/org-environments-access`
   * @param options the external id of the role
   */
  public static role(roleArn: string, options: RoleAccessOptions = {}): OrganizationAccess {
    return new OrganizationAccess((scope, organizationId) => {
      const externalId = validate.externalId(scope, options.externalId ?? organizationId);
      validate.roleArn(scope, roleArn);
      checkPartition(scope, roleArn);
      return {
        managementAccountId: Fn.select(4, Fn.split(':', roleArn)),
        environment: {
          [ACCESS_ENVIRONMENT.ACCESS_ROLE_ARN]: roleArn,
          [ACCESS_ENVIRONMENT.ACCESS_EXTERNAL_ID]: externalId,
          [ACCESS_ENVIRONMENT.ORGANIZATION_ID]: organizationId,
        },
        statements: [
          new PolicyStatement({ sid: 'AssumeAccessRole', actions: ['sts:AssumeRole'], resources: [roleArn] }),
          // an error then tells which organization the CICD account belongs to
          new PolicyStatement({
            sid: 'DescribeOrganization', actions: ['organizations:DescribeOrganization'], resources: ['*'],
          }),
        ],
      };
    });
  }

  /**
   * The CICD account is the management account itself. AWS advises against workloads there; use it for small
   * organizations only.
   *
   * @param options the names of the roles in member accounts
   */
  public static sameAccount(options: SameAccountAccessOptions = {}): OrganizationAccess {
    return new OrganizationAccess((scope, organizationId) => {
      const names = options.accessRoleNames ?? [DEFAULT_ACCESS_ROLE];
      const { organizationalUnitIds, protectedAccountIds, features } = options;
      const limits = { organizationId, accessRoleNames: names, organizationalUnitIds, protectedAccountIds, features };
      return {
        managementAccountId: Aws.ACCOUNT_ID,
        environment: {},
        statements: vendingStatements(checkedLimits(scope, limits)),
      };
    });
  }

  private constructor(private readonly config: (scope: Construct, organizationId: string) => OrganizationAccessConfig) {
    rejectSubclass(new.target, OrganizationAccess, 'use OrganizationAccess.role() or OrganizationAccess.sameAccount()');
  }

  /** @internal */
  public _bind(scope: Construct, organizationId: string): OrganizationAccessConfig {
    return this.config(scope, organizationId);
  }
}

/** A role of another partition does not exist, which AWS reports as a role that must not be assumed. */
function checkPartition(scope: Construct, roleArn: string): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region) || Token.isUnresolved(roleArn)) return;
  const [given, { partition = given }] = [roleArn.split(':')[1], RegionInfo.get(region)];
  if (given === partition) return;
  fail(scope, `the role '${roleArn}' is in the partition '${given}', but the region '${region}' of the stack is in `
    + `'${partition}', and an organization is in one partition: use '${roleArn.replace(given, partition)}'`);
}

/** @internal */
export interface OrganizationAccessConfig {
  readonly managementAccountId: string;
  /** Environment variables of the account provider. */
  readonly environment: { [name: string]: string };
  /** Permissions of the account provider. */
  readonly statements: PolicyStatement[];
}
