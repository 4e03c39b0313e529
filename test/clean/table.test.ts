import { awsError, FakeApi } from './fake-api';
import { BucketCleaner } from '../../lambda/clean/table/bucket-cleaner';
import { LOOK_SPECS } from '../../lambda/clean/table/look-types';
import { STOP_SPECS } from '../../lambda/clean/table/stop-types';
import { TableCleaner } from '../../lambda/clean/table/table-cleaner';
import { TYPE_SPECS } from '../../lambda/clean/table/types';
import { ZoneCleaner } from '../../lambda/clean/table/zone-cleaner';

const ACCOUNT = '333333333333';
const REGION = 'eu-west-1';

function cleaner(answers: ConstructorParameters<typeof FakeApi>[0]) {
  const api = new FakeApi(answers);
  return { api, table: new TableCleaner(TYPE_SPECS, api, ACCOUNT) };
}

const resource = (type: string, id: string, more: object = {}) =>
  ({ type, region: REGION, id, cleaner: 'table', ...more });

test('the table has more than 30 types, each once', () => {
  const types = TYPE_SPECS.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(types.length).toBeGreaterThan(30);
});

test.each([...TYPE_SPECS, ...STOP_SPECS, ...LOOK_SPECS].map(spec => [spec.type, spec] as const))(
  'the calls for %s have only known placeholders, and identify the resource', (_, spec) => {
    const placeholders = JSON.stringify(spec).match(/\{[a-z]+\}/g) ?? [];
    expect(['{id}', '{parent}', '{item}', '{account}']).toEqual(expect.arrayContaining(placeholders));
    if ('remove' in spec) expect(JSON.stringify(spec.remove)).toContain('{id}');
    if ('parent' in spec && spec.parent !== undefined) expect(JSON.stringify(spec.list)).toContain('{parent}');
  },
);

test('all pages of a list are read, with tags', async () => {
  const page = (id: string, nextToken?: string) => ({
    snapshotSet: { item: { snapshotId: id, tagSet: { item: { key: 'team', value: 'a' } } } }, nextToken,
  });
  const { api, table } = cleaner({ 'ec2:DescribeSnapshots': [page('snap-1', 'more'), page('snap-2')] });
  expect(await table.list({ type: 'AWS::EC2::Snapshot', region: REGION })).toEqual({
    resources: ['snap-1', 'snap-2'].map(id => resource('AWS::EC2::Snapshot', id, { tags: { team: 'a' } })),
  });
  expect(api.calls[1]?.input).toEqual({ Owner: ['self'], NextToken: 'more' });
});

test('a role is deleted after its policies, with its tags read before', async () => {
  const { api, table } = cleaner({
    'iam:ListRoles': {
      Roles: { member: [{ RoleName: 'app', Path: '/' }, { RoleName: 'x', Path: '/aws-service-role/' }] },
    },
    'iam:ListRoleTags': { Tags: { member: [{ Key: 'keep', Value: 'yes' }] } },
    'iam:ListAttachedRolePolicies': { AttachedPolicies: { member: { PolicyArn: 'arn:aws:iam::aws:policy/P' } } },
    'iam:ListRolePolicies': { PolicyNames: { member: 'inline' } },
  });
  const role = resource('AWS::IAM::Role', 'app', { tags: { keep: 'yes' } });
  expect(await table.list({ type: 'AWS::IAM::Role', region: REGION })).toEqual({ resources: [role] });
  expect(await table.delete(role)).toEqual({ state: 'deleted' });
  expect(api.changes).toEqual(['DetachRolePolicy', 'DeleteRolePolicy', 'DeleteRole']);
  expect(api.inputOf('DetachRolePolicy')).toEqual({ RoleName: 'app', PolicyArn: 'arn:aws:iam::aws:policy/P' });
});

test('a function leaves its VPC before it is deleted, others are not changed', async () => {
  const { api, table } = cleaner({});
  const path = '/2015-03-31/functions/f';
  await table.delete(resource('AWS::Lambda::Function', 'f', { facts: { vpc: 'vpc-1' } }));
  expect(api.changes).toEqual([`PUT ${path}/configuration`, `DELETE ${path}`]);
  api.calls.length = 0;
  await table.delete(resource('AWS::Lambda::Function', 'f', { facts: { vpc: '' } }));
  expect(api.changes).toEqual([`DELETE ${path}`]);
});

test('a cluster is being deleted until it is in the list no more', async () => {
  const present = { Clusters: [{ ClusterName: 'c' }] };
  const { table } = cleaner({ 'dax:DescribeClusters': [present, {}] });
  const cluster = resource('AWS::DAX::Cluster', 'c');
  expect(await table.delete(cluster)).toEqual({ state: 'running', request: 'started' });
  expect(await table.status(cluster)).toEqual({ state: 'running', request: 'started' });
  expect(await table.status(cluster)).toEqual({ state: 'deleted' });
});

test('a deletion that is in progress already is no failure', async () => {
  const { table } = cleaner({ 'dax:DeleteCluster': awsError('InvalidClusterState', 'Cluster c is being deleted') });
  expect(await table.delete(resource('AWS::DAX::Cluster', 'c'))).toEqual({ state: 'running', request: 'started' });
});

