import { ACCOUNT, failureOf, REGION, SchemaWorld, type Resource } from './schema-world';
import type { Stack } from '../../../../rehearsal/services/cloudformation/stack';

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

const table = (type: string): object => ({
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: type }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
});

/** A resource before and after a change that replaces it, and the property with its custom name. */
type Case = readonly [type: string, nameProperty: string, before: object, after: object, data: boolean];

const CASES: readonly Case[] = [
  ['AWS::DynamoDB::Table', 'TableName', table('N'), table('S'), true],
  ['AWS::EC2::SecurityGroup', 'GroupName', { GroupDescription: 'one' }, { GroupDescription: 'two' }, false],
  ['AWS::SQS::Queue', 'QueueName', {}, { FifoQueue: true }, true],
  ['AWS::ElasticLoadBalancingV2::TargetGroup', 'Name', { Port: 80 }, { Port: 81 }, false],
  ['AWS::Batch::JobQueue', 'JobQueueName', { Priority: 1, Tags: { a: 'b' } }, { Priority: 1, Tags: {} }, false],
];

const replacementsOf = (stack: Stack) => stack.events.flatMap(({ replaces = [] }) => replaces);
const deletionsOf = (stack: Stack) =>
  stack.events.filter(({ status }) => status === 'DELETE_COMPLETE').map(({ logicalId, id }) => [logicalId, id]);

describe.each(CASES)('a change of %s that replaces it', (type, nameProperty, before, after, holdsData) => {
  const [name] = type.toLowerCase().split('::').slice(-1);

  test('makes a new resource, deletes the old one afterwards, and is announced before', async () => {
    const stack = await world.deploy(name, { Made: { Type: type, Properties: { ...before } } });
    const old = stack.resources.get('Made')?.id;
    await world.deploy(name, { Made: { Type: type, Properties: { ...after } } });
    expect([stack.status, failureOf(stack)]).toEqual(['UPDATE_COMPLETE', undefined]);
    expect(stack.resources.get('Made')?.id).not.toBe(old);
    expect(deletionsOf(stack)).toEqual([['Made', old]]);
    expect(replacementsOf(stack)).toEqual([{ logicalId: 'Made', path: undefined, holdsData }]);
    const announced = stack.events.findIndex(({ replaces }) => replaces !== undefined);
    expect(stack.events[announced]).toMatchObject({ logicalId: name, status: 'UPDATE_IN_PROGRESS' });
    expect(stack.events.findIndex(({ logicalId, status }) => logicalId === 'Made' && status === 'UPDATE_IN_PROGRESS'))
      .toBeGreaterThan(announced);
  });

  test('keeps the old resource if its UpdateReplacePolicy says so', async () => {
    const made = (properties: object): Resource =>
      ({ Type: type, Properties: { ...properties }, UpdateReplacePolicy: 'Retain' });
    await world.deploy(`${name}-kept`, { Made: made(before) });
    const stack = await world.deploy(`${name}-kept`, { Made: made(after) });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect(deletionsOf(stack)).toEqual([]);
  });

  test('is rejected if the resource has a custom name, and nothing changes', async () => {
    const custom = (properties: object): Resource =>
      ({ Type: type, Properties: { ...properties, [nameProperty]: 'shop' } });
    const stack = await world.deploy(`${name}-named`, { Made: custom(before) });
    const old = stack.resources.get('Made');
    await world.deploy(`${name}-named`, { Made: custom(after) });
    expect([stack.status, failureOf(stack)]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename shop and update '
        + 'the stack again.',
    ]);
    expect(stack.resources.get('Made')).toEqual(old);
    expect(replacementsOf(stack)).toEqual([]);
  });
});

