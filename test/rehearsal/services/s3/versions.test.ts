import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CICD, REGION, World } from '../world';

let world: World;
let s3: S3Client;

const Bucket = 'data';

beforeEach(async () => {
  world = await World.start();
  s3 = new S3Client(world.as(CICD));
  world.s3.createBucket(CICD, REGION, Bucket);
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
});
afterEach(async () => world.stop());

const put = async (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'text' }));
const versions = async () => s3.send(new ListObjectVersionsCommand({ Bucket }));

test('a deletion in a bucket with versions adds a marker, and the bucket is not empty', async () => {
  await put('a');
  await put('a');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  const found = await versions();
  expect(found.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['a', false], ['a', false]]);
  expect(found.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);
  await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
});

test('a bucket is empty when all versions and markers are deleted', async () => {
  await put('a');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  const { Versions = [], DeleteMarkers = [] } = await versions();
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(await versions()).not.toHaveProperty('Versions');
  await s3.send(new DeleteBucketCommand({ Bucket }));
  expect(world.s3.bucket(Bucket)).toBeUndefined();
});

test('the deletion of the latest version shows the one before', async () => {
  await put('a');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  const { DeleteMarkers: [{ VersionId = '' } = {}] = [] } = await versions();
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId }));
  expect(world.s3.read(Bucket, 'a')?.toString()).toBe('text');
});

test('pages of versions continue within a key', async () => {
  for (let count = 0; count < 3; count++) await put('a');
  const first = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
  const second = await s3.send(new ListObjectVersionsCommand({
    Bucket, KeyMarker: first.NextKeyMarker, VersionIdMarker: first.NextVersionIdMarker,
  }));
  const ids = [...first.Versions ?? [], ...second.Versions ?? []].map(({ VersionId }) => VersionId);
  expect([first.Versions?.length, second.Versions?.length, new Set(ids).size]).toEqual([2, 1, 3]);
});

test('a version with a lock is not deleted before its date', async () => {
  const locked = 'locked';
  const type = world.s3.resourceTypes['AWS::S3::Bucket'];
  await type?.create({
    BucketName: locked,
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 } } },
  }, world.context(CICD));
  world.s3.write(locked, 'a', Buffer.from('text'));
  const [version] = world.s3.bucket(locked)?.versions ?? [];
  const named = { Bucket: locked, Key: 'a', VersionId: version?.versionId };
  const { Retention } = await s3.send(new GetObjectRetentionCommand(named));
  expect(Retention?.Mode).toBe('COMPLIANCE');
  expect(Retention?.RetainUntilDate?.getTime()).toBe((version?.modifiedAt ?? 0) + 30 * 24 * 3600 * 1000);
  const { Errors } = await s3.send(new DeleteObjectsCommand({
    Bucket: locked, Delete: { Objects: [{ Key: 'a', VersionId: version?.versionId }] },
  }));
  expect(Errors).toMatchObject([{ Key: 'a', Code: 'AccessDenied', Message: expect.stringContaining('object lock') }]);
  await put('b');
  const [{ VersionId = '' } = {}] = (await versions()).Versions ?? [];
  await expect(s3.send(new GetObjectRetentionCommand({ Bucket, Key: 'b', VersionId }))).rejects.toMatchObject({
    name: 'NoSuchObjectLockConfiguration',
  });
});

test('the tags of a bucket are replaced', async () => {
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'shop' }] } }));
  expect(world.s3.bucket(Bucket)?.tags).toEqual({ team: 'shop' });
});
