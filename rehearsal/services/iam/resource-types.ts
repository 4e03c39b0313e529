import * as v from 'valibot';
import type { Identities, Role } from './identities';
import { assertManagedPolicyWithinQuotas, assertRoleWithinQuotas } from './quotas';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';

const Names = v.optional(v.array(v.string()), []);
const InlinePolicy = v.object({ PolicyName: v.string(), PolicyDocument, Roles: Names, Users: Names, Groups: Names });
const RolePolicy = v.object({
  PolicyName: v.string(),
  PolicyDocument: v.optional(PolicyDocument),
  RoleName: v.string(),
});
const ManagedPolicyProperties = v.object({
  ManagedPolicyName: v.optional(v.string()),
  Path: v.optional(v.string(), '/'),
  PolicyDocument,
  Roles: Names,
});

/** `AWS::IAM::Policy`: an inline policy of several roles. */
export function inlinePolicyType(iam: Identities): ResourceType {
  return attachmentType(iam, properties => {
    const policy = read(InlinePolicy, properties);
    if ([...policy.Roles, ...policy.Users, ...policy.Groups].length === 0) {
      throw new AwsError('InvalidRequest', 'At least one of [Groups,Roles,Users] must be non-empty.');
    }
    return { name: policy.PolicyName, document: policy.PolicyDocument, roles: policy.Roles };
  });
}

/** `AWS::IAM::RolePolicy`: an inline policy of one role. */
export function rolePolicyType(iam: Identities): ResourceType {
  return attachmentType(iam, properties => {
    const policy = read(RolePolicy, properties);
    return { name: policy.PolicyName, document: policy.PolicyDocument ?? { Statement: [] }, roles: [policy.RoleName] };
  });
}

interface Attachment {
  readonly name: string;
  readonly document: PolicyDocument;
  readonly roles: readonly string[];
}

function attachmentType(
  iam: Identities,
  attachmentOf: (properties: Record<string, unknown>) => Attachment,
): ResourceType {
  function attach({ name, document, roles }: Attachment, accountId: string): void {
    iam.assertValid(document, 'identity');
    putRoles(
      iam,
      roles.map(roleName => {
        const role = iam.roleNamed(accountId, roleName);
        if (role === undefined) {
          throw new AwsError('NoSuchEntity', `The role with name ${roleName} cannot be found.`, 404);
        }
        return { ...role, policies: { ...role.policies, [name]: document } };
      }),
    );
  }

  function detach({ name, roles }: Attachment, accountId: string): void {
    for (const role of iam.rolesOf(accountId).filter(candidate => roles.includes(candidate.roleName))) {
      iam.putRole({
        ...role,
        policies: Object.fromEntries(Object.entries(role.policies).filter(([key]) => key !== name)),
      });
    }
  }

  return {
    async create(properties, context) {
      attach(attachmentOf(properties), context.accountId);
      return { id: iam.identifiers.physicalName(context, 128), attributes: {} };
    },
    async update(id, properties, before, context) {
      const [wanted, old] = [attachmentOf(properties), attachmentOf(before)];
      attach(wanted, context.accountId);
      // a rejected update keeps the old policy
      detach(
        { ...old, roles: old.roles.filter(role => old.name !== wanted.name || !wanted.roles.includes(role)) },
        context.accountId,
      );
      return { id, attributes: {} };
    },
    async remove(_id, properties, context) {
      detach(attachmentOf(properties), context.accountId);
    },
  };
}