test('a replacement is passed on to what refers to the resource, which is announced with it', async () => {
  const resources = (Tags: object): Record<string, Resource> => ({
    Parent: { Type: 'AWS::Batch::JobQueue', Properties: { Priority: 1, Tags } },
    Child: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: 'arn:aws:sns:eu-west-1:1:a',
        Protocol: 'sqs',
        Endpoint: { Ref: 'Parent' },
      },
    },
    Other: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { Ref: 'Parent' } } },
  });
  await world.deploy('chain', resources({ a: 'b' }));
  const stack = await world.deploy('chain', resources({ a: 'c' }));
  expect(replacementsOf(stack).map(({ logicalId }) => logicalId)).toEqual(['Parent', 'Child']);
  expect(deletionsOf(stack).map(([logicalId]) => logicalId)).toEqual(['Child', 'Parent']);
});

test('of a replaced table only the new one is left', async () => {
  await world.deploy('rows', { Db: { Type: 'AWS::DynamoDB::Table', Properties: { ...table('N') } } });
  const stack = await world.deploy('rows', { Db: { Type: 'AWS::DynamoDB::Table', Properties: { ...table('S') } } });
  const tables = world.simulation.cloudformation.inventory.list('AWS::DynamoDB::Table', {
    accountId: ACCOUNT, region: REGION,
  });
  expect(tables.map(({ id }) => id).filter(id => id.startsWith('rows-'))).toEqual([stack.resources.get('Db')?.id]);
});

test('a replacement is rolled back: the new resource is deleted and the old one stays', async () => {
  const queue = (properties: object): Resource => ({ Type: 'AWS::SQS::Queue', Properties: { ...properties } });
  const stack = await world.deploy('rollback', { Queue: queue({}) });
  const old = stack.resources.get('Queue')?.id;
  await world.deploy('rollback', {
    Queue: queue({ FifoQueue: true }),
    Wrong: { Type: 'AWS::SNS::Topic', Properties: { Wrong: { Ref: 'Queue' } } },
  });
  expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(stack.resources.get('Queue')?.id).toBe(old);
  expect(deletionsOf(stack)).toEqual([['Queue', expect.stringMatching(/\.fifo$/)]]);
});

/** A record has its name as its id, so the new one has the id of the old one. */
describe('a replacement whose new resource has the same id', () => {
  const zones = Object.fromEntries(['One', 'Two'].map(name => [name, {
    Type: 'AWS::Route53::HostedZone', Properties: { Name: 'example.com' },
  }]));
  const record = (zone: string): Resource => ({
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      Name: 'www.example.com', Type: 'A', TTL: '60', ResourceRecords: ['192.0.2.1'], HostedZoneId: { Ref: zone },
    },
  });
  const zonesWith = (stack: Stack): string[] => ['One', 'Two'].filter(zone => (
    [...world.simulation.route53.zone(stack.resources.get(zone)?.id ?? '')?.sets.values() ?? []]
      .some(({ Type }) => Type === 'A')
  ));

  test('deletes the old resource', async () => {
    const stack = await world.deploy('moved', { ...zones, Record: record('One') });
    expect(zonesWith(stack)).toEqual(['One']);
    await world.deploy('moved', { ...zones, Record: record('Two') });
    expect(stack.status).toBe('UPDATE_COMPLETE');
    expect(zonesWith(stack)).toEqual(['Two']);
    expect(stack.resources.has('Record')).toBe(true);
  });

  test('is rolled back to the old resource', async () => {
    const stack = await world.deploy('moved-back', { ...zones, Record: record('One') });
    const Wrong = { Type: 'AWS::SNS::Topic', Properties: { Wrong: { Ref: 'Record' } } };
    await world.deploy('moved-back', { ...zones, Record: record('Two'), Wrong });
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(zonesWith(stack)).toEqual(['One']);
    expect(stack.resources.has('Record')).toBe(true);
  });
});

test('a resource that the service may replace is announced as such', async () => {
  const database = (Engine: string): Resource => ({ Type: 'AWS::RDS::DBInstance', Properties: { Engine } });
  await world.deploy('uncertain', { Db: database('postgres') });
  const stack = await world.deploy('uncertain', { Db: database('mysql') });
  expect(stack.status).toBe('UPDATE_COMPLETE');
  expect(replacementsOf(stack)).toEqual([{ logicalId: 'Db', path: undefined, holdsData: true, isUncertain: true }]);
});
