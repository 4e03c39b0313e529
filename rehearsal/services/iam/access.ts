import { accessDeniedMessage, unknownPoliciesMessage } from './errors';
import { decide, type Decision, type Policies } from './evaluate/decide';
import type { AccessRequest, Principal } from './evaluate/request';
import type { Identities, Role } from './identities';
import { Usage } from './usage';
import type { Clock } from '../../core/clock';
import { own } from '../../core/permissions';
import type { ConditionContext, PolicyDocument } from '../../core/policy-document';
import type { Call, Caller, Permission, Service } from '../../core/service';
import { AwsError } from '../../core/service';

/** A permission and the caller that needs it. */
interface AuthorizationRequest extends Permission {
  readonly caller: Caller;
  readonly region: string;
}

/** A permission that an AWS service needs on behalf of a resource, for example EventBridge for a rule. */
interface ServiceAuthorizationRequest extends Permission {
  /** For example `events.amazonaws.com`. */
  readonly service: string;
  /** The resource that the service acts for, and its account. */
  readonly sourceArn?: string;
  readonly sourceAccount: string;
}

/** What authorization needs of the organization. */
interface OrganizationPolicies {
  readonly organizationId: string;
  /** Ids of the root and of the organizational units above an account; undefined outside the organization. */
  readonly tree: { ancestors(accountId: string): string[] | undefined };
  /** The control policies that apply to an account, for each level from the root down; undefined without any. */
  readonly policies: {
    levels(
      accountId: string,
      type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY',
    ): PolicyDocument[][] | undefined;
  };
  /** Undefined for an account outside the organization. */
  account(accountId: string): object | undefined;
}

/** Computes the context on demand: few statements use it, and it would be most of the work. */
class LazyRequest implements AccessRequest {
  private known?: ConditionContext;

  public constructor(
    public readonly principal: Principal,
    public readonly action: string,
    public readonly resource: string,
    public readonly resourceAccountId: string,
    private readonly makeContext: () => ConditionContext,
  ) {}

  public get context(): ConditionContext {
    return (this.known ??= this.makeContext());
  }
}

/** Authorization by identity, resource, session and organization policies. */
export class Access {
  public readonly usage: Usage;
  private readonly services = new Map<string, Service>();

  public constructor(
    private readonly iam: Identities,
    private readonly organizations: OrganizationPolicies,
    private readonly clock: Clock,
  ) {
    this.usage = new Usage(iam);
  }

  public register(service: Service): void {
    this.services.set(service.name, service);
  }

  /** Checks the permissions of a call. @throws AwsError */
  public async authorize(service: Service, call: Call): Promise<void> {
    const permissions = service.permissions?.[call.operation];
    const needed = permissions === undefined ? [own(call, '*')] : await permissions(call);
    for (const permission of needed) {
      this.assertAllowed({ ...permission, caller: call.caller, region: call.region }, service.protocol);
    }
  }

  /** @throws AwsError with AWS's message if the permission is denied */
  public assertAllowed(request: AuthorizationRequest, protocol: Service['protocol'] = 'query'): void {
    const { decision, unknown } = this.decide(request);
    if (decision.allowed) return;
    const isJson = protocol === 'json' || protocol === 'rest-json';
    const message =
      unknown.length > 0 && !decision.explicit
        ? unknownPoliciesMessage(request, unknown)
        : accessDeniedMessage(request, decision);
    throw new AwsError(isJson ? 'AccessDeniedException' : 'AccessDenied', message, protocol === 'json' ? 400 : 403);
  }

  /**
   * Whether a service is allowed. Services have no identity policies: the resource-based policy must name the service.
   */
  public isServiceAllowed({
    service,
    action,
    resource,
    sourceArn,
    sourceAccount,
    context,
  }: ServiceAuthorizationRequest): boolean {
    const owned = this.resourcePolicy(resource, action);
    const request: AccessRequest = {
      principal: { kind: 'service', accountId: '', arn: service, sessionArn: service },
      action,
      resource,
      resourceAccountId: owned?.accountId ?? '',
      context: {
        ...this.globalContext(owned?.accountId ?? ''),
        'aws:SourceArn': sourceArn,
        'aws:SourceAccount': sourceAccount,
        'aws:SourceOrgID': this.organizationOf(sourceAccount),
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': service,
        ...context,
      },
    };
    const resourceControl = owned && this.organizations.policies.levels(owned.accountId, 'RESOURCE_CONTROL_POLICY');
    return decide(request, { identity: [], resource: owned?.policy, resourceControl }).allowed;
  }

