import { FakeAccount } from './fake-account';
import { allTypes } from './types';
import { CleanWorld, requestOf } from './world';
import type { Resource } from '../../lambda/clean/model';
import { typesOfEvents, withCompanions } from '../../lambda/clean/narrowing';
import { DOCUMENTS } from '../../lambda/clean/record';
import { REGIONS_OF_EVERY_ACCOUNT } from '../../src/private/contract';

const TYPES = allTypes();
const KNOWN = new Set(TYPES.map(({ type }) => type));

/** Twelve services, as an application with functions, containers and databases uses them. */
const USED: Readonly<Record<string, readonly string[]>> = {
  'lambda.amazonaws.com': ['CreateFunction20150331', 'CreateEventSourceMapping20150331', 'PublishVersion20150331'],
  'ec2.amazonaws.com': [
    'RunInstances', 'CreateVpc', 'CreateSubnet', 'CreateSecurityGroup', 'CreateNatGateway', 'AllocateAddress',
    'CreateVpcEndpoint', 'CreateTags', 'AuthorizeSecurityGroupIngress', 'CreateVolume',
  ],
  'rds.amazonaws.com': ['CreateDBInstance', 'CreateDBSubnetGroup', 'CreateDBCluster'],
  'dynamodb.amazonaws.com': ['CreateTable', 'UpdateTable'],
  'sqs.amazonaws.com': ['CreateQueue', 'SetQueueAttributes'],
  'sns.amazonaws.com': ['CreateTopic', 'Subscribe'],
  'ecs.amazonaws.com': ['CreateCluster', 'CreateService', 'RegisterTaskDefinition'],
  'elasticloadbalancing.amazonaws.com': ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener'],
  'logs.amazonaws.com': ['CreateLogGroup', 'PutRetentionPolicy'],
  'iam.amazonaws.com': ['CreateRole', 'PutRolePolicy', 'AttachRolePolicy'],
  's3.amazonaws.com': ['CreateBucket', 'PutBucketPolicy'],
  'states.amazonaws.com': ['CreateStateMachine'],
};

/** Resources of the used types, and of the types that these create without events. */
const PLANTED: readonly (readonly [string, string])[] = [
  ['AWS::Lambda::Function', 'f'], ['AWS::Logs::LogGroup', '/aws/lambda/f'], ['AWS::EC2::Instance', 'i-1'],
  ['AWS::EC2::Volume', 'vol-1'], ['AWS::EC2::NetworkInterface', 'eni-1'], ['AWS::EC2::VPC', 'vpc-1'],
  ['AWS::EC2::EIP', 'eip-1'], ['AWS::EC2::VPCEndpoint', 'vpce-1'], ['AWS::RDS::DBInstance', 'db'],
  ['AWS::RDS::DBCluster', 'dbc'], ['AWS::RDS::DBSubnetGroup', 'dbsg'], ['AWS::DynamoDB::Table', 't'],
  ['AWS::SQS::Queue', 'q'], ['AWS::SNS::Topic', 'to'], ['AWS::ECS::Cluster', 'c'], ['AWS::ECS::TaskDefinition', 'td'],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'lb'], ['AWS::ElasticLoadBalancingV2::TargetGroup', 'tg'],
  ['AWS::IAM::Role', 'role'], ['AWS::S3::Bucket', 'bucket'], ['AWS::StepFunctions::StateMachine', 'm'],
  ['AWS::EC2::SecurityGroup', 'sg-1'], ['AWS::EC2::NatGateway', 'nat-1'], ['AWS::Lambda::EventSourceMapping', 'esm'],
];

function usedAccount(): FakeAccount {
  const account = new FakeAccount(TYPES);
  account.regions = REGIONS_OF_EVERY_ACCOUNT;
  for (const region of ['us-east-1', 'eu-west-1', 'eu-central-1']) {
    for (const [source, names] of Object.entries(USED)) {
      account.events.set(region, [
        ...account.events.get(region) ?? [], ...names.map(name => ({ source, name, types: [] })),
      ]);
    }
    for (const [type, id] of PLANTED) account.plant({ type, region, id: `${id}-${region}` }, false);
  }
  return account;
}

/** Cleans until the first deletion. Returns the calls until then, and the plan. */
async function planOf(full: boolean): Promise<{ readonly calls: number; readonly ids: readonly string[] }> {
  const account = usedAccount();
  const world = new CleanWorld(account, requestOf({ full }));
  account.onChange = () => {
    world.hold.state = 'released';
    throw new Error('the list is complete');
  };
  expect(await world.run()).toEqual({ state: 'abandoned' });
  const planned = world.store.documentOf<Resource[]>('clean-1', DOCUMENTS.plan(1)) ?? [];
  const calls = Object.values(account.calls).reduce((sum, count) => sum + count, 0);
  return { calls, ids: planned.map(({ id }) => id).sort() };
}

