import { matches } from '../../../../rehearsal/services/events/pattern';
import { transformed } from '../../../../rehearsal/services/events/transform';
import { CICD, MEMBER, REGION, World } from '../world';

const event = {
  'source': 'aws.codecommit',
  'detail-type': 'Change',
  'resources': ['arn:one'],
  'detail': { event: 'referenceUpdated', name: 'env/test', count: 3, keys: [{ ARN: 'arn:a' }, { ARN: 'arn:b' }] },
};

test.each<[string, Record<string, unknown>, boolean]>([
  ['an exact value', { source: ['aws.codecommit'] }, true],
  ['another value', { source: ['aws.s3'] }, false],
  ['one of several', { detail: { event: ['referenceCreated', 'referenceUpdated'] } }, true],
  ['a number', { detail: { count: [3] } }, true],
  ['a number in a range', { detail: { count: [{ numeric: ['>', 2, '<=', 3] }] } }, true],
  ['a number outside of a range', { detail: { count: [{ numeric: ['>', 0, '<', 3] }] } }, false],
  ['an equal number', { detail: { count: [{ numeric: ['=', 3] }] } }, true],
  ['a minimum', { detail: { count: [{ numeric: ['>=', 4] }] } }, false],
  ['no text as a number', { detail: { name: [{ numeric: ['>', 0] }] } }, false],
  ['an item of a list', { resources: ['arn:one', 'arn:two'] }, true],
  ['a member of an object in a list', { detail: { keys: { ARN: ['arn:b'] } } }, true],
  ['another member of the objects in a list', { detail: { keys: { ARN: ['arn:c'] } } }, false],
  ['a prefix', { detail: { name: [{ prefix: 'env/' }] } }, true],
  ['another prefix', { detail: { name: [{ prefix: 'feature/' }] } }, false],
  ['a suffix', { detail: { name: [{ suffix: '/test' }] } }, true],
  ['a wildcard', { detail: { name: [{ wildcard: 'e*/t*t' }] } }, true],
  ['anything but a value', { detail: { name: [{ 'anything-but': ['main'] }] } }, true],
  ['anything but a prefix', { detail: { name: [{ 'anything-but': { prefix: 'env/' } }] } }, false],
  ['a member that exists', { detail: { name: [{ exists: true }] } }, true],
  ['a member that does not', { detail: { old: [{ exists: false }] } }, true],
  ['a missing member', { detail: { old: ['x'] } }, false],
])('a pattern supports %s', (_name, pattern, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});

test.each([
  [['~', 1], '"numeric" does not know the operator "~"'],
  ['> 1', '"numeric" must be an array'],
])('a pattern with the numeric filter %j is rejected', (numeric, reason) => {
  expect(() => matches({ detail: { count: [{ numeric }] } }, event)).toThrow(
    `Event pattern is not valid. Reason: ${reason}`,
  );
});

test('an input transformer adds quotes only where they are missing', () => {
  const template = '{"name": <name>, "text": "at <name>", "count": <count>}';
  expect(
    transformed(event, { InputPathsMap: { name: '$.detail.name', count: '$.detail.count' }, InputTemplate: template }),
  ).toEqual({ name: 'env/test', text: 'at env/test', count: 3 });
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
    expect(world.delivered).toEqual([
      {
        functionArn,
        event: expect.objectContaining({
          ...event,
          account: CICD,
          region: REGION,
          version: '0',
          time: expect.stringMatching(/^\d{4}-.*Z$/),
        }),
      },
    ]);
  });

  test('does not deliver events while it is disabled or after its deletion', async () => {
    const type = world.type('AWS::Events::Rule');
    const { id } = await type.create(properties, world.context(CICD));
    await type.update(id, { ...properties, State: 'DISABLED' }, properties, world.context(CICD));
    world.events.emit(CICD, REGION, event);
    await type.update(id, properties, properties, world.context(CICD));
    await type.remove(id, properties, world.context(CICD));
    world.events.emit(CICD, REGION, event);
    expect(world.delivered).toEqual([]);
  });

  test('with an unsupported filter fails the deployment', async () => {
    const pattern = { detail: { name: [{ cidr: '10.0.0.0/8' }] } };
    await expect(
      world.type('AWS::Events::Rule').create({ EventPattern: pattern }, world.context(CICD)),
    ).rejects.toThrow('the rehearsal does not support the filter "cidr"');
  });
});

