import { ACCOUNT, REGION, VirtualWorld } from '../virtual-world';

const TRUST = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

let world: VirtualWorld;
beforeEach(async () => { world = await VirtualWorld.start(); });
afterEach(async () => world.stop());

async function arns(input: object = {}): Promise<unknown> {
  const page = await world.call({ service: 'tagging', operation: 'GetResources', input: { ...input } });
  return (page.ResourceTagMappingList as { ResourceARN: string }[]).map(({ ResourceARN }) => ResourceARN);
}

const topic = (TopicName: string, tags: Readonly<Record<string, string>> = {}) => ({
  Type: 'AWS::SNS::Topic',
  Properties: { TopicName, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
});
const arnOf = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;

test('the API shows the resources of a region that have tags, by key and value', async () => {
  await world.deploy('app', { A: topic('a', { team: 'shop' }), B: topic('b', { team: 'data' }) });
  // a resource of a call has no tags of CloudFormation
  world.simulation.s3.createBucket(ACCOUNT, REGION, 'untagged');
  expect(await arns()).toEqual([arnOf('a'), arnOf('b')]);
  expect(await arns({ TagFilters: [{ Key: 'team' }] })).toEqual([arnOf('a'), arnOf('b')]);
  expect(await arns({ TagFilters: [{ Key: 'team', Values: ['shop'] }] })).toEqual([arnOf('a')]);
  expect(await arns({ ResourceTypeFilters: ['sqs'] })).toEqual([]);
});

test('a deleted resource is shown for some hours', async () => {
  await world.deploy('app', { A: topic('a') });
  await world.simulation.cloudformation.remove(ACCOUNT, REGION, 'app');
  expect(await arns()).toEqual([arnOf('a')]);
  await world.pass(4 * 3600);
  expect(await arns()).toEqual([]);
});

test('a bucket that a call has deleted is shown for some hours, too', async () => {
  await world.deploy('app', { A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bucket' } } });
  world.simulation.s3.removeBucket('bucket');
  expect(await arns()).toEqual(['arn:aws:s3:::bucket']);
  await world.pass(4 * 3600);
  expect(await arns()).toEqual([]);
});

test('roles are not shown', async () => {
  await world.deploy('app', {
    A: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: TRUST } },
  });
  expect(await arns()).toEqual([]);
});

test('results have pages', async () => {
  await world.deploy('app', { A: topic('a'), B: topic('b'), C: topic('c') });
  const page = async (PaginationToken?: string) => world.call({
    service: 'tagging', operation: 'GetResources', input: { ResourcesPerPage: 2, PaginationToken },
  });
  const first = await page();
  const second = await page(String(first.PaginationToken));
  expect([first, second].map(({ ResourceTagMappingList: list }) => (list as object[]).length)).toEqual([2, 1]);
  expect(second.PaginationToken).toBe('');
});
