import * as v from 'valibot';
import { read } from '../protocol/read';
import { Regional } from '../regional';
import { AwsError } from '../service';
import type { Call, Environment, Operation, Permissions, ResourceType, Service } from '../service';
import { permissions } from './permissions';
import { GlobalTableType, TableType } from './resource-types';
import type { Tables } from './resource-types';

type Item = Record<string, unknown>;

interface Table {
  readonly keys: readonly string[];
  readonly items: Map<string, Item>;
}

const Names = v.optional(v.record(v.string(), v.string()), {});
const Values = v.optional(v.record(v.string(), v.unknown()), {});
const Keyed = v.object({ TableName: v.string(), Key: v.record(v.string(), v.unknown()) });
const Write = v.object({
  TableName: v.string(),
  Item: v.optional(v.record(v.string(), v.unknown())),
  Key: v.optional(v.record(v.string(), v.unknown())),
  ConditionExpression: v.optional(v.string()),
  UpdateExpression: v.optional(v.string(), ''),
  ExpressionAttributeNames: Names,
  ExpressionAttributeValues: Values,
});
type Write = v.InferOutput<typeof Write>;
const NewTable = v.object({ TableName: v.string(), KeySchema: v.array(v.object({ AttributeName: v.string() })) });
const ByName = v.object({ TableName: v.string() });

/** DynamoDB in plain memory: single items as JSON, and of the expressions those that compare or set one attribute at a time. */
export class PlainTables implements Service {
  public readonly name = 'dynamodb';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation> = {
    GetItem: async call => this.get(call),
    PutItem: async call => { this.write(call, (_before, { Item: item = {} }) => item); },
    DeleteItem: async call => { this.write(call, () => undefined); },
    UpdateItem: async call => ({ Attributes: this.write(call, updated) }),
  };
  public readonly permissions: Record<string, Permissions>;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly tables = new Regional(() => new Map<string, Table>());

  public constructor(environment: Environment) {
    this.permissions = permissions((accountId, region) => ({
      partitionKey: async tableName => this.tables.of(accountId, region).get(tableName)?.keys[0],
    }));
    const tablesOf = (accountId: string, region: string): Tables => ({
      run: async (operation, input) => this.run(this.tables.of(accountId, region), operation, input),
    });
    this.resourceTypes = {
      'AWS::DynamoDB::Table': new TableType(environment, tablesOf),
      'AWS::DynamoDB::GlobalTable': new GlobalTableType(environment, tablesOf),
    };
  }

  /** All items of a table; none of one that does not exist. */
  public items(accountId: string, region: string, name: string): readonly Readonly<Item>[] {
    return [...this.tables.of(accountId, region).get(name)?.items.values() ?? []];
  }

  private run(tables: Map<string, Table>, operation: string, input: Record<string, unknown>): Record<string, unknown> {
    if (operation === 'CreateTable') {
      const { TableName: name, KeySchema: keys } = read(NewTable, input);
      if (tables.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
      tables.set(name, { keys: keys.map(key => key.AttributeName), items: new Map() });
      return {};
    }
    const { TableName: name } = read(ByName, input);
    if (!tables.has(name)) throw noSuchTable();
    if (operation === 'DeleteTable') tables.delete(name);
    return { Table: { TableStatus: 'ACTIVE' } };
  }

  private table(call: Call, name: string): Table {
    const found = this.tables.of(call.caller.accountId, call.region).get(name);
    if (!found) throw noSuchTable();
    return found;
  }

  private get(call: Call): Record<string, unknown> {
    const { TableName: name, Key: key } = read(Keyed, call.input);
    const table = this.table(call, name);
    return { Item: structuredClone(table.items.get(keyOf(table, key))) };
  }

  private write(call: Call, change: (before: Item, request: Write) => Item | undefined): Item | undefined {
    const request = read(Write, call.input);
    const table = this.table(call, request.TableName);
    const key = keyOf(table, request.Item ?? request.Key ?? {});
    const before = table.items.get(key);
    if (!holds(request, before ?? {})) throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed');
    const after = change({ ...request.Key, ...before }, request);
    if (after === undefined) table.items.delete(key);
    else table.items.set(key, after);
    return structuredClone(after);
  }
}

function noSuchTable(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}

function keyOf({ keys }: Table, item: Item): string {
  return JSON.stringify(keys.map(name => item[name]));
}

function holds({ ConditionExpression: condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Write, item: Item): boolean {
  if (condition === undefined) return true;
  const [, absent] = /^attribute_not_exists\((#?\w+)\)$/.exec(condition) ?? [];
  if (absent !== undefined) return item[names[absent] ?? absent] === undefined;
  const [, name, value] = /^(#?\w+) = (:\w+)$/.exec(condition) ?? [];
  if (name === undefined) throw unknownExpression(condition);
  return item[names[name] ?? name] === values[value];
}

function updated(before: Item, { UpdateExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Write): Item {
  const after = { ...before };
  const [, removed] = /^REMOVE (#?\w+)$/.exec(expression) ?? [];
  const [, name, kept, value] = /^SET (#?\w+) = (?:if_not_exists\((#?\w+), (:\w+)\)|:\w+)$/.exec(expression) ?? [];
  if (removed !== undefined) delete after[names[removed] ?? removed];
  else if (name === undefined) throw unknownExpression(expression);
  else after[names[name] ?? name] = (kept && before[names[kept] ?? kept]) ?? values[value ?? expression.slice(expression.lastIndexOf(':'))];
  return after;
}

function unknownExpression(expression: string): Error {
  return new Error(`tables in plain memory do not understand the expression '${expression}'`);
}
