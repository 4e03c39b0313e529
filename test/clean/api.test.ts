import { CreateRepositoryCommand, CodeCommitClient } from '@aws-sdk/client-codecommit';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BucketCleaner } from '../../lambda/clean/table/bucket-cleaner';
import { TableCleaner } from '../../lambda/clean/table/table-cleaner';
import { TYPE_SPECS } from '../../lambda/clean/table/types';
import { AwsApi } from '../../lambda/shared/api/api';
import { encodeRequest } from '../../lambda/shared/api/protocols';
import { API_SERVICES } from '../../lambda/shared/api/services';
import { CICD, REGION, World } from '../rehearsal/services/world';

let world: World;
let api: AwsApi;

beforeAll(async () => {
  world = await World.start();
  const { credentials, endpoint } = world.as(CICD);
  api = new AwsApi(async () => credentials, 'aws', { AWS_ENDPOINT_URL: endpoint });
});
afterAll(async () => { await world.stop(); });

test('the JSON protocol: a repository is listed and deleted', async () => {
  const client = new CodeCommitClient(world.as(CICD));
  await client.send(new CreateRepositoryCommand({ repositoryName: 'shop' }));
  const table = new TableCleaner(TYPE_SPECS, api, CICD);
  const target = { type: 'AWS::CodeCommit::Repository', region: REGION };
  const repository = { ...target, id: 'shop', cleaner: 'table' };
  expect(await table.list(target)).toEqual({ resources: [repository] });
  expect(await table.delete(repository)).toEqual({ state: 'deleted' });
  expect(await table.list(target)).toEqual({ resources: [] });
});

test('the REST protocol of S3: a bucket is emptied and deleted', async () => {
  const client = new S3Client(world.as(CICD));
  await client.send(new CreateBucketCommand({ Bucket: 'assets' }));
  for (const key of ['a b/c&d', 'e+f/ü']) {
    await client.send(new PutObjectCommand({ Bucket: 'assets', Key: key, Body: 'x' }));
  }
  const buckets = new BucketCleaner(api);
  const listing = await buckets.list({ region: REGION });
  const [bucket] = 'resources' in listing ? listing.resources : [];
  expect(bucket).toMatchObject({ id: 'assets' });
  if (bucket) expect(await buckets.delete(bucket)).toEqual({ state: 'deleted' });
  expect(await buckets.list({ region: REGION })).toEqual({ resources: [] });
});

test('the query protocol: a missing role is an error with the name of AWS', async () => {
  const call = api.call({ service: 'iam', region: REGION, operation: 'GetRole', input: { RoleName: 'none' } });
  await expect(call).rejects.toMatchObject({ name: 'NoSuchEntity', $metadata: { httpStatusCode: 404 } });
});

test('the query protocol: lists have the names of the API', () => {
  const body = (service: 'ec2' | 'rds', input: object) =>
    decodeURIComponent(encodeRequest(API_SERVICES[service], 'X', { ...input }).body);
  expect(body('ec2', { Filter: [{ Name: 'a', Value: ['b', 'c'] }] }))
    .toBe('Action=X&Version=2016-11-15&Filter.1.Name=a&Filter.1.Value.1=b&Filter.1.Value.2=c');
  expect(body('rds', { 'Names': ['a'], 'Filters.Filter.1.Name': 'engine' }))
    .toBe('Action=X&Version=2014-10-31&Names.member.1=a&Filters.Filter.1.Name=engine');
});

test('global services are called in the main region of the partition', async () => {
  const requested: string[] = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url, options) => {
    requested.push(`${String(url)} ${new Headers(options?.headers).get('authorization') ?? ''}`);
    return new Response('<R><ListRolesResult/></R>');
  };
  try {
    const real = new AwsApi(async () => world.as(CICD).credentials, 'aws-cn', {});
    await real.call({ service: 'iam', region: 'cn-northwest-1', operation: 'ListRoles', input: {} });
    await real.call({ service: 'rds', region: 'cn-northwest-1', operation: 'X', input: {} });
  } finally {
    globalThis.fetch = fetch;
  }
  expect(requested[0]).toMatch(/^https:\/\/iam\.amazonaws\.com\.cn\/ .*\/cn-north-1\/iam\//);
  expect(requested[1]).toMatch(/^https:\/\/rds\.cn-northwest-1\.amazonaws\.com\.cn\/ .*\/cn-northwest-1\/rds\//);
});
