import * as v from 'valibot';
import type { Item } from './expressions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const KINDS = ['Put', 'Delete', 'Update', 'ConditionCheck'] as const;
type Kind = typeof KINDS[number];

const ACTIONS = 100;
/** Milliseconds for which a token makes a request idempotent. */
const TOKEN_MILLISECONDS = 600_000;

const Attributes = v.record(v.string(), v.unknown());
/** Members of a write, alone or in a transaction. */
export const ItemWrite = v.object({
  TableName: v.string(),
  Item: v.optional(Attributes),
  Key: v.optional(Attributes),
  ConditionExpression: v.optional(v.string()),
  UpdateExpression: v.optional(v.string()),
  ExpressionAttributeNames: v.optional(v.record(v.string(), v.string())),
  ExpressionAttributeValues: v.optional(Attributes),
  ReturnValuesOnConditionCheckFailure: v.optional(v.string()),
});
const TransactWriteItems = v.object({
  TransactItems: v.array(v.record(v.string(), v.unknown())),
  ClientRequestToken: v.optional(v.string()),
});

/** One write of a transaction. */
export interface Action extends v.InferOutput<typeof ItemWrite> {
  readonly kind: Kind;
}

interface Transaction {
  readonly actions: readonly Action[];
  readonly token?: string;
}

/** Cancellation reason of one action of a transaction. */
export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  /** The old item, if the action requests it. */
  readonly Item?: Item;
}

/** @throws AwsError for a transaction that is invalid independently of the tables */
export function readTransaction(input: Record<string, unknown>): Transaction {
  const { TransactItems: given, ClientRequestToken: token } = read(TransactWriteItems, input);
  if (given.length === 0 || given.length > ACTIONS) throw wrongNumber(given.length);
  return { actions: given.map(actionOf), token };
}

/** @param items table and key of each action, as text */
export function assertDifferent(items: readonly string[]): void {
  if (new Set(items).size === items.length) return;
  throw new AwsError('ValidationException', 'Transaction request cannot include multiple operations on one item');
}

/** @throws AwsError if an action of the transaction failed */
export function assertNotCancelled(reasons: readonly CancellationReason[]): void {
  const codes = reasons.map(reason => reason.Code);
  if (codes.every(code => code === 'None')) return;
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  throw new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
}

/** Converts an error of a single write to a cancellation reason; rethrows other errors. */
export function reasonOf(error: unknown, action: Action, before: Item | undefined): CancellationReason {
  if (!(error instanceof AwsError)) throw error;
  if (error.code === 'ConditionalCheckFailedException') {
    const isWanted = action.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...isWanted && { Item: before } };
  }
  if (!/^Item size .*has exceeded/.test(error.message)) throw error;
  return { Code: 'ValidationError', Message: error.message };
}

/** Idempotency tokens of completed transactions. */
export class Tokens {
  private readonly done = new Map<string, { readonly at: number; readonly request: string }>();

  /** @param scale scale of the clock: a retry is work, which is not scaled */
  public constructor(private readonly scale: number) {}

  /** Whether the transaction was already executed. @throws AwsError if the token belongs to another request */
  public has({ actions, token }: Transaction, now: number): boolean {
    const known = token === undefined ? undefined : this.done.get(token);
    if (known === undefined || now - known.at > TOKEN_MILLISECONDS * this.scale) return false;
    if (known.request === JSON.stringify(actions)) return true;
    const message = 'The provided client token is already in use with a different set of parameters';
    throw new AwsError('IdempotentParameterMismatchException', message);
  }

  public add({ actions, token }: Transaction, now: number): void {
    if (token !== undefined) this.done.set(token, { at: now, request: JSON.stringify(actions) });
  }
}

function actionOf(given: Record<string, unknown>): Action {
  const kinds = KINDS.filter(kind => given[kind] !== undefined);
  if (kinds.length !== 1) {
    throw new AwsError('ValidationException', 'TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const [kind] = kinds;
  const request = read(ItemWrite, Object(given[kind]));
  if ((kind === 'Put' ? request.Item : request.Key) === undefined) {
    throw new AwsError('ValidationException', `${kind} of a transaction needs '${kind === 'Put' ? 'Item' : 'Key'}'`);
  }
  if (kind === 'ConditionCheck' && request.ConditionExpression === undefined) {
    throw new AwsError('ValidationException', 'ConditionCheck of a transaction needs \'ConditionExpression\'');
  }
  return { ...request, kind };
}

function wrongNumber(count: number): AwsError {
  const bound = count === 0 ? 'greater than or equal to 1' : `less than or equal to ${ACTIONS}`;
  const message = `Value at 'transactItems' failed to satisfy constraint: Member must have length ${bound}`;
  return new AwsError('ValidationException', `1 validation error detected: ${message}`);
}