describe('an event that is forwarded to a bus of another account', () => {
  let world: World;
  const busArn = `arn:aws:events:${REGION}:${CICD}:event-bus/organization`;
  const functionArn = `arn:aws:lambda:${REGION}:${CICD}:function:recorder`;
  const roleArn = `arn:aws:iam::${MEMBER}:role/forwarder`;
  const statement = (condition: object) => ({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: condition,
  });
  const organizationOnly = {
    'StringEquals': { 'aws:PrincipalOrgID': 'o-exampleorgid' },
    'ForAllValues:StringEquals': { 'events:source': ['aws.codecommit'] },
  };

  beforeEach(async () => {
    world = await World.start({ organizationId: 'o-exampleorgid' });
    world.organizations.addAccount({
      accountId: MEMBER,
      name: 'member',
      email: 'aws+member@example.com',
      joined: 'INVITED',
    });
    await world.type('AWS::Events::EventBus').create({ Name: 'organization' }, world.context(CICD));
    const target = { Id: 'recorder', Arn: functionArn };
    await world
      .type('AWS::Events::Rule')
      .create(
        { EventBusName: 'organization', EventPattern: { account: [{ exists: true }] }, Targets: [target] },
        world.context(CICD),
      );
    await world.type('AWS::IAM::Role').create(
      {
        RoleName: 'forwarder',
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [
          {
            PolicyName: 'Forward',
            PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn }] },
          },
        ],
      },
      world.context(MEMBER),
    );
    await world.type('AWS::Events::Rule').create({
      EventPattern: { source: [{ prefix: 'aws.' }] }, Targets: [{ Id: 'organization', Arn: busArn, RoleArn: roleArn }],
    }, world.context(MEMBER));
  });
  afterEach(async () => { await world.stop(); });

  const permit = async (condition: object) =>
    world
      .type('AWS::Events::EventBusPolicy')
      .create(
        { EventBusName: 'organization', StatementId: 'Organization', Statement: statement(condition) },
        world.context(CICD),
      );

  test('arrives unchanged, including its account', async () => {
    await permit(organizationOnly);
    world.events.emit(MEMBER, REGION, event);
    expect(world.delivered).toEqual([{ functionArn, event: expect.objectContaining({ ...event, account: MEMBER }) }]);
  });

  test('is not forwarded to a third bus', async () => {
    await permit(organizationOnly);
    await world.type('AWS::Events::EventBus').create({ Name: 'third' }, world.context(CICD));
    const thirdArn = busArn.replace('organization', 'third');
    await world.type('AWS::Events::Rule').create(
      {
        EventBusName: 'organization',
        EventPattern: { account: [{ exists: true }] },
        Targets: [{ Id: 'third', Arn: thirdArn, RoleArn: roleArn }],
      },
      world.context(CICD),
    );
    await world.type('AWS::Events::Rule').create({
      EventBusName: 'third', EventPattern: { account: [{ exists: true }] }, Targets: [{ Id: 'late', Arn: functionArn }],
    }, world.context(CICD));
    world.events.emit(MEMBER, REGION, event);
    expect(world.delivered).toHaveLength(1);
  });

  test.each<[string, object | undefined, Partial<typeof event>]>([
    ['the bus has no policy', undefined, {}],
    ['the policy names another organization', { StringEquals: { 'aws:PrincipalOrgID': 'o-another' } }, {}],
    ['the policy does not name its source', organizationOnly, { source: 'aws.s3' }],
  ])('is lost when %s', async (_name, condition, change) => {
    const lost = jest.spyOn(console, 'error').mockImplementation();
    if (condition) await permit(condition);
    world.events.emit(MEMBER, REGION, { ...event, ...change });
    expect(world.delivered).toEqual([]);
    expect(lost).toHaveBeenCalledWith(
      expect.objectContaining({ message: expect.stringContaining(`events:PutEvents on resource: ${busArn}`) }),
    );
    lost.mockRestore();
  });

  test('cannot use a source of AWS', async () => {
    const entry = { Source: 'aws.codecommit', DetailType: 'Change', Detail: '{}', EventBusName: 'organization' };
    const input = { Entries: [entry, { ...entry, Source: 'shop' }] };
    const caller = { accountId: CICD, arn: `arn:aws:sts::${CICD}:assumed-role/admin/session` };
    const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.alloc(0) };
    const answer = await world.events.operations.PutEvents({
      service: 'events',
      operation: 'PutEvents',
      input,
      caller,
      region: REGION,
      request,
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }, { EventId: expect.any(String) }],
    });
    expect(world.delivered).toEqual([{ functionArn, event: expect.objectContaining({ source: 'shop' }) }]);
  });
});

test('a rule on a missing bus fails the deployment', async () => {
  const world = await World.start();
  const create = world
    .type('AWS::Events::Rule')
    .create({ EventBusName: 'organization', EventPattern: {} }, world.context(CICD));
  await expect(create).rejects.toThrow('Event bus organization does not exist.');
  await world.stop();
});
