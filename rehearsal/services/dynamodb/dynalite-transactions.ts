import type { Database, Run } from './dynalite-database';
import type { Item } from './expressions';
import {
  assertDifferent, assertNotCancelled, readTransaction, reasonOf, type Action, type CancellationReason, type Tokens,
} from './transactions';
import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

/** The previous item, for the rollback. */
interface Done {
  readonly action: Action;
  readonly key: Item;
  readonly before: Item | undefined;
}

/** Operations of dynalite by action; a condition check is an update without changes. */
const OPERATIONS = {
  Put: 'PutItem', Delete: 'DeleteItem', Update: 'UpdateItem', ConditionCheck: 'UpdateItem',
} as const;

/** TransactWriteItems: writes the items in sequence while no other call runs, and undoes all if one is rejected. */
export async function transact(
  database: Database, tokens: Tokens, input: Record<string, unknown>, now: number,
): Promise<Record<string, unknown>> {
  const transaction = readTransaction(input);
  const { actions } = transaction;
  const keys = await Promise.all(actions.map(async action => keyOf(await database.keys(action.TableName), action)));
  assertDifferent(actions.map((action, index) => `${action.TableName} ${JSON.stringify(keys[index])}`));
  return database.exclusively(async run => {
    if (tokens.has(transaction, now)) return {};
    const done: Done[] = [];
    const reasons: CancellationReason[] = [];
    try {
      for (const [index, action] of actions.entries()) reasons.push(await attempt(run, action, keys[index], done));
      assertNotCancelled(reasons);
    } catch (error) {
      for (const one of done) await undo(run, one);
      throw error;
    }
    for (const one of done.filter(({ action }) => action.kind === 'ConditionCheck')) await undo(run, one);
    tokens.add(transaction, now);
    return {};
  });
}

async function attempt(run: Run, action: Action, key: Item, done: Done[]): Promise<CancellationReason> {
  const { kind, ReturnValuesOnConditionCheckFailure: _, ...request } = action;
  const { Item: found } = await run('GetItem', { TableName: action.TableName, Key: key, ConsistentRead: true });
  const before = isRecord(found) ? found : undefined;
  try {
    await run(OPERATIONS[kind], request);
  } catch (error) {
    return reasonOf(error, action, before);
  }
  done.push({ action, key, before });
  return { Code: 'None' };
}

async function undo(run: Run, { action: { TableName }, key, before }: Done): Promise<void> {
  if (before === undefined) await run('DeleteItem', { TableName, Key: key });
  else await run('PutItem', { TableName, Item: before });
}

function keyOf(names: readonly string[], { Item: item, Key: key }: Action): Item {
  const found = Object.fromEntries(names.map(name => [name, (item ?? key ?? {})[name]]));
  if (Object.values(found).every(value => value !== undefined)) return found;
  throw new AwsError('ValidationException', 'The provided key element does not match the schema');
}
