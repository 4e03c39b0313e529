import { AccountClient, ListRegionsCommand } from '@aws-sdk/client-account';
import { CodeBuildClient, DeleteProjectCommand, ListProjectsCommand } from '@aws-sdk/client-codebuild';
import {
  DeleteRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  ListHostedZonesCommand,
  ListTagsForResourceCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { ACCOUNT, REGION, VirtualWorld } from './virtual-world';

let world: VirtualWorld;
beforeEach(async () => { world = await VirtualWorld.start(); });
afterEach(async () => world.stop());

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'r',
    AssumeRolePolicyDocument: {
      Statement: [{
        Effect: 'Allow',
        Principal: { Service: ['codebuild.amazonaws.com', 'lambda.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      }],
    },
  },
};
const roleArn = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** What Cloud Control and the tagging API know. */
const known = (type: string): readonly string[] =>
  world.simulation.cloudformation.inventory.list(type, { accountId: ACCOUNT, region: REGION }).map(({ id }) => id);

test('the regions of an account are those that are enabled by default, and those that can be enabled', async () => {
  const client = new AccountClient(world.configuration());
  const { Regions = [], NextToken } = await client.send(new ListRegionsCommand({ MaxResults: 10 }));
  const next = await client.send(new ListRegionsCommand({ NextToken }));
  expect([Regions.length, next.Regions?.length, next.NextToken]).toEqual([10, 24, undefined]);
  expect(Regions[0]).toEqual({ RegionName: 'ap-northeast-1', RegionOptStatus: 'ENABLED_BY_DEFAULT' });
  const { Regions: disabled } = await client.send(new ListRegionsCommand({ RegionOptStatusContains: ['DISABLED'] }));
  expect(disabled).toHaveLength(17);
});

test('a rule is disabled, and deleted after its targets', async () => {
  await world.deploy('app', {
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'nightly', ScheduleExpression: 'rate(1 day)', Targets: [{ Id: 't', Arn: 'arn:aws:sqs:eu-central-1:1:q' }],
      },
    },
  });
  const client = new EventBridgeClient(world.configuration());
  await client.send(new DisableRuleCommand({ Name: 'nightly' }));
  expect((await client.send(new ListRulesCommand({}))).Rules).toMatchObject([{ Name: 'nightly', State: 'DISABLED' }]);
  await expect(client.send(new DeleteRuleCommand({ Name: 'nightly' }))).rejects.toThrow('since it has targets');
  expect((await client.send(new ListTargetsByRuleCommand({ Rule: 'nightly' }))).Targets).toMatchObject([{ Id: 't' }]);
  await client.send(new RemoveTargetsCommand({ Rule: 'nightly', Ids: ['t'] }));
  await client.send(new DeleteRuleCommand({ Name: 'nightly' }));
  expect(known('AWS::Events::Rule')).toEqual([]);
  await expect(client.send(new DisableRuleCommand({ Name: 'nightly' }))).rejects
    .toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a function is listed and deleted', async () => {
  await world.deploy('app', {
    Role: ROLE,
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'f', Role: roleArn, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: '' },
      },
    },
  });
  const client = new LambdaClient(world.configuration());
  expect((await client.send(new ListFunctionsCommand({}))).Functions).toMatchObject([{ FunctionName: 'f' }]);
  await client.send(new DeleteFunctionCommand({ FunctionName: 'f' }));
  expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  expect(known('AWS::Lambda::Function')).toEqual([]);
});

test('a project is listed and deleted', async () => {
  await world.deploy('app', {
    Role: ROLE,
    Project: {
      Type: 'AWS::CodeBuild::Project',
      Properties: {
        Name: 'project',
        ServiceRole: roleArn,
        Source: { Type: 'CODEPIPELINE', BuildSpec: '{}' },
        Artifacts: { Type: 'CODEPIPELINE' },
        Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'i' },
      },
    },
  });
  const client = new CodeBuildClient(world.configuration());
  expect((await client.send(new ListProjectsCommand({}))).projects).toEqual(['project']);
  await client.send(new DeleteProjectCommand({ name: 'project' }));
  expect(known('AWS::CodeBuild::Project')).toEqual([]);
});

