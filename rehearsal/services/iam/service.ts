import * as v from 'valibot';
import { deletionOperations } from './deletion';
import type { Identities, Role } from './identities';
import { passwordPolicies } from './password-policy';
import { permissions } from './permissions';
import { inlinePolicyType, managedPolicyType, namedEntityType, rolePolicyType } from './resource-types';
import { RoleType } from './role-type';
import { read } from '../../core/protocol/read';
import type { Call, Environment, Operation, OwnedPolicy, Permissions, ResourceType, Service } from '../../core/service';
import { AwsError } from '../../core/service';

const RoleInput = v.object({ RoleName: v.string() });
const AliasInput = v.object({ AccountAlias: v.pipe(v.string(), v.regex(/^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/)) });
const PolicyInput = v.object({ PolicyArn: v.string() });

/** AWS IAM: the API and the resource types over the identities of all accounts. */
export class Iam implements Service {
  public readonly name = 'iam';
  public readonly protocol = 'query';
  public readonly namespace = 'https://iam.amazonaws.com/doc/2010-05-08/';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions>;
  public readonly existing: Service['existing'] = {
    'AWS::IAM::Role': ({ accountId }) => this.identities.rolesOf(accountId)
      .map(({ roleName: id, arn, tags }) => ({ id, arn, tags })),
    'AWS::IAM::ManagedPolicy': ({ accountId }) => [...this.identities.managedPolicies.keys()]
      .filter(arn => arn.includes(`::${accountId}:`)).map(id => ({ id })),
    'AWS::IAM::User': ({ accountId }) => [...this.identities.users].filter(arn => arn.includes(`::${accountId}:`))
      .map(arn => ({ id: arn.slice(arn.lastIndexOf('/') + 1), arn })),
  };
  public readonly resourceTypes: Record<string, ResourceType>;

  public constructor(
    environment: Environment,
    private readonly identities: Identities,
  ) {
    this.operations = {
      GetRole: async call => ({ Role: described(this.roleOf(call)) }),
      ListRoles: async call => ({
        Roles: this.identities.rolesOf(call.caller.accountId).map(described),
        IsTruncated: false,
      }),
      ListRolePolicies: async call => ({ PolicyNames: Object.keys(this.roleOf(call).policies), IsTruncated: false }),
      ListAttachedRolePolicies: async call => ({ AttachedPolicies: attached(this.roleOf(call)), IsTruncated: false }),
      GetPolicy: async call => this.getPolicy(call),
      ListAccountAliases: async call => ({
        AccountAliases: [this.identities.aliases.get(call.caller.accountId) ?? []].flat(),
        IsTruncated: false,
      }),
      CreateAccountAlias: async call => this.createAlias(call),
      ...passwordPolicies(),
      ...deletionOperations(identities, environment.partition, call => this.roleOf(call)),
    };
    this.permissions = permissions(identities);
    this.resourceTypes = {
      'AWS::IAM::Role': new RoleType(environment, identities),
      'AWS::IAM::Policy': inlinePolicyType(identities),
      'AWS::IAM::RolePolicy': rolePolicyType(identities),
      'AWS::IAM::ManagedPolicy': managedPolicyType(environment, identities),
      'AWS::IAM::InstanceProfile': namedEntityType({
        environment,
        iam: identities,
        kind: 'instance-profile',
        nameProperty: 'InstanceProfileName',
        arns: new Set(),
      }),
      'AWS::IAM::User': namedEntityType({
        environment,
        iam: identities,
        kind: 'user',
        nameProperty: 'UserName',
        arns: identities.users,
      }),
    };
  }

  public resourceTags(arn: string): Readonly<Record<string, string>> {
    return this.identities.role(arn)?.tags ?? {};
  }

  /** The trust policy applies only to the actions of STS. */
  public resourcePolicy(arn: string, action: string): OwnedPolicy | undefined {
    const role = this.identities.role(arn);
    if (role === undefined) return undefined;
    return action.startsWith('sts:')
      ? { accountId: role.accountId, policy: role.trust, decides: true }
      : { accountId: role.accountId };
  }

  private roleOf(call: Call): Role {
    const { RoleName: roleName } = read(RoleInput, call.input);
    const role = this.identities.roleNamed(call.caller.accountId, roleName);
    if (role === undefined) throw new AwsError('NoSuchEntity', `The role with name ${roleName} cannot be found.`, 404);
    return role;
  }

  /** An account has one alias: another one replaces it. */
  private createAlias(call: Call): void {
    const { AccountAlias: alias } = read(AliasInput, call.input);
    const { aliases } = this.identities;
    if ([...aliases.values()].includes(alias)) {
      throw new AwsError('EntityAlreadyExists', `The account alias ${alias} already exists.`, 409);
    }
    aliases.set(call.caller.accountId, alias);
  }

  private getPolicy(call: Call): unknown {
    const { PolicyArn: arn } = read(PolicyInput, call.input);
    const policy = this.identities.managedPolicies.get(arn);
    if (policy === undefined) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
    return { Policy: { Arn: policy.arn, PolicyName: policy.policyName } };
  }
}

function described(role: Role): Record<string, unknown> {
  return {
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    Path: role.arn.replace(/^[^/]*\//, '/').slice(0, -role.roleName.length),
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
    Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function attached(role: Role): Record<string, string>[] {
  return role.managedPolicyArns.map(arn => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf('/') + 1) }));
}
