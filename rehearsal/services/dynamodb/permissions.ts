import { everywhere, on, own, regionalArn, textOf } from '../../core/permissions';
import { isRecord } from '../../core/protocol/json';
import type { Call, Permission, Permissions, Place } from '../../core/service';

/** Returns the partition key of a table or index. */
export interface Keys {
  partitionKey(tableName: string, indexName?: string): Promise<string | undefined>;
}

/** Actions of transaction items: transactions have no action of their own. */
const TRANSACTED: Readonly<Record<string, string>> = {
  Put: 'PutItem', Delete: 'DeleteItem', Update: 'UpdateItem', ConditionCheck: 'ConditionCheckItem',
};

const OTHERS = ['CreateTable', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'UpdateTable', 'Scan'];

/** Permissions of table operations. Item operations support the condition key `dynamodb:LeadingKeys`. */
export function permissions(databaseOf: (accountId: string, region: string) => Keys): Record<string, Permissions> {
  const keysOf = (call: Call, tableName: string): Keys => {
    const { accountId, region } = placeOf(call, tableName);
    return databaseOf(accountId, region);
  };
  const leadingKeys = async (call: Call, tableName: string, items: readonly unknown[]) => {
    const keyName = await keysOf(call, tableName).partitionKey(nameOf(tableName));
    const keys = items.flatMap(item => isRecord(item) && keyName !== undefined ? valueOf(item[keyName]) : []);
    return { 'dynamodb:LeadingKeys': keys.length === 0 ? undefined : keys };
  };
  const onItems = async (call: Call, tableName: string, items: readonly unknown[]): Promise<Permission> =>
    own(call, tableArn(call, tableName), await leadingKeys(call, tableName, items));
  const one =
    (member: string): Permissions =>
      async call => [await onItems(call, textOf(call, 'TableName'), [call.input[member]])];
  const batch = (itemsOf: (request: unknown) => readonly unknown[]): Permissions => async call => {
    const { RequestItems: requests } = call.input;
    const tables = Object.entries(isRecord(requests) ? requests : {});
    return Promise.all(tables.map(async ([tableName, request]) => onItems(call, tableName, itemsOf(request))));
  };
  return {
    ...on(OTHERS, call => tableArn(call, textOf(call, 'TableName'))),
    ...on(['TagResource', 'UntagResource', 'ListTagsOfResource'], call => textOf(call, 'ResourceArn')),
    ...everywhere(['ListTables']),
    GetItem: one('Key'),
    PutItem: one('Item'),
    UpdateItem: one('Key'),
    DeleteItem: one('Key'),
    Query: async call => {
      const [tableName, indexName] = [textOf(call, 'TableName'), textOf(call, 'IndexName')];
      const keyName = await keysOf(call, tableName).partitionKey(nameOf(tableName), indexName || undefined);
      return [own(call, queriedArn(call), { 'dynamodb:LeadingKeys': queriedKeys(call, keyName) })];
    },
    TransactWriteItems: async call => Promise.all(transacted(call).map(async ({ action, tableName, items }) => ({
      action: `dynamodb:${action}`,
      resource: tableArn(call, tableName),
      context: { ...await leadingKeys(call, tableName, items), 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
    }))),
    BatchGetItem: batch(request => isRecord(request) && Array.isArray(request.Keys) ? request.Keys : []),
    BatchWriteItem: batch(request => Array.isArray(request) ? request.flatMap(written) : []),
  };
}

function tableArn(call: Call, tableName: string): string {
  return tableName.startsWith('arn:') ? tableName : regionalArn(call, `table/${tableName}`);
}

function queriedArn(call: Call): string {
  const index = textOf(call, 'IndexName');
  return `${tableArn(call, textOf(call, 'TableName'))}${index === '' ? '' : `/index/${index}`}`;
}

/** Account, region and name of a table, which a caller of another account gives by its ARN. */
export function placeOf({ caller: { accountId }, region }: Call, table: string): Place & { readonly name: string } {
  if (!table.startsWith('arn:')) return { accountId, region, name: table };
  const [, , , tableRegion = '', owner = ''] = table.split(':');
  return { accountId: owner, region: tableRegion, name: nameOf(table) };
}

function nameOf(table: string): string {
  return table.slice(table.lastIndexOf('/') + 1);
}

/** Returns the partition key value of a query, which must use `=`. */
function queriedKeys(call: Call, keyName: string | undefined): string[] | undefined {
  const { ExpressionAttributeValues: values, ExpressionAttributeNames: names } = call.input;
  const comparisons = textOf(call, 'KeyConditionExpression').matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g);
  const nameFor = (name: string): unknown => isRecord(names) && name in names ? names[name] : name;
  const found = [...comparisons].find(([, name]) => nameFor(name) === keyName);
  return found === undefined || !isRecord(values) ? undefined : valueOf(values[found[2]]);
}

/** Returns the actions of a transaction by table, each with all of its keys. */
function transacted(call: Call): readonly { action: string; tableName: string; items: readonly unknown[] }[] {
  const { TransactItems: given } = call.input;
  const touched = new Map<string, { action: string; tableName: string; items: unknown[] }>();
  for (const item of Array.isArray(given) ? given : []) {
    for (const [kind, request] of Object.entries(isRecord(item) ? item : {})) {
      if (!Object.hasOwn(TRANSACTED, kind) || !isRecord(request)) continue;
      const [action, tableName] = [TRANSACTED[kind], String(request.TableName)];
      const known = touched.get(`${action} ${tableName}`) ?? { action, tableName, items: [] };
      known.items.push(request.Item ?? request.Key);
      touched.set(`${action} ${tableName}`, known);
    }
  }
  return [...touched.values()];
}

function written(request: unknown): unknown[] {
  if (!isRecord(request)) return [];
  const { PutRequest: put, DeleteRequest: remove } = request;
  return [...isRecord(put) ? [put.Item] : [], ...isRecord(remove) ? [remove.Key] : []];
}

/** A typed value (`{ S: 'text' }`); tables in memory use plain values. */
function valueOf(attribute: unknown): string[] {
  if (typeof attribute === 'string' || typeof attribute === 'number') return [String(attribute)];
  return isRecord(attribute) ? Object.values(attribute).map(String) : [];
}