test('a hosted zone is deleted after its record sets', async () => {
  const zone = world.simulation.route53.createZone(ACCOUNT, 'shop.example.');
  const client = new Route53Client(world.configuration());
  const { HostedZones } = await client.send(new ListHostedZonesCommand({}));
  expect(HostedZones).toMatchObject([{ Id: `/hostedzone/${zone.id}`, Name: 'shop.example.' }]);
  const change = (Action: 'CREATE' | 'DELETE') => new ChangeResourceRecordSetsCommand({
    HostedZoneId: zone.id,
    ChangeBatch: {
      Changes: [{
        Action,
        ResourceRecordSet: { Name: 'a.shop.example.', Type: 'TXT', TTL: 60, ResourceRecords: [{ Value: '"a"' }] },
      }],
    },
  });
  await client.send(change('CREATE'));
  const remove = async () => client.send(new DeleteHostedZoneCommand({ Id: zone.id }));
  await expect(remove()).rejects.toMatchObject({ name: 'HostedZoneNotEmpty' });
  await client.send(change('DELETE'));
  const tags = { ResourceType: 'hostedzone' as const, ResourceId: zone.id };
  expect((await client.send(new ListTagsForResourceCommand(tags))).ResourceTagSet?.Tags).toEqual([]);
  await world.pass(5);
  expect((await remove()).ChangeInfo?.Status).toBe('INSYNC');
  expect(known('AWS::Route53::HostedZone')).toEqual([]);
});

test('a key is deleted after some days, and until then pending', async () => {
  await world.deploy('app', { Key: { Type: 'AWS::KMS::Key', DeletionPolicy: 'Retain' } });
  const [KeyId = ''] = known('AWS::KMS::Key');
  const call = async (operation: string, input: object = {}) =>
    world.call({ service: 'kms', operation, input: { ...input } });
  expect(await call('ListKeys')).toMatchObject({ Keys: [{ KeyId }] });
  expect(await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 }))
    .toMatchObject({ KeyState: 'PendingDeletion' });
  await expect(call('ScheduleKeyDeletion', { KeyId })).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
  expect(await call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'PendingDeletion' } });
  expect(known('AWS::KMS::Key')).toEqual([]);
  await expect(call('EnableKey', { KeyId })).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
  await call('CancelKeyDeletion', { KeyId });
  await expect(call('CancelKeyDeletion', { KeyId })).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
  expect(await call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Disabled' } });
  await call('EnableKey', { KeyId });
  expect(await call('DescribeKey', { KeyId })).toMatchObject({ KeyMetadata: { KeyState: 'Enabled' } });
  await call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  await world.pass(8 * 24 * 3600);
  expect(await call('ListKeys')).toEqual({ Keys: [] });
  await expect(call('DescribeKey', { KeyId })).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('a secret is deleted without recovery only', async () => {
  await world.deploy('app', {
    Secret: {
      Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'orders', Tags: [{ Key: 'team', Value: 'shop' }] },
    },
  });
  const call = async (operation: string, input: object = {}) =>
    world.call({ service: 'secretsmanager', operation, input: { ...input } });
  const { SecretList } = await call('ListSecrets') as { SecretList: { ARN: string; Name: string; Tags: object[] }[] };
  const [{ ARN: SecretId = '', Name, Tags } = {}] = SecretList;
  expect([Name, Tags]).toEqual(['orders', expect.arrayContaining([{ Key: 'team', Value: 'shop' }])]);
  await expect(call('DeleteSecret', { SecretId })).rejects.toMatchObject({ name: 'InvalidRequestException' });
  await call('DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
  expect(await call('ListSecrets')).toEqual({ SecretList: [] });
  await expect(call('DeleteSecret', { SecretId })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
