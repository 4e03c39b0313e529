import { App, CfnParameter, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { NetworkProps } from '../../src';
import { Account, Network } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { accountTemplateOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';
import { FixedRange, networkOf } from '../fixtures/networks';

function synthesize(props: Partial<NetworkProps> = {}, cidr = '10.1.0.0/20') {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const network = networkOf(cicd, 'dev', cidr, props);
  const assembly = app.synth();
  return { network, outer: templateOf(assembly), inner: accountTemplateOf(assembly, network.stack) };
}

const names = (resources: readonly { Properties: Record<string, unknown> }[], property: string) =>
  resources.map(({ Properties }) => Properties[property]);

describe('a network', () => {
  const { inner, outer, network } = synthesize();

  test('has a private, a public and a database subnet in each of two availability zones', () => {
    const subnets = resourcesOf(inner, 'AWS::EC2::Subnet');
    expect(subnets).toHaveLength(6);
    expect(subnets.every(({ Properties }) => Properties.MapPublicIpOnLaunch === false)).toBe(true);
    const block = (count: number, bits: string, index: number) => ({
      'Fn::Select': [index, { 'Fn::Cidr': ['10.1.0.0/20', count, bits] }],
    });
    expect(names(subnets, 'CidrBlock')).toEqual([
      block(4, '10', 0), block(4, '10', 1), block(8, '9', 4), block(8, '9', 5), block(8, '9', 6), block(8, '9', 7),
    ]);
  });

  test('names what would replace the VPC, so that a later change is rejected', () => {
    const [stack] = resourcesOf(outer, 'Custom::OrgEnvironmentsStack');
    expect(stack?.Properties.fixed).toEqual({
      addressRange: '10.1.0.0/20', availabilityZones: '2', stackName: stack?.Properties.stackName,
    });
  });

  test('has no way to the internet but for public subnets, no NAT gateway, and no endpoint that costs', () => {
    const routes = resourcesOf(inner, 'AWS::EC2::Route');
    expect(names(routes, 'DestinationCidrBlock')).toEqual(['0.0.0.0/0']);
    expect(JSON.stringify(routes[0].Properties.RouteTableId)).toContain('PublicTable');
    expect(resourcesOf(inner, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(names(resourcesOf(inner, 'AWS::EC2::VPCEndpoint'), 'VpcEndpointType')).toEqual(['Gateway', 'Gateway']);
    expect(resourcesOf(inner, 'AWS::EC2::SecurityGroup')).toEqual([]);
  });

  test('logs its connections for a month', () => {
    expect(onlyResource(inner, 'AWS::EC2::FlowLog').Properties).toMatchObject({ TrafficType: 'ALL' });
    expect(onlyResource(inner, 'AWS::Logs::LogGroup').Properties).toEqual({ RetentionInDays: 30 });
  });

  test('closes its default security group through a role in its account', () => {
    const { Properties } = onlyResource(outer, 'Custom::OrgEnvironmentsNetwork');
    expect(Properties).toMatchObject({ networkName: 'Cicd/dev-network', region: 'eu-west-1' });
    expect(JSON.stringify(Properties.roleArn)).toMatch(/network-org-environments-[0-9a-f]{12}/);
    expect(JSON.stringify(Properties.securityGroupId)).toContain('DefaultSecurityGroup');
  });

  test('has a role that only the transit function of the CICD account may assume', () => {
    const role = resourcesOf(inner, 'AWS::IAM::Role').find(({ Properties }) => Properties.RoleName !== undefined);
    const [{ Condition }] = role?.Properties.AssumeRolePolicyDocument.Statement ?? [];
    expect(JSON.stringify(Condition)).toContain('role/org-environments-transit-provider');
    expect(JSON.stringify(role?.Properties.RoleName)).toMatch(/^"network-org-environments-[0-9a-f]{12}"$/);
  });

  test('can be used by constructs of the CDK', () => {
    expect(network.vpc.isolatedSubnets).toHaveLength(2);
    expect(network.vpc.privateSubnets).toHaveLength(2);
    expect(network.databaseSubnetIds).toHaveLength(2);
  });
});

test('the addresses of a network may be known only at deployment', () => {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const cidr = new CfnParameter(cicd.stack, 'Cidr').valueAsString;
  const range = Object.assign(new FixedRange(cicd.stack, 'Range', '0.0.0.0/20'), { cidr });
  const network = networkOf(cicd, 'dev', '10.0.0.0/20', { addressRange: range });
  const inner = accountTemplateOf(app.synth(), network.stack);
  const { CidrBlock } = onlyResource(inner, 'AWS::EC2::VPC').Properties;
  expect(Object.keys(inner.Parameters ?? {})).toContain(CidrBlock.Ref);
});

test('NAT gateways, interface endpoints and three zones are added on demand', () => {
  const { inner } = synthesize({ availabilityZones: 3, natGateways: 2, interfaceEndpoints: ['ecr.api', 'logs'] });
  expect(resourcesOf(inner, 'AWS::EC2::NatGateway')).toHaveLength(2);
  expect(resourcesOf(inner, 'AWS::EC2::EIP')).toHaveLength(2);
  expect(resourcesOf(inner, 'AWS::EC2::Subnet')).toHaveLength(9);
  const nats = resourcesOf(inner, 'AWS::EC2::Route').flatMap(({ Properties }) => Properties.NatGatewayId?.Ref ?? []);
  expect(nats).toHaveLength(3);
  expect(nats[2]).toBe(nats[0]);
  expect(names(resourcesOf(inner, 'AWS::EC2::VPCEndpoint'), 'VpcEndpointType')).toEqual([
    'Gateway', 'Gateway', 'Interface', 'Interface',
  ]);
  expect(onlyResource(inner, 'AWS::EC2::SecurityGroup').Properties.SecurityGroupIngress).toMatchObject([
    { FromPort: 443, CidrIp: '10.1.0.0/20' },
  ]);
});

test('flow logs can be kept longer, encrypted with a key, or omitted', () => {
  const flowLogKeyArn = 'arn:aws:kms:eu-west-1:333333333333:key/k';
  const { inner } = synthesize({ flowLogRetention: RetentionDays.ONE_YEAR, flowLogKeyArn });
  expect(onlyResource(inner, 'AWS::Logs::LogGroup').Properties).toEqual({
    RetentionInDays: 365, KmsKeyId: flowLogKeyArn,
  });
  expect(resourcesOf(synthesize({ flowLogs: false }).inner, 'AWS::EC2::FlowLog')).toEqual([]);
});

test.each<[string, Partial<NetworkProps>, string, string]>([
  ['five zones', { availabilityZones: 5 }, '10.1.0.0/20',
    "'availabilityZones' must be a whole number from 1 to 4, got 5"],
  ['more NAT gateways than zones', { natGateways: 3 }, '10.1.0.0/20',
    "'natGateways' must be a whole number from 0 to 2 (the availabilityZones), got 3"],
  ['the full name of an endpoint service', { interfaceEndpoints: ['com.amazonaws.eu-west-1.logs'] }, '10.1.0.0/20',
    "'interfaceEndpoints' must be names of services like 'ecr.api', without 'com.amazonaws' and region, got "
      + "'com.amazonaws.eu-west-1.logs'"],
  ['an endpoint twice', { interfaceEndpoints: ['logs', 'logs'] }, '10.1.0.0/20',
    "'interfaceEndpoints' contains 'logs' twice: remove one"],
  ['zones that are a token', { availabilityZones: Token.asNumber({ Ref: 'Zones' }) }, '10.1.0.0/20',
    "'availabilityZones' must be known at synthesis, because subnets depend on it, got a token: use a number"],
  ['NAT gateways that are a token', { natGateways: Token.asNumber({ Ref: 'Gateways' }) }, '10.1.0.0/20',
    "'natGateways' must be known at synthesis, because subnets depend on it, got a token: use a number"],
  ['a range that is too small', {}, '10.1.0.0/26', 'the range of a network with 2 availability zones must have a '
    + 'prefix of 16 to 25 bits (subnets have at least 16 addresses), got 26: request a range with another '
    + 'prefixLength'],
  ['a range that is too large', { availabilityZones: 3 }, '10.0.0.0/15', 'the range of a network with 3 availability '
    + 'zones must have a prefix of 16 to 24 bits (subnets have at least 16 addresses), got 15: request a range with '
    + 'another prefixLength'],
])('a network with %s is rejected', (_what, props, cidr, message) => {
  expect(() => synthesize(props, cidr)).toThrow(`[Cicd/dev-network] ${message}`);
});

test('a network that exists is imported', () => {
  const cicd = new Cicd(quickApp(), { imported: true });
  const account = Account.fromAccountId(cicd.stack, 'Account', '333333333333');
  const attributes = { account, vpcId: 'vpc-1', cidr: '10.9.0.0/16', privateSubnetIds: ['subnet-1'] };
  const network = Network.fromNetworkAttributes(cicd.stack, 'Network', attributes);
  expect(network).toMatchObject({
    vpcId: 'vpc-1', region: 'eu-west-1', databaseSubnetIds: [], routeTableIds: [], networkRoleArn: undefined,
  });
  expect(() => Network.fromNetworkAttributes(cicd.stack, 'Other', { ...attributes, networkRoleName: 'other' })).toThrow(
    "[Cicd/Other] 'networkRoleName' must begin with 'network-org-environments-', because the function that attaches "
      + "networks assumes no other roles, got 'other'",
  );
});

test('the template of a network passes the validation of the CDK', () => {
  const app = new App({ analyticsReporting: false });
  const cicd = new Cicd(app, { imported: true });
  networkOf(cicd, 'dev', '10.1.0.0/20', { natGateways: 1, interfaceEndpoints: ['logs'] });
  expect(() => app.synth()).not.toThrow();
});
