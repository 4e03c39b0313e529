import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DEFAULT_ACCESS_ROLE, vendingStatements } from './permissions';
import { ACCESS_ENVIRONMENT } from '../private/contract';
import { validate } from '../private/validate';

/** Options of `OrganizationAccess.role`. */
export interface RoleAccessOptions {
  /**
   * External id that the trust policy of the role asks for; the same as in `OrganizationAccessRole`.
   *
   * @default - the id of the organization
   */
  readonly externalId?: string;
}

/** Options of `OrganizationAccess.sameAccount`. */
export interface SameAccountAccessOptions {
  /**
   * Names of the roles through which member accounts may be entered.
   *
   * @default ['OrganizationAccountAccessRole']
   */
  readonly accessRoleNames?: string[];
}

/** How the account provider reaches the management account, which alone may create accounts. */
export abstract class OrganizationAccess {
  /**
   * Through a role in the management account; define it there with `OrganizationAccessRole`.
   *
   * @param roleArn for example `arn:aws:iam::999999999999:role/org-environments-access`
   */
  public static role(roleArn: string, options: RoleAccessOptions = {}): OrganizationAccess {
    return new RoleAccess(roleArn, options);
  }

  /** The CICD account is the management account itself. AWS advises against workloads there; fit for small organizations. */
  public static sameAccount(options: SameAccountAccessOptions = {}): OrganizationAccess {
    return new SameAccountAccess(options);
  }

  /** @internal */
  public abstract _bind(scope: Construct, organizationId: string): OrganizationAccessConfig;
}

/** @internal */
export interface OrganizationAccessConfig {
  readonly environment: { [name: string]: string };
  readonly statements: PolicyStatement[];
}

class RoleAccess extends OrganizationAccess {
  public constructor(private readonly roleArn: string, private readonly options: RoleAccessOptions) {
    super();
  }

  public _bind(scope: Construct, organizationId: string): OrganizationAccessConfig {
    const externalId = validate.externalId(scope, this.options.externalId ?? organizationId);
    const roleArn = validate.roleArn(scope, this.roleArn);
    return {
      environment: { [ACCESS_ENVIRONMENT.ACCESS_ROLE_ARN]: roleArn, [ACCESS_ENVIRONMENT.ACCESS_EXTERNAL_ID]: externalId },
      statements: [new PolicyStatement({ sid: 'EnterManagementAccount', actions: ['sts:AssumeRole'], resources: [roleArn] })],
    };
  }
}

class SameAccountAccess extends OrganizationAccess {
  public constructor(private readonly options: SameAccountAccessOptions) {
    super();
  }

  public _bind(scope: Construct, organizationId: string): OrganizationAccessConfig {
    const names = this.options.accessRoleNames ?? [DEFAULT_ACCESS_ROLE];
    names.forEach(name => validate.roleName(scope, name));
    return { environment: {}, statements: vendingStatements(organizationId, names) };
  }
}
