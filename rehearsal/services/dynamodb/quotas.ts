import type { Item } from './expressions';
import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

/** Maximum size of an item in bytes. */
const ITEM_BYTES = 400 * 1024;
/** Maximum size of a page of a query in bytes. */
export const PAGE_BYTES = 1024 * 1024;
/** Maximum size of a response of BatchGetItem in bytes. */
export const BATCH_BYTES = 16 * 1024 * 1024;
const BATCH_KEYS = 100;

/** Returns the size of an item with plain values, as DynamoDB calculates it. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((total, [name, value]) => total + Buffer.byteLength(name) + valueBytes(value), 0);
}

/** @throws AwsError for an item that exceeds the size limit */
export function assertItemSize(item: Item, isUpdate: boolean): void {
  if (itemBytes(item) <= ITEM_BYTES) return;
  const what = isUpdate ? 'Item size to update' : 'Item size';
  throw new AwsError('ValidationException', `${what} has exceeded the maximum allowed size`);
}

/** @throws AwsError for a BatchGetItem with too many or duplicate keys; each key is text */
export function assertBatch(keys: readonly string[]): void {
  const refused = (message: string): AwsError => new AwsError('ValidationException', message);
  if (keys.length > BATCH_KEYS) throw refused('Too many items requested for the BatchGetItem call');
  if (new Set(keys).size < keys.length) throw refused('Provided list of item keys contains duplicates');
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (Array.isArray(value)) return value.reduce<number>((total, member) => total + 1 + valueBytes(member), 3);
  if (isRecord(value)) return 3 + Object.keys(value).length + itemBytes(value);
  return 1;
}

/** One byte for two significant digits, plus one. */
function numberBytes(value: number): number {
  const digits = Math.abs(value).toExponential().replace(/e.*$/, '').replace('.', '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
