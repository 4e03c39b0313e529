import { awsError, FakeApi } from './fake-api';
import { typeOfArn } from '../../lambda/clean/aws/arn-types';
import { CloudControl } from '../../lambda/clean/aws/cloud-control';
import { AwsInspection } from '../../lambda/clean/aws/inspection';
import { RegistryPlanStore } from '../../lambda/clean/aws/plan-store';
import { AwsStops } from '../../lambda/clean/aws/stops';
import { AwsTrail } from '../../lambda/clean/aws/trail';
import { CLEAN_DEFAULTS } from '../../src/clean/contract';
import { FakeRegistry } from '../registry/fake-registry';

const REGION = 'eu-west-1';
const NOW = Date.parse('2026-11-10T12:00:00Z');
const queue = { type: 'AWS::SQS::Queue', region: REGION, id: 'q', cleaner: 'cloudcontrol' };

describe('Cloud Control', () => {
  const event = (progress: object) => ({ ProgressEvent: { RequestToken: 'r', ...progress } });

  test('lists all pages, and the children of a parent by its property', async () => {
    const api = new FakeApi({
      'cloudcontrolapi:ListResources': [
        {
          ResourceDescriptions: [{ Identifier: 'q', Properties: '{"Tags":[{"Key":"a","Value":"b"}]}' }],
          NextToken: 't',
        },
        { ResourceDescriptions: [{ Identifier: 'r', Properties: '{"Arn":"arn:r"}' }] },
      ],
    });
    expect(await new CloudControl(api).list({ type: queue.type, region: REGION, cleaner: '' })).toEqual({
      resources: [{ ...queue, tags: { a: 'b' } }, { ...queue, id: 'r', arn: 'arn:r' }],
    });
    const parent = { ...queue, type: 'AWS::EKS::Cluster', id: 'c' };
    await new CloudControl(api).list({ type: 'AWS::EKS::Nodegroup', region: REGION, cleaner: '', parent });
    expect(api.calls.at(-1)?.input).toMatchObject({ ResourceModel: '{"ClusterName":"c"}' });
  });

  test('names types that cannot be listed', async () => {
    const api = new FakeApi({ 'cloudcontrolapi:ListResources': awsError('UnsupportedActionException', 'no list') });
    expect(await new CloudControl(api).list({ type: 'AWS::X::Y', region: REGION, cleaner: '' }))
      .toEqual({ unlisted: 'UnsupportedActionException: no list' });
  });

  test.each([
    ['AccessDeniedException', 'User: arn is not authorized to perform: cloudformation:ListResources', true],
    ['GeneralServiceException', 'Handler returned status FAILED: no (HandlerErrorCode: AccessDenied, Token: 1)', true],
    ['InvalidRequestException', 'Required property: [ClusterName]', undefined],
    ['AccessDeniedException', 'Only existing Timestream for LiveAnalytics customers can access the service', undefined],
    ['AccessDeniedException', 'the service is not available in this region', undefined],
    ['OptInRequired', 'You are not subscribed to this service', undefined],
  ])('a list that fails with %s: %s is a denied one: %s', async (name, message, isDenied) => {
    const api = new FakeApi({ 'cloudcontrolapi:ListResources': awsError(name, message) });
    expect(await new CloudControl(api).list({ type: 'AWS::X::Y', region: REGION, cleaner: '' }))
      .toEqual({ unlisted: `${name}: ${message}`, isDenied });
  });

  test.each([
    [{ OperationStatus: 'SUCCESS' }, { state: 'deleted' }],
    [{ OperationStatus: 'IN_PROGRESS' }, { state: 'running', request: 'r' }],
    [
      { OperationStatus: 'FAILED', ErrorCode: 'NotFound', StatusMessage: 'none' },
      { state: 'failed', failure: { code: 'NotFound', message: 'none' } },
    ],
  ])('a deletion with %j is %j', async (progress, expected) => {
    const api = new FakeApi({ 'cloudcontrolapi:DeleteResource': event(progress) });
    expect(await new CloudControl(api).delete(queue, 'token')).toEqual(expected);
    expect(api.inputOf('DeleteResource')).toEqual({ TypeName: queue.type, Identifier: 'q', ClientToken: 'token' });
  });

  test('starts a request again that was forgotten', async () => {
    const api = new FakeApi({ 'cloudcontrolapi:GetResourceRequestStatus': awsError('RequestTokenNotFoundException') });
    expect(await new CloudControl(api).status(queue, 'r')).toMatchObject({ failure: { code: 'ServiceTimeout' } });
  });

  test('turns protections off by a patch', async () => {
    const api = new FakeApi();
    expect(await new CloudControl(api).unlock({ ...queue, type: 'AWS::RDS::DBInstance' })).toBe(true);
    expect(api.inputOf('UpdateResource')).toMatchObject({
      PatchDocument: '[{"op":"add","path":"/DeletionProtection","value":false}]',
    });
    expect(await new CloudControl(api).unlock(queue)).toBe(false);
  });

  test('reads tags as list or map; a missing resource has none', async () => {
    const found = (tags: unknown) =>
      ({ ResourceDescription: { Identifier: 'q', Properties: JSON.stringify({ Tags: tags }) } });
    const api = new FakeApi({
      'cloudcontrolapi:GetResource': [
        found([{ Key: 'a', Value: 'b' }]), found({ c: 'd' }), awsError('ResourceNotFoundException'), found(undefined),
      ],
    });
    const control = new CloudControl(api);
    expect([await control.tags(queue), await control.tags(queue), await control.tags(queue), await control.tags(queue)])
      .toEqual([{ a: 'b' }, { c: 'd' }, undefined, {}]);
  });
});

