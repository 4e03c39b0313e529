import * as v from 'valibot';
import { clone } from './clone';
import { attributesOf, Expressions, type Item } from './expressions';
import { MemoryTable, Query } from './memory-table';
import { permissions, placeOf } from './permissions';
import { assertBatch, assertItemSize, BATCH_BYTES, itemBytes } from './quotas';
import { GlobalTableType, TablePolicies, TableType } from './resource-types';
import type { Tables } from './resource-types';
import {
  assertDifferent,
  assertNotCancelled,
  ItemWrite,
  readTransaction,
  reasonOf,
  Tokens,
  type Action,
  type CancellationReason,
} from './transactions';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import type {
  Call, Environment, Operation, OwnedPolicy, Permissions, ResourceType, Service,
} from '../../core/service';
import { AwsError } from '../../core/service';

const Attributes = v.record(v.string(), v.unknown());
const Expressible = {
  ProjectionExpression: v.optional(v.string()),
  ExpressionAttributeNames: v.optional(v.record(v.string(), v.string())),
};
const Keyed = v.object({ TableName: v.string(), Key: Attributes, ...Expressible });
const Write = v.object({ ...ItemWrite.entries, ReturnValues: v.optional(v.string()) });
type Write = v.InferOutput<typeof Write>;
const BatchGetItem = v.object({
  RequestItems: v.record(v.string(), v.object({ Keys: v.array(Attributes), ...Expressible })),
});
const ByName = v.object({ TableName: v.string() });

/** A checked write and its effect. */
interface Change {
  readonly table: MemoryTable;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** DynamoDB in memory, for the document client only: items are JSON. */
export class MemoryDynamoDb implements Service {
  public readonly name = 'dynamodb';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    GetItem: async call => this.get(call),
    PutItem: async call => this.write('Put', call),
    DeleteItem: async call => this.write('Delete', call),
    UpdateItem: async call => this.write('Update', call),
    Query: async call => this.query(call),
    BatchGetItem: async call => this.batchGet(call),
    TransactWriteItems: async call => this.transact(call),
    ListTables: async ({ caller: { accountId }, region }) => ({
      TableNames: [...this.tables.of(accountId, region).keys()].sort(),
    }),
  };
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly policies = new TablePolicies();
  private readonly tables = new Regional(() => new Map<string, MemoryTable>());
  private readonly tokens = new Regional(() => new Tokens(this.environment.clock.scale));

  public constructor(private readonly environment: Environment) {
    this.permissions = permissions((accountId, region) => {
      const tables = this.tables.of(accountId, region);
      return { partitionKey: async (tableName, indexName) => tables.get(tableName)?.partitionKey(indexName) };
    });
    const tablesOf = (accountId: string, region: string): Tables => ({
      run: async (operation, input) => this.run(this.tables.of(accountId, region), operation, input),
    });
    this.resourceTypes = {
      'AWS::DynamoDB::Table': new TableType(environment, tablesOf, this.policies),
      'AWS::DynamoDB::GlobalTable': new GlobalTableType(environment, tablesOf, this.policies),
    };
  }

  public resourcePolicy(arn: string): OwnedPolicy {
    return this.policies.of(arn);
  }

  /** Returns all items of a table; empty if it does not exist. */
  public items(accountId: string, region: string, name: string): readonly Item[] {
    return this.tables.of(accountId, region).get(name)?.items ?? [];
  }

  /** Replaces all items of a table, as a person does who restores a backup. */
  public restore(accountId: string, region: string, name: string, items: readonly Item[]): void {
    const table = this.tables.of(accountId, region).get(name);
    if (!table) throw noSuchTable();
    for (const item of table.items) table.set(table.keyIn(item), undefined);
    for (const item of items) table.set(table.keyIn(item), item);
  }

  /** Creates a table like another one with items of a backup of it. */
  public restoreAs(accountId: string, region: string, name: string, as: string, items: readonly Item[]): void {
    const tables = this.tables.of(accountId, region);
    const table = tables.get(name);
    if (!table) throw noSuchTable();
    tables.set(as, table.emptyCopy(as));
    this.restore(accountId, region, as, items);
  }

  private run(tables: Map<string, MemoryTable>, operation: string, input: Item): Record<string, unknown> {
    if (operation === 'CreateTable') {
      const table = MemoryTable.of(input);
      if (tables.has(table.name)) throw new AwsError('ResourceInUseException', `Table already exists: ${table.name}`);
      tables.set(table.name, table);
      return {};
    }
    const { TableName: name } = read(ByName, input);
    if (!tables.has(name)) throw noSuchTable();
    if (operation === 'DeleteTable') tables.delete(name);
    return { Table: { TableStatus: 'ACTIVE' } };
  }

