import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { FakeRegistry } from './fake-registry';
import type { Registry } from '../../lambda/registry/registry';
import { TableRegistry } from '../../lambda/registry/table';
import { RecordChangedError } from '../../lambda/shared/errors';

// it is a server of Node; the types that we have of it only name what the rehearsal needs
const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }) as unknown as Server;
let table: TableRegistry;
let client: DynamoDBClient;

beforeAll(async () => {
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  await client.send(new CreateTableCommand({
    TableName: 'registry',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  }));
  table = new TableRegistry('registry', DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }));
});

afterAll(() => {
  client.destroy();
  server.close();
});

// the fake keeps the promises of the real one because both are held to them here
describe.each<[string, () => Registry]>([['the table', () => table], ['the fake', () => new FakeRegistry()]])('%s', (name, create) => {
  const key = (text: string) => `${name}#${text}`;

  test('knows nothing of a record that was never written', async () => {
    expect(await create().read(key('none'))).toBeUndefined();
  });

  test('answers a record as it was written, with its version, and without what is undefined', async () => {
    const registry = create();
    const record = { state: 'ready', owners: [{ id: 'a' }], nested: { deep: ['x'], absent: undefined }, count: 5, gone: undefined };
    const written = await registry.write(key('one'), record, undefined);
    expect(written.version).toBe(1);
    expect(await registry.read(key('one'))).toEqual({ state: 'ready', owners: [{ id: 'a' }], nested: { deep: ['x'] }, count: 5, version: 1 });
  });

  test('refuses to write what somebody else has written since', async () => {
    const registry = create();
    const first = await registry.write(key('two'), { owner: 'a' }, undefined);
    await expect(registry.write(key('two'), { owner: 'b' }, undefined)).rejects.toThrow(RecordChangedError);
    await registry.write(key('two'), { owner: 'c' }, first.version);
    await expect(registry.write(key('two'), { owner: 'd' }, first.version)).rejects
      .toThrow(`the record '${key('two')}' of the registry was changed by somebody else`);
    expect(await registry.read(key('two'))).toEqual({ owner: 'c', version: 2 });
  });

  test('of two who write at the same time lets one win', async () => {
    const registry = create();
    const results = await Promise.allSettled(['a', 'b', 'c'].map(owner => registry.write(key('race'), { owner }, undefined)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('refuses to remove what somebody else has written since', async () => {
    const registry = create();
    const first = await registry.write(key('three'), { owner: 'a' }, undefined);
    const second = await registry.write(key('three'), { owner: 'b' }, first.version);
    await expect(registry.remove(key('three'), first.version)).rejects.toThrow(RecordChangedError);
    await registry.remove(key('three'), second.version);
    expect(await registry.read(key('three'))).toBeUndefined();
    await expect(registry.remove(key('three'), second.version)).rejects.toThrow(RecordChangedError);
  });

  test('keeps a queue in the order of arrival, and the place of who comes again', async () => {
    const registry = create();
    await registry.enqueue(key('queue'), 'account#a@example.com', 1);
    await registry.enqueue(key('queue'), 'account#b@example.com', 2);
    await registry.enqueue(key('queue'), 'account#b@example.com', 9);
    expect(await registry.enqueue(key('queue'), 'account#c@example.com', 2)).toEqual([
      { member: 'account#a@example.com', since: 1 }, { member: 'account#b@example.com', since: 2 }, { member: 'account#c@example.com', since: 3 },
    ]);
    await registry.leave(key('queue'), 'account#a@example.com');
    await registry.leave(key('queue'), 'account#never@example.com');
    expect((await registry.enqueue(key('queue'), 'account#d@example.com', 3)).map(({ member }) => member[8])).toEqual(['b', 'c', 'd']);
  });

  test('puts who comes later behind the others, whatever his clock says', async () => {
    const registry = create();
    for (const [member, clock] of [['first', 5], ['second', 5], ['third', 1], ['fourth', 9]] as const) await registry.enqueue(key('clocks'), member, clock);
    expect((await registry.enqueue(key('clocks'), 'third', 1)).map(({ member, since }) => `${member} ${since}`)).toEqual(['first 5', 'second 6', 'third 7', 'fourth 9']);
  });

  test('lets many join a queue at once', async () => {
    const registry = create();
    await Promise.all(Array.from({ length: 20 }, (_, index) => registry.enqueue(key('crowd'), `member${index}`, index)));
    expect(await registry.enqueue(key('crowd'), 'member0', 99)).toHaveLength(20);
  });

  test('lets anybody leave a queue that does not exist', async () => {
    await expect(create().leave(key('no queue'), 'nobody')).resolves.toBeUndefined();
  });
});

test('the registry needs the name of its table', () => {
  expect(() => new TableRegistry()).toThrow('the environment variable REGISTRY_TABLE is not set');
});
