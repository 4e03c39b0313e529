import * as v from 'valibot';
import { Identifiers } from '../../core/identifiers';
import { JsonValue } from '../../core/json-text';
import type { PolicyDocument } from '../../core/policy-document';
import { Flag, read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Environment, OwnedPolicy, Provisioned, ResourceContext, ResourceType } from '../../core/service';

/** Operations on tables. */
export interface Tables {
  run(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
}

type TablesOf = (accountId: string, region: string) => Tables;

const Count = v.pipe(v.union([v.number(), v.string()]), v.transform(Number));
const KeySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.string() }));
const Throughput = v.optional(v.object({ ReadCapacityUnits: Count, WriteCapacityUnits: Count }));
const Index = v.object({
  IndexName: v.string(),
  KeySchema,
  Projection: v.object({ ProjectionType: v.optional(v.string()), NonKeyAttributes: v.optional(v.array(v.string())) }),
  ProvisionedThroughput: Throughput,
});

/** The members that dynalite supports; the others (recovery, encryption, streams …) have no effect here. */
const TableProperties = v.object({
  TableName: v.optional(v.string()),
  AttributeDefinitions: v.optional(v.array(v.object({ AttributeName: v.string(), AttributeType: v.string() })), []),
  KeySchema,
  BillingMode: v.optional(v.string()),
  ProvisionedThroughput: Throughput,
  GlobalSecondaryIndexes: v.optional(v.array(Index)),
  LocalSecondaryIndexes: v.optional(v.array(Index)),
});
const Protection = v.object({ DeletionProtectionEnabled: Flag });
const GlobalProtection = v.object({
  Replicas: v.array(v.object({ Region: v.string(), DeletionProtectionEnabled: Flag })),
});

/** The resource-based policies of tables, by ARN. */
export class TablePolicies {
  private readonly policies = new Map<string, PolicyDocument>();

  public set(arn: string, policy: PolicyDocument | undefined): void {
    if (policy) this.policies.set(arn, policy);
    else this.policies.delete(arn);
  }

  /** The policy that applies to a table, or to an index of it. */
  public of(arn: string): OwnedPolicy {
    const policy = this.policies.get(arn.replace(/(:table\/[^/]+).*/, '$1'));
    return { accountId: arn.split(':')[4] ?? '', ...policy && { policy } };
  }
}

/** A policy, in which intrinsic functions are resolved. */
const Policy = v.object({
  ResourcePolicy: v.optional(v.object({
    PolicyDocument: v.pipe(JsonValue, v.custom<PolicyDocument>(value => value instanceof Object)),
  })),
});

/** `AWS::DynamoDB::Table`. */
export class TableType implements ResourceType {
  private readonly identifiers = new Identifiers('dynamodb');
  private readonly tableIds = new Map<string, string>();

  public constructor(
    private readonly environment: Environment,
    private readonly databaseOf: TablesOf,
    private readonly policies: TablePolicies,
  ) {}

  public async create(input: Record<string, unknown>, context: ResourceContext): Promise<Provisioned> {
    const properties = this.propertiesOf(input);
    const name = properties.TableName ?? this.identifiers.physicalName(context, 255);
    const database = this.databaseOf(context.accountId, context.region);
    try {
      await database.run('CreateTable', { ...properties, TableName: name });
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceInUseException') {
        throw new AwsError('AlreadyExists', `Table already exists: ${name}`);
      }
      throw error;
    }
    await this.environment.clock.during(async () => untilTable(database, name, true));
    return this.provisioned(name, input, context);
  }

  public async update(
    id: string,
    input: Record<string, unknown>,
    before: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> {
    const now = this.propertiesOf(input);
    const old = this.propertiesOf(before);
    if (now.TableName !== old.TableName || differ(now.KeySchema, old.KeySchema)) return this.create(input, context);
    if (
      differ(now.GlobalSecondaryIndexes, old.GlobalSecondaryIndexes)
      || differ(now.LocalSecondaryIndexes, old.LocalSecondaryIndexes)
    ) {
      throw new AwsError('NotImplemented', `the rehearsal cannot change the indexes of table ${id}`);
    }
    return this.provisioned(id, input, context);
  }

  public async remove(id: string, input: Record<string, unknown>, context: ResourceContext): Promise<void> {
    if (this.isProtected(input, context.region)) {
      throw new AwsError(
        'ValidationException',
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
      );
    }
    const database = this.databaseOf(context.accountId, context.region);
    await database.run('DeleteTable', { TableName: id });
    await this.environment.clock.during(async () => untilTable(database, id, false));
  }

  protected propertiesOf(input: Record<string, unknown>): v.InferOutput<typeof TableProperties> {
    return read(TableProperties, input);
  }

  protected isProtected(input: Record<string, unknown>, _region: string): boolean {
    return read(Protection, input).DeletionProtectionEnabled;
  }

  private provisioned(name: string, input: Record<string, unknown>, context: ResourceContext): Provisioned {
    const arn = `arn:${this.environment.partition}:dynamodb:${context.region}:${context.accountId}:table/${name}`;
    const tableId = this.tableIds.get(arn) ?? this.identifiers.uuid();
    this.tableIds.set(arn, tableId);
    this.policies.set(arn, read(Policy, input).ResourcePolicy?.PolicyDocument);
    return { id: name, attributes: { Arn: arn, TableId: tableId, StreamArn: `${arn}/stream/2026-01-01T00:00:00.000` } };
  }
}

/** `AWS::DynamoDB::GlobalTable`: the table of the stack's region, on demand; replicas are ignored. */
export class GlobalTableType extends TableType {
  protected propertiesOf(input: Record<string, unknown>): v.InferOutput<typeof TableProperties> {
    return super.propertiesOf({ ...input, BillingMode: 'PAY_PER_REQUEST' });
  }

  protected isProtected(input: Record<string, unknown>, region: string): boolean {
    return read(GlobalProtection, input).Replicas.some(
      replica => replica.Region === region && replica.DeletionProtectionEnabled,
    );
  }
}

/** dynalite creates and deletes tables shortly after its response. */
async function untilTable(database: Tables, name: string, wanted: boolean): Promise<void> {
  for (;;) {
    const description = await database.run('DescribeTable', { TableName: name }).catch((error: unknown) => {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    });
    const isActive = JSON.stringify(description)?.includes('"TableStatus":"ACTIVE"') === true;
    if (wanted ? isActive : description === undefined) return;
    await new Promise(resolve => setImmediate(resolve));
  }
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