  private table(call: Call, name: string): MemoryTable {
    const place = placeOf(call, name);
    const found = this.tables.of(place.accountId, place.region).get(place.name);
    if (!found) throw noSuchTable();
    return found;
  }

  private get(call: Call): Record<string, unknown> {
    const request = read(Keyed, call.input);
    const table = this.table(call, request.TableName);
    const found = table.get(table.keyOf(request.Key));
    return found === undefined ? {} : { Item: clone(new Expressions(request).projected(found)) };
  }

  private query(call: Call): Record<string, unknown> {
    const query = read(Query, call.input);
    return this.table(call, query.TableName).query(query);
  }

  private batchGet(call: Call): Record<string, unknown> {
    const { RequestItems: requests } = read(BatchGetItem, call.input);
    assertBatch(Object.entries(requests).flatMap(([name, { Keys: keys }]) => {
      const table = this.table(call, name);
      return keys.map(key => `${name} ${table.keyOf(key)}`);
    }));
    let bytes = 0;
    const [responses, unprocessed]: [Record<string, Item[]>, Record<string, { Keys: Item[] }>] = [{}, {}];
    for (const [name, request] of Object.entries(requests)) {
      const [table, expressions] = [this.table(call, name), new Expressions(request)];
      responses[name] = [];
      for (const key of request.Keys) {
        const found = table.get(table.keyOf(key));
        bytes += found === undefined ? 0 : itemBytes(found);
        if (bytes > BATCH_BYTES) (unprocessed[name] ??= { ...request, Keys: [] }).Keys.push(key);
        else if (found !== undefined) responses[name].push(clone(expressions.projected(found)));
      }
    }
    return { Responses: responses, UnprocessedKeys: unprocessed };
  }

  private write(kind: Action['kind'], call: Call): Record<string, unknown> {
    const request = read(Write, call.input);
    const { table, key, before, after } = this.changeOf(call, kind, request);
    table.set(key, after);
    const answered = { ALL_OLD: before, ALL_NEW: after }[request.ReturnValues ?? 'NONE'];
    return answered === undefined ? {} : { Attributes: clone(answered) };
  }

  /** Synchronous, so that the write is atomic. */
  private transact(call: Call): Record<string, unknown> {
    const transaction = readTransaction(call.input);
    const tokens = this.tokens.of(call.caller.accountId, call.region);
    const now = this.environment.clock.now();
    if (tokens.has(transaction, now)) return {};
    const places = transaction.actions.map(action => this.keyedPlace(call, action.kind, action));
    assertDifferent(places.map(({ table, key }) => `${table.name} ${key}`));
    const changes: Change[] = [];
    const reasons = transaction.actions.map((action, index): CancellationReason => {
      try {
        changes.push(this.changeOf(call, action.kind, action));
        return { Code: 'None' };
      } catch (error) {
        const before = places[index].table.get(places[index].key);
        return reasonOf(error, action, before && attributesOf(before));
      }
    });
    assertNotCancelled(reasons);
    for (const { table, key, after } of changes) table.set(key, after);
    tokens.add(transaction, now);
    return {};
  }

  private keyedPlace(call: Call, kind: Action['kind'], request: Write): Pick<Change, 'table' | 'key'> {
    const table = this.table(call, request.TableName);
    return { table, key: kind === 'Put' ? table.keyIn(request.Item ?? {}) : table.keyOf(request.Key ?? {}) };
  }

  /** @throws AwsError for a write that DynamoDB rejects */
  private changeOf(call: Call, kind: Action['kind'], request: Write): Change {
    const { table, key } = this.keyedPlace(call, kind, request);
    const before = table.get(key);
    const expressions = new Expressions(request);
    if (!expressions.holdsFor(before ?? {})) {
      const isWanted = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
      const details = isWanted ? { Item: attributesOf(before) } : {};
      throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, details);
    }
    const after = {
      Put: () => request.Item,
      Update: () => expressions.updated({ ...request.Key, ...before }),
      Delete: () => undefined,
      ConditionCheck: () => before,
    }[kind]();
    if (after !== undefined) {
      assertItemSize(after, kind === 'Update');
      table.assertIndexed(after);
    }
    return { table, key, before, after };
  }
}

function noSuchTable(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}
