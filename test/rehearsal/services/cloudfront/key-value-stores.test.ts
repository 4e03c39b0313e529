import {
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  ListKeysCommand,
  PutKeyCommand,
  UpdateKeysCommand,
  type CloudFrontKeyValueStoreClient,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import { createStore, storeClient } from './world';
import type { KeyValueStore } from '../../../../rehearsal/services/cloudfront/key-value-store';
import { CICD, MEMBER, World } from '../world';

let world: World;
let store: KeyValueStore;
let client: CloudFrontKeyValueStoreClient;

beforeEach(async () => {
  world = await World.start();
  store = await createStore(world, { active: 'blue' });
  client = storeClient(world);
});
afterEach(async () => { await world.stop(); });

const tag = async (): Promise<string | undefined> =>
  (await client.send(new DescribeKeyValueStoreCommand({ KvsARN: store.arn }))).ETag;

const put = async (key: string, value: string, ifMatch?: string) =>
  client.send(
    new PutKeyCommand({ KvsARN: store.arn, Key: key, Value: value, IfMatch: ifMatch ?? await tag() }),
  );

test('writes a key only with the current entity tag', async () => {
  const first = await tag();
  const { ETag: second, ItemCount: count, TotalSizeInBytes: bytes } = await put('active', 'green', first);
  expect([count, bytes]).toEqual([1, 'activegreen'.length]);
  expect(second).not.toBe(first);
  await expect(tag()).resolves.toBe(second);
  await expect(put('active', 'blue', first)).rejects.toMatchObject({
    name: 'ConflictException',
    message: 'Pre-Condition failed',
  });
  await expect(client.send(new GetKeyCommand({ KvsARN: store.arn, Key: 'active' }))).resolves.toMatchObject({
    Key: 'active',
    Value: 'green',
    ItemCount: 1,
  });
});

test('functions in this process pass the entity tag without HTTP', async () => {
  const { credentials: { accessKeyId }, region } = world.as(CICD);
  const call = { service: 'cloudfront-keyvaluestore', region, accessKeyId };
  const input = { KvsARN: store.arn, Key: 'active', Value: 'green', IfMatch: store.etag };
  await expect(world.server.call({ ...call, operation: 'PutKey', input })).resolves.toMatchObject({ ItemCount: 1 });
  await expect(world.server.call({ ...call, operation: 'PutKey', input })).rejects.toThrow('Pre-Condition failed');
});

test('keeps slashes and spaces in keys', async () => {
  await put('a/b c', 'x');
  const { Value: value } = await client.send(new GetKeyCommand({ KvsARN: store.arn, Key: 'a/b c' }));
  expect(value).toBe('x');
});

test('updates and deletes several keys at once', async () => {
  await put('old', '1');
  await client.send(
    new UpdateKeysCommand({
      KvsARN: store.arn,
      IfMatch: await tag(),
      Puts: [{ Key: 'active', Value: 'green' }, { Key: 'fence', Value: '2' }],
      Deletes: [{ Key: 'old' }],
    }),
  );
  const { Items: items } = await client.send(new ListKeysCommand({ KvsARN: store.arn }));
  expect(items).toEqual([{ Key: 'active', Value: 'green' }, { Key: 'fence', Value: '2' }]);
  await client.send(new DeleteKeyCommand({ KvsARN: store.arn, Key: 'fence', IfMatch: await tag() }));
  const page = await client.send(new ListKeysCommand({ KvsARN: store.arn, MaxResults: 1 }));
  expect(page).toMatchObject({ Items: [{ Key: 'active' }] });
  expect(page.NextToken).toBeUndefined();
});

test('makes all changes of a request or none', async () => {
  await expect(
    client.send(
      new UpdateKeysCommand({
        KvsARN: store.arn,
        IfMatch: await tag(),
        Puts: [{ Key: 'active', Value: 'green' }],
        Deletes: [{ Key: 'missing' }],
      }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: 'Key not found: missing' });
  expect(store.keys.get('active')).toBe('blue');
});

test('rejects what AWS rejects', async () => {
  await expect(put('x'.repeat(513), '1')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Member must have length less than or equal to 512'),
  });
  await expect(put('x', '1'.repeat(1025))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Member must have length less than or equal to 1024'),
  });
  const update = async (count: number) =>
    client.send(
      new UpdateKeysCommand({
        KvsARN: store.arn,
        IfMatch: await tag(),
        Puts: Array.from({ length: count }, (_, index) => ({ Key: `${index}`, Value: '' })),
      }),
    );
  await expect(update(51)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(update(0)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(client.send(new GetKeyCommand({ KvsARN: store.arn, Key: 'x' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(
    storeClient(world, MEMBER).send(new GetKeyCommand({ KvsARN: store.arn, Key: 'active' })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('needs the permission of the operation on the store', async () => {
  world.iam.putRole({
    arn: `arn:aws:iam::${CICD}:role/reader`,
    roleName: 'reader',
    roleId: 'AROAREADER',
    accountId: CICD,
    trust: { Statement: [] },
    policies: {
      only: {
        Statement: [{ Effect: 'Allow', Action: 'cloudfront-keyvaluestore:GetKey', Resource: store.arn }],
      },
    },
    managedPolicyArns: [],
    tags: {},
  });
  const reader = storeClient(world, CICD, 'reader');
  await expect(reader.send(new GetKeyCommand({ KvsARN: store.arn, Key: 'active' }))).resolves.toBeDefined();
  await expect(reader.send(new DescribeKeyValueStoreCommand({ KvsARN: store.arn }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('is not authorized to perform: cloudfront-keyvaluestore:DescribeKeyValueStore'),
  });
});

describe('at the edge', () => {
  const values = (...seconds: readonly number[]): unknown => {
    const now = world.clock.now();
    return seconds.map(count => store.atEdge('active', now + count * 1000));
  };

  beforeEach(() => { world.holdTime(); });

  test('a change is in effect after 20 to 32 seconds', async () => {
    await put('active', 'green');
    expect(values(0, 19, 32)).toEqual(['blue', 'blue', 'green']);
  });

  test('a key can be missing for some seconds before its new value', async () => {
    world.cloudfront.delays = { seconds: { minimum: 30, maximum: 30 }, missingSeconds: 5 };
    await put('active', 'green');
    expect(values(0, 24, 26, 30)).toEqual(['blue', 'blue', undefined, 'green']);
  });

  test('a change replaces an earlier one that is not in effect yet', async () => {
    world.cloudfront.delays = { seconds: { minimum: 32, maximum: 32 }, missingSeconds: 0 };
    await put('active', 'green');
    world.cloudfront.delays = { seconds: { minimum: 20, maximum: 20 }, missingSeconds: 0 };
    await put('active', 'blue');
    expect(values(21, 40)).toEqual(['blue', 'blue']);
  });
});

test('a store is filled from a file', async () => {
  world.s3.createBucket(CICD, 'eu-central-1', 'assets');
  world.s3.write('assets', 'keys/one.json', Buffer.from('{"data":[{"key":"active","value":"green"}]}'));
  const type = world.type('AWS::CloudFront::KeyValueStore');
  const source = { SourceType: 'S3', SourceArn: 'arn:aws:s3:::assets/keys/one.json' };
  const { id, attributes } = await type.create({ Name: 'imported', ImportSource: source }, world.context(CICD));
  expect(id).toBe('imported');
  expect(world.cloudfront.stores.byArn(String(attributes.Arn))?.atEdge('active', world.clock.now())).toBe('green');
  await expect(type.create({ Name: 'imported' }, world.context(CICD))).rejects.toThrow('already exists');
  await type.remove('imported', {}, world.context(CICD));
  expect(world.cloudfront.stores.byArn(String(attributes.Arn))).toBeUndefined();
});