test('the trail reads events that are not read-only, in pages of one time range', async () => {
  const Events = [{ EventSource: 'sqs.amazonaws.com', EventName: 'CreateQueue', Resources: [{ ResourceType: 'T' }] }];
  const api = new FakeApi({ 'cloudtrail:LookupEvents': [{ Events, NextToken: 'n' }, { Events: [] }] });
  const trail = new AwsTrail(api, () => NOW);
  const first = await trail.events(REGION, NOW - 1000);
  expect(first.events).toEqual([{ source: 'sqs.amazonaws.com', name: 'CreateQueue', types: ['T'] }]);
  expect(await new AwsTrail(api, () => NOW + 99_000).events(REGION, NOW - 1000, first.next)).toEqual({ events: [] });
  expect(api.calls[1]?.input).toEqual({
    LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }],
    StartTime: NOW / 1000 - 1,
    EndTime: NOW / 1000,
    MaxResults: 50,
    NextToken: 'n',
  });
});

describe('the inspection', () => {
  const inspect = (answers: ConstructorParameters<typeof FakeApi>[0]) => {
    const api = new FakeApi(answers);
    return { api, inspection: new AwsInspection(api, '333333333333', 'us-east-1', () => NOW) };
  };

  test('begins with the main region', async () => {
    const Regions = ['eu-west-1', 'us-east-1'].map(RegionName => ({ RegionName }));
    const { inspection } = inspect({ 'account:POST /listRegions': { Regions } });
    expect(await inspection.regions()).toEqual(['us-east-1', 'eu-west-1']);
  });

  test('finds what is tagged and what costs money, each once', async () => {
    const arns = ['arn:aws:ec2:eu-west-1:333333333333:instance/i-1', 'arn:aws:polly:eu-west-1:333333333333:lexicon/l'];
    const instances = [
      { instanceId: 'i-1' }, { instanceId: 'i-2' }, { instanceId: 'i-3', instanceState: { name: 'terminated' } },
    ];
    const { inspection } = inspect({
      'tagging:GetResources': { ResourceTagMappingList: arns.map(ResourceARN => ({ ResourceARN })) },
      'ec2:DescribeInstances': { reservationSet: { item: [{ instancesSet: { item: instances } }] } },
      'elbv2:DescribeLoadBalancers': awsError('OptInRequired'),
    });
    const found = await inspection.look(REGION);
    expect(found.find(({ by }) => by === 'tags')?.arn).toBe(arns[1]);
    expect(found.map(({ type, id, by }) => [type, id, by])).toEqual([
      ['AWS::EC2::Instance', 'i-1', 'services'],
      ['AWS::polly', arns[1], 'tags'],
      ['AWS::EC2::Instance', 'i-2', 'services'],
    ]);
  });

  test('names a list that was denied, because nothing shows whether the account has such resources', async () => {
    const { inspection } = inspect({ 'elbv2:DescribeLoadBalancers': awsError('AccessDeniedException') });
    expect(await inspection.look(REGION)).toEqual([{
      type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      region: REGION,
      id: '*',
      by: 'services',
      denied: expect.stringContaining('AccessDeniedException'),
    }]);
  });

  test('knows the default network', async () => {
    const { inspection } = inspect({
      'ec2:DescribeVpcs': { vpcSet: { item: { vpcId: 'vpc-1', dhcpOptionsId: 'dopt-1' } } },
      'ec2:DescribeInternetGateways': { internetGatewaySet: { item: { internetGatewayId: 'igw-1' } } },
      'ec2:DescribeSecurityGroups': { securityGroupInfo: { item: [{ groupId: 'sg-1' }, { groupId: 'sg-2' }] } },
    });
    expect(await inspection.defaults(REGION)).toEqual(['vpc-1', 'dopt-1', 'sg-1', 'sg-2', 'igw-1']);
  });

  test('names services that cost money on a whole day since then', async () => {
    const group = (service: string, amount: string) =>
      ({ Keys: [service], Metrics: { UnblendedCost: { Amount: amount } } });
    const { api, inspection } = inspect({
      'ce:GetCostAndUsage': {
        ResultsByTime: [
          { Groups: [group('Amazon Redshift', '9'), group('Amazon DynamoDB', '2')] },
          { Groups: [group('Amazon DynamoDB', '0.5'), group('Amazon SQS', '0.01'), group('Tax', '5')] },
        ],
      },
    });
    expect(await inspection.costs(NOW - 3 * 86_400_000)).toEqual([
      { type: 'AWS::Cost', region: 'us-east-1', id: 'Amazon Redshift', by: 'costs' },
      { type: 'AWS::Cost', region: 'us-east-1', id: 'Amazon DynamoDB', by: 'costs' },
    ]);
    expect(api.inputOf('GetCostAndUsage')).toMatchObject({ TimePeriod: { Start: '2026-11-08', End: '2026-11-10' } });
    expect(await inspection.costs(NOW - 3600_000)).toEqual([]);
  });

  test('the default second look reads the costs of a whole day at any time of the day', async () => {
    for (let hour = 0; hour < 24; hour++) {
      const api = new FakeApi();
      const now = Date.parse('2026-11-10T00:30:00Z') + hour * 3600_000;
      const firstLook = now - CLEAN_DEFAULTS.secondLookSeconds * 1000;
      await new AwsInspection(api, '333333333333', 'us-east-1', () => now).costs(firstLook);
      expect(api.inputOf('GetCostAndUsage')).toMatchObject({ TimePeriod: { Start: '2026-11-09', End: '2026-11-10' } });
    }
  });
});

