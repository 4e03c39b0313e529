import { CICD, MEMBER, REGION, World } from './world';
import { matches } from '../../../rehearsal/events/pattern';
import { transformed } from '../../../rehearsal/events/transform';

const event = { 'source': 'aws.codecommit', 'detail-type': 'Change', 'resources': ['arn:one'], 'detail': { event: 'referenceUpdated', name: 'env/test', count: 3 } };

test.each<[string, Record<string, unknown>, boolean]>([
  ['an exact value', { source: ['aws.codecommit'] }, true],
  ['another value', { source: ['aws.s3'] }, false],
  ['one of several', { detail: { event: ['referenceCreated', 'referenceUpdated'] } }, true],
  ['a number', { detail: { count: [3] } }, true],
  ['an item of a list', { resources: ['arn:one', 'arn:two'] }, true],
  ['a prefix', { detail: { name: [{ prefix: 'env/' }] } }, true],
  ['another prefix', { detail: { name: [{ prefix: 'feature/' }] } }, false],
  ['a suffix', { detail: { name: [{ suffix: '/test' }] } }, true],
  ['a wildcard', { detail: { name: [{ wildcard: 'e*/t*t' }] } }, true],
  ['anything but a value', { detail: { name: [{ 'anything-but': ['main'] }] } }, true],
  ['anything but a prefix', { detail: { name: [{ 'anything-but': { prefix: 'env/' } }] } }, false],
  ['a member that exists', { detail: { name: [{ exists: true }] } }, true],
  ['a member that does not', { detail: { old: [{ exists: false }] } }, true],
  ['a missing member', { detail: { old: ['x'] } }, false],
])('a pattern knows %s', (_name, pattern, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});

test('an input transformer sets quotes only where they are missing', () => {
  const template = '{"name": <name>, "text": "at <name>", "count": <count>}';
  expect(transformed(event, { InputPathsMap: { name: '$.detail.name', count: '$.detail.count' }, InputTemplate: template }))
    .toEqual({ name: 'env/test', text: 'at env/test', count: 3 });
});

describe('a rule', () => {
  let world: World;
  beforeEach(async () => { world = await World.start(); });
  afterEach(async () => { await world.stop(); });

  const functionArn = `arn:aws:lambda:${REGION}:${CICD}:function:trigger`;
  const properties = { EventPattern: { source: ['aws.codecommit'] }, Targets: [{ Id: 'trigger', Arn: functionArn }] };

  test('delivers the whole event to its function', async () => {
    await world.type('AWS::Events::Rule').create(properties, world.context(CICD));
    world.events.emit(CICD, REGION, event);
    world.events.emit(CICD, 'us-east-1', event);
    world.events.emit(MEMBER, REGION, event);
    expect(world.delivered).toEqual([{ functionArn, event: expect.objectContaining({ ...event, account: CICD, region: REGION, version: '0', time: expect.stringMatching(/^\d{4}-.*Z$/) }) }]);
  });

  test('is silent while it is disabled and after it is removed', async () => {
    const type = world.type('AWS::Events::Rule');
    const { id } = await type.create(properties, world.context(CICD));
    await type.update(id, { ...properties, State: 'DISABLED' }, properties, world.context(CICD));
    world.events.emit(CICD, REGION, event);
    await type.update(id, properties, properties, world.context(CICD));
    await type.remove(id, properties, world.context(CICD));
    world.events.emit(CICD, REGION, event);
    expect(world.delivered).toEqual([]);
  });

  test('with a filter that is not known stops the deployment', async () => {
    const pattern = { detail: { name: [{ cidr: '10.0.0.0/8' }] } };
    await expect(world.type('AWS::Events::Rule').create({ EventPattern: pattern }, world.context(CICD))).rejects.toThrow('the rehearsal does not know the filter "cidr"');
  });
});