test('keys of AWS, and keys with a date of deletion, are not listed', async () => {
  const { table } = cleaner({
    'kms:ListKeys': { Keys: ['a', 'b', 'c'].map(KeyId => ({ KeyId, KeyArn: `arn:${KeyId}` })) },
    'kms:DescribeKey': [
      { KeyMetadata: { KeyManager: 'AWS', KeyState: 'Enabled' } },
      { KeyMetadata: { KeyManager: 'CUSTOMER', KeyState: 'PendingDeletion' } },
      { KeyMetadata: { KeyManager: 'CUSTOMER', KeyState: 'Enabled' } },
    ],
  });
  const key = resource('AWS::KMS::Key', 'c', { arn: 'arn:c' });
  expect(await table.list({ type: 'AWS::KMS::Key', region: REGION })).toEqual({ resources: [key] });
});

test('the tables of a database are listed and deleted with its name', async () => {
  const { api, table } = cleaner({ 'glue:GetTables': { TableList: [{ Name: 't' }] } });
  const parent = resource('AWS::Glue::Database', 'db');
  const child = resource('AWS::Glue::Table', 'db|t');
  expect(await table.list({ type: 'AWS::Glue::Table', region: REGION, parent })).toEqual({ resources: [child] });
  await table.delete(child);
  expect(api.inputOf('DeleteTable')).toEqual({ DatabaseName: 'db', Name: 't' });
});

test('the words of AWS are the reason of a failure', async () => {
  const { table } = cleaner({ 'ec2:DeleteSnapshot': awsError('InvalidSnapshot.InUse', 'in use by ami-1') });
  expect(await table.delete(resource('AWS::EC2::Snapshot', 's'))).toEqual({
    state: 'failed', failure: { code: 'InvalidSnapshot.InUse', message: 'in use by ami-1' },
  });
});

test('a throttled call is thrown, a denied list is named', async () => {
  const { table } = cleaner({
    'ec2:DescribeSnapshots': awsError('RequestLimitExceeded'),
    'dax:DescribeClusters': awsError('AccessDeniedException', 'not authorized'),
  });
  await expect(table.list({ type: 'AWS::EC2::Snapshot', region: REGION })).rejects.toThrow('RequestLimitExceeded');
  expect(await table.list({ type: 'AWS::DAX::Cluster', region: REGION }))
    .toEqual({ unlisted: 'AccessDeniedException: not authorized', isDenied: true });
});

describe('buckets', () => {
  const bucket = { type: 'AWS::S3::Bucket', region: REGION, id: 'b', cleaner: 'buckets' };
  const version = { Key: 'a&b/c', VersionId: 'v1' };

  test('are listed with their regions', async () => {
    const api = new FakeApi({ 's3:GET /': { Buckets: { Bucket: { Name: 'b', BucketRegion: REGION } } } });
    expect(await new BucketCleaner(api).list({ region: 'us-east-1' })).toEqual({ resources: [bucket] });
  });

  test('are emptied with all versions and uploads, then deleted', async () => {
    const api = new FakeApi({
      's3:GET /b?versions': [{ Version: version, DeleteMarker: { Key: 'd', VersionId: 'v2' } }, {}],
      's3:GET /b?uploads': { Upload: { Key: 'u', UploadId: '1' } },
    });
    expect(await new BucketCleaner(api).delete(bucket)).toEqual({ state: 'deleted' });
    expect(api.changes).toEqual(['POST /b?delete', 'DELETE /b/u?uploadId=1', 'DELETE /b']);
    expect(api.inputOf('POST /b?delete')).toEqual({
      body: '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>'
        + '<Object><Key>a&amp;b/c</Key><VersionId>v1</VersionId></Object>'
        + '<Object><Key>d</Key><VersionId>v2</VersionId></Object></Delete>',
    });
  });

  test('wait until the date of the lock of an object', async () => {
    const api = new FakeApi({
      's3:GET /b?versions': { Version: version },
      's3:POST /b?delete': { Error: { ...version, Code: 'AccessDenied', Message: 'object protected by object lock' } },
      's3:GET /b/a%26b/c?retention&versionId=v1': { Mode: 'COMPLIANCE', RetainUntilDate: '2027-01-01T00:00:00Z' },
    });
    expect(await new BucketCleaner(api).delete(bucket)).toEqual({
      state: 'failed',
      failure: {
        code: 'ObjectsLocked',
        message: "object 'a&b/c': AccessDenied object protected by object lock",
        until: '2027-01-01T00:00:00Z',
      },
    });
  });

  test('of many objects are emptied by several calls', async () => {
    const api = new FakeApi({ 's3:GET /b?versions': { Version: version } });
    expect(await new BucketCleaner(api).delete(bucket)).toEqual({ state: 'running', request: 'emptying' });
    expect(api.changes).toHaveLength(20);
  });
});

test('a hosted zone is deleted after its record sets', async () => {
  const own = { Name: 'example.org.', Type: 'NS', TTL: '172800' };
  const record = {
    Name: 'www.example.org.', Type: 'A', TTL: '60', ResourceRecords: { ResourceRecord: { Value: '192.0.2.1' } },
  };
  const base = '/2013-04-01/hostedzone/Z1';
  const api = new FakeApi({
    [`route53:GET ${base}/rrset`]: [
      { ResourceRecordSets: { ResourceRecordSet: [own, record] } }, { ResourceRecordSets: { ResourceRecordSet: own } },
    ],
  });
  const zone = resource('AWS::Route53::HostedZone', 'Z1', { facts: { name: 'example.org.' } });
  expect(await new ZoneCleaner(api).delete(zone)).toEqual({ state: 'deleted' });
  expect(api.changes).toEqual([`POST ${base}/rrset`, `DELETE ${base}`]);
  expect(JSON.stringify(api.inputOf(`POST ${base}/rrset`))).toContain(
    '<Change><Action>DELETE</Action><ResourceRecordSet><Name>www.example.org.</Name><Type>A</Type><TTL>60</TTL>'
      + '<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>',
  );
});
