import * as v from 'valibot';
import { clone } from './clone';
import { compare, Expressions, order, type Item, type KeyCondition } from './expressions';
import { itemBytes, PAGE_BYTES } from './quotas';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const KeySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.string() }));
const Projection = v.object({
  ProjectionType: v.optional(v.string(), 'ALL'),
  NonKeyAttributes: v.optional(v.array(v.string()), []),
});
const NewTable = v.object({
  TableName: v.string(),
  AttributeDefinitions: v.array(v.object({ AttributeName: v.string(), AttributeType: v.string() })),
  KeySchema,
  GlobalSecondaryIndexes: v.optional(v.array(v.object({
    IndexName: v.string(),
    KeySchema,
    Projection: v.optional(Projection),
  })), []),
});

export const Query = v.object({
  TableName: v.string(),
  IndexName: v.optional(v.string()),
  KeyConditionExpression: v.string(),
  FilterExpression: v.optional(v.string()),
  ProjectionExpression: v.optional(v.string()),
  ExpressionAttributeNames: v.optional(v.record(v.string(), v.string())),
  ExpressionAttributeValues: v.optional(v.record(v.string(), v.unknown())),
  ExclusiveStartKey: v.optional(v.record(v.string(), v.unknown())),
  ConsistentRead: v.optional(v.boolean(), false),
  ScanIndexForward: v.optional(v.boolean(), true),
  Limit: v.optional(v.pipe(v.number(), v.minValue(1))),
  Select: v.optional(v.string()),
});
type Query = v.InferOutput<typeof Query>;

/** Keys of a table or index: the partition key, then the optional sort key. */
interface Schema {
  readonly keys: readonly string[];
  /** Projected attributes of an index; undefined: all. */
  readonly projected?: readonly string[];
}

