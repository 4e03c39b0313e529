import type { Principal } from './evaluate/request';
import { AWS_MANAGED_POLICIES } from './managed-policies';
import { assertValid, type PolicyUse } from './policy-validation';
import { Identifiers } from '../../core/identifiers';
import { namedPrincipals } from '../../core/policy-document';
import type { PolicyDocument } from '../../core/policy-document';
import type { Caller, Credentials } from '../../core/service';
import { AwsError } from '../../core/service';

export interface Role {
  readonly arn: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly accountId: string;
  readonly trust: PolicyDocument;
  /** Inline policies by name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundary?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Time of creation; absent if the role existed from the start or is as old as its account. */
  readonly createdAt?: number;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly policyName: string;
  readonly document: PolicyDocument;
}

/** The roles, users and managed policies of all accounts, and the access keys of callers. */
export class Identities {
  public readonly identifiers = new Identifiers('iam');
  public readonly managedPolicies = new Map<string, ManagedPolicy>();
  /** ARNs of the users. */
  public readonly users = new Set<string>();
  /** Alias of each account that has one. */
  public readonly aliases = new Map<string, string>();
  /** Names that the rehearsal gave to placeholders: on AWS an ARN may be in their place. */
  public readonly placeholders = new Set<string>();
  private readonly roles = new Map<string, Role>();
  private readonly rolesByName = new Map<string, Role>();
  private readonly callers = new Map<string, Caller>();
  private readonly holders = new Map<string, string>();

  public constructor(private readonly partition = 'aws') {}

  /**
   * Issues access keys for a caller. They do not expire: work is not scaled, so an hour of a session can be seconds
   * here.
   */
  public issue(caller: Caller, enteredWith?: string): Credentials {
    const accessKeyId = `ASIA${this.identifiers.next(16, 'upper')}`;
    this.callers.set(accessKeyId, caller);
    if (enteredWith !== undefined) this.holders.set(accessKeyId, this.holder(enteredWith));
    return {
      accessKeyId,
      secretAccessKey: this.identifiers.next(40, 'lower'),
      sessionToken: this.identifiers.next(64, 'lower'),
    };
  }

  /** Returns the first access key of a chain of assumed roles. */
  public holder(accessKeyId: string): string {
    return this.holders.get(accessKeyId) ?? accessKeyId;
  }

  public caller(accessKeyId: string): Caller | undefined {
    return this.callers.get(accessKeyId);
  }

  /** Returns the identity of a caller; for a session, the role including its path. */
  public principal({ accountId, arn }: Caller): Principal {
    const [, partition, roleName] = /^arn:([^:]*):sts::\d*:assumed-role\/([^/]+)\//.exec(arn) ?? [];
    if (roleName === undefined) {
      return { kind: arn.endsWith(':root') ? 'root' : 'user', accountId, arn, sessionArn: arn };
    }
    const role = this.roleNamed(accountId, roleName);
    return {
      kind: 'session',
      accountId,
      arn: role?.arn ?? `arn:${partition}:iam::${accountId}:role/${roleName}`,
      sessionArn: arn,
    };
  }

  /** Returns a session of a role that an AWS service assumes. */
  public sessionOf(roleArn: string, sessionName: string): Caller {
    const [, partition, , , accountId] = roleArn.split(':');
    const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    return { accountId, arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}` };
  }

  /** Returns a managed policy of an account or of AWS; undefined if it is unknown. */
  public managedPolicy(arn: string): PolicyDocument | undefined {
    return (
      this.managedPolicies.get(arn)?.document ?? AWS_MANAGED_POLICIES[arn.replace(/^arn:[^:]*:iam::aws:policy\//, '')]
    );
  }

  /** Rejects unknown customer managed policies. AWS managed policies are not checked. */
  public assertAttachable(arns: readonly string[]): void {
    const ofAws = `arn:${this.partition}:iam::aws:policy/`;
    const unknown = arns.find(arn => !arn.startsWith(ofAws) && !this.managedPolicies.has(arn));
    if (unknown !== undefined) {
      throw new AwsError('NoSuchEntity', `Policy ${unknown} does not exist or is not attachable.`, 404);
    }
  }

  public role(arn: string): Role | undefined {
    return this.roles.get(arn);
  }

  public roleNamed(accountId: string, roleName: string): Role | undefined {
    return this.rolesByName.get(`${accountId}/${roleName}`);
  }

  public rolesOf(accountId: string): Role[] {
    return [...this.roles.values()].filter(role => role.accountId === accountId);
  }

  public putRole(role: Role): void {
    this.roles.set(role.arn, role);
    this.rolesByName.set(`${role.accountId}/${role.roleName}`, role);
  }

  public removeRole(arn: string): void {
    const role = this.roles.get(arn);
    this.roles.delete(arn);
    if (role !== undefined && this.roleNamed(role.accountId, role.roleName) === role) {
      this.rolesByName.delete(`${role.accountId}/${role.roleName}`);
    }
  }

  /** Rejects a resource-based policy that names a role or user that does not exist. */
  public assertPrincipalsExist(document: PolicyDocument, code = 'MalformedPolicyDocument'): void {
    const unknown = namedPrincipals(document).find(arn => !this.roles.has(arn) && !this.users.has(arn));
    if (unknown !== undefined) throw new AwsError(code, `Invalid principal in policy: "AWS":"${unknown}"`);
  }

  public assertValid(document: PolicyDocument, use: PolicyUse, code = 'MalformedPolicyDocument'): void {
    assertValid(document, use, code, this.placeholders);
  }
}
