import { Aws, Duration } from 'aws-cdk-lib';
import { AccountPrincipal, IRole, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import type { OrganizationFeature } from './organization-feature';
import { checkedLimits, DEFAULT_ACCESS_ROLE, VENDING_REASONS, vendingStatements } from './vending-permissions';
import { acknowledgeWildcards } from '../private/acknowledge';
import { NAMES } from '../private/contract';
import { validate } from '../private/validate';

/** A role in the management account through which environments are vended. */
export interface IOrganizationAccessRole extends IConstruct {
  /**
   * ARN of the role, for `OrganizationAccess.role()`.
   *
   * @attribute
   */
  readonly roleArn: string;
}

/** Properties of `OrganizationAccessRole`. */
export interface OrganizationAccessRoleProps {
  /** Id of the CICD account, from which environments are vended: twelve digits. */
  readonly cicdAccountId: string;

  /** Id of the organization, for example `o-exampleorgid`. `aws organizations describe-organization` shows it. */
  readonly organizationId: string;

  /**
   * External id that is required to assume the role: 2 to 1224 characters. Set the same in `OrganizationAccess.role()`.
   *
   * @default - the id of the organization
   */
  readonly externalId?: string;

  /**
   * Names of the roles that may be assumed in member accounts. AWS does not create one in accounts that were invited
   * into the organization.
   *
   * @default ['OrganizationAccountAccessRole']
   */
  readonly accessRoleNames?: string[];

  /**
   * Ids of organizational units (`ou-ab12-cdefgh34`) to which the role is confined: it enters only accounts below them,
   * and moves accounts only between them and the root. List every unit to which an `Account` is moved. Accounts in
   * other units can neither be moved nor entered; an `Account` without `organizationalUnit` remains in the root, and
   * cannot be entered. With the feature `ORGANIZATIONAL_UNITS`, the role also moves accounts to and from units that
   * carry the tag of this library, wherever these are; it creates units in the listed ones and in those.
   *
   * @default - all units of the organization, and the root
   */
  readonly organizationalUnitIds?: string[];

  /**
   * Ids of accounts that the role must neither change nor enter, for example those of security and logs. The
   * management account is always protected.
   *
   * @default - only the management account
   */
  readonly protectedAccountIds?: string[];

  /**
   * What the app does with accounts besides vending them. The role gets the permissions for these features only.
   *
   * @default - only what vending accounts needs
   */
  readonly features?: OrganizationFeature[];

  /**
   * Name of the role.
   *
   * @default 'org-environments-access'
   */
  readonly roleName?: string;
}

/**
 * The role in the management account through which environments are vended. Deploy it there before the CICD stack.
 *
 * It trusts only the account provider of the CICD account, and has only the permissions that vending accounts needs.
 *
 * @example
 * new OrganizationAccessRole(management, 'Access', {
 *   cicdAccountId: '222222222222',
 *   organizationId: 'o-exampleorgid',
 *   organizationalUnitIds: ['ou-ab12-cdefgh34'],
 * });
 */
export class OrganizationAccessRole extends Construct implements IOrganizationAccessRole {
  /**
   * Imports a role that another app has defined in the management account.
   *
   * @param roleArn for example `arn:aws:iam::999999999999:role/org-environments-access`
   */
  public static fromRoleArn(scope: Construct, id: string, roleArn: string): IOrganizationAccessRole {
    class Import extends Construct implements IOrganizationAccessRole {
      public readonly roleArn = validate.roleArn(this, roleArn);
    }
    return new Import(scope, id);
  }

  /** The role. */
  public readonly role: IRole;

  /**
   * ARN of the role, for `OrganizationAccess.role()`.
   *
   * @attribute
   */
  public readonly roleArn: string;

  public constructor(scope: Construct, id: string, props: OrganizationAccessRoleProps) {
    super(scope, id);
    const accessRoleNames = props.accessRoleNames ?? [DEFAULT_ACCESS_ROLE];
    validate.accountId(this, props.cicdAccountId);
    validate.organizationId(this, props.organizationId);

    // the role of the provider cannot be the principal: it does not exist when this stack is deployed
    const trusted = new AccountPrincipal(props.cicdAccountId).withConditions({
      StringEquals: {
        'sts:ExternalId': validate.externalId(this, props.externalId ?? props.organizationId),
        'aws:PrincipalOrgID': props.organizationId,
      },
      ArnEquals: {
        'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${props.cicdAccountId}:role/${NAMES.accountProviderRole}`,
      },
    });
    const { organizationId, organizationalUnitIds, protectedAccountIds, features } = props;
    const statements = vendingStatements(checkedLimits(this, {
      organizationId, accessRoleNames, organizationalUnitIds, protectedAccountIds, features,
    }));
    const role = new Role(this, 'Resource', {
      roleName: validate.roleName(this, props.roleName ?? NAMES.accessRole),
      description: 'Lets the CICD account vend accounts (cdk-org-environments)',
      assumedBy: trusted,
      maxSessionDuration: Duration.hours(1),
      inlinePolicies: { Vending: new PolicyDocument({ statements }) },
    });
    acknowledgeWildcards(role, statements, VENDING_REASONS);
    this.role = role;
    this.roleArn = role.roleArn;
  }
}
