import { everywhere, on, own, regionalArn, textOf } from '../iam/permission';
import { isRecord } from '../protocol/json';
import type { Call, Permission, Permissions } from '../service';

/** Tells the name of a table's partition key. */
interface Keys {
  partitionKey(tableName: string): Promise<string | undefined>;
}

const OTHERS = ['CreateTable', 'DeleteTable', 'DescribeTable', 'DescribeTimeToLive', 'UpdateTable', 'Scan'];

/** The permissions of the tables' operations; those on items can be bound to the values of the partition key. */
export function permissions(databaseOf: (accountId: string, region: string) => Keys): Record<string, Permissions> {
  const onItems = async (call: Call, tableName: string, items: readonly unknown[]): Promise<Permission> => {
    const keyName = await databaseOf(call.caller.accountId, call.region).partitionKey(tableName);
    const keys = items.flatMap(item => isRecord(item) && keyName !== undefined ? valueOf(item[keyName]) : []);
    return own(call, tableArn(call, tableName), { 'dynamodb:LeadingKeys': keys.length === 0 ? undefined : keys });
  };
  const one = (member: string): Permissions => async call => [await onItems(call, textOf(call, 'TableName'), [call.input[member]])];
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
    Query: call => [own(call, queriedArn(call), { 'dynamodb:LeadingKeys': queriedKeys(call) })],
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

/** The value that a query compares with `=`: a partition key can be compared in no other way. */
function queriedKeys(call: Call): string[] | undefined {
  const { ExpressionAttributeValues: values } = call.input;
  const name = /=\s*(:\w+)/.exec(textOf(call, 'KeyConditionExpression'))?.[1];
  return name === undefined || !isRecord(values) ? undefined : valueOf(values[name]);
}

function written(request: unknown): unknown[] {
  if (!isRecord(request)) return [];
  const { PutRequest: put, DeleteRequest: remove } = request;
  return [...isRecord(put) ? [put.Item] : [], ...isRecord(remove) ? [remove.Key] : []];
}

/** `{ S: 'text' }` and its like; tables in plain memory keep the text itself. */
function valueOf(attribute: unknown): string[] {
  if (typeof attribute === 'string') return [attribute];
  return isRecord(attribute) ? Object.values(attribute).map(String) : [];
}
