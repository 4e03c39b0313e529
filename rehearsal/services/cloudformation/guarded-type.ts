import {
  AwsError,
  type Permission,
  type Provisioned,
  type ResourceContext,
  type ResourceType,
} from '../../core/service';
import type { Access } from '../iam/access';
import type { Identities } from '../iam/identities';
import type { Operation, Place } from './handler-permissions/rules';
import { PERMISSIONS, ROLES_TAKEN } from './handler-permissions/table';
import { isCustom } from './scope';
import { text } from './values';

interface Guards {
  readonly access: Access;
  readonly iam: Identities;
  readonly partition: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html */
const FORWARDED = {
  'aws:ViaAWSService': 'true',
  'aws:CalledVia': ['cloudformation.amazonaws.com'],
  'aws:CalledViaFirst': 'cloudformation.amazonaws.com',
  'aws:CalledViaLast': 'cloudformation.amazonaws.com',
};

/** Resource type that checks the permissions of the stack's role, or of the caller, before every operation. */
export class GuardedType implements ResourceType {
  public constructor(
    private readonly name: string,
    private readonly type: ResourceType,
    private readonly guards: Guards,
  ) {}

  public async create(properties: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    this.demand('create', properties, context);
    return this.type.create(properties, context);
  }

  public async update(
    id: string,
    properties: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    this.demand('update', properties, context, { id, before });
    return this.type.update(id, properties, before, context);
  }

  public async remove(id: string, properties: Record<string, unknown>, context: ResourceContext): Promise<void> {
    this.demand('remove', properties, context, { id });
    return this.type.remove(id, properties, context);
  }

  private demand(
    operation: Operation,
    properties: Record<string, unknown>,
    context: ResourceContext,
    known: Pick<Place, 'id' | 'before'> = {},
  ): void {
    const { actor: caller, region } = context;
    if (caller === undefined) return;
    const assertAllowed = (permission: Permission): void =>
      this.guards.access.assertAllowed({
        ...permission,
        context: { ...FORWARDED, ...permission.context },
        caller,
        region,
      });
    if (isCustom(this.name)) {
      return assertAllowed({ action: 'lambda:InvokeFunction', resource: text(properties.ServiceToken) });
    }
    const place = { properties, context, ...known, partition: this.guards.partition };
    const needed = PERMISSIONS[this.name]?.(operation, place) ?? [];
    needed.forEach(assertAllowed);
    if (operation !== 'remove') this.assertRolePassable(place, needed[0]?.resource, assertAllowed);
  }

  /** Checks that the caller may pass the role and that the role trusts the service. */
  private assertRolePassable(
    { properties, context }: Place,
    sourceArn: string | undefined,
    demand: (permission: Permission) => void,
  ): void {
    const taken = ROLES_TAKEN[this.name];
    if (taken === undefined) return;
    const named = text(properties[taken.property] ?? '');
    if (named === '') return;
    const role = named.startsWith('arn:')
      ? named
      : `arn:${this.guards.partition}:iam::${context.accountId}:role/${named}`;
    demand({ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': taken.service } });
    const { service } = taken;
    const isTrusted = this.guards.access.isServiceAllowed({
      service,
      action: 'sts:AssumeRole',
      resource: role,
      sourceArn,
      sourceAccount: context.accountId,
    });
    // the service itself reports a role that does not exist
    if (!isTrusted && this.guards.iam.role(role) !== undefined) throw new AwsError(taken.code, taken.refusal(role));
  }
}