test('the narrowed list finds the same as the full one with at most 5 percent of its calls', async () => {
  const [narrowed, full] = [await planOf(false), await planOf(true)];
  expect(KNOWN.size).toBeGreaterThan(1200);
  expect(full.ids).toHaveLength(3 * PLANTED.length);
  expect(narrowed.ids).toEqual(full.ids);
  // the survey (stacks and events of all regions) is part of the narrowed list
  expect(full.calls).toBeGreaterThan(KNOWN.size * 15);
  expect(narrowed.calls / full.calls).toBeLessThan(0.05);
}, 120_000);

test('an event names the types that it may have created', () => {
  const typesOf = (name: string, source = 'ec2') =>
    typesOfEvents([{ source: `${source}.amazonaws.com`, name, types: [] }], KNOWN);
  expect(typesOf('CreateVpcEndpoint')).toContain('AWS::EC2::VPCEndpoint');
  expect(typesOf('CreateFunction20150331v2', 'lambda')).toContain('AWS::Lambda::Function');
  expect(typesOf('PutRule', 'events')).toEqual(['AWS::Events::Rule']);
  expect(typesOf('CreateStateMachine', 'states')).toContain('AWS::StepFunctions::StateMachine');
});

test('an event that names no type stands for all types of its service', () => {
  const types = typesOfEvents([{ source: 'athena.amazonaws.com', name: 'Frobnicate', types: [] }], KNOWN);
  expect([...types].sort()).toEqual([...KNOWN].filter(type => type.startsWith('AWS::Athena::')).sort());
  expect(types.length).toBeGreaterThan(2);
});

test('events that create nothing name no type', () => {
  const names = ['DeleteTable', 'TerminateInstances', 'UntagResource', 'AssumeRole', 'StopInstances'];
  expect(typesOfEvents(names.map(name => ({ source: 'ec2.amazonaws.com', name, types: [] })), KNOWN)).toEqual([]);
});

test('companions of companions are listed, too', () => {
  expect(withCompanions(['AWS::AutoScaling::AutoScalingGroup'])).toEqual(expect.arrayContaining([
    'AWS::EC2::Instance', 'AWS::EC2::Volume', 'AWS::EC2::Snapshot',
  ]));
});

test('a lease that is older than the events of CloudTrail is listed completely', async () => {
  const account = new FakeAccount(['AWS::SQS::Queue', 'AWS::SNS::Topic']);
  account.plant({ type: 'AWS::SQS::Queue', region: 'eu-west-1', id: 'old' }, false);
  const world = new CleanWorld(account, requestOf({ leasedAt: account.time - 100 * 24 * 3600 * 1000 }));
  expect(await world.run()).toEqual({ state: 'available' });
  expect(world.present).toEqual([]);
});

test('a type of a cleaner of the user is listed in all regions, because no event shows it', async () => {
  const account = new FakeAccount(['AWS::SQS::Queue']);
  const type = 'Example::Data::Lake';
  account.know({ type, cleaner: 'lakes', isGlobal: false, isAlwaysListed: true });
  account.plant({ type, region: 'eu-central-1', id: 'lake', cleaner: 'lakes' }, false);
  const world = new CleanWorld(account);
  expect(await world.run()).toEqual({ state: 'available' });
  expect(world.present).toEqual([]);
});

test('events are read when CloudTrail has the last ones of the lease', async () => {
  const account = new FakeAccount(['AWS::SQS::Queue']);
  account.plant({ type: 'AWS::SQS::Queue', region: 'eu-central-1', id: 'late' }, false);
  const start = account.time;
  const world = new CleanWorld(account);
  world.onAdvance = () => {
    if (account.time - start >= 14 * 60_000) account.see('eu-central-1', 'AWS::SQS::Queue');
  };
  expect(await world.run()).toEqual({ state: 'available' });
  expect(world.present).toEqual([]);
});

test('a region with too many events is listed completely', async () => {
  const account = new FakeAccount(['AWS::SQS::Queue', 'AWS::SNS::Topic']);
  const event = { source: 'sns.amazonaws.com', name: 'CreateTopic', types: [] };
  account.events.set('eu-west-1', Array.from({ length: 12_000 }, () => event));
  account.plant({ type: 'AWS::SQS::Queue', region: 'eu-west-1', id: 'hidden' }, false);
  const world = new CleanWorld(account);
  expect(await world.run()).toEqual({ state: 'available' });
  expect(world.present).toEqual([]);
  expect(account.calls.trail).toBe(202);
});
