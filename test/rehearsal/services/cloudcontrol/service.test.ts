import { ACCOUNT, REGION, VirtualWorld } from '../virtual-world';

let world: VirtualWorld;
beforeEach(async () => { world = await VirtualWorld.start(); });
afterEach(async () => world.stop());

const call = async (operation: string, input: object, region = REGION) =>
  world.call({ service: 'cloudcontrolapi', operation, input: { ...input }, region });

const identifiers = (page: Record<string, unknown>): unknown =>
  (page.ResourceDescriptions as { Identifier: string }[]).map(({ Identifier }) => Identifier);

const eventOf = (answer: Record<string, unknown>) => answer.ProgressEvent as Record<string, unknown>;

/** Starts a change and waits for its end. */
async function complete(operation: string, input: object): Promise<Record<string, unknown>> {
  const { RequestToken } = eventOf(await call(operation, input));
  await world.pass(600);
  return eventOf(await call('GetResourceRequestStatus', { RequestToken }));
}

const queues = async () => identifiers(await call('ListResources', { TypeName: 'AWS::SQS::Queue' }));

const url = (name: string): string => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;

describe('a list of Cloud Control', () => {
  test('has the resources of stacks, and those that a deleted stack has retained', async () => {
    const queue = (QueueName: string, DeletionPolicy = 'Delete') =>
      ({ Type: 'AWS::SQS::Queue', DeletionPolicy, Properties: { QueueName } });
    await world.deploy('app', { A: queue('gone'), B: queue('kept', 'Retain') });
    expect(await queues()).toEqual([url('gone'), url('kept')]);
    await world.simulation.cloudformation.remove(ACCOUNT, REGION, 'app');
    expect(await queues()).toEqual([url('kept')]);
    expect(identifiers(await call('ListResources', { TypeName: 'AWS::SQS::Queue' }, 'us-east-1'))).toEqual([]);
  });

  test('has the resources that calls of their services have created', async () => {
    world.simulation.ssm.put(ACCOUNT, REGION, '/shop/a', 'a');
    const page = await call('ListResources', { TypeName: 'AWS::SSM::Parameter' });
    const Properties = expect.stringContaining('parameter/shop/a');
    expect(page.ResourceDescriptions).toMatchObject([{ Identifier: '/shop/a', Properties }]);
  });

  test('is divided into pages', async () => {
    for (let index = 0; index < 25; index++) world.simulation.ssm.put(ACCOUNT, REGION, `p${index}`, 'a');
    const first = await call('ListResources', { TypeName: 'AWS::SSM::Parameter' });
    const second = await call('ListResources', { TypeName: 'AWS::SSM::Parameter', NextToken: first.NextToken });
    expect([identifiers(first), identifiers(second)].map(ids => (ids as string[]).length)).toEqual([20, 5]);
    expect(second).not.toHaveProperty('NextToken');
  });

  test('of children needs the property that names their parent', async () => {
    await world.deploy('app', {
      A: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'web', Cluster: 'one' } },
      B: { Type: 'AWS::ECS::Service', Properties: { ServiceName: 'api', Cluster: 'two' } },
    });
    await expect(call('ListResources', { TypeName: 'AWS::ECS::Service' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('Missing or invalid ResourceModel property in AWS::ECS::Service list handler'),
    });
    const page = await call('ListResources', { TypeName: 'AWS::ECS::Service', ResourceModel: '{"Cluster":"one"}' });
    expect(identifiers(page)).toEqual([`arn:aws:ecs:${REGION}:${ACCOUNT}:service/one/web`]);
  });

  test.each([
    ['AWS::SQS::QueuePolicy', 'UnsupportedActionException'],
    ['AWS::CodeBuild::Project', 'UnsupportedActionException'],
    ['AWS::Shop::Nothing', 'TypeNotFoundException'],
  ])('of %s is answered with %s', async (TypeName, name) => {
    await expect(call('ListResources', { TypeName })).rejects.toMatchObject({ name });
  });
});

