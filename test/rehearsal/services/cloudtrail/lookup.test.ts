import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { REGION, VirtualWorld } from '../virtual-world';

const TRUST = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

let world: VirtualWorld;
let s3: S3Client;
beforeEach(async () => {
  world = await VirtualWorld.start();
  s3 = new S3Client({ ...world.configuration(), forcePathStyle: true });
});
afterEach(async () => world.stop());

const lookup = async (input: LookupEventsCommandInput = {}, region = REGION) =>
  new CloudTrailClient(world.configuration(region)).send(new LookupEventsCommand(input));

const CHANGES = { LookupAttributes: [{ AttributeKey: 'ReadOnly' as const, AttributeValue: 'false' }] };

test('management events can be looked up some minutes later, without data and reads', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
  await s3.send(new PutObjectCommand({ Bucket: 'data', Key: 'a', Body: 'a' }));
  await s3.send(new ListBucketsCommand({}));
  expect((await lookup(CHANGES)).Events).toEqual([]);
  await world.pass(360);
  expect((await lookup(CHANGES)).Events).toMatchObject([
    { EventName: 'CreateBucket', EventSource: 's3.amazonaws.com', ReadOnly: 'false', Username: expect.any(String) },
  ]);
  expect((await lookup(CHANGES, 'us-east-1')).Events).toEqual([]);
});

test('what CloudFormation creates is an event of the service, with the resource', async () => {
  await world.deploy('app', {
    A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bucket' } },
    B: { Type: 'AWS::StepFunctions::Activity', Properties: { Name: 'a' } },
    C: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: TRUST } },
  });
  await world.pass(360);
  const found = ((await lookup(CHANGES)).Events ?? []).map(({ EventName, EventSource, Resources }) =>
    [EventName, EventSource, Resources?.map(({ ResourceType }) => ResourceType)]);
  expect(found.sort()).toEqual([
    ['CreateActivity', 'states.amazonaws.com', []],
    ['CreateBucket', 's3.amazonaws.com', ['AWS::S3::Bucket']],
  ]);
  // global services have their events in the main region
  expect((await lookup(CHANGES, 'us-east-1')).Events).toMatchObject([{ EventName: 'CreateRole' }]);
});

test('events are known for 90 days', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
  await world.pass(89 * 24 * 3600);
  expect((await lookup(CHANGES)).Events).toHaveLength(1);
  await world.pass(2 * 24 * 3600);
  expect((await lookup(CHANGES)).Events).toEqual([]);
});

test('pages belong to the query of the first one', async () => {
  const ssm = new SSMClient(world.configuration());
  for (let index = 0; index < 60; index++) {
    await ssm.send(new PutParameterCommand({ Name: `p${index}`, Value: 'a', Type: 'String' }));
  }
  await world.pass(360);
  const range = { StartTime: new Date(0), EndTime: new Date(world.simulation.clock.now()) };
  const first = await lookup({ ...CHANGES, ...range });
  const second = await lookup({ ...CHANGES, ...range, NextToken: first.NextToken });
  expect([first.Events?.length, second.Events?.length, second.NextToken]).toEqual([50, 10, undefined]);
  await world.pass(1);
  await expect(lookup({ ...CHANGES, NextToken: first.NextToken })).rejects
    .toMatchObject({ name: 'InvalidNextTokenException' });
});

test('more than two requests in a second are throttled, for each account and region', async () => {
  await lookup();
  await lookup();
  await expect(lookup()).rejects.toMatchObject({ name: 'ThrottlingException' });
  await expect(lookup({}, 'us-east-1')).resolves.toBeDefined();
  await world.pass(1);
  await expect(lookup()).resolves.toBeDefined();
});