  private decide(needed: AuthorizationRequest): { readonly decision: Decision; readonly unknown: readonly string[] } {
    const { caller, action, resource } = needed;
    const principal = this.iam.principal(caller);
    const owned = this.resourcePolicy(resource, action);
    const resourceAccountId = owned?.accountId ?? (resource.split(':')[4] || caller.accountId);
    const role = principal.kind === 'session' ? this.iam.role(principal.arn) : undefined;
    const { policies, unknown } = this.policiesOf(role, caller);
    const request = new LazyRequest(principal, action, resource, resourceAccountId, () => ({
      ...this.globalContext(resourceAccountId),
      ...this.identityContext(principal, role),
      ...this.resourceContext(resource),
      'aws:RequestedRegion': needed.region,
      ...needed.context,
    }));
    const decision = decide(request, {
      ...policies,
      serviceControl: this.organizations.policies.levels(caller.accountId, 'SERVICE_CONTROL_POLICY'),
      resourceControl: this.organizations.policies.levels(resourceAccountId, 'RESOURCE_CONTROL_POLICY'),
      resource: owned?.policy,
      resourceDecides: owned?.decides,
    });
    if (decision.allowed && role !== undefined) this.usage.record(role.arn, action);
    return { decision, unknown };
  }

  private policiesOf(
    role: Role | undefined,
    caller: Caller,
  ): { readonly policies: Policies; readonly unknown: readonly string[] } {
    const unknown: string[] = [];
    const managed = (arn: string): PolicyDocument[] => {
      const document = this.iam.managedPolicy(arn);
      if (document === undefined) unknown.push(arn);
      return document === undefined ? [] : [document];
    };
    const identity =
      role === undefined ? [] : [...Object.values(role.policies), ...role.managedPolicyArns.flatMap(managed)];
    const boundary = role?.permissionsBoundary === undefined ? undefined : managed(role.permissionsBoundary);
    return { policies: { identity, boundary, session: caller.sessionPolicies }, unknown };
  }

  private resourcePolicy(resource: string, action: string): ReturnType<NonNullable<Service['resourcePolicy']>> {
    return this.services.get(resource.split(':')[2] ?? '')?.resourcePolicy?.(resource, action);
  }

  private resourceContext(resource: string): ConditionContext {
    const service = resource.split(':')[2] ?? '';
    const tags = Object.entries(this.services.get(service)?.resourceTags?.(resource) ?? {});
    return {
      ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])),
      ...service === 'iam' && Object.fromEntries(tags.map(([key, value]) => [`iam:ResourceTag/${key}`, value])),
      'iam:PermissionsBoundary': this.iam.role(resource)?.permissionsBoundary,
    };
  }

  private identityContext(principal: Principal, role: Role | undefined): ConditionContext {
    const tags = Object.entries(role?.tags ?? {}).map(([key, value]): [string, string] => [
      `aws:PrincipalTag/${key}`,
      value,
    ]);
    const types = { session: 'AssumedRole', user: 'User', root: 'Account', service: undefined };
    return {
      'aws:PrincipalArn': principal.arn,
      'aws:PrincipalAccount': principal.accountId,
      'aws:PrincipalType': types[principal.kind],
      'aws:PrincipalOrgID': this.organizationOf(principal.accountId),
      'aws:PrincipalOrgPaths': this.pathsOf(principal.accountId),
      'aws:PrincipalIsAWSService': 'false',
      'aws:userid':
        role === undefined
          ? principal.accountId
          : `${role.roleId}:${principal.sessionArn.slice(principal.sessionArn.lastIndexOf('/') + 1)}`,
      ...Object.fromEntries(tags),
    };
  }

  private globalContext(resourceAccountId: string): ConditionContext {
    const now = this.clock.now();
    return {
      'aws:CurrentTime': new Date(now).toISOString(),
      'aws:EpochTime': String(Math.floor(now / 1000)),
      // the loopback interface replaces AWS, which uses TLS
      'aws:SecureTransport': 'true',
      'aws:ViaAWSService': 'false',
      'aws:ResourceAccount': resourceAccountId,
      'aws:ResourceOrgID': this.organizationOf(resourceAccountId),
      'aws:ResourceOrgPaths': this.pathsOf(resourceAccountId),
    };
  }

  private organizationOf(accountId: string): string | undefined {
    return this.organizations.account(accountId) === undefined ? undefined : this.organizations.organizationId;
  }

  private pathsOf(accountId: string): string[] | undefined {
    const ancestors = this.organizations.tree.ancestors(accountId);
    return ancestors && [`${[this.organizations.organizationId, ...ancestors].join('/')}/`];
  }
}