/** `AWS::IAM::ManagedPolicy`; its id is its ARN. */
export function managedPolicyType(environment: Environment, iam: Identities): ResourceType {
  function put(
    policyName: string,
    properties: v.InferOutput<typeof ManagedPolicyProperties>,
    context: ResourceContext,
  ): Provisioned {
    const arn = `arn:${environment.partition}:iam::${context.accountId}:policy${properties.Path}${policyName}`;
    iam.assertValid(properties.PolicyDocument, 'identity');
    assertManagedPolicyWithinQuotas(properties.PolicyDocument);
    attachManaged(iam, arn, properties.Roles, context.accountId);
    iam.managedPolicies.set(arn, { arn, policyName, document: properties.PolicyDocument });
    return { id: arn, attributes: { PolicyArn: arn } };
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(ManagedPolicyProperties, input);
    const policyName = properties.ManagedPolicyName ?? iam.identifiers.physicalName(context, 128);
    const taken = [...iam.managedPolicies.values()].some(
      policy => policy.policyName === policyName && policy.arn.includes(`::${context.accountId}:`),
    );
    if (taken) {
      throw new AwsError(
        'EntityAlreadyExists',
        `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
        409,
      );
    }
    return put(policyName, properties, context);
  }

  return {
    create,
    async update(id, input, before, context) {
      const properties = read(ManagedPolicyProperties, input);
      const old = read(ManagedPolicyProperties, before);
      if (properties.ManagedPolicyName !== old.ManagedPolicyName || properties.Path !== old.Path) {
        return create(input, context);
      }
      const provisioned = put(id.slice(id.lastIndexOf('/') + 1), properties, context);
      detachManaged(iam, id, old.Roles.filter(role => !properties.Roles.includes(role)), context.accountId);
      return provisioned;
    },
    async remove(id, input, context) {
      detachManaged(iam, id, read(ManagedPolicyProperties, input).Roles, context.accountId);
      assertDetached(iam, id, context.accountId);
      iam.managedPolicies.delete(id);
    },
  };
}

function attachManaged(iam: Identities, arn: string, roleNames: readonly string[], accountId: string): void {
  const roles = roleNames.flatMap(roleName => iam.roleNamed(accountId, roleName) ?? []);
  putRoles(iam, roles.map(role => ({ ...role, managedPolicyArns: [...new Set([...role.managedPolicyArns, arn])] })));
}

/** Updates all roles, or none if one is rejected. */
function putRoles(iam: Identities, roles: readonly Role[]): void {
  roles.forEach(assertRoleWithinQuotas);
  roles.forEach(role => iam.putRole(role));
}

function detachManaged(iam: Identities, arn: string, roleNames: readonly string[], accountId: string): void {
  for (const role of roleNames.flatMap(roleName => iam.roleNamed(accountId, roleName) ?? [])) {
    iam.putRole({ ...role, managedPolicyArns: role.managedPolicyArns.filter(attached => attached !== arn) });
  }
}

/** A permissions boundary counts as an attachment, too. */
function assertDetached(iam: Identities, arn: string, accountId: string): void {
  const isAttached = iam.rolesOf(accountId).some(
    ({ managedPolicyArns, permissionsBoundary }) => managedPolicyArns.includes(arn) || permissionsBoundary === arn,
  );
  if (isAttached) throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
}

/** `AWS::IAM::InstanceProfile` and `AWS::IAM::User`: a name and an ARN. */
export function namedEntityType(options: {
  readonly environment: Environment;
  readonly iam: Identities;
  readonly kind: 'instance-profile' | 'user';
  readonly nameProperty: string;
  readonly arns: Set<string>;
}): ResourceType {
  const { environment, iam, kind, nameProperty, arns } = options;
  const Properties = v.object({ [nameProperty]: v.optional(v.string()), Path: v.optional(v.string(), '/') });

  function arnOf(name: string, input: Record<string, unknown>, accountId: string): string {
    return `arn:${environment.partition}:iam::${accountId}:${kind}${String(read(Properties, input).Path)}${name}`;
  }

  async function create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const name = read(Properties, input)[nameProperty] ?? iam.identifiers.physicalName(context, 64);
    const arn = arnOf(name, input, context.accountId);
    if (arns.has(arn)) throw new AwsError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, 409);
    arns.add(arn);
    return { id: name, attributes: { Arn: arn } };
  }

  return {
    create,
    async update(id, input, before, context) {
      if (input[nameProperty] !== before[nameProperty]) return create(input, context);
      const arn = arnOf(id, input, context.accountId);
      arns.delete(arnOf(id, before, context.accountId));
      arns.add(arn);
      return { id, attributes: { Arn: arn } };
    },
    async remove(id, input, context) {
      arns.delete(arnOf(id, input, context.accountId));
    },
  };
}
