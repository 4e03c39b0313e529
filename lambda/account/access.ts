import { ACCESS_ENVIRONMENT, HANDLER_ENVIRONMENT, NAMES } from '../../src/private/contract';

/** How the management account is accessed. */
export interface Access {
  readonly partition: string;
  readonly cicdAccount: string;
  /** The closed CICD account that it replaces. */
  readonly replacedCicdAccount?: string;
  /** Role in the management account; absent: the function runs there. */
  readonly roleArn?: string;
  readonly externalId?: string;
  /** Id of the organization as the app declares it. */
  readonly organizationId?: string;
}

/** The organization that the CICD account belongs to. */
export interface ActualOrganization {
  readonly organizationId: string;
  readonly managementAccountId: string;
}

/** The management account denied access; nothing was changed. */
export class AccessError extends Error {
  public constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'AccessError';
  }
}

/** Reads the access from the environment variables of the function. */
export function accessFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Access {
  const roleArn = environment[ACCESS_ENVIRONMENT.ACCESS_ROLE_ARN];
  const replacedCicdAccount = environment[HANDLER_ENVIRONMENT.REPLACED_CICD_ACCOUNT];
  const organizationId = environment[ACCESS_ENVIRONMENT.ORGANIZATION_ID];
  const externalId = environment[ACCESS_ENVIRONMENT.ACCESS_EXTERNAL_ID];
  return {
    partition: environment[HANDLER_ENVIRONMENT.PARTITION] ?? 'aws',
    cicdAccount: environment[HANDLER_ENVIRONMENT.CICD_ACCOUNT] ?? '',
    ...(replacedCicdAccount && { replacedCicdAccount }),
    ...(roleArn && { roleArn }),
    ...(externalId && { externalId }),
    ...(organizationId && { organizationId }),
  };
}

export function accessRoleNotAssumable(access: Access, cause: unknown): AccessError {
  return new AccessError(
    `cannot assume role '${access.roleArn}' of the management account: ${messageOf(cause)}; its trust must name the `
      + `role '${NAMES.accountProviderRole}' of account ${access.cicdAccount}, with the external id that Organization `
      + "was given, by default its 'organizationId': check that this is the id that 'aws organizations "
      + "describe-organization' shows there, deploy its OrganizationAccessRole in the management account, then deploy "
      + 'again',
    cause,
  );
}

/**
 * Why the role of the management account cannot be assumed, if the declaration and the organization differ; undefined:
 * they do not differ.
 */
export function wrongOrganization(
  { cicdAccount, organizationId, roleArn }: Access,
  actual: ActualOrganization | 'none',
  cause: unknown,
): AccessError | undefined {
  if (actual === 'none') {
    return new AccessError(
      `the CICD account ${cicdAccount} belongs to no organization: invite it into the organization `
        + `${organizationId ?? ''}, then deploy again`,
      cause,
    );
  }
  if (organizationId !== undefined && organizationId !== actual.organizationId) {
    return new AccessError(
      `the 'organizationId' of Organization is '${organizationId}', but the CICD account ${cicdAccount} belongs to the `
        + `organization '${actual.organizationId}': correct it in Organization and in OrganizationAccessRole, deploy `
        + 'OrganizationAccessRole in the management account, then deploy again',
      cause,
    );
  }
  const roleAccount = roleArn?.split(':')[4];
  if (roleAccount === undefined || roleAccount === actual.managementAccountId) return undefined;
  return new AccessError(
    `the role '${roleArn}' of OrganizationAccess.role() is in account ${roleAccount}, but the management account of `
      + `the organization is ${actual.managementAccountId}: deploy OrganizationAccessRole there, correct the ARN, then `
      + 'deploy again',
    cause,
  );
}

export function actionDenied(access: Access, action: string, cause: unknown, hint = ''): AccessError {
  return new AccessError(
    access.roleArn
      ? `the role '${access.roleArn}' may not ${action}: deploy the OrganizationAccessRole of this version in the `
        + `management account, then deploy again${hint} (${messageOf(cause)})`
      : `account ${access.cicdAccount} may not ${action}: it is not the management account of an organization, `
        + "or 'organizationId' of Organization is not its id, or the account provider lacks the permission: "
        + "compare the id with 'aws organizations describe-organization', or give Organization the role of the "
        + 'management account with '
        + `OrganizationAccess.role(…)${hint} (${messageOf(cause)})`,
    cause,
  );
}

/** What to do if the management account denies an action that its access role has only with a feature. */
export function featureHint(feature: string): string {
  return `; its 'features' must contain OrganizationFeature.${feature}`;
}

/** Whether the policy of the caller does not allow it to assume a role, whatever the role trusts. */
export function isDeniedByOwnPolicy(error: Error): boolean {
  return /no identity-based policy allows the sts:AssumeRole action/.test(error.message);
}

/** Why the caller may not assume a role of a member account, and what to do. */
export function ownPolicyAdvice({ roleArn }: Pick<Access, 'roleArn'>, roleName: string, cause: Error): string {
  return roleArn
    ? `the role '${roleArn}' may not assume it; add '${roleName}' to the accessRoleNames of its OrganizationAccessRole `
      + `and deploy that in the management account, then deploy again (${cause.message})`
    : `the account provider may not assume it; add '${roleName}' to the accessRoleNames of `
      + `OrganizationAccess.sameAccount(), then deploy again (${cause.message})`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
