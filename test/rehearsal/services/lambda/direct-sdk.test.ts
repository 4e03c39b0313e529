import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectCall } from '../../../../rehearsal/core/protocol/dispatcher';
import { directSdk } from '../../../../rehearsal/services/lambda/in-process/direct-sdk';
import { ACCOUNT, VirtualWorld } from '../virtual-world';

interface S3Package {
  readonly S3Client: new () => { send(command: unknown): Promise<unknown> };
  readonly ListObjectsV2Command: new (input: object) => unknown;
  readonly DeleteObjectsCommand: new (input: object) => unknown;
}

const OPTIONS = {
  region: 'eu-west-1',
  accessKeyId: 'key',
  maxAttempts: 1,
  random: () => 0,
  operationsOf: () => [],
  sleep: async () => undefined,
};
const asked: DirectCall[] = [];

function s3(answer: object): S3Package {
  return directSdk({
    ...OPTIONS,
    call: async request => {
      asked.push(request);
      return answer;
    },
  })('@aws-sdk/client-s3') as S3Package;
}

test('responses of S3 have no root element, as in the SDK', async () => {
  const { S3Client, ListObjectsV2Command } = s3({
    ListBucketResult: { Contents: [{ Key: 'one' }], IsTruncated: false },
  });
  expect(await new S3Client().send(new ListObjectsV2Command({ Bucket: 'box' }))).toEqual({
    Contents: [{ Key: 'one' }],
    IsTruncated: false,
  });
});

test('an empty response stays empty', async () => {
  const { S3Client, ListObjectsV2Command } = s3({});
  expect(await new S3Client().send(new ListObjectsV2Command({ Bucket: 'box' }))).toEqual({});
});

test('the keys of DeleteObjects are written into the body of the request', async () => {
  const { S3Client, DeleteObjectsCommand } = s3({ DeleteResult: { Deleted: [] } });
  await new S3Client().send(
    new DeleteObjectsCommand({ Bucket: 'box', Delete: { Objects: [{ Key: 'one/<&>' }, { Key: 'two' }], Quiet: true } }),
  );
  expect(asked.at(-1)?.body?.toString()).toBe(
    '<Delete><Object><Key>one/&lt;&amp;&gt;</Key></Object><Object><Key>two</Key></Object></Delete>',
  );
});

describe('S3 without its client', () => {
  type Answer = Record<string, unknown>;
  let world: VirtualWorld;
  let send: (operation: string, input?: object) => Promise<Answer>;

  beforeAll(async () => {
    world = await VirtualWorld.start();
    const { server, iam } = world.simulation;
    const { accessKeyId } = iam.issue({ accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` });
    const load = directSdk({ ...OPTIONS, accessKeyId, call: async request => server.call(request) });
    const { S3 } = load('@aws-sdk/client-s3') as { S3: new () => Record<string, (input: object) => Promise<Answer>> };
    send = async (operation, input = {}) => new S3()[operation]({ Bucket: 'box', ...input });
    await send('createBucket');
    await send('putObject', { Key: 'a/1', Body: 'one', ContentType: 'text/plain', Metadata: { Team: 'shop' } });
    await send('putObject', { Key: 'b/1', Body: 'two' });
  });
  afterAll(async () => world.stop());

  test('lists the objects that the prefix and the delimiter select, in pages', async () => {
    const keys = ({ Contents }: Answer): unknown => (Contents as { Key: string }[]).map(({ Key }) => Key);
    expect(keys(await send('listObjectsV2', { Prefix: 'a/' }))).toEqual(['a/1']);
    expect(await send('listObjectsV2', { Delimiter: '/' }))
      .toMatchObject({ CommonPrefixes: [{ Prefix: 'a/' }, { Prefix: 'b/' }] });
    const first = await send('listObjectsV2', { MaxKeys: 1 });
    const second = await send('listObjectsV2', { MaxKeys: 1, ContinuationToken: first.NextContinuationToken });
    expect([keys(first), keys(second)]).toEqual([['a/1'], ['b/1']]);
  });

  test.each(['headObject', 'getObject'])('%s returns the fields that are in headers', async operation => {
    expect(await send(operation, { Key: 'a/1' })).toMatchObject({
      ContentLength: 3,
      ContentType: 'text/plain',
      Metadata: { team: 'shop' },
      ETag: expect.stringMatching(/^"\w+"$/),
      LastModified: expect.any(Date),
    });
  });

  test('names the command that installs the client for other operations', async () => {
    await expect(send('listObjectVersions')).rejects.toThrow(
      "the rehearsal does not include '@aws-sdk/client-s3', which ListObjectVersions needs: bundle it, or install it "
        + 'in the current folder: npm install @aws-sdk/client-s3',
    );
  });
});

describe('a client calls the service that it signs for', () => {
  const folder = join(__dirname, '../../../../node_modules/@aws-sdk');
  const clients = readdirSync(folder).filter(name => name.startsWith('client-'));

  /** The name in the code of the client; a client may have it in one of several files. */
  function signingNameOf(client: string): string | undefined {
    const code = join(folder, client, 'dist-cjs');
    return readdirSync(code, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.js'))
      .map(file => /defaultSigningName: "([^"]+)"/.exec(readFileSync(join(code, file), 'utf8'))?.[1])
      .find(name => name !== undefined);
  }

  test.each(clients)('%s', async client => {
    const services: string[] = [];
    const { AnyClient, PutObjectCommand } = directSdk({
      ...OPTIONS,
      call: async ({ service }) => {
        services.push(service);
        return {};
      },
    })(`@aws-sdk/${client}`) as Record<string, new (input?: object) => { send(command: unknown): Promise<unknown> }>;
    await new AnyClient().send(new PutObjectCommand({}));
    expect(services).toEqual([signingNameOf(client)]);
  });
});
