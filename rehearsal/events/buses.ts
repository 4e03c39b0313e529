import * as v from 'valibot';
import { PolicyDocument, type Statement } from '../iam/policy';
import { read } from '../protocol/read';
import { AwsError } from '../service';
import type { Environment, OwnedPolicy, Provisioned, ResourceContext, ResourceType } from '../service';

const BusProperties = v.object({ Name: v.string(), Policy: v.optional(PolicyDocument) });
const PolicyProperties = v.object({ EventBusName: v.optional(v.string(), 'default'), StatementId: v.string(), Statement: v.unknown() });

type Statements = Map<string, Statement>;

/** Event buses beside the default one that every account has, and who may put events on them. */
export class Buses {
  public readonly resourceTypes: Record<string, ResourceType> = {
    'AWS::Events::EventBus': this.busType(),
    'AWS::Events::EventBusPolicy': this.policyType(),
  };
  private readonly made = new Map<string, PolicyDocument | undefined>();
  private readonly statements = new Map<string, Statements>();

  public constructor(private readonly environment: Environment) {}

  public exists(arn: string): boolean {
    return arn.endsWith(':event-bus/default') || this.made.has(arn);
  }

  public policyOf(arn: string): OwnedPolicy | undefined {
    if (!arn.includes(':event-bus/')) return undefined;
    const statements = [...this.made.get(arn)?.Statement ?? [], ...this.statements.get(arn)?.values() ?? []];
    return { accountId: arn.split(':')[4], policy: statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements } };
  }

  private arnOf(name: string, { accountId, region }: ResourceContext): string {
    return name.startsWith('arn:') ? name : `arn:${this.environment.partition}:events:${region}:${accountId}:event-bus/${name}`;
  }

  private busType(): ResourceType {
    const put = (input: Record<string, unknown>, context: ResourceContext): Provisioned => {
      const { Name: name, Policy: policy } = read(BusProperties, input);
      const arn = this.arnOf(name, context);
      this.made.set(arn, policy);
      return { id: name, attributes: { Arn: arn, Name: name } };
    };
    return {
      create: async (input, context) => {
        const { Name: name } = read(BusProperties, input);
        if (this.made.has(this.arnOf(name, context))) throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
        return put(input, context);
      },
      update: async (_id, input, _before, context) => put(input, context),
      remove: async (id, _properties, context) => { this.made.delete(this.arnOf(id, context)); },
    };
  }

  private policyType(): ResourceType {
    const put = async (input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> => {
      const { EventBusName: name, StatementId: id, Statement: given } = read(PolicyProperties, input);
      const [statement] = read(PolicyDocument, { Statement: [given] }).Statement;
      const arn = this.arnOf(name, context);
      if (!this.exists(arn)) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
      this.statements.set(arn, new Map(this.statements.get(arn)).set(id, statement));
      return { id: `${name}|${id}`, attributes: {} };
    };
    return {
      create: put,
      update: async (_id, input, _before, context) => put(input, context),
      remove: async (id, _properties, context) => {
        const [name, statementId] = id.split('|');
        this.statements.get(this.arnOf(name, context))?.delete(statementId);
      },
    };
  }
}
