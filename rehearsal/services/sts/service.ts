import * as v from 'valibot';
import { permissions } from './permissions';
import { PolicyDocument } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { credentialScope } from '../../core/protocol/signature';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Service } from '../../core/service';
import type { Identities, Role } from '../iam/identities';
import { isUnusable } from '../organizations/closure';
import type { Organizations } from '../organizations/service';

const AssumeRoleInput = v.object({
  RoleArn: v.pipe(v.string(), v.minLength(20)),
  RoleSessionName: v.pipe(
    v.string(),
    v.regex(/^[\w+=,.@-]{2,64}$/, 'Member must satisfy regular expression pattern: [\\w+=,.@-]*'),
  ),
  ExternalId: v.optional(v.string()),
  Policy: v.optional(v.pipe(v.string(), v.parseJson(), PolicyDocument)),
  PolicyArns: v.optional(v.array(v.object({ arn: v.string() })), []),
  DurationSeconds: v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number)), 3600),
});

/** AWS STS: sessions of roles, also across accounts. */
export class Sts implements Service {
  public readonly name = 'sts';
  public readonly protocol = 'query';
  public readonly namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
  public readonly permissions = permissions;
  public readonly operations: Record<string, Operation> = {
    AssumeRole: async call => this.assumeRole(call),
    GetCallerIdentity: async call => ({
      UserId: call.caller.arn.split('/').at(-1),
      Account: call.caller.accountId,
      Arn: call.caller.arn,
    }),
  };

  /** @param roleSeconds simulated seconds until a created role can be assumed */
  public constructor(
    private readonly environment: Environment,
    private readonly iam: Identities,
    private readonly organizations: Organizations,
    private readonly roleSeconds = 0,
  ) {}

  private assumeRole(call: Call): unknown {
    const input = read(AssumeRoleInput, call.input);
    const role = this.iam.role(input.RoleArn);
    if (role === undefined || this.isTooNew(role) || !this.isAccountUsable(role.accountId)) {
      throw new AwsError(
        'AccessDenied',
        `User: ${call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
        403,
      );
    }
    const { accountId, roleName } = role;
    const { partition } = this.environment;
    const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${input.RoleSessionName}`;
    const enteredWith = credentialScope(call.request)?.accessKeyId;
    const enteredFrom = call.caller.enteredFrom ?? call.caller.arn;
    const session = { accountId: role.accountId, arn, sessionPolicies: this.sessionPolicies(input), enteredFrom };
    const credentials = this.iam.issue(session, enteredWith);
    return {
      AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${input.RoleSessionName}`, Arn: arn },
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(this.environment.clock.now() + input.DurationSeconds * 1000),
      },
    };
  }

  /** Returns the session policies of a request, if any. */
  private sessionPolicies({
    Policy: inline,
    PolicyArns: managed,
  }: v.InferOutput<typeof AssumeRoleInput>): PolicyDocument[] | undefined {
    if (inline === undefined && managed.length === 0) return undefined;
    if (inline !== undefined) this.iam.assertValid(inline, 'identity');
    return [...(inline === undefined ? [] : [inline]), ...managed.map(({ arn }) => this.managedPolicy(arn))];
  }

  private managedPolicy(arn: string): PolicyDocument {
    const found = this.iam.managedPolicy(arn);
    if (found === undefined) {
      throw new AwsError('MalformedPolicyDocument', `the rehearsal does not support the policy ${arn}`);
    }
    return found;
  }

  /** IAM is eventually consistent: STS does not know a new role at first. */
  private isTooNew({ createdAt }: Role): boolean {
    return createdAt !== undefined && this.environment.clock.now() < createdAt + this.roleSeconds * 1000;
  }

  /** Roles of a closed or suspended account cannot be assumed. Accounts outside the organization are not checked. */
  private isAccountUsable(accountId: string): boolean {
    const account = this.organizations.account(accountId);
    return account === undefined || !isUnusable(account);
  }
}
