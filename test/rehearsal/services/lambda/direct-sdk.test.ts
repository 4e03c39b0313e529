import type { DirectCall } from '../../../../rehearsal/core/protocol/dispatcher';
import { directSdk } from '../../../../rehearsal/services/lambda/in-process/direct-sdk';

interface S3Package {
  readonly S3Client: new () => { send(command: unknown): Promise<unknown> };
  readonly ListObjectsV2Command: new (input: object) => unknown;
  readonly DeleteObjectsCommand: new (input: object) => unknown;
}

const asked: DirectCall[] = [];

function s3(answer: object): S3Package {
  const options = {
    region: 'eu-west-1',
    accessKeyId: 'key',
    maxAttempts: 1,
    random: () => 0,
    operationsOf: () => [],
    sleep: async () => undefined,
  };
  return directSdk({
    ...options,
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
