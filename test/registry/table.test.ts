import { CreateTableCommand, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { FakeRegistry } from './fake-registry';
import type { Registry } from '../../lambda/registry/registry';
import { TableRegistry } from '../../lambda/registry/table';
import { RecordChangedError } from '../../lambda/shared/errors';
import { Simulation } from '../../rehearsal/simulation';
import { LISTED, RECORDS, REGISTRY_INDEX } from '../../src/registry/contract';

const [ACCOUNT, REGION] = ['222222222222', 'eu-central-1'];
let simulation: Simulation;
let table: TableRegistry;
let client: DynamoDBClient;

beforeAll(async () => {
  simulation = await Simulation.start({ managementAccountId: '999999999999' });
  const credentials = simulation.iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
  client = new DynamoDBClient({ endpoint: simulation.server.endpoint, region: REGION, credentials });
  await client.send(
    new CreateTableCommand({
      TableName: 'registry',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: REGISTRY_INDEX.partitionKey, AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: REGISTRY_INDEX.indexName,
          KeySchema: [
            { AttributeName: REGISTRY_INDEX.partitionKey, KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  table = new TableRegistry(
    'registry',
    DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
  );
});

afterAll(async () => {
  client.destroy();
  await simulation.stop();
});

/** The calls that something makes to the table. */
async function callsOf(action: () => Promise<unknown>): Promise<string[]> {
  const before = new Set(simulation.server.calls);
  await action();
  return simulation.server.calls.filter(call => !before.has(call)).map(({ operation }) => operation);
}

// the fake keeps the promises of the real one because both are held to them here
describe.each<[string, () => Registry]>([
  ['the table', () => table],
  ['the fake', () => new FakeRegistry()],
])('%s', (name, create) => {
  const key = (text: string) => `${name}#${text}`;

  test('returns undefined for a record that does not exist', async () => {
    expect(await create().read(key('none'))).toBeUndefined();
  });

  test('returns a record as it was written, with its version and without undefined fields', async () => {
    const registry = create();
    const record = {
      state: 'ready',
      owners: [{ id: 'a' }],
      nested: { deep: ['x'], absent: undefined },
      count: 5,
      gone: undefined,
    };
    const written = await registry.write(key('one'), record, undefined);
    expect(written.version).toBe(1);
    expect(await registry.read(key('one'))).toEqual({
      state: 'ready',
      owners: [{ id: 'a' }],
      nested: { deep: ['x'] },
      count: 5,
      version: 1,
    });
  });

  test('rejects a write after a concurrent write', async () => {
    const registry = create();
    const first = await registry.write(key('two'), { owner: 'a' }, undefined);
    await expect(registry.write(key('two'), { owner: 'b' }, undefined)).rejects.toThrow(RecordChangedError);
    await registry.write(key('two'), { owner: 'c' }, first.version);
    await expect(registry.write(key('two'), { owner: 'd' }, first.version)).rejects.toThrow(
      `a concurrent writer changed the record '${key('two')}' of the registry`,
    );
    expect(await registry.read(key('two'))).toEqual({ owner: 'c', version: 2 });
  });

  test('accepts one of two concurrent writes', async () => {
    const registry = create();
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map(owner => registry.write(key('race'), { owner }, undefined)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('rejects a removal after a concurrent write', async () => {
    const registry = create();
    const first = await registry.write(key('three'), { owner: 'a' }, undefined);
    const second = await registry.write(key('three'), { owner: 'b' }, first.version);
    await expect(registry.remove(key('three'), first.version)).rejects.toThrow(RecordChangedError);
    await registry.remove(key('three'), second.version);
    expect(await registry.read(key('three'))).toBeUndefined();
    await expect(registry.remove(key('three'), second.version)).rejects.toThrow(RecordChangedError);
  });

  test('returns the last records of a kind that are wanted, last first', async () => {
    const registry = create();
    for (const n of [1, 2, 3, 4, 5]) await registry.write(`${RECORDS.history}${n}`, { n }, undefined);
    const isOdd = ({ n }: { n: number }) => n % 2 === 1;
    expect(await registry.newest<{ n: number }>(LISTED.history, 2, isOdd)).toMatchObject([{ n: 5 }, { n: 3 }]);
  });

  test('keeps a queue in the order of arrival, and the place of a member that joins again', async () => {
    const registry = create();
    await registry.enqueue(key('queue'), 'account#a@example.com', 1);
    await registry.enqueue(key('queue'), 'account#b@example.com', 2);
    await registry.enqueue(key('queue'), 'account#b@example.com', 9);
    expect(await registry.enqueue(key('queue'), 'account#c@example.com', 2)).toEqual([
      { member: 'account#a@example.com', since: 1 },
      { member: 'account#b@example.com', since: 2 },
      { member: 'account#c@example.com', since: 3 },
    ]);
    await registry.dequeue(key('queue'), 'account#a@example.com');
    await registry.dequeue(key('queue'), 'account#never@example.com');
    expect((await registry.enqueue(key('queue'), 'account#d@example.com', 3)).map(({ member }) => member[8])).toEqual([
      'b',
      'c',
      'd',
    ]);
  });

  test('puts a new member behind the others, whatever its clock says', async () => {
    const registry = create();
    for (const [member, clock] of [
      ['first', 5],
      ['second', 5],
      ['third', 1],
      ['fourth', 9],
    ] as const) {
      await registry.enqueue(key('clocks'), member, clock);
    }
    expect(
      (await registry.enqueue(key('clocks'), 'third', 1)).map(({ member, since }) => `${member} ${since}`),
    ).toEqual(['first 5', 'second 6', 'third 7', 'fourth 9']);
  });

  test('accepts many members that join a queue concurrently', async () => {
    const registry = create();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => registry.enqueue(key('crowd'), `member${index}`, index)),
    );
    expect(await registry.enqueue(key('crowd'), 'member0', 99)).toHaveLength(20);
  });

  test('applies all changes of a transaction, or none of them', async () => {
    const registry = create();
    const first = await registry.write(key('together'), { owner: 'a' }, undefined);
    const answer = await registry.transaction(async () => {
      await registry.write(key('together'), { owner: 'b' }, first.version);
      await registry.write(key('beside'), { owner: 'b' }, undefined);
      return 'both';
    });
    expect(answer).toBe('both');
    await expect(
      registry.transaction(async () => {
        await registry.remove(key('beside'), 1);
        await registry.write(key('together'), { owner: 'c' }, first.version);
      }),
    ).rejects.toThrow(RecordChangedError);
    expect(await registry.read(key('together'))).toEqual({ owner: 'b', version: 2 });
    expect(await registry.read(key('beside'))).toEqual({ owner: 'b', version: 1 });
  });

  test('applies none of the changes of a transaction whose action fails', async () => {
    const registry = create();
    await expect(
      registry.transaction(async () => {
        await registry.write(key('failed'), { owner: 'a' }, undefined);
        throw new Error('no account');
      }),
    ).rejects.toThrow('no account');
    expect(await registry.read(key('failed'))).toBeUndefined();
    await registry.write(key('failed'), { owner: 'b' }, undefined);
    expect(await registry.read(key('failed'))).toEqual({ owner: 'b', version: 1 });
  });

  test('lists all records of a kind, and no others', async () => {
    const registry = create();
    const names = [`${name} a`, `${name} b`].map(text => text.replaceAll(' ', '-'));
    for (const environmentName of names) {
      await registry.write(`${RECORDS.environment}${environmentName}`, { environmentName }, undefined);
    }
    await registry.write(`${RECORDS.stack}${names[0]}`, { environmentName: names[0] }, undefined);
    const listed = await registry.list<{ environmentName: string }>(LISTED.environment);
    expect(listed.filter(({ environmentName }) => names.includes(environmentName))).toEqual(
      names.map(environmentName => ({ environmentName, version: 1 })),
    );
  });

  test('accepts to leave a queue that does not exist', async () => {
    await expect(create().dequeue(key('no queue'), 'nobody')).resolves.toBeUndefined();
  });
});

describe('prefetched records', () => {
  test('are read in one call, and read again on a second read', async () => {
    await table.write('ahead#1', { owner: 'a' }, undefined);
    expect(
      await callsOf(async () => {
        await table.prefetch(['ahead#1', 'ahead#2']);
        expect(await table.read('ahead#1')).toEqual({ owner: 'a', version: 1 });
        expect(await table.read('ahead#2')).toBeUndefined();
      }),
    ).toEqual(['BatchGetItem']);
    expect(await callsOf(async () => table.read('ahead#1'))).toEqual(['GetItem']);
  });

  test('have the changes of this invocation', async () => {
    await table.write('ahead#3', { owner: 'a' }, undefined);
    await table.prefetch(['ahead#3']);
    await table.write('ahead#3', { owner: 'b' }, 1);
    expect(await table.read('ahead#3')).toEqual({ owner: 'b', version: 2 });
    await table.remove('ahead#3', 2);
    expect(await table.read('ahead#3')).toBeUndefined();
  });

  test('are read from the table after a rejected change', async () => {
    await table.write('ahead#4', { owner: 'a' }, undefined);
    await table.prefetch(['ahead#4']);
    await client.send(new DeleteItemCommand({ TableName: 'registry', Key: { pk: { S: 'ahead#4' } } }));
    await expect(table.write('ahead#4', { owner: 'b' }, 1)).rejects.toThrow(RecordChangedError);
    expect(await table.read('ahead#4')).toBeUndefined();
  });
});

test('a record whose transaction failed is read from the table', async () => {
  await table.write('ahead#5', { owner: 'a' }, undefined);
  await table.prefetch(['ahead#5']);
  await expect(
    table.transaction(async () => {
      await table.write('ahead#5', { owner: 'b' }, 1);
      throw new Error('no account');
    }),
  ).rejects.toThrow('no account');
  expect(await table.read('ahead#5')).toEqual({ owner: 'a', version: 1 });
});

test('sends a transaction in one call, and a single change without a transaction', async () => {
  expect(
    await callsOf(async () =>
      table.transaction(async () => {
        await table.write('joint#1', { owner: 'a' }, undefined);
        await table.write('joint#2', { owner: 'a' }, undefined);
      }),
    ),
  ).toEqual(['TransactWriteItems']);
  expect(
    await callsOf(async () => table.transaction(async () => table.write('joint#3', { owner: 'a' }, undefined))),
  ).toEqual(['PutItem']);
});

test('rejects a transaction inside another one, whose changes would be lost', async () => {
  const nested = table.transaction(async () => table.transaction(async () => {}));
  await expect(nested).rejects.toThrow('a transaction is in progress');
});

test('rejects an environment without the name of the table', () => {
  expect(() => new TableRegistry()).toThrow('the environment variable REGISTRY_TABLE is not set');
});
