import { failureOf, SchemaWorld } from './schema-world';

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

test('types that AWS does not have are rejected before anything begins, all of them at once', async () => {
  const resources = {
    Queue: { Type: 'AWS::SQS::Queu' },
    Topic: { Type: 'AWS::SNS::Topic' },
    Table: { Type: 'AWS::DynamoDb::Table' },
    Vpc: { Type: 'AWS::EC2::Vpc' },
  };
  await expect(world.deploy('unknown', resources)).rejects.toThrow(
    'Template format error: Unrecognized resource types: [AWS::SQS::Queu, AWS::DynamoDb::Table, AWS::EC2::Vpc]',
  );
  expect(world.simulation.cloudformation.all.map(({ name }) => name)).not.toContain('unknown');
});

test('types of third parties, modules and of the CDK are accepted', async () => {
  const stack = await world.deploy('others', {
    Foreign: { Type: 'MongoDB::Atlas::Cluster', Properties: { Anything: 1 } },
    Module: { Type: 'AWS::Acme::Bucket::MODULE', Properties: { Anything: 1 } },
    Metadata: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2' } },
  });
  expect([stack.status, failureOf(stack)]).toEqual(['CREATE_COMPLETE', undefined]);
});

test.each([
  ['simulated', 'AWS::S3::Bucket', { BucketNam: 'shop' }, 'BucketNam'],
  ['simulated', 'AWS::IAM::Role', { AssumeRolePolicyDocument: { Statement: [] }, Rolename: 'shop' }, 'Rolename'],
  ['placed', 'AWS::SQS::Queue', { VisibilityTimout: 30 }, 'VisibilityTimout'],
  ['placed', 'AWS::ECS::Cluster', { ClusterSettings: [{ Name: 'containerInsights', Val: 'enabled' }] }, 'Val'],
  ['placed', 'AWS::Glue::Job', {
    Role: 'r', Command: { Name: 'glueetl', Script: 's3://a/b' }, DefaultArguments: { '--free': 'form' },
  }, 'Script'],
])('an unsupported property of the %s type %s fails the resource', async (_kind, type, properties, property) => {
  const stack = await world.deploy(`property-${property}`, { Wrong: { Type: type, Properties: properties } });
  expect([stack.status, failureOf(stack)]).toEqual([
    'ROLLBACK_COMPLETE', `Encountered unsupported property ${property}`,
  ]);
});

test('an unsupported property in an update leaves the resource as it was', async () => {
  await world.deploy('update', { Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 1 } } });
  const stack = await world.deploy('update', { Queue: { Type: 'AWS::SQS::Queue', Properties: { Visibility: 1 } } });
  expect([stack.status, failureOf(stack)]).toEqual([
    'UPDATE_ROLLBACK_COMPLETE', 'Encountered unsupported property Visibility',
  ]);
  expect(stack.resources.get('Queue')?.properties).toEqual({ VisibilityTimeout: 1 });
});