test.each([
  ['arn:aws:s3:::bucket', 'AWS::S3::Bucket', 'bucket'],
  ['arn:aws:lambda:eu-west-1:333333333333:function:f', 'AWS::Lambda::Function', 'f'],
  ['arn:aws:rds:eu-west-1:333333333333:snapshot:s', 'AWS::RDS::DBSnapshot', 's'],
  [
    'arn:aws:ssm:eu-west-1:333333333333:parameter/cdk-bootstrap/hnb659fds/version', 'AWS::SSM::Parameter',
    '/cdk-bootstrap/hnb659fds/version',
  ],
  ['arn:aws:ssm:eu-west-1:333333333333:parameter/plain', 'AWS::SSM::Parameter', 'plain'],
  ['arn:aws:new:eu-west-1:333333333333:thing/t', 'AWS::new', 'arn:aws:new:eu-west-1:333333333333:thing/t'],
])('%s is a %s', (arn, type, id) => {
  expect(typeOfArn(arn)).toEqual({ type, id });
});

test('services, groups and pipelines are stopped', async () => {
  const api = new FakeApi({
    'ecs:ListClusters': { clusterArns: ['c'] },
    'ecs:ListServices': { serviceArns: ['s'] },
    'codepipeline:GetPipeline': { pipeline: { stages: [{ name: 'Source' }, { name: 'Deploy' }] } },
  });
  const stops = new AwsStops(api, '333333333333');
  const [service] = await stops.list(REGION, 'AWS::ECS::Service');
  if (service) await stops.stop(service);
  expect(api.inputOf('UpdateService')).toEqual({ cluster: 'c', service: 's', desiredCount: 0 });
  await stops.stop({ type: 'AWS::CodePipeline::Pipeline', region: REGION, id: 'p', cleaner: '' });
  expect(api.inputOf('DisableStageTransition')).toMatchObject({ pipelineName: 'p', stageName: 'Deploy' });
});

describe('the store of plans', () => {
  const store = () => {
    const registry = new FakeRegistry();
    const open = () => new RegistryPlanStore(registry, () => NOW);
    return { registry, first: open(), next: open() };
  };

  test('keeps documents that are longer than an item of DynamoDB', async () => {
    const { first, next } = store();
    // random text is not compressed
    const plan = Array.from({ length: 40_000 }, () => Math.random().toString(36));
    await first.write('c', 'plan-1', plan);
    expect(await next.document('c', 'plan-1')).toEqual(plan);
    await next.write('c', 'plan-1', ['short']);
    expect(await new RegistryPlanStore(store().registry, () => NOW).document('c', 'plan-1')).toBeUndefined();
    expect(await next.document('c', 'plan-1')).toEqual(['short']);
  });

  test('an item of a document is never longer than 400 KB', async () => {
    const { registry, first } = store();
    const sizes: number[] = [];
    const write = registry.write.bind(registry);
    registry.write = (async (key: string, record: object, version: number | undefined) => {
      sizes.push(JSON.stringify(record).length);
      return write(key, record, version);
    }) as typeof registry.write;
    await first.write('c', 'plan-1', Array.from({ length: 100_000 }, () => Math.random().toString(36)));
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(400_000);
  });
});
