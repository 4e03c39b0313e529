import { isDeepStrictEqual } from 'node:util';
import { validateExpressions, type Call, type Operand, type Path, type ReadExpressions } from 'dynalite/validations';
import { clone } from './clone';
import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

export type Item = Readonly<Record<string, unknown>>;

/** The members of a request that are expressions. */
interface ExpressionInput {
  readonly ConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly ProjectionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** A key condition of a query. */
export interface KeyCondition {
  readonly attribute: string;
  /** For example `=` or `begins_with`. */
  readonly operator: string;
  readonly values: readonly unknown[];
}

type Known = ReadExpressions & { readonly placeholders: ReadonlyMap<unknown, string> };

/** Cache of parsed expressions: there are few, and parsing takes longer than anything else of a request. */
const known = new Map<string, Known>();

/**
 * The expressions of one request, for items with plain values: text, numbers, lists. dynalite parses them and knows the
 * grammar and the reserved words.
 */
export class Expressions {
  private readonly read: Known;

  /** @throws AwsError for errors of syntax, reserved words, and unused names or values */
  public constructor(private readonly input: ExpressionInput) {
    const { ExpressionAttributeValues: values = {}, ...expressions } = input;
    const key = JSON.stringify([expressions, Object.entries(values).map(([name, value]) => [name, typeOf(value)])]);
    const found = known.get(key);
    this.read = found ?? parsed(input);
    if (!found) known.set(key, this.read);
  }

  /** Whether the condition of a write is met; `{}` is an item that does not exist. */
  public holdsFor(item: Item): boolean {
    return this.read._condition === undefined || this.isTrue(this.read._condition.expression, item);
  }

  public isWanted(item: Item): boolean {
    return this.read._filter === undefined || this.isTrue(this.read._filter.expression, item);
  }

  /** The key conditions of a query, joined by AND. */
  public keyConditions(): readonly KeyCondition[] {
    const expression = this.read._keyCondition?.expression;
    return expression === undefined ? [] : this.keyConditionsOf(expression);
  }

  public projected(item: Item): Item {
    const paths = this.read._projection?.paths;
    if (paths === undefined) return item;
    return Object.fromEntries(paths.map(topLevel).flatMap(name => name in item ? [[name, item[name]]] : []));
  }

  /** The item after the update. */
  public updated(before: Item): Item {
    const after: Record<string, unknown> = clone({ ...before });
    for (const { type, path, val } of this.read._updates?.sections ?? []) {
      const name = topLevel(path);
      if (type === 'remove') delete after[name];
      else if (type === 'set') after[name] = required(this.valueOf(val ?? path, before));
      else if (type === 'add') after[name] = sum(before[name] ?? 0, this.valueOf(val ?? path, before), 1);
      else throw unknown(this.input.UpdateExpression);
    }
    return after;
  }

  private keyConditionsOf({ type, name, args }: Call): readonly KeyCondition[] {
    if (type === 'and') return args.flatMap(arg => isCall(arg) ? this.keyConditionsOf(arg) : []);
    const [attribute, ...operands] = args;
    if (!isPath(attribute)) throw new AwsError('ValidationException', 'Query key condition not supported');
    const values = operands.map(operand => this.valueOf(operand, {}));
    return [{ attribute: topLevel(attribute), operator: name ?? type, values }];
  }

  private isTrue({ type, name, args }: Call, item: Item): boolean {
    const calls = args.filter(isCall);
    if (type === 'and') return calls.every(call => this.isTrue(call, item));
    if (type === 'or') return calls.some(call => this.isTrue(call, item));
    if (type === 'not') return !calls.some(call => this.isTrue(call, item));
    return compare(name ?? type, args.map(arg => this.valueOf(arg, item)));
  }

