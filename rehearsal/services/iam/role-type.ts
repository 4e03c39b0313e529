import * as v from 'valibot';
import { conflict } from './deletion';
import type { Identities, Role } from './identities';
import { assertRoleWithinQuotas } from './quotas';
import { PolicyDocument } from '../../core/policy-document';
import { read, tagRecord, Tags } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, Provisioned, ResourceContext, ResourceType } from '../../core/service';

const OwnPolicies = {
  Policies: v.optional(v.array(v.object({ PolicyName: v.string(), PolicyDocument })), []),
  ManagedPolicyArns: v.optional(v.array(v.string()), []),
};
const Properties = v.object({
  RoleName: v.optional(
    v.pipe(v.string(), v.regex(/^[\w+=,.@-]{1,64}$/, 'a role name has 1 to 64 letters, digits or _+=,.@-')),
  ),
  Path: v.optional(v.string(), '/'),
  AssumeRolePolicyDocument: PolicyDocument,
  ...OwnPolicies,
  PermissionsBoundary: v.optional(v.string()),
  Tags,
});

/** `AWS::IAM::Role`. */
export class RoleType implements ResourceType {
  public constructor(
    private readonly environment: Environment,
    private readonly iam: Identities,
  ) {}

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = read(Properties, input);
    const roleName = properties.RoleName ?? this.iam.identifiers.physicalName(context, 64);
    if (this.iam.roleNamed(context.accountId, roleName) !== undefined) {
      throw new AwsError('EntityAlreadyExists', `Role with name ${roleName} already exists.`, 409);
    }
    return this.put(properties, context, {
      roleName,
      roleId: `AROA${this.iam.identifiers.next(17, 'upper')}`,
      policies: {},
      managedPolicyArns: [],
      createdAt: this.environment.clock.now(),
    });
  }

  public async update(
    id: string,
    input: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const properties = read(Properties, input);
    const old = read(Properties, before);
    const known = this.iam.roleNamed(context.accountId, id);
    if (known === undefined || properties.RoleName !== old.RoleName || properties.Path !== old.Path) {
      return this.create(input, context);
    }
    // Policies of other resources stay; those of the old properties are replaced.
    const replaced = old.Policies.map(policy => policy.PolicyName);
    const policies = Object.fromEntries(Object.entries(known.policies).filter(([name]) => !replaced.includes(name)));
    const managedPolicyArns = known.managedPolicyArns.filter(arn => !old.ManagedPolicyArns.includes(arn));
    return this.put(properties, context, { ...known, policies, managedPolicyArns });
  }

  /** CloudFormation detaches and deletes only the policies of the template. */
  public async remove(id: string, input: Record<string, unknown>, context: ResourceContext): Promise<void> {
    const role = this.iam.roleNamed(context.accountId, id);
    if (role === undefined) return;
    const { ManagedPolicyArns: attached, Policies: own } = read(v.object(OwnPolicies), input);
    if (role.managedPolicyArns.some(arn => !attached.includes(arn))) throw conflict('must detach all policies first');
    const names = own.map(({ PolicyName: name }) => name);
    if (Object.keys(role.policies).some(name => !names.includes(name))) throw conflict('must delete policies first');
    this.iam.removeRole(role.arn);
  }

  private put(
    properties: v.InferOutput<typeof Properties>,
    { accountId, tags }: ResourceContext,
    known: Pick<Role, 'roleName' | 'roleId' | 'policies' | 'managedPolicyArns' | 'createdAt'>,
  ): Provisioned {
    this.iam.assertValid(properties.AssumeRolePolicyDocument, 'trust');
    this.iam.assertPrincipalsExist(properties.AssumeRolePolicyDocument);
    properties.Policies.forEach(policy => this.iam.assertValid(policy.PolicyDocument, 'identity'));
    const { ManagedPolicyArns: managed, PermissionsBoundary: boundary } = properties;
    this.iam.assertAttachable(boundary === undefined ? managed : [...managed, boundary]);
    const { roleName, roleId, createdAt } = known;
    const arn = `arn:${this.environment.partition}:iam::${accountId}:role${properties.Path}${roleName}`;
    const role: Role = {
      arn,
      roleName,
      roleId,
      accountId,
      trust: properties.AssumeRolePolicyDocument,
      policies: {
        ...known.policies,
        ...Object.fromEntries(properties.Policies.map(policy => [policy.PolicyName, policy.PolicyDocument])),
      },
      managedPolicyArns: [...new Set([...known.managedPolicyArns, ...properties.ManagedPolicyArns])],
      permissionsBoundary: properties.PermissionsBoundary,
      tags: { ...tags, ...tagRecord(properties.Tags) },
      createdAt,
    };
    assertRoleWithinQuotas(role);
    this.iam.putRole(role);
    return { id: roleName, attributes: { Arn: arn, RoleId: roleId } };
  }
}
