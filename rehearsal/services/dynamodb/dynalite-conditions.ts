import type { Database } from './dynalite-database';
import type { Item } from './expressions';
import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

/** Whether a write wants the item for which its condition fails, which dynalite does not return. */
export function wantsFailedItem(input: Readonly<Record<string, unknown>>): boolean {
  return input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
}

/** Writes an item. If its condition fails, the error has the item. */
export async function writeOrItem(
  database: Database, operation: string, input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { ReturnValuesOnConditionCheckFailure: _, ...request } = input;
  const TableName = String(request.TableName);
  const names = await database.keys(TableName);
  const source = isRecord(request.Key) ? request.Key : isRecord(request.Item) ? request.Item : {};
  const key: Item = Object.fromEntries(names.map(name => [name, source[name]]));
  return database.exclusively(async run => {
    try {
      return await run(operation, request);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
      const { Item: found } = await run('GetItem', { TableName, Key: key, ConsistentRead: true });
      throw new AwsError(error.code, error.message, error.statusCode, isRecord(found) ? { Item: found } : {});
    }
  });
}