  private valueOf(operand: Operand, item: Item): unknown {
    if (isPath(operand)) return at(item, operand);
    const placeholder = this.read.placeholders.get(operand);
    if (placeholder !== undefined) return this.input.ExpressionAttributeValues?.[placeholder];
    if (!isCall(operand)) throw unknown(JSON.stringify(operand));
    const values = operand.args.map(arg => this.valueOf(arg, item));
    switch (operand.name ?? operand.type) {
      case 'if_not_exists': return values[0] === undefined ? values[1] : values[0];
      case 'list_append': return values.flat();
      case 'add': return sum(values[0], values[1], 1);
      case 'subtract': return sum(values[0], values[1], -1);
      case 'size': return sizeOf(values[0]);
      default: throw unknown(operand.name ?? operand.type);
    }
  }
}

/** Whether a comparison is true. */
export function compare(operator: string, [value, ...others]: readonly unknown[]): boolean {
  const [other, upper] = others;
  switch (operator) {
    case 'attribute_exists': return value !== undefined;
    case 'attribute_not_exists': return value === undefined;
    case '=': return value !== undefined && isDeepStrictEqual(value, other);
    case '<>': return !isDeepStrictEqual(value, other);
    case '<': return (order(value, other) ?? 0) < 0;
    case '<=': return (order(value, other) ?? 1) <= 0;
    case '>': return (order(value, other) ?? 0) > 0;
    case '>=': return (order(value, other) ?? -1) >= 0;
    case 'between': return (order(value, other) ?? -1) >= 0 && (order(value, upper) ?? 1) <= 0;
    case 'in': return others.some(candidate => isDeepStrictEqual(value, candidate));
    case 'begins_with': return typeof value === 'string' && typeof other === 'string' && value.startsWith(other);
    case 'contains': return contains(value, other);
    default: throw unknown(operator);
  }
}

function contains(value: unknown, part: unknown): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  return Array.isArray(value) && value.some(member => isDeepStrictEqual(member, part));
}

/** Compares numbers by value and text by bytes; undefined if not comparable. */
export function order(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return undefined;
}

function parsed(input: ExpressionInput): Known {
  const values = Object.entries(input.ExpressionAttributeValues ?? {})
    .map(([name, value]): [string, Item] => [name, { [typeOf(value)]: placeholderOf(value) }]);
  const request: ExpressionInput & ReadExpressions = {
    ...input, ...values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) },
  };
  const problem = validateExpressions(request);
  if (problem !== undefined) throw new AwsError('ValidationException', problem);
  return { ...request, placeholders: new Map(values.map(([name, value]) => [value, name])) };
}

/** Converts an item to typed values, in which the document client leaves the items of errors. */
export function attributesOf(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: unknown): unknown {
  if (typeof value === 'number') return { N: String(value) };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return { [typeOf(value)]: isRecord(value) ? attributesOf(value) : value };
}

function typeOf(value: unknown): 'S' | 'N' | 'BOOL' | 'NULL' | 'L' | 'M' {
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value === null) return 'NULL';
  return Array.isArray(value) ? 'L' : 'M';
}

/** Replaces values by their types, so that an expression is parsed once for all values. */
function placeholderOf(value: unknown): unknown {
  return { S: 'x', N: '0', BOOL: true, NULL: true, L: [], M: {} }[typeOf(value)];
}

function at(item: Item, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
    return isRecord(value) ? value[step] : undefined;
  }, item);
}

function topLevel(path: Path): string {
  if (path.length !== 1) throw unknown(path.join('.'));
  return String(path[0]);
}

function required(value: unknown): unknown {
  if (value !== undefined) return value;
  const message = 'The provided expression refers to an attribute that does not exist in the item';
  throw new AwsError('ValidationException', message);
}

function sum(one: unknown, other: unknown, sign: 1 | -1): number {
  if (typeof one === 'number' && typeof other === 'number') return one + sign * other;
  throw new AwsError('ValidationException', 'An operand in the update expression has an incorrect data type');
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : undefined;
}

function isPath(operand: Operand): operand is Path {
  return Array.isArray(operand);
}

function isCall(operand: Operand): operand is Call {
  return !isPath(operand) && typeof operand.type === 'string' && Array.isArray(operand.args);
}

function unknown(expression: string | undefined): Error {
  return new Error(`tables in memory do not support '${expression}' in an expression`);
}
