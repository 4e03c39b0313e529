import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CICD, MEMBER, REGION, World } from '../world';

let world: World;
let client: DynamoDBClient;
let table: DynamoDBDocumentClient;

const properties = {
  TableName: 'registry',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'true' },
  SSESpecification: { SSEEnabled: true },
  DeletionProtectionEnabled: 'false',
  GlobalSecondaryIndexes: [
    {
      IndexName: 'inverse',
      KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

beforeEach(async () => {
  world = await World.start();
  client = new DynamoDBClient(world.as(CICD));
  table = DynamoDBDocumentClient.from(client);
});
afterEach(async () => { await world.stop(); });

test('a table of a template supports conditional writes', async () => {
  const made = await world.type('AWS::DynamoDB::Table').create(properties, world.context(CICD));
  expect(made).toMatchObject({
    id: 'registry',
    attributes: { Arn: `arn:aws:dynamodb:${REGION}:${CICD}:table/registry` },
  });
  await expect(client.send(new DescribeTableCommand({ TableName: 'registry' }))).resolves.toMatchObject({
    Table: { TableStatus: 'ACTIVE', TableArn: made.attributes.Arn },
  });

  const put = new PutCommand({
    TableName: 'registry',
    Item: { pk: 'a', sk: 'b', owner: 'one' },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await table.send(put);
  await expect(table.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  await table.send(new UpdateCommand({
    TableName: 'registry',
    Key: { pk: 'a', sk: 'b' },
    UpdateExpression: 'SET #n = if_not_exists(#n, :zero) + :one',
    ExpressionAttributeNames: { '#n': 'fence' },
    ExpressionAttributeValues: { ':zero': 0, ':one': 1 },
  }));
  const { Item: item } = await table.send(
    new GetCommand({ TableName: 'registry', Key: { pk: 'a', sk: 'b' }, ConsistentRead: true }),
  );
  expect(item).toEqual({ pk: 'a', sk: 'b', owner: 'one', fence: 1 });
  const { Items: items } = await table.send(
    new QueryCommand({
      TableName: 'registry',
      IndexName: 'inverse',
      KeyConditionExpression: 'sk = :sk',
      ExpressionAttributeValues: { ':sk': 'b' },
    }),
  );
  expect(items).toHaveLength(1);
  expect(world.server.calls.filter(call => call.operation === 'PutItem').map(call => call.error)).toEqual([
    undefined,
    'ConditionalCheckFailedException',
  ]);
});

test('tables belong to one account and one region', async () => {
  const { AttributeDefinitions, KeySchema } = properties;
  await world
    .type('AWS::DynamoDB::Table')
    .create(
      {
        AttributeDefinitions,
        KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
        TableName: 'one',
        GlobalSecondaryIndexes: undefined,
      },
      world.context(CICD),
    );
  const member = new DynamoDBClient(world.as(MEMBER));
  await expect(member.send(new DescribeTableCommand({ TableName: 'one' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  const command = new CreateTableCommand({
    TableName: 'one',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await expect(member.send(command)).resolves.toMatchObject({
    TableDescription: { TableArn: `arn:aws:dynamodb:${REGION}:${MEMBER}:table/one` },
  });
});

test('a table is protected against deletion while the template enables the protection', async () => {
  const type = world.type('AWS::DynamoDB::GlobalTable');
  const input = { ...properties, Replicas: [{ Region: REGION, DeletionProtectionEnabled: true }] };
  await type.create(input, world.context(CICD));
  await expect(type.create(input, world.context(CICD))).rejects.toThrow('Table already exists: registry');
  await expect(type.remove('registry', input, world.context(CICD))).rejects.toThrow(/protected against deletion/);
  await type.remove('registry', { ...input, Replicas: [{ Region: REGION }] }, world.context(CICD));
  await expect(client.send(new DescribeTableCommand({ TableName: 'registry' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
