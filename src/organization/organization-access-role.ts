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
  /** Account from which environments are vended: twelve digits. */
  readonly cicdAccountId: string;

  /** Id of the organization, for example `o-exampleorgid`; `aws organizations describe-organization` tells it. */
  readonly organizationId: string;

  /**
   * External id that whoever enters the role must give; the same as in `OrganizationAccess.role`.
   *
   * @default - the id of the organization
   */
  readonly externalId?: string;

  /**
   * Names of the roles through which member accounts may be entered. Accounts that were invited into the organization have none by themselves.
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
 * The role in the management account through which environments are vended. It is deployed there, before the CICD stack.
 *
 * It trusts nobody but the account provider of the CICD account, and may do nothing but what vending accounts needs.
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
   * ARN for `OrganizationAccess.role`.
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

    // The provider's role cannot be the principal itself: it does not exist yet when this stack is deployed
    const trusted = new AccountPrincipal(props.cicdAccountId).withConditions({
      StringEquals: {
        'sts:ExternalId': validate.externalId(this, props.externalId ?? props.organizationId),
        'aws:PrincipalOrgID': props.organizationId,
      },
      ArnEquals: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${props.cicdAccountId}:role/${NAMES.accountProviderRole}` },
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
