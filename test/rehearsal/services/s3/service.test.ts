import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { unzip } from '../../../../rehearsal/core/zip';
import { CICD, MEMBER, REGION, World } from '../world';

let world: World;
let s3: S3Client;

beforeEach(async () => {
  world = await World.start();
  s3 = new S3Client(world.as(CICD));
  await s3.send(new CreateBucketCommand({ Bucket: 'assets' }));
});
afterEach(async () => { await world.stop(); });

const body = { Bucket: 'assets', Key: 'folder/a file+1.txt', Body: 'hello <world> & all' };

test('stores objects with any key and any body', async () => {
  await s3.send(new PutObjectCommand({ ...body, ContentType: 'text/plain', Metadata: { origin: 'test' } }));
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'assets', Key: body.Key }));
  expect(await answer.Body?.transformToString()).toBe(body.Body);
  expect(answer).toMatchObject({ ContentType: 'text/plain', Metadata: { origin: 'test' } });
  expect(world.s3.read('assets', body.Key)?.toString()).toBe(body.Body);
  await expect(s3.send(new HeadObjectCommand({ Bucket: 'assets', Key: body.Key }))).resolves.toMatchObject({
    ContentLength: body.Body.length,
  });
});

test('decodes bodies that are sent in chunks', async () => {
  const content = 'x'.repeat(200_000);
  await s3.send(
    new PutObjectCommand({
      Bucket: 'assets',
      Key: 'stream',
      Body: Readable.from([Buffer.from(content)]),
      ContentLength: content.length,
    }),
  );
  expect(world.s3.read('assets', 'stream')?.toString()).toBe(content);
});

test('a bucket is removed with its objects, and its name is free again', async () => {
  await s3.send(new PutObjectCommand(body));
  world.s3.removeBucket('assets');
  await expect(s3.send(new ListObjectsV2Command({ Bucket: 'assets' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  await s3.send(new CreateBucketCommand({ Bucket: 'assets' }));
  expect((await s3.send(new ListObjectsV2Command({ Bucket: 'assets' }))).Contents ?? []).toEqual([]);
});

test('reports missing buckets and objects', async () => {
  await expect(s3.send(new GetObjectCommand({ Bucket: 'assets', Key: 'nothing' }))).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
  await expect(s3.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'nothing' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
  await expect(s3.send(new GetObjectCommand({ Bucket: 'missing', Key: 'nothing' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'missing' }))).rejects.toMatchObject({ name: 'NotFound' });
  await expect(s3.send(new GetObjectTaggingCommand({ Bucket: 'assets', Key: 'x' }))).rejects.toThrow(
    'the rehearsal does not support GET with ?tagging of S3',
  );
});

test('lists and deletes objects', async () => {
  for (const key of ['a/1', 'a/2', 'b/1', 'c']) world.s3.write('assets', key, Buffer.from(key));
  const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'assets', Delimiter: '/' }));
  expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/']);
  expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['c']);
  const first = await s3.send(new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'a/', MaxKeys: 1 }));
  const second = await s3.send(
    new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'a/', ContinuationToken: first.NextContinuationToken }),
  );
  expect([first, second].map(page => page.Contents?.map(({ Key }) => Key))).toEqual([['a/1'], ['a/2']]);
  await s3.send(new DeleteObjectsCommand({ Bucket: 'assets', Delete: { Objects: [{ Key: 'a/1' }, { Key: 'a/2' }] } }));
  expect(world.s3.read('assets', 'a/1')).toBeUndefined();
});

test('lists the versions of a bucket without versioning, and deletes them', async () => {
  for (const key of ['a/1', 'a/2', 'b/1']) world.s3.write('assets', key, Buffer.from(key));
  const first = await s3.send(new ListObjectVersionsCommand({ Bucket: 'assets', MaxKeys: 2 }));
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a/2', NextVersionIdMarker: 'null' });
  expect(first.Versions).toMatchObject([{ Key: 'a/1', VersionId: 'null', IsLatest: true, Size: 3 }, { Key: 'a/2' }]);
  const second = await s3.send(
    new ListObjectVersionsCommand({
      Bucket: 'assets',
      KeyMarker: first.NextKeyMarker,
      VersionIdMarker: first.NextVersionIdMarker,
    }),
  );
  expect(second).toMatchObject({ IsTruncated: false, Versions: [{ Key: 'b/1' }] });
  const remove = async (VersionId: string): Promise<unknown> =>
    s3.send(new DeleteObjectsCommand({ Bucket: 'assets', Delete: { Objects: [{ Key: 'a/1', VersionId }] } }));
  await expect(remove('older')).resolves.toMatchObject({ Deleted: [{ Key: 'a/1', VersionId: 'older' }] });
  expect([...world.s3.bucket('assets')?.objects.keys() ?? []]).toEqual(['a/1', 'a/2', 'b/1']);
  await expect(remove('null')).resolves.toMatchObject({ Deleted: [{ Key: 'a/1', VersionId: 'null' }] });
  expect([...world.s3.bucket('assets')?.objects.keys() ?? []]).toEqual(['a/2', 'b/1']);
});

