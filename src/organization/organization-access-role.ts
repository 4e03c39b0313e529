import { Aws, Duration } from 'aws-cdk-lib';
import { AccountPrincipal, IRole, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { DEFAULT_ACCESS_ROLE, VENDING_REASONS, vendingStatements } from './vending-permissions';
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
    accessRoleNames.forEach(name => validate.roleName(this, name));
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
    const statements = vendingStatements(props.organizationId, accessRoleNames);
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
