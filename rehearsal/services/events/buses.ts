import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { PolicyDocument } from '../../core/policy-document';
import type { Statement } from '../../core/policy-document';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, OwnedPolicy, Provisioned, ResourceContext, ResourceType } from '../../core/service';
import type { Identities } from '../iam/identities';

const BusProperties = v.object({
  Name: v.pipe(
    v.string(),
    v.regex(/^(?!default$)[\w.-]{1,256}$/, 'a bus has a name of its own, of 1 to 256 letters, digits or ._-'),
  ),
  Policy: v.optional(PolicyDocument),
});
const PolicyProperties = v.object({
  EventBusName: v.optional(v.string(), 'default'),
  StatementId: v.string(),
  Statement: v.optional(v.record(v.string(), v.unknown())),
  Action: v.optional(v.string()),
  Principal: v.optional(v.string()),
  Condition: v.optional(v.object({ Type: v.string(), Key: v.string(), Value: v.string() })),
});
type PolicyProperties = v.InferOutput<typeof PolicyProperties>;

/** Custom event buses and the policies of all buses. */
export class Buses {
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::Events::EventBus': this.busType(),
    'AWS::Events::EventBusPolicy': this.policyType(),
  };
  private readonly identifiers = new Identifiers('event-bus');
  /** Statements of the bus's own `Policy` property. */
  private readonly known = new Map<string, readonly Statement[]>();
  private readonly statements = new Map<string, { readonly busArn: string; readonly statement: Statement }>();

  public constructor(private readonly environment: Environment, private readonly iam: Identities) {}

  public has(busArn: string): boolean {
    return busArn.endsWith('event-bus/default') || this.known.has(busArn);
  }

  public arn({ accountId, region }: Pick<ResourceContext, 'accountId' | 'region'>, bus: string): string {
    return bus.startsWith('arn:')
      ? bus
      : `arn:${this.environment.partition}:events:${region}:${accountId}:event-bus/${bus}`;
  }

  public policyOf(busArn: string): OwnedPolicy | undefined {
    const added = [...this.statements.values()]
      .filter(policy => policy.busArn === busArn)
      .map(({ statement }) => statement);
    return {
      accountId: busArn.split(':')[4],
      policy: { Version: '2012-10-17', Statement: [...(this.known.get(busArn) ?? []), ...added] },
    };
  }

  private busType(): ResourceType {
    const put = (input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const { Name: name, Policy: policy } = read(BusProperties, input);
      if (policy) this.iam.assertPrincipalsExist(policy, 'ValidationException');
      const arn = this.arn(context, name);
      this.known.set(arn, policy?.Statement ?? []);
      return { id: name, attributes: { Arn: arn, Name: name } };
    };
    const create = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const { Name: name } = read(BusProperties, input);
      if (this.known.has(this.arn(context, name))) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
      }
      return put(input, context);
    };
    return {
      create,
      update: async (_id, input, before, context) =>
        input.Name === before.Name ? put(input, context) : create(input, context),
      remove: async (id, _properties, context) => {
        this.known.delete(this.arn(context, id));
      },
    };
  }

  /** The older form of a statement: an account or `*`, and one condition. */
  private classicStatement(
    { StatementId: Sid, Action, Principal: principal, Condition: condition }: PolicyProperties, Resource: string,
  ): Record<string, unknown> {
    if (Action === undefined || principal === undefined) {
      throw new AwsError('ValidationException', 'an event bus policy has a Statement, or an Action and a Principal');
    }
    const isAll = principal === '*';
    return {
      Sid,
      Effect: 'Allow',
      Action,
      Resource,
      Principal: isAll ? '*' : { AWS: `arn:${this.environment.partition}:iam::${principal}:root` },
      ...condition && { Condition: { [condition.Type]: { [condition.Key]: condition.Value } } },
    };
  }

  private policyType(): ResourceType {
    const put = (id: string, input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const properties = read(PolicyProperties, input);
      const { EventBusName: bus } = properties;
      const busArn = this.arn(context, bus);
      if (!this.has(busArn)) throw new AwsError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
      const policy = read(PolicyDocument, {
        Statement: [properties.Statement ?? this.classicStatement(properties, busArn)],
      });
      this.iam.assertPrincipalsExist(policy, 'ValidationException');
      this.statements.set(id, { busArn, statement: policy.Statement[0] });
      return { id, attributes: {} };
    };
    return {
      create: async (input, context) => put(this.identifiers.physicalName(context, 100), input, context),
      update: async (id, input, _before, context) => put(id, input, context),
      remove: async id => { this.statements.delete(id); },
    };
  }
}
