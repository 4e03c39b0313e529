import { managementAccountOf } from '../../rehearsal/assembly/management';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { resourcesOf } from '../app/template';

const DENIED
  = /cannot assume role '(arn:[^']*:(\d{12}):role\/([^']*))' of the management account: .* of account (\d{12})/g;

interface AccessRole {
  readonly stackName: string;
  readonly name: string;
  /** The account that it trusts. */
  readonly trusts?: string;
}

/**
 * For a role of the management account that cannot be assumed: compares it with the access roles of the app.
 *
 * @param managementAccountId value of `--management-account`
 */
export function accessRoleHints(
  reasons: readonly string[], stacks: readonly AssemblyStack[], managementAccountId?: string,
): string[] {
  const denied = reasons.flatMap(reason => [...reason.matchAll(DENIED)]);
  const hints = denied.flatMap(([, arn, accountId, name, cicd]) => {
    const roles = stacks.filter(stack => stack.accountId === accountId).flatMap(accessRolesOf);
    const same = roles.find(role => role.name === name);
    if (same?.trusts !== undefined && same.trusts !== cicd) {
      return [`stack '${same.stackName}' creates the role '${name}' for the CICD account ${same.trusts}, but the `
        + `Organization is in account ${cicd}: correct 'cicdAccountId' of the OrganizationAccessRole`];
    }
    const [other] = roles;
    if (same) return [];
    return other === undefined
      ? missingRoleHints({ accountId, name }, stacks, managementAccountId)
      : [`stack '${other.stackName}' creates the role '${other.name}' in account ${accountId}, but `
        + `OrganizationAccess.role() names '${arn}': correct one of them`];
  });
  return [...new Set(hints)];
}

/** The rehearsal has no access role of an earlier deployment, and does not know the management account. */
function missingRoleHints(
  { accountId, name }: Pick<AssemblyStack, 'accountId'> & Pick<AccessRole, 'name'>, stacks: readonly AssemblyStack[],
  managementAccountId: string | undefined,
): string[] {
  const assumed = managementAccountId === undefined ? managementAccountOf(stacks) : undefined;
  const isOther = assumed?.isAssumed && assumed.accountId !== accountId;
  return [
    `no stack of the app contains an OrganizationAccessRole, which creates the role '${name}': add a stack with it in `
    + `the management account ${accountId}, for example to the app of the rehearsal only`,
    ...isOther
      ? [`the rehearsal assumes that the management account is ${assumed.accountId}; if it is ${accountId}, add it: `
        + `--management-account ${accountId}`]
      : [],
  ];
}

/** The roles with a name that only a principal with an external id may assume. */
function accessRolesOf(stack: AssemblyStack): AccessRole[] {
  return resourcesOf(stack, 'AWS::IAM::Role').flatMap(({ RoleName: name, AssumeRolePolicyDocument: trust }) => {
    const document = JSON.stringify(trust ?? {});
    if (typeof name !== 'string' || !document.includes('"sts:ExternalId"')) return [];
    const [, trusts] = /:iam::(\d{12}):/.exec(document) ?? [];
    return [{ stackName: stack.displayName, name, ...trusts !== undefined && { trusts } }];
  });
}