/** A table in memory, with the values of the document client. */
export class MemoryTable {
  public static of(input: Record<string, unknown>): MemoryTable {
    const table = read(NewTable, input);
    return new MemoryTable(
      table.TableName,
      keysOf(table.KeySchema),
      new Map(table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType])),
      new Map(table.GlobalSecondaryIndexes.map(index => [
        index.IndexName,
        { keys: keysOf(index.KeySchema), projected: index.Projection && projectedBy(index.Projection) },
      ])),
    );
  }

  private readonly content = new Map<string, Item>();

  private constructor(
    public readonly name: string,
    private readonly keys: readonly string[],
    private readonly types: ReadonlyMap<string, string>,
    private readonly indexes: ReadonlyMap<string, Schema>,
  ) {}

  /** A table with the same keys and indexes. */
  public emptyCopy(name: string): MemoryTable {
    return new MemoryTable(name, this.keys, this.types, this.indexes);
  }

  public get items(): readonly Item[] {
    return [...this.content.values()];
  }

  /** Returns the partition key of the table or of an index. */
  public partitionKey(indexName?: string): string | undefined {
    return (indexName === undefined ? this.keys : this.indexes.get(indexName)?.keys)?.[0];
  }

  /** Returns the key of an item as text. @throws AwsError for an invalid key */
  public keyOf(key: Item): string {
    if (Object.keys(key).length !== this.keys.length || !this.keys.every(name => this.fits(name, key[name]))) {
      throw new AwsError('ValidationException', 'The provided key element does not match the schema');
    }
    return this.textOf(key);
  }

  /** Returns the key of a complete item as text. @throws AwsError for an invalid item */
  public keyIn(item: Item): string {
    for (const name of this.keys) {
      if (item[name] === undefined) throw invalid(`Missing the key ${name} in the item`);
      if (this.fits(name, item[name])) continue;
      throw invalid(`Type mismatch for key ${name} expected: ${this.types.get(name) ?? ''}`);
    }
    this.assertIndexed(item);
    return this.textOf(item);
  }

  /** @throws AwsError for an attribute with a wrong type for an index */
  public assertIndexed(item: Item): void {
    for (const [indexName, { keys }] of this.indexes) {
      const wrong = keys.find(name => item[name] !== undefined && !this.fits(name, item[name]));
      if (wrong === undefined) continue;
      const type = this.types.get(wrong) ?? '';
      throw invalid(`Type mismatch for Index Key ${wrong} Expected: ${type} IndexName: ${indexName}`);
    }
  }

  public get(key: string): Item | undefined {
    return this.content.get(key);
  }

  public set(key: string, item: Item | undefined): void {
    if (item === undefined) this.content.delete(key);
    else this.content.set(key, item);
  }

  /** Returns one page of a partition, in the order of the sort key. */
  public query(query: Query): Record<string, unknown> {
    const schema = this.schemaOf(query);
    const expressions = new Expressions(query);
    const page = this.pageOf(this.found(schema, expressions.keyConditions(), query), query);
    const wanted = page.items.map(item => this.projection(schema, item)).filter(item => expressions.isWanted(item));
    return {
      ...query.Select !== 'COUNT' && { Items: clone(wanted.map(item => expressions.projected(item))) },
      Count: wanted.length,
      ScannedCount: page.items.length,
      ...page.last !== undefined && { LastEvaluatedKey: this.positionOf(schema, page.last) },
    };
  }

  private schemaOf({ IndexName: name, ConsistentRead: isConsistent }: Query): Schema {
    if (name === undefined) return { keys: this.keys };
    const found = this.indexes.get(name);
    if (!found) throw new AwsError('ValidationException', `The table does not have the specified index: ${name}`);
    if (!isConsistent) return found;
    throw new AwsError('ValidationException', 'Consistent reads are not supported on global secondary indexes');
  }

  /** The items after the previous page. An index has only items with all of its keys. */
  private found(schema: Schema, conditions: readonly KeyCondition[], query: Query): readonly Item[] {
    const { ScanIndexForward: isForward, ExclusiveStartKey: start } = query;
    this.assertConditions(schema, conditions);
    const found = this.items.filter(item => schema.keys.every(name => item[name] !== undefined)
      && conditions.every(({ attribute, operator, values }) => compare(operator, [item[attribute], ...values])));
    const direction = isForward ? 1 : -1;
    const place = (one: Item, other: Item): number => direction
      * (order(one[schema.keys[1]], other[schema.keys[1]]) || (order(this.textOf(one), this.textOf(other)) ?? 0));
    const sorted = found.sort(place);
    return start === undefined ? sorted : sorted.filter(item => place(item, start) > 0);
  }

  /** AWS ends a page at its limit without checking for further items. */
  private pageOf(found: readonly Item[], { Limit: limit = Infinity }: Query): { items: readonly Item[]; last?: Item } {
    let bytes = 0;
    for (const [index, item] of found.entries()) {
      bytes += itemBytes(item);
      if (index + 1 >= limit || bytes >= PAGE_BYTES) return { items: found.slice(0, index + 1), last: item };
    }
    return { items: found };
  }

  private assertConditions({ keys: [partitionKey, sortKey] }: Schema, conditions: readonly KeyCondition[]): void {
    const ofPartition = conditions.filter(({ attribute }) => attribute === partitionKey);
    if (ofPartition.length !== 1) {
      throw new AwsError('ValidationException', `Query condition missed key schema element: ${partitionKey}`);
    }
    const isSupported = ofPartition[0].operator === '=' && conditions.length <= 2
      && conditions.every(({ attribute }) => attribute === partitionKey || attribute === sortKey);
    if (!isSupported) throw new AwsError('ValidationException', 'Query key condition not supported');
  }

  private projection({ keys, projected }: Schema, item: Item): Item {
    if (projected === undefined) return item;
    const names = new Set([...this.keys, ...keys, ...projected]);
    return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
  }

  private positionOf({ keys }: Schema, item: Item): Item {
    return Object.fromEntries([...new Set([...this.keys, ...keys])].map(name => [name, item[name]]));
  }

  private textOf(item: Item): string {
    return JSON.stringify(this.keys.map(name => item[name]));
  }

  private fits(name: string, value: unknown): boolean {
    return this.types.get(name) === 'N' ? typeof value === 'number' : typeof value === 'string' && value !== '';
  }
}

function projectedBy(projection: v.InferOutput<typeof Projection>): readonly string[] | undefined {
  return projection.ProjectionType === 'ALL' ? undefined : projection.NonKeyAttributes;
}

function keysOf(schema: v.InferOutput<typeof KeySchema>): readonly string[] {
  return [...schema].sort((one, other) => one.KeyType.localeCompare(other.KeyType)).map(key => key.AttributeName);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', `One or more parameter values were invalid: ${message}`);
}
