import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import type { QueueMember, Registry, Versioned } from './registry';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { LISTED, RECORDS, REGISTRY_INDEX } from '../../src/registry/contract';
import { clientDefaults } from '../shared/clients';
import { RecordChangedError } from '../shared/errors';

const MEMBER = 'member:';

/** A write, or a removal if there is no record. */
interface Change {
  readonly key: string;
  readonly record?: object;
  readonly version: number | undefined;
}

/** The registry in its DynamoDB table. */
export class TableRegistry implements Registry {
  /** Records that the next read of their keys returns: prefetched, or written by this invocation. */
  private cache?: Map<string, object | undefined>;
  /** Changes of the current transaction; undefined: each change is applied immediately. */
  private pending?: Change[];

  public constructor(
    private readonly table: string = required(HANDLER_ENVIRONMENT.REGISTRY_TABLE),
    private readonly client = DynamoDBDocumentClient.from(new DynamoDBClient(clientDefaults()), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  ) {}

  public async read<T extends object>(key: string): Promise<Versioned<T> | undefined> {
    if (this.cache?.has(key)) {
      const record = this.cache.get(key);
      // once only: a second read must see the changes of concurrent writers
      this.cache.delete(key);
      return record as Versioned<T> | undefined;
    }
    const { Item } = await this.client.send(
      new GetCommand({ TableName: this.table, Key: { pk: key }, ConsistentRead: true }),
    );
    return Item && recordOf<T>(Item);
  }

  public async prefetch(keys: readonly string[]): Promise<void> {
    this.cache = new Map();
    const { Responses, UnprocessedKeys } = await this.client.send(
      new BatchGetCommand({
        RequestItems: { [this.table]: { Keys: [...new Set(keys)].map(pk => ({ pk })), ConsistentRead: true } },
      }),
    );
    // records that a throttled table did not return are read when they are needed
    if (UnprocessedKeys?.[this.table]) return;
    const items = new Map(Responses?.[this.table]?.map(item => [String(item.pk), recordOf(item)]));
    this.cache = new Map(keys.map(key => [key, items.get(key)]));
  }

  public async write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>> {
    await this.change({ key, record, version });
    const written = { ...record, version: nextVersion(version) };
    this.cache?.set(key, written);
    return written;
  }

  public async remove(key: string, version: number): Promise<void> {
    await this.change({ key, version });
    this.cache?.set(key, undefined);
  }

  public async transaction<Result>(action: () => Promise<Result>): Promise<Result> {
    if (this.pending) throw new Error('a transaction is in progress: this is a defect, report it');
    this.pending = [];
    try {
      const result = await action();
      const changes = this.pending;
      this.pending = undefined;
      await this.changeAll(changes);
      return result;
    } catch (error) {
      for (const { key } of this.pending ?? []) this.cache?.delete(key);
      throw error;
    } finally {
      this.pending = undefined;
    }
  }

  public async list<T extends object>(kind: string): Promise<readonly Versioned<T>[]> {
    const records: Versioned<T>[] = [];
    for await (const { Items = [] } of this.pages(kind)) records.push(...Items.map(item => recordOf<T>(item)));
    return records;
  }

  public async newest<T extends object>(
    kind: string,
    limit: number,
    isWanted: (record: T) => boolean,
  ): Promise<readonly Versioned<T>[]> {
    const records: Versioned<T>[] = [];
    for await (const { Items = [] } of this.pages(kind, { ScanIndexForward: false })) {
      records.push(...Items.map(item => recordOf<T>(item)).filter(isWanted));
      if (records.length >= limit) break;
    }
    return records.slice(0, limit);
  }

  private pages(kind: string, order: { readonly ScanIndexForward?: boolean } = {}) {
    return paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        IndexName: REGISTRY_INDEX.indexName,
        KeyConditionExpression: '#kind = :kind',
        ExpressionAttributeNames: { '#kind': REGISTRY_INDEX.partitionKey },
        ExpressionAttributeValues: { ':kind': kind },
        ...order,
      },
    );
  }

  public async enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]> {
    // one attribute for each member: concurrent changes of different members do not conflict
    const expression = 'SET #member = if_not_exists(#member, :since)';
    const joined = await this.join(queue, member, { UpdateExpression: expression, since: now });
    const others = joined.filter(other => other.member !== member).map(({ since }) => since);
    const isNew = joined.some(other => other.member === member && other.since === now);
    if (!isNew || others.every(since => since < now)) return joined;
    // clocks differ: members that joined before must keep their place
    const since = Math.max(...others) + 1;
    return this.join(queue, member, {
      UpdateExpression: 'SET #member = :since',
      ConditionExpression: '#member = :now',
      since,
      now,
    });
  }

  public async dequeue(queue: string, member: string): Promise<void> {
    await this.client.send(
      new UpdateCommand({
        TableName: this.table,
        Key: { pk: queue },
        UpdateExpression: 'REMOVE #member',
        ExpressionAttributeNames: { '#member': MEMBER + member },
      }),
    );
  }

  private async change(change: Change): Promise<void> {
    if (this.pending) this.pending.push(change);
    else await this.changeAll([change]);
  }

  private async changeAll(changes: readonly Change[]): Promise<void> {
    const [first, ...others] = changes;
    if (!first) return;
    try {
      if (others.length === 0) await this.changeOne(first);
      else await this.changeTogether(changes);
    } catch (error) {
      for (const { key } of changes) this.cache?.delete(key);
      if (!(error instanceof ConditionalCheckFailedException || isConflict(error))) throw error;
      throw new RecordChangedError(changes.map(({ key }) => key).join("', '"));
    }
  }

  private async changeTogether(changes: readonly Change[]): Promise<void> {
    const operations = changes.map(change => this.operation(change));
    await this.client.send(new TransactWriteCommand({ TransactItems: operations }));
  }

  private async changeOne(change: Change): Promise<void> {
    const { Put, Delete } = this.operation(change);
    if (Put) await this.client.send(new PutCommand(Put));
    if (Delete) await this.client.send(new DeleteCommand(Delete));
  }

  private operation({ key, record, version }: Change) {
    if (!record) return { Delete: { TableName: this.table, Key: { pk: key }, ...condition(version) } };
    const item = { ...record, ...kindOf(key), version: nextVersion(version), pk: key };
    return { Put: { TableName: this.table, Item: item, ...condition(version) } };
  }

  private async join(
    queue: string,
    member: string,
    {
      since,
      now,
      ...expressions
    }: { UpdateExpression: string; ConditionExpression?: string; since: number; now?: number },
  ): Promise<readonly QueueMember[]> {
    try {
      const { Attributes } = await this.client.send(
        new UpdateCommand({
          TableName: this.table,
          Key: { pk: queue },
          ...expressions,
          ExpressionAttributeNames: { '#member': MEMBER + member },
          ExpressionAttributeValues: { ':since': since, ':now': now },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return membersIn(Attributes);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new RecordChangedError(queue);
      throw error;
    }
  }
}

/** The attribute by which the index lists a record. */
function kindOf(key: string): { [REGISTRY_INDEX.partitionKey]?: string } {
  const kind = Object.values(LISTED).find(name => key.startsWith(RECORDS[name]));
  return kind ? { [REGISTRY_INDEX.partitionKey]: kind } : {};
}

function recordOf<T extends object>(item: Readonly<Record<string, unknown>>): Versioned<T> {
  const { pk, [REGISTRY_INDEX.partitionKey]: kind, ...record } = item;
  return record as Versioned<T>;
}

function nextVersion(version: number | undefined): number {
  return (version ?? 0) + 1;
}

/** Cancellation reasons of transactions that may succeed after the records are read again. */
const CONFLICTS = [
  'None',
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
];

function isConflict(error: unknown): boolean {
  return (
    error instanceof TransactionCanceledException
    && (error.CancellationReasons ?? []).every(({ Code = 'None' }) => CONFLICTS.includes(Code))
  );
}

function membersIn(attributes: object = {}): readonly QueueMember[] {
  return Object.entries(attributes)
    .filter(([name]) => name.startsWith(MEMBER))
    .map(([name, since]) => ({ member: name.slice(MEMBER.length), since: Number(since) }))
    .sort((a, b) => a.since - b.since || a.member.localeCompare(b.member));
}

function condition(version: number | undefined) {
  return version === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
      ConditionExpression: '#version = :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': version },
    };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set: deploy the Organization again`);
  return value;
}
