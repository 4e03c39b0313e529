import { failureOf, SchemaWorld } from './schema-world';
import { schemas, type TypeSchema } from '../../../../rehearsal/services/cloudformation/schemas/table';
import { requiredProperties } from '../../../fixtures/required-properties';

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

describe('Ref of all types that are not simulated', () => {
  /** The identifiers of a type that AWS makes. */
  const madeOf = ({ identifiers, properties }: TypeSchema): string[] =>
    identifiers.filter(name => properties.get(name)?.isRequired !== true);
  let schemasOf: (isWanted: (schema: TypeSchema) => boolean) => TypeSchema[];
  beforeAll(() => {
    const simulated = new Set(world.simulation.cloudformation.simulatedTypes);
    const isPlaced = (type: string): boolean => !simulated.has(type) && !/^AWS::(CloudFormation|Serverless)::/.test(type);
    const found = schemas.types.filter(isPlaced).flatMap(type => schemas.find(type) ?? []);
    schemasOf = isWanted => found.filter(isWanted);
  });

  /** Deploys a resource of each type with its required properties; returns what `Ref` returns, by type. */
  async function refsOf(name: string, wanted: readonly TypeSchema[]): Promise<Map<string, string>> {
    const refs = new Map<string, string>();
    for (let start = 0; start < wanted.length; start += 400) {
      const part = wanted.slice(start, start + 400);
      const stack = await world.deploy(`${name}-${start}`, Object.fromEntries(
        part.map(({ type }, index) => [`R${index}`, { Type: type, Properties: requiredProperties(type) }]),
      ));
      expect(failureOf(stack)).toBeUndefined();
      part.forEach(({ type }, index) => refs.set(type, stack.resources.get(`R${index}`)?.id ?? ''));
    }
    return refs;
  }

  test.each<[what: string, identifier: RegExp, form: RegExp, least: number]>([
    // the ARN of a part begins with that of the whole, which is given
    ['an ARN', /Arn$/, /^(?:arn:aws:[a-z0-9-]+:|given[:/])[^|]+$/, 300],
    ['a URL', /Ur[il]$/, /^https:\/\/[^|]+$/, 1],
  ])('is %s if the data says so', async (what, identifier, form, least) => {
    const wanted = schemasOf(schema => schema.identifiers.length === 1 && identifier.test(madeOf(schema)[0] ?? ''));
    expect(wanted.length).toBeGreaterThanOrEqual(least);
    const refs = await refsOf(what.replace(/\W/g, ''), wanted);
    expect([...refs].filter(([, ref]) => !form.test(ref))).toEqual([]);
  });

  test('has a part for each identifier', async () => {
    const wanted = schemasOf(({ identifiers }) => identifiers.length > 1);
    expect(wanted.length).toBeGreaterThan(100);
    const refs = await refsOf('composite', wanted);
    const partsOf = (type: string): number | undefined => refs.get(type)?.split('|').length;
    expect(wanted.filter(({ type, identifiers }) => partsOf(type) !== identifiers.length)).toEqual([]);
    expect([...refs.values()].filter(ref => ref.split('|').includes(''))).toEqual([]);
  });
});
