import { Readable } from 'node:stream';
import {
  CreateBucketCommand, DeleteObjectsCommand, GetBucketLocationCommand, GetObjectCommand, GetObjectTaggingCommand, HeadBucketCommand,
  HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { CICD, MEMBER, REGION, World } from './world';

let world: World;
let s3: S3Client;

beforeEach(async () => {
  world = await World.start();
  s3 = new S3Client(world.as(CICD));
  await s3.send(new CreateBucketCommand({ Bucket: 'assets' }));
});
afterEach(async () => { await world.stop(); });

const body = { Bucket: 'assets', Key: 'folder/a file+1.txt', Body: 'hello <world> & all' };

test('keeps objects with any key and any body', async () => {
  await s3.send(new PutObjectCommand({ ...body, ContentType: 'text/plain', Metadata: { origin: 'test' } }));
  const answer = await s3.send(new GetObjectCommand({ Bucket: 'assets', Key: body.Key }));
  expect(await answer.Body?.transformToString()).toBe(body.Body);
  expect(answer).toMatchObject({ ContentType: 'text/plain', Metadata: { origin: 'test' } });
  expect(world.s3.read('assets', body.Key)?.toString()).toBe(body.Body);
  await expect(s3.send(new HeadObjectCommand({ Bucket: 'assets', Key: body.Key }))).resolves.toMatchObject({ ContentLength: body.Body.length });
});

test('takes bodies apart that arrive in chunks', async () => {
  const content = 'x'.repeat(200_000);
  await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'stream', Body: Readable.from([Buffer.from(content)]), ContentLength: content.length }));
  expect(world.s3.read('assets', 'stream')?.toString()).toBe(content);
});

test('says what is missing', async () => {
  await expect(s3.send(new GetObjectCommand({ Bucket: 'assets', Key: 'nothing' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(s3.send(new HeadObjectCommand({ Bucket: 'assets', Key: 'nothing' }))).rejects.toMatchObject({ name: 'NotFound' });
  await expect(s3.send(new GetObjectCommand({ Bucket: 'missing', Key: 'nothing' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'missing' }))).rejects.toMatchObject({ name: 'NotFound' });
  await expect(s3.send(new GetObjectTaggingCommand({ Bucket: 'assets', Key: 'x' }))).rejects.toThrow("the rehearsal's S3 does not know GET with ?tagging");
});

test('lists and deletes objects', async () => {
  for (const key of ['a/1', 'a/2', 'b/1', 'c']) world.s3.write('assets', key, Buffer.from(key));
  const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'assets', Delimiter: '/' }));
  expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/']);
  expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['c']);
  const first = await s3.send(new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'a/', MaxKeys: 1 }));
  const second = await s3.send(new ListObjectsV2Command({ Bucket: 'assets', Prefix: 'a/', ContinuationToken: first.NextContinuationToken }));
  expect([first, second].map(page => page.Contents?.map(({ Key }) => Key))).toEqual([['a/1'], ['a/2']]);
  await s3.send(new DeleteObjectsCommand({ Bucket: 'assets', Delete: { Objects: [{ Key: 'a/1' }, { Key: 'a/2' }] } }));
  expect(world.s3.read('assets', 'a/1')).toBeUndefined();
});

test('knows whose bucket it is and where', async () => {
  await expect(s3.send(new ListBucketsCommand({}))).resolves.toMatchObject({ Buckets: [{ Name: 'assets' }] });
  await expect(s3.send(new GetBucketLocationCommand({ Bucket: 'assets' }))).resolves.toMatchObject({ LocationConstraint: REGION });
  await expect(new S3Client(world.as(MEMBER)).send(new CreateBucketCommand({ Bucket: 'assets' }))).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
});

test('lets another account in only where the policy of the bucket does', async () => {
  world.s3.write('assets', 'shared/one', Buffer.from('1'));
  world.s3.write('assets', 'own/one', Buffer.from('1'));
  const member = new S3Client(world.as(MEMBER));
  const get = async (key: string): Promise<unknown> => member.send(new GetObjectCommand({ Bucket: 'assets', Key: key }));
  await expect(get('shared/one')).rejects.toMatchObject({ name: 'AccessDenied' });
  const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: 's3:Get*', Resource: 'arn:aws:s3:::assets/shared/*' };
  await world.type('AWS::S3::BucketPolicy').create({ Bucket: 'assets', PolicyDocument: { Statement: [statement] } }, world.context(CICD));
  await expect(get('shared/one')).resolves.toHaveProperty('Body');
  await expect(get('own/one')).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('keeps a zip asset as its folder', () => {
  world.s3.writeDirectory('assets', 'code.zip', '/some/folder');
  expect(world.s3.directory('assets', 'code.zip')).toBe('/some/folder');
  expect(world.s3.read('assets', 'code.zip')).toBeUndefined();
});

test('deletes a bucket of a template only when it is empty', async () => {
  const type = world.type('AWS::S3::Bucket');
  const made = await type.create({}, world.context(CICD, 'Artifacts'));
  expect(made).toMatchObject({ id: expect.stringMatching(/^stack-artifacts-[a-z0-9]{12}$/), attributes: { Arn: `arn:aws:s3:::${made.id}` } });
  await expect(type.create({ BucketName: 'assets' }, world.context(CICD))).rejects.toThrow('assets already exists');
  world.s3.write(made.id, 'x', Buffer.from('x'));
  await expect(type.remove(made.id, {}, world.context(CICD))).rejects.toThrow('The bucket you tried to delete is not empty');
});
