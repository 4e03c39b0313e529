import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { EmittedEvent } from '../../../../rehearsal/services/events/service';
import { ArtifactStore } from '../../../../rehearsal/services/s3/artifacts';
import { CICD, REGION, World } from '../world';

const Bucket = 'data';
const [Key, Body] = ['a.txt', 'text'];

let world: World;
let s3: S3Client;
let events: EmittedEvent[];

beforeEach(async () => {
  world = await World.start();
  s3 = new S3Client(world.as(CICD));
  events = [];
  world.s3.receivers = {
    allows: () => true,
    invoke: () => undefined,
    publish: () => undefined,
    emit: (_accountId, _region, event) => void events.push(event),
  };
  world.s3.createBucket(CICD, REGION, Bucket);
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
});
afterEach(async () => world.stop());

const setVersioning = async (Status: 'Enabled' | 'Suspended') =>
  s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = async () => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const newestVersion = (): string | undefined => world.s3.bucket(Bucket)?.versionIdOf(Key);

test('the event of a deletion says that it is permanent, and has no size', async () => {
  await put();
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(events).toMatchObject([
    { 'detail-type': 'Object Created', 'detail': { object: { key: Key, size: 4 }, reason: 'PutObject' } },
    { 'detail-type': 'Object Deleted', 'detail': { 'reason': 'DeleteObject', 'deletion-type': 'Permanently Deleted' } },
  ]);
  const [created, deleted] = events.map(({ detail }) => detail);
  expect(created).not.toHaveProperty('deletion-type');
  expect(deleted).toHaveProperty('object', {
    key: Key, etag: expect.stringMatching(/^\w{32}$/), sequencer: expect.any(String),
  });
});

test('in a bucket with versions, the event of a deletion says that a delete marker was created', async () => {
  await setVersioning('Enabled');
  await put();
  const created = newestVersion();
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(events.map(({ detail }) => detail)).toMatchObject([
    { object: { 'version-id': created } },
    { 'object': { 'version-id': newestVersion() }, 'deletion-type': 'Delete Marker Created' },
  ]);
});

test('the deletion of a version sends an event, that of a delete marker sends none', async () => {
  await setVersioning('Enabled');
  await put();
  const version = newestVersion();
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  const marker = newestVersion();
  events.length = 0;
  const Objects = [marker, version, 'unknown'].map(VersionId => ({ Key, VersionId }));
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(events).toMatchObject([{
    'detail-type': 'Object Deleted',
    'detail': { 'object': { 'key': Key, 'version-id': version }, 'deletion-type': 'Permanently Deleted' },
  }]);
});

test('an object that a service stages sends no events, and nothing of it remains', async () => {
  await setVersioning('Enabled');
  const { url, discard } = new ArtifactStore(world.s3, 'aws').stage(Bucket, 'template');
  const key = /staged\/[^?]+/.exec(url)?.[0] ?? '';
  expect(world.s3.read(Bucket, key)?.toString()).toBe('template');
  discard();
  expect([events, world.s3.bucket(Bucket)?.versions]).toEqual([[], []]);
});
