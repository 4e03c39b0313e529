import { ACCOUNT, REGION, World } from './world';

const TableName = 'registry';
const ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/registry`;
const ABSENT = 'attribute_not_exists(pk)';

describe.each([
  ['dynalite', false],
  ['plain memory', true],
])('a policy on tables of %s', (_title, isDirect) => {
  let world: World;
  beforeEach(async () => {
    world = await World.start(isDirect);
  });
  afterEach(async () => world.simulation.stop());

  const allow = (actions: readonly string[], keys: string[], resource = ARN) => ({
    Effect: 'Allow' as const,
    Action: actions.map(action => `dynamodb:${action}`),
    Resource: resource,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      'Null': { 'dynamodb:LeadingKeys': 'false' },
    },
  });

  test('allows each action of a transaction by its keys', async () => {
    const { lib, table } = world.sdk({
      Statement: [allow(['PutItem'], ['mine#*']), allow(['ConditionCheckItem'], ['*'])],
    });
    const check = { ConditionCheck: { TableName, Key: { pk: 'other' }, ConditionExpression: ABSENT } };
    const write = async (pk: string, ...others: object[]): Promise<unknown> =>
      table.send(new lib.TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { pk } } }, ...others] }));
    await write('mine#1', check);
    const denied = (action: string) => ({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`dynamodb:${action} on resource: ${ARN}`),
    });
    await expect(
      write('other', { ConditionCheck: { ...check.ConditionCheck, Key: { pk: 'a' } } }),
    ).rejects.toMatchObject(denied('PutItem'));
    await expect(write('mine#2', { Put: { TableName, Item: { pk: 'other' } } })).rejects.toMatchObject(
      denied('PutItem'),
    );
    await expect(write('mine#2', { Delete: { TableName, Key: { pk: 'mine#1' } } })).rejects.toMatchObject(
      denied('DeleteItem'),
    );
  });

  test('allows a batch and a query by their keys', async () => {
    const policy = {
      Statement: [allow(['BatchGetItem'], ['mine#*']), allow(['Query'], ['me'], `${ARN}/index/byOwner`)],
    };
    const { lib, table } = world.sdk(policy);
    const batch = async (...pks: string[]): Promise<unknown> =>
      table.send(new lib.BatchGetCommand({ RequestItems: { [TableName]: { Keys: pks.map(pk => ({ pk })) } } }));
    const query = async (owner: string, IndexName?: string, key = 'owner'): Promise<unknown> =>
      table.send(
        new lib.QueryCommand({
          TableName,
          IndexName,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': key },
          ExpressionAttributeValues: { ':key': owner },
        }),
      );
    await batch('mine#1', 'mine#2');
    await query('me', 'byOwner');
    const denied = { name: 'AccessDeniedException' };
    await expect(batch('mine#1', 'other')).rejects.toMatchObject(denied);
    await expect(query('you', 'byOwner')).rejects.toMatchObject(denied);
    await expect(query('me', 'keys')).rejects.toMatchObject(denied);
    await expect(query('me', undefined, 'pk')).rejects.toMatchObject(denied);
  });

  test('uses the partition key of an index, wherever the query names it', async () => {
    const { lib, table } = world.sdk({ Statement: [allow(['Query'], ['me'], `${ARN}/index/byOwner`)] });
    const query = async (owner: string, name: string): Promise<unknown> =>
      table.send(
        new lib.QueryCommand({
          TableName,
          IndexName: 'byOwner',
          KeyConditionExpression: '#name = :name AND #owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner', '#name': 'name' },
          ExpressionAttributeValues: { ':owner': owner, ':name': name },
        }),
      );
    await query('me', 'bob');
    await expect(query('you', 'me')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