test('stores the policy of a bucket', async () => {
  const put = async (Policy: string): Promise<unknown> =>
    s3.send(new PutBucketPolicyCommand({ Bucket: 'assets', Policy }));
  const get = async (): Promise<unknown> => s3.send(new GetBucketPolicyCommand({ Bucket: 'assets' }));
  await expect(get()).rejects.toMatchObject({
    name: 'NoSuchBucketPolicy',
    message: 'The bucket policy does not exist',
  });
  await expect(put('{"Statement":')).rejects.toMatchObject({
    name: 'MalformedPolicy',
    message: 'This policy contains invalid Json',
  });
  const statement = { Effect: 'Deny', Principal: '*', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::assets/*'] };
  await put(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  await expect(get()).resolves.toMatchObject({
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
  });
  await expect(s3.send(new PutObjectCommand(body))).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('stores the tags of a bucket of a template', async () => {
  await expect(s3.send(new GetBucketTaggingCommand({ Bucket: 'assets' }))).rejects.toMatchObject({
    name: 'NoSuchTagSet',
    message: 'The TagSet does not exist',
  });
  const type = world.type('AWS::S3::Bucket');
  const before = { BucketName: 'tagged', Tags: [{ Key: 'team', Value: 'one' }] };
  await type.create(before, world.context(CICD, 'Tagged'));
  const tags = async (): Promise<unknown> => (await s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }))).TagSet;
  await expect(tags()).resolves.toEqual(
    expect.arrayContaining([
      { Key: 'aws:cloudformation:logical-id', Value: 'Tagged' },
      { Key: 'team', Value: 'one' },
    ]),
  );
  await type.update('tagged', { ...before, Tags: [] }, before, world.context(CICD, 'Tagged'));
  await expect(tags()).resolves.not.toContainEqual({ Key: 'team', Value: 'one' });
});

test('returns the owner and region of a bucket', async () => {
  await expect(s3.send(new ListBucketsCommand({}))).resolves.toMatchObject({ Buckets: [{ Name: 'assets' }] });
  await expect(s3.send(new GetBucketLocationCommand({ Bucket: 'assets' }))).resolves.toMatchObject({
    LocationConstraint: REGION,
  });
  await expect(
    new S3Client(world.as(MEMBER)).send(new CreateBucketCommand({ Bucket: 'assets' })),
  ).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
});

test('allows another account only if the bucket policy does', async () => {
  world.s3.write('assets', 'shared/one', Buffer.from('1'));
  world.s3.write('assets', 'own/one', Buffer.from('1'));
  const member = new S3Client(world.as(MEMBER));
  const get = async (key: string): Promise<unknown> =>
    member.send(new GetObjectCommand({ Bucket: 'assets', Key: key }));
  await expect(get('shared/one')).rejects.toMatchObject({ name: 'AccessDenied' });
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${MEMBER}:root` },
    Action: 's3:Get*',
    Resource: 'arn:aws:s3:::assets/shared/*',
  };
  await world
    .type('AWS::S3::BucketPolicy')
    .create({ Bucket: 'assets', PolicyDocument: { Statement: [statement] } }, world.context(CICD));
  await expect(get('shared/one')).resolves.toHaveProperty('Body');
  await expect(get('own/one')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('stores a zip asset as its folder, and zips it on read', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zipped-'));
  mkdirSync(path.join(folder, 'inner'));
  writeFileSync(path.join(folder, 'inner/a.txt'), 'hello', { mode: 0o755 });
  world.s3.writeDirectory('assets', 'code.zip', folder);
  expect(world.s3.directory('assets', 'code.zip')).toBe(folder);
  expect(world.s3.read('assets', 'code.zip')).toBeUndefined();
  const { Body, ContentLength } = await s3.send(new GetObjectCommand({ Bucket: 'assets', Key: 'code.zip' }));
  const archive = Buffer.from(await Body?.transformToByteArray() ?? []);
  expect(archive).toHaveLength(ContentLength ?? -1);
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'code.zip' }));
  expect(head).toMatchObject({ ContentLength });
  const unpacked = path.join(folder, 'unpacked');
  await unzip(archive, unpacked);
  expect(readFileSync(path.join(unpacked, 'inner/a.txt'), 'utf8')).toBe('hello');
  expect(statSync(path.join(unpacked, 'inner/a.txt')).mode % 0o1000).toBe(0o755);
});

test('deletes a bucket of a template only if it is empty', async () => {
  const type = world.type('AWS::S3::Bucket');
  const made = await type.create({}, world.context(CICD, 'Artifacts'));
  expect(made).toMatchObject({
    id: expect.stringMatching(/^stack-artifacts-[a-z0-9]{12}$/),
    attributes: { Arn: `arn:aws:s3:::${made.id}` },
  });
  await expect(type.create({ BucketName: 'assets' }, world.context(CICD))).rejects.toThrow('assets already exists');
  world.s3.write(made.id, 'x', Buffer.from('x'));
  await expect(type.remove(made.id, {}, world.context(CICD))).rejects.toThrow(
    'The bucket you tried to delete is not empty',
  );
});
