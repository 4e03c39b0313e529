import { failureOf, SchemaWorld } from './schema-world';

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

const PREFIX = 'eu-west-1:222222222222:';

test.each<[type: string, properties: object, ref: string | RegExp, attributes: Record<string, string | RegExp>]>([
  ['AWS::SQS::Queue', {}, /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/222222222222\/queue-Made-\w+$/, {
    QueueUrl: /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/222222222222\/queue-Made-\w+$/,
    QueueName: /^queue-Made-\w+$/,
    Arn: new RegExp(`^arn:aws:sqs:${PREFIX}queue-Made-\\w+$`),
  }],
  ['AWS::SQS::Queue', { QueueName: 'shop.fifo', FifoQueue: true },
    'https://sqs.eu-west-1.amazonaws.com/222222222222/shop.fifo', { Arn: `arn:aws:sqs:${PREFIX}shop.fifo` }],
  ['AWS::Batch::JobQueue', { JobQueueName: 'jobs', Priority: 1 }, `arn:aws:batch:${PREFIX}job-queue/jobs`, {}],
  ['AWS::ECS::TaskDefinition', {}, new RegExp(`^arn:aws:ecs:${PREFIX}task-definition/`), {}],
  ['AWS::ECS::Service', { ServiceName: 'web', Cluster: 'shop' }, `arn:aws:ecs:${PREFIX}service/shop/web`, {
    Name: 'web',
  }],
  ['AWS::Kinesis::Stream', { Name: 'orders' }, 'orders', { Arn: `arn:aws:kinesis:${PREFIX}stream/orders` }],
  ['AWS::AppSync::GraphQLApi', { Name: 'api', AuthenticationType: 'API_KEY' },
    new RegExp(`^arn:aws:appsync:${PREFIX}apis/`), {
      GraphQLUrl: /^https:\/\/\S+$/, ApiId: /^[\w-]+$/,
    }],
  ['AWS::EC2::Instance', {}, /^i-[0-9a-f]{17}$/, { PrivateIp: '10.0.0.10', AvailabilityZone: 'eu-west-1a' }],
  ['AWS::Cognito::UserPool', {}, /^eu-west-1_\w{9}$/, { Arn: new RegExp(`^arn:aws:cognito-idp:${PREFIX}userpool/`) }],
  ['AWS::Logs::LogGroup', { LogGroupName: '/shop' }, '/shop', { Arn: `arn:aws:logs:${PREFIX}log-group:/shop:*` }],
])('Ref and the attributes of %s with %j have the form of AWS', async (type, Properties, ref, attributes) => {
  const name = type.split('::')[2].toLowerCase();
  const wanted = Object.fromEntries(Object.keys(attributes).map(key => [key, { 'Fn::GetAtt': ['Made', key] }]));
  const stack = await world.deploy(Object.keys(Properties).length > 0 ? `${name}-named` : name, {
    Made: { Type: type, Properties: { ...Properties } },
  }, { Ref: { Ref: 'Made' }, ...wanted });
  expect(failureOf(stack)).toBeUndefined();
  for (const [key, expected] of Object.entries({ Ref: ref, ...attributes })) {
    const actual = stack.output(key);
    if (typeof expected === 'string') expect([key, actual]).toEqual([key, expected]);
    else expect(actual).toMatch(expected);
  }
});

test('attributes that are lists can be selected from', async () => {
  const stack = await world.deploy('lists', {
    Made: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'example.com' } },
  }, { Server: { 'Fn::Select': [0, { 'Fn::GetAtt': ['Made', 'NameServers'] }] } });
  expect(failureOf(stack)).toBeUndefined();
  expect(stack.output('Server')).toMatch(/\S/);
});