describe('a change of Cloud Control', () => {
  beforeEach(async () => {
    expect(await complete('CreateResource', { TypeName: 'AWS::SQS::Queue', DesiredState: '{"QueueName":"q"}' }))
      .toMatchObject({ OperationStatus: 'SUCCESS', Identifier: url('q') });
  });

  const queue = { TypeName: 'AWS::SQS::Queue', Identifier: url('q') };

  test('is asynchronous', async () => {
    const started = eventOf(await call('DeleteResource', queue));
    expect(started).toMatchObject({ OperationStatus: 'IN_PROGRESS', Operation: 'DELETE', Identifier: url('q') });
    expect(await queues()).toEqual([url('q')]);
    await world.pass(60);
    expect(eventOf(await call('GetResourceRequestStatus', { RequestToken: started.RequestToken })))
      .toMatchObject({ OperationStatus: 'SUCCESS' });
    expect(await queues()).toEqual([]);
  });

  test('is started once by a client token, which belongs to one request', async () => {
    const first = eventOf(await call('DeleteResource', { ...queue, ClientToken: 'token' }));
    const second = eventOf(await call('DeleteResource', { ...queue, ClientToken: 'token' }));
    expect(second.RequestToken).toBe(first.RequestToken);
    await expect(call('DeleteResource', { ...queue, Identifier: 'other', ClientToken: 'token' })).rejects
      .toMatchObject({ name: 'ClientTokenConflictException' });
  });

  test('is rejected while another one of the same resource is in progress', async () => {
    await call('DeleteResource', queue);
    await expect(call('DeleteResource', queue)).rejects.toMatchObject({ name: 'ConcurrentOperationException' });
  });

  test('fails with the code of the handler', async () => {
    expect(await complete('DeleteResource', { ...queue, Identifier: 'missing' }))
      .toMatchObject({ OperationStatus: 'FAILED', ErrorCode: 'NotFound' });
    world.simulation.s3.createBucket(ACCOUNT, REGION, 'full');
    world.simulation.s3.write('full', 'a', Buffer.from('a'));
    expect(await complete('DeleteResource', { TypeName: 'AWS::S3::Bucket', Identifier: 'full' }))
      .toMatchObject({ OperationStatus: 'FAILED', ErrorCode: 'ResourceConflict' });
  });

  test('turns a protection off by a patch, after which the deletion succeeds', async () => {
    const database = { TypeName: 'AWS::RDS::DBInstance', Identifier: 'db' };
    const DesiredState = '{"DBInstanceIdentifier":"db","DeletionProtection":true}';
    const { Identifier } = await complete('CreateResource', { TypeName: database.TypeName, DesiredState });
    const named = { ...database, Identifier };
    expect(await complete('DeleteResource', named)).toMatchObject({
      OperationStatus: 'FAILED', StatusMessage: expect.stringContaining('disable deletion protection'),
    });
    const move = '[{"op":"move","from":"/DeletionProtection","path":"/Other"}]';
    await expect(call('UpdateResource', { ...named, PatchDocument: move })).rejects.toThrow(
      "the rehearsal does not apply 'move' of a JSON patch, only add, replace and remove",
    );
    const PatchDocument = '[{"op":"add","path":"/DeletionProtection","value":false}]';
    expect(await complete('UpdateResource', { ...named, PatchDocument })).toMatchObject({ OperationStatus: 'SUCCESS' });
    expect(await complete('DeleteResource', named)).toMatchObject({ OperationStatus: 'SUCCESS' });
  });

  test('is forgotten after seven days', async () => {
    const { RequestToken } = eventOf(await call('DeleteResource', queue));
    await world.pass(8 * 24 * 3600);
    await expect(call('GetResourceRequestStatus', { RequestToken })).rejects
      .toMatchObject({ name: 'RequestTokenNotFoundException' });
  });
});

describe('a change that the schema of the type does not allow is rejected', () => {
  test.each([
    ['a required property is missing', 'AWS::EC2::Subnet', {}, '#: required key [VpcId] not found'],
    ['a nested one is missing', 'AWS::S3::Bucket', { Tags: [{ Key: 'team' }] },
      '#/Tags/0: required key [Value] not found'],
    ['a value is wrong', 'AWS::S3::Bucket', { BucketName: 'Shop', VersioningConfiguration: { Status: 'On' } },
      '#/BucketName: failed validation constraint for keyword [pattern]\n'
        + '#/VersioningConfiguration/Status: failed validation constraint for keyword [enum]'],
  ])('at its creation: %s', async (_what, TypeName, properties, violations) => {
    await expect(call('CreateResource', { TypeName, DesiredState: JSON.stringify(properties) })).rejects.toMatchObject({
      name: 'ValidationException', message: `Model validation failed (${violations})`,
    });
  });

  test('at an update, which may keep what a call of the service has created', async () => {
    world.simulation.ssm.put(ACCOUNT, REGION, '/shop/a', 'a');
    const parameter = { TypeName: 'AWS::SSM::Parameter', Identifier: '/shop/a' };
    const update = async (path: string, value: string) =>
      call('UpdateResource', { ...parameter, PatchDocument: JSON.stringify([{ op: 'add', path, value }]) });
    await expect(update('/Tier', 'Free')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Model validation failed (#/Tier: failed validation constraint for keyword [enum])',
    });
    expect(eventOf(await update('/Description', 'price'))).toMatchObject({ OperationStatus: 'IN_PROGRESS' });
  });
});

test('a resource is described with its properties and its tags', async () => {
  await world.deploy('app', {
    A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', Tags: [{ Key: 'team', Value: 'shop' }] } },
  });
  const found = await call('GetResource', { TypeName: 'AWS::SQS::Queue', Identifier: url('q') });
  const { Properties } = found.ResourceDescription as { Properties: string };
  expect(JSON.parse(Properties)).toMatchObject({
    QueueName: 'q', Arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:q`, Tags: [{ Key: 'team', Value: 'shop' }],
  });
  await expect(call('GetResource', { TypeName: 'AWS::SQS::Queue', Identifier: 'missing' })).rejects
    .toMatchObject({ name: 'ResourceNotFoundException' });
});
