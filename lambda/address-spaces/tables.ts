import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { GivenRange, Placement, RangeRequest, SeenNetworks, Space, SpaceSettings } from './space';
import { clientDefaults } from '../shared/clients';

/** A space, and whether the write was made. Otherwise a concurrent writer has changed it: this is the space then. */
export interface Written {
  readonly isWritten: boolean;
  readonly space: Space;
}

/** The tables of address spaces. Each method is one call. */
export interface SpaceTables {
  read(tableArn: string): Promise<Space>;
  /** Adds the request of an owner unless it has one, and the networks that were seen. */
  request(
    tableArn: string, owner: string, request: RangeRequest, seen: Readonly<Record<string, SeenNetworks>>,
  ): Promise<Space>;
  /** Gives ranges if none were given since the space had this version. */
  give(tableArn: string, placement: Placement, version: number): Promise<Written>;
  /** Removes the request of an owner: its range is free from now on. */
  release(tableArn: string, owner: string): Promise<void>;
  /** Changes the settings if no ranges were given since the space had this version. */
  configure(tableArn: string, settings: SpaceSettings, version: number): Promise<Written>;
}

const KEY = { space: 'ranges' };
const REQUEST = 'request:';
const SEEN = 'seen:';

/** The attributes are top-level, so that concurrent changes of different ones need no condition. */
export class DynamoDbSpaceTables implements SpaceTables {
  public constructor(
    private readonly client = DynamoDBDocumentClient.from(new DynamoDBClient(clientDefaults()), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  ) {}

  public async read(tableArn: string): Promise<Space> {
    const { Item } = await this.client.send(new GetCommand({ TableName: tableArn, Key: KEY, ConsistentRead: true }));
    return spaceOf(Item);
  }

  public async request(
    tableArn: string, owner: string, request: RangeRequest, seen: Readonly<Record<string, SeenNetworks>>,
  ): Promise<Space> {
    const sources = Object.entries(seen);
    const { Attributes } = await this.client.send(new UpdateCommand({
      TableName: tableArn,
      Key: KEY,
      UpdateExpression: `SET ${
        ['#request = if_not_exists(#request, :request)', ...sources.map((_, index) => `#s${index} = :s${index}`)]
          .join(', ')}`,
      ExpressionAttributeNames: {
        '#request': REQUEST + owner,
        ...Object.fromEntries(sources.map(([source], index) => [`#s${index}`, SEEN + source])),
      },
      ExpressionAttributeValues: {
        ':request': request,
        ...Object.fromEntries(sources.map(([, networks], index) => [`:s${index}`, networks])),
      },
      ReturnValues: 'ALL_NEW',
    }));
    return spaceOf(Attributes);
  }

  public async give(tableArn: string, { given, released }: Placement, version: number): Promise<Written> {
    const ranges = Object.entries(given);
    const removed = released.map((_, index) => `#r${index}`).join(', ');
    return this.update(tableArn, version, {
      sets: ranges.map((_, index) => `#g${index} = :g${index}`),
      rest: removed && `REMOVE ${removed}`,
      names: {
        ...Object.fromEntries(ranges.map(([cidr], index) => [`#g${index}`, cidr])),
        ...Object.fromEntries(released.map((cidr, index) => [`#r${index}`, cidr])),
      },
      values: Object.fromEntries(ranges.map(([, range], index) => [`:g${index}`, range])),
    });
  }

  public async release(tableArn: string, owner: string): Promise<void> {
    await this.client.send(new UpdateCommand({
      TableName: tableArn,
      Key: KEY,
      UpdateExpression: 'REMOVE #request',
      ExpressionAttributeNames: { '#request': REQUEST + owner },
    }));
  }

  public async configure(tableArn: string, settings: SpaceSettings, version: number): Promise<Written> {
    return this.update(tableArn, version, {
      sets: ['#settings = :settings'],
      rest: '',
      names: { '#settings': 'settings' },
      values: { ':settings': settings },
    });
  }

  private async update(
    tableArn: string,
    version: number,
    { sets, rest, names, values }: {
      readonly sets: readonly string[];
      readonly rest: string;
      readonly names: Readonly<Record<string, string>>;
      readonly values: Readonly<Record<string, unknown>>;
    },
  ): Promise<Written> {
    const isNew = version === 0;
    try {
      const { Attributes } = await this.client.send(new UpdateCommand({
        TableName: tableArn,
        Key: KEY,
        UpdateExpression: `SET ${['#version = :next', ...sets].join(', ')} ${rest}`.trim(),
        ConditionExpression: isNew ? 'attribute_not_exists(#version)' : '#version = :version',
        ExpressionAttributeNames: { '#version': 'version', ...names },
        ExpressionAttributeValues: { ':next': version + 1, ...(!isNew && { ':version': version }), ...values },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }));
      return { isWritten: true, space: spaceOf(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { isWritten: false, space: spaceOf(error.Item && unmarshall(error.Item)) };
    }
  }
}

/** The attributes were written by this class. */
function spaceOf(item: Readonly<Record<string, unknown>> = {}): Space {
  const withPrefix = <Value>(prefix: string): Record<string, Value> => Object.fromEntries(
    Object.entries(item)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value as Value]),
  );
  const given = Object.entries(item).filter(([name]) => /^[\d.]+\/\d+$/.test(name));
  return {
    version: Number(item.version ?? 0),
    ...(item.settings !== undefined && { settings: item.settings as SpaceSettings }),
    requests: withPrefix<RangeRequest>(REQUEST),
    given: Object.fromEntries(given.map(([cidr, range]) => [cidr, range as GivenRange])),
    seen: withPrefix<SeenNetworks>(SEEN),
  };
}
