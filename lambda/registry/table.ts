import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { QueueMember, Registry, Versioned } from './registry';
import { HANDLER_ENVIRONMENT } from '../../src/private/contract';
import { clientDefaults } from '../shared/clients';
import { RecordChangedError } from '../shared/errors';

const MEMBER = 'member:';

/** The registry in its DynamoDB table. */
export class TableRegistry implements Registry {
  public constructor(
    private readonly table: string = required(HANDLER_ENVIRONMENT.REGISTRY_TABLE),
    private readonly client = DynamoDBDocumentClient.from(new DynamoDBClient(clientDefaults()), { marshallOptions: { removeUndefinedValues: true } }),
  ) {}

  public async read<T extends object>(key: string): Promise<Versioned<T> | undefined> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.table, Key: { pk: key }, ConsistentRead: true }));
    if (!Item) return undefined;
    const { pk, ...record } = Item;
    return record as Versioned<T>;
  }

  public async write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>> {
    const next = { ...record, version: (version ?? 0) + 1 };
    await this.unlessChanged(key, () => this.client.send(new PutCommand({
      TableName: this.table, Item: { ...next, pk: key }, ...condition(version),
    })));
    return next;
  }

  public async remove(key: string, version: number): Promise<void> {
    await this.unlessChanged(key, () => this.client.send(new DeleteCommand({ TableName: this.table, Key: { pk: key }, ...condition(version) })));
  }

  public async enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]> {
    // one attribute a member: joining and leaving never conflict with one another
    const joined = await this.join(queue, member, { UpdateExpression: 'SET #member = if_not_exists(#member, :since)', since: now });
    const others = joined.filter(other => other.member !== member).map(({ since }) => since);
    const came = joined.some(other => other.member === member && other.since === now);
    if (!came || others.every(since => since < now)) return joined;
    // clocks differ: who was there before stands before, or there would be one too many at the front
    const since = Math.max(...others) + 1;
    return this.join(queue, member, { UpdateExpression: 'SET #member = :since', ConditionExpression: '#member = :now', since, now });
  }

  public async membersOf(queue: string): Promise<readonly QueueMember[]> {
    return membersIn(await this.read(queue));
  }

  public async leave(queue: string, member: string): Promise<void> {
    await this.client.send(new UpdateCommand({
      TableName: this.table,
      Key: { pk: queue },
      UpdateExpression: 'REMOVE #member',
      ExpressionAttributeNames: { '#member': MEMBER + member },
    }));
  }

  private async join(
    queue: string, member: string,
    { since, now, ...expressions }: { UpdateExpression: string; ConditionExpression?: string; since: number; now?: number },
  ): Promise<readonly QueueMember[]> {
    const { Attributes } = await this.unlessChanged(queue, () => this.client.send(new UpdateCommand({
      TableName: this.table,
      Key: { pk: queue },
      ...expressions,
      ExpressionAttributeNames: { '#member': MEMBER + member },
      ExpressionAttributeValues: { ':since': since, ':now': now },
      ReturnValues: 'ALL_NEW',
    })));
    return membersIn(Attributes);
  }

  private async unlessChanged<Result>(key: string, write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw new RecordChangedError(key);
      throw error;
    }
  }
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
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}
