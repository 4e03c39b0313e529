import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { World } from './world';

const TableName = 'registry';
const ABSENT = 'attribute_not_exists(pk)';
const CANCELLED = 'Transaction cancelled, please refer cancellation reasons for specific reasons';

describe.each([
  ['dynalite', false],
  ['plain memory', true],
])('tables of %s', (_title, isDirect) => {
  let world: World;
  beforeEach(async () => {
    world = await World.start(isDirect);
  });
  afterEach(async () => world.simulation.stop());

  async function put(...items: Record<string, unknown>[]): Promise<void> {
    const { lib, table } = world.sdk();
    for (const Item of items) await table.send(new lib.PutCommand({ TableName, Item }));
  }

  async function get(pk: string): Promise<unknown> {
    const { lib, table } = world.sdk();
    return (await table.send(new lib.GetCommand({ TableName, Key: { pk }, ConsistentRead: true }))).Item;
  }

  async function transact(
    TransactItems: TransactWriteCommandInput['TransactItems'],
    ClientRequestToken?: string,
  ): Promise<void> {
    const { lib, table } = world.sdk();
    await table.send(new lib.TransactWriteCommand({ TransactItems, ClientRequestToken }));
  }

  /** Returns a transaction action that increments the version of a record if it is unchanged. */
  const step = (pk: string, version: number) => ({
    Update: {
      TableName,
      Key: { pk },
      UpdateExpression: 'SET #version = #version + :one, note = if_not_exists(note, :note) REMOVE former',
      ConditionExpression: 'attribute_exists(pk) AND #version = :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': version, ':one': 1, ':note': 'new' },
    },
  });

  test.each(['ALL_OLD', 'NONE'] as const)(
    'a write whose condition fails has the item in its error if it is wanted: %s',
    async ReturnValuesOnConditionCheckFailure => {
      await put({ pk: 'a', version: 1 });
      const { lib, table } = world.sdk();
      const condition = { ConditionExpression: ABSENT, ReturnValuesOnConditionCheckFailure };
      const error = expect.objectContaining(ReturnValuesOnConditionCheckFailure === 'NONE'
        ? { name: 'ConditionalCheckFailedException' }
        : { name: 'ConditionalCheckFailedException', Item: { pk: { S: 'a' }, version: { N: '1' } } });
      const putting = table.send(new lib.PutCommand({ TableName, Item: { pk: 'a' }, ...condition }));
      await expect(putting).rejects.toEqual(error);
      await expect(table.send(new lib.UpdateCommand({
        TableName,
        Key: { pk: 'a' },
        UpdateExpression: 'SET version = :version',
        ExpressionAttributeValues: { ':version': 2 },
        ...condition,
      }))).rejects.toEqual(error);
      expect(await get('a')).toEqual({ pk: 'a', version: 1 });
    },
  );

  describe('a transaction', () => {
    test('writes everything', async () => {
      await put({ pk: 'a', version: 1, former: true }, { pk: 'b', version: 1 }, { pk: 'c', version: 1 });
      await transact([
        step('a', 1),
        { Delete: { TableName, Key: { pk: 'b' } } },
        { Put: { TableName, Item: { pk: 'd', owner: 'me' }, ConditionExpression: ABSENT } },
        { ConditionCheck: { TableName, Key: { pk: 'e' }, ConditionExpression: ABSENT } },
        {
          ConditionCheck: {
            TableName,
            Key: { pk: 'c' },
            ConditionExpression: 'version = :version',
            ExpressionAttributeValues: { ':version': 1 },
          },
        },
      ]);
      expect(await get('a')).toEqual({ pk: 'a', version: 2, note: 'new' });
      expect(await get('b')).toBeUndefined();
      expect(await get('c')).toEqual({ pk: 'c', version: 1 });
      expect(await get('d')).toEqual({ pk: 'd', owner: 'me' });
      expect(await get('e')).toBeUndefined();
    });

    test('writes nothing if one condition fails, and names it', async () => {
      await put({ pk: 'a', version: 1 }, { pk: 'b', version: 7 });
      const failed = transact([
        step('a', 1),
        { Put: { TableName, Item: { pk: 'c' } } },
        {
          Put: {
            TableName,
            Item: { pk: 'b' },
            ConditionExpression: ABSENT,
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        { ConditionCheck: { TableName, Key: { pk: 'd' }, ConditionExpression: 'attribute_exists(pk)' } },
      ]);
      await expect(failed).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        message: `${CANCELLED} [None, None, ConditionalCheckFailed, ConditionalCheckFailed]`,
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'None' },
          {
            Code: 'ConditionalCheckFailed',
            Message: 'The conditional request failed',
            Item: { pk: { S: 'b' }, version: { N: '7' } },
          },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
        ],
      });
      const { client } = world.sdk();
      await expect(failed).rejects.toBeInstanceOf(client.TransactionCanceledException);
      expect([await get('a'), await get('b')]).toEqual([
        { pk: 'a', version: 1 },
        { pk: 'b', version: 7 },
      ]);
      expect([await get('c'), await get('d')]).toEqual([undefined, undefined]);
    });

    test('is atomic for concurrent reads', async () => {
      await put({ pk: 'a', version: 0 }, { pk: 'b', version: 0 });
      const one = Array.from({ length: 5 }, async () =>
        transact([step('a', 0), step('b', 0)]).then(
          () => 'done',
          (error: Error) => error.name,
        ),
      );
      expect((await Promise.all(one)).sort()).toEqual([...Array(4).fill('TransactionCanceledException'), 'done']);
      expect([await get('a'), await get('b')]).toMatchObject([{ version: 1 }, { version: 1 }]);
    });

    test('is invisible to concurrent reads if it is rejected', async () => {
      await put({ pk: 'taken' });
      const refused = Array.from({ length: 5 }, async () =>
        transact([
          { Put: { TableName, Item: { pk: 'a' } } },
          { Put: { TableName, Item: { pk: 'taken' }, ConditionExpression: ABSENT } },
        ]).catch((error: Error) => error.name),
      );
      const seen = Array.from({ length: 50 }, async () => get('a'));
      expect(new Set(await Promise.all(refused))).toEqual(new Set(['TransactionCanceledException']));
      expect(new Set(await Promise.all(seen))).toEqual(new Set([undefined]));
    });

    test('is executed once per token, and rejects another request with the token', async () => {
      await put({ pk: 'a', version: 1 });
      await transact([step('a', 1)], 'token');
      await transact([step('a', 1)], 'token');
      expect(await get('a')).toMatchObject({ version: 2 });
      await expect(transact([step('a', 2)], 'token')).rejects.toMatchObject({
        name: 'IdempotentParameterMismatchException',
      });
      // work is not scaled: in scaled time this is ten real minutes
      if (!isDirect) return;
      await world.simulation.clock.sleep(601);
      await transact([step('a', 2)], 'token');
      expect(await get('a')).toMatchObject({ version: 3 });
    });

    test('accepts at most one hundred actions, on different items', async () => {
      const actions = Array.from({ length: 101 }, (_, index) => ({
        Put: { TableName, Item: { pk: `item-${index}` } },
      }));
      await transact(actions.slice(1));
      expect(await get('item-100')).toEqual({ pk: 'item-100' });
      await expect(transact(actions)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('Member must have length less than or equal to 100'),
      });
      await expect(
        transact([...actions.slice(0, 2), { Delete: { TableName, Key: { pk: 'item-0' } } }]),
      ).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'Transaction request cannot include multiple operations on one item',
      });
      expect(await get('item-0')).toBeUndefined();
    });

    test('rejects a missing table, and is cancelled by an item that is too large', async () => {
      const absent = transact([{ Put: { TableName: 'nowhere', Item: { pk: 'a' } } }]);
      await expect(absent).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      const large = transact([
        { Put: { TableName, Item: { pk: 'a' } } },
        { Put: { TableName, Item: { pk: 'b', text: 'x'.repeat(409_600) } } },
      ]);
      await expect(large).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ValidationError', Message: 'Item size has exceeded the maximum allowed size' },
        ],
      });
      expect(await get('a')).toBeUndefined();
    });
  });

  test('rejects an item of more than 400 KB, counting names and values', async () => {
    const item = (bytes: number): Record<string, unknown> => ({
      pk: 'a',
      text: 'x'.repeat(bytes - 'pkatext'.length),
    });
    await put(item(409_600));
    const tooLarge = { name: 'ValidationException', message: 'Item size has exceeded the maximum allowed size' };
    await expect(put(item(409_601))).rejects.toMatchObject(tooLarge);
    const { lib, table } = world.sdk();
    const update = new lib.UpdateCommand({
      TableName,
      Key: { pk: 'a' },
      UpdateExpression: 'SET more = :more',
      ExpressionAttributeValues: { ':more': 'x' },
    });
    await expect(table.send(update)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Item size to update has exceeded the maximum allowed size',
    });
  });

  describe('BatchGetItem', () => {
    async function batch(Keys: Record<string, unknown>[], more: object = {}) {
      const { lib, table } = world.sdk();
      return table.send(new lib.BatchGetCommand({ RequestItems: { [TableName]: { Keys, ...more } } }));
    }

    test('returns the items that exist', async () => {
      await put({ pk: 'a', version: 1 }, { pk: 'b', version: 2 });
      const { Responses: responses, UnprocessedKeys: unprocessed } = await batch(
        [{ pk: 'a' }, { pk: 'b' }, { pk: 'c' }],
        { ConsistentRead: true },
      );
      expect(responses?.[TableName]).toHaveLength(2);
      expect(responses?.[TableName]).toEqual(
        expect.arrayContaining([
          { pk: 'a', version: 1 },
          { pk: 'b', version: 2 },
        ]),
      );
      expect(unprocessed).toEqual({});
    });

    test('accepts at most one hundred keys without duplicates', async () => {
      const keys = Array.from({ length: 101 }, (_, index) => ({ pk: `item-${index}` }));
      expect((await batch(keys.slice(1))).Responses).toEqual({ [TableName]: [] });
      await expect(batch(keys)).rejects.toMatchObject({ name: 'ValidationException' });
      await expect(batch([keys[0], keys[0]])).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'Provided list of item keys contains duplicates',
      });
    });

    test('returns unprocessed keys if the response exceeds 16 MB', async () => {
      const text = 'x'.repeat(400_000);
      const pks = Array.from({ length: 45 }, (_, index) => `item-${index}`);
      await put(...pks.map(pk => ({ pk, text })));
      const { Responses: responses, UnprocessedKeys: unprocessed } = await batch(pks.map(pk => ({ pk })));
      const answered = responses?.[TableName].map(({ pk }) => String(pk)) ?? [];
      const left = unprocessed?.[TableName].Keys?.map(({ pk }) => String(pk)) ?? [];
      expect([...answered, ...left].sort()).toEqual([...pks].sort());
      expect(answered.length).toBeGreaterThan(37);
      expect(answered.length).toBeLessThan(42);
    });
  });

  describe('Query', () => {
    const NAMES = ['anna', 'bert', 'bob', 'carl'];
    beforeEach(async () => {
      await put(...NAMES.map((name, index) => ({ pk: `item-${3 - index}`, owner: 'me', name, more: index })));
      await put(
        { pk: 'other', owner: 'you', name: 'bea' },
        { pk: 'bare', owner: 'me' },
        { pk: 'alone', name: 'bibi' },
      );
    });

    async function query(more: object): Promise<Record<string, unknown>[]> {
      const { lib, table } = world.sdk();
      const found: Record<string, unknown>[] = [];
      const input = {
        TableName,
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': 'me' },
      };
      for await (const { Items: items = [] } of lib.paginateQuery(
        { client: table, pageSize: 2 },
        { ...input, ...more },
      )) {
        found.push(...items);
      }
      return found;
    }

    test('returns items of an index in the order of the sort key, in pages', async () => {
      expect((await query({ IndexName: 'byOwner' })).map(({ name }) => name)).toEqual(NAMES);
      expect((await query({ IndexName: 'byOwner', ScanIndexForward: false })).map(({ name }) => name)).toEqual(
        [...NAMES].reverse(),
      );
      const { lib, table } = world.sdk();
      const input = {
        TableName,
        IndexName: 'byOwner',
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': 'me' },
        Limit: 3,
      };
      const first = await table.send(new lib.QueryCommand(input));
      expect(first).toMatchObject({ Count: 3, LastEvaluatedKey: { pk: 'item-1', owner: 'me', name: 'bob' } });
      const second = await table.send(new lib.QueryCommand({ ...input, ExclusiveStartKey: first.LastEvaluatedKey }));
      expect(second.Items).toEqual([{ pk: 'item-0', owner: 'me', name: 'carl', more: 3 }]);
      expect(second.LastEvaluatedKey).toBeUndefined();
    });

    test('supports begins_with on the sort key, and sees changes of items', async () => {
      const begins = {
        IndexName: 'byOwner',
        KeyConditionExpression: '#owner = :owner AND begins_with(#name, :name)',
        ExpressionAttributeNames: { '#owner': 'owner', '#name': 'name' },
        ExpressionAttributeValues: { ':owner': 'me', ':name': 'b' },
      };
      expect((await query(begins)).map(({ name }) => name)).toEqual(['bert', 'bob']);
      const { lib, table } = world.sdk();
      await table.send(new lib.DeleteCommand({ TableName, Key: { pk: 'item-2' } }));
      await transact([
        {
          Update: {
            TableName,
            Key: { pk: 'bare' },
            UpdateExpression: 'SET #name = :name',
            ExpressionAttributeNames: { '#name': 'name' },
            ExpressionAttributeValues: { ':name': 'by' },
          },
        },
      ]);
      expect((await query(begins)).map(({ name }) => name)).toEqual(['bob', 'by']);
    });

    test('returns only projected attributes of an index, and only items that have its keys', async () => {
      const found = await query({ IndexName: 'keys' });
      expect(found).toHaveLength(5);
      expect(found).toContainEqual({ pk: 'item-0', owner: 'me' });
    });

    test('returns the items of a partition of the table', async () => {
      const ofTable = {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeNames: undefined,
        ExpressionAttributeValues: { ':pk': 'bare' },
      };
      expect(await query(ofTable)).toEqual([{ pk: 'bare', owner: 'me' }]);
    });

    test('rejects a missing partition key, a missing index, and a consistent read of an index', async () => {
      const refused = async (more: object, message: string): Promise<void> =>
        expect(query({ IndexName: 'byOwner', ...more })).rejects.toMatchObject({
          name: 'ValidationException',
          message,
        });
      await refused({ IndexName: 'nowhere' }, 'The table does not have the specified index: nowhere');
      await refused({ ConsistentRead: true }, 'Consistent reads are not supported on global secondary indexes');
      await refused({ KeyConditionExpression: '#owner > :owner' }, 'Query key condition not supported');
      await refused({ IndexName: undefined }, 'Query condition missed key schema element: pk');
    });
  });

  test('rejects a reserved word and an unused value in an expression', async () => {
    const { lib, table } = world.sdk();
    const send = async (more: object): Promise<unknown> =>
      table.send(new lib.PutCommand({ TableName, Item: { pk: 'a' }, ...more }));
    await expect(send({ ConditionExpression: 'attribute_not_exists(name)' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('reserved keyword: name'),
    });
    await expect(
      send({ ConditionExpression: ABSENT, ExpressionAttributeValues: { ':unused': 1 } }),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('unused in expressions: keys: {:unused}'),
    });
  });
});
