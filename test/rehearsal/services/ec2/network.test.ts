import { REGION, VirtualWorld } from '../virtual-world';

let world: VirtualWorld;
beforeEach(async () => { world = await VirtualWorld.start(); });
afterEach(async () => world.stop());

const call = async (operation: string, input: object = {}) =>
  world.call({ service: 'ec2', operation, input: { ...input }, region: REGION });
const filter = (name: string, ...values: string[]) => ({ Filter: [{ Name: name, Value: values }] });

const ref = (name: string) => ({ Ref: name });
const att = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });
const VPC = { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.1.0.0/16' } } };
const subnet = (index: number) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: {
    VpcId: ref('Vpc'),
    CidrBlock: { 'Fn::Select': [index, { 'Fn::Cidr': [att('Vpc', 'CidrBlock'), 4, '12'] }] },
    AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
  },
});
const NETWORK = {
  ...VPC,
  One: subnet(0),
  Two: subnet(1),
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
  Association: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: ref('One'), RouteTableId: ref('Table') },
  },
  Gateway: { Type: 'AWS::EC2::InternetGateway' },
  Attached: {
    Type: 'AWS::EC2::VPCGatewayAttachment', Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('Gateway') },
  },
  Route: {
    Type: 'AWS::EC2::Route',
    DependsOn: 'Attached',
    Properties: { RouteTableId: ref('Table'), DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref('Gateway') },
  },
  Endpoint: {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: { VpcId: ref('Vpc'), ServiceName: `com.amazonaws.${REGION}.s3`, RouteTableIds: [ref('Table')] },
  },
};

interface Described { readonly [member: string]: unknown }
const vpcId = async () => {
  const { vpcSet } = await call('DescribeVpcs', filter('is-default', 'false'));
  return String((vpcSet as { item: Described }).item.vpcId);
};

test('a VPC has a main route table, a network ACL and a default security group', async () => {
  await world.deploy('app', VPC);
  const inVpc = filter('vpc-id', await vpcId());
  const [tables, acls, groups] = await Promise.all([
    call('DescribeRouteTables', inVpc), call('DescribeNetworkAcls', inVpc), call('DescribeSecurityGroups', inVpc),
  ]);
  expect(tables).toMatchObject({
    routeTableSet: {
      item: {
        associationSet: { item: { main: 'true' } },
        routeSet: { item: { destinationCidrBlock: '10.1.0.0/16', gatewayId: 'local', state: 'active' } },
      },
    },
  });
  expect(acls).toMatchObject({ networkAclSet: { item: { default: 'true' } } });
  expect(groups).toMatchObject({ securityGroupInfo: { item: { groupName: 'default' } } });
});

test('a network ACL of a stack has its entries, and its subnet has no other one', async () => {
  await world.deploy('app', {
    ...NETWORK,
    Acl: { Type: 'AWS::EC2::NetworkAcl', Properties: { VpcId: ref('Vpc') } },
    Entry: {
      Type: 'AWS::EC2::NetworkAclEntry',
      Properties: {
        NetworkAclId: ref('Acl'),
        RuleNumber: 100,
        Protocol: 6,
        RuleAction: 'allow',
        CidrBlock: '10.0.0.0/8',
        PortRange: { From: 443, To: 443 },
      },
    },
    AclOfSubnet: {
      Type: 'AWS::EC2::SubnetNetworkAclAssociation',
      Properties: { NetworkAclId: ref('Acl'), SubnetId: ref('One') },
    },
  });
  const own = await call('DescribeNetworkAcls', filter('default', 'false'));
  const entries = [
    {
      ruleNumber: '100',
      protocol: '6',
      ruleAction: 'allow',
      egress: 'false',
      cidrBlock: '10.0.0.0/8',
      portRange: { from: '443', to: '443' },
    },
    ...['false', 'true'].map(egress => (
      { ruleNumber: '32767', protocol: '-1', ruleAction: 'deny', egress, cidrBlock: '0.0.0.0/0' }
    )),
  ];
  const { subnetId } = (own as { networkAclSet: { item: { associationSet: { item: Described } } } })
    .networkAclSet.item.associationSet.item;
  expect(own).toMatchObject({ networkAclSet: { item: { default: 'false', entrySet: { item: entries } } } });
  const usual = await call('DescribeNetworkAcls', filter('vpc-id', await vpcId()));
  expect(JSON.stringify(usual).split(String(subnetId))).toHaveLength(2);
});

test('subnets, route tables, gateways and endpoints of a stack are described', async () => {
  await world.deploy('app', NETWORK);
  const inVpc = filter('vpc-id', await vpcId());
  expect(await call('DescribeSubnets', inVpc)).toMatchObject({
    subnetSet: {
      item: [
        { cidrBlock: '10.1.0.0/20', availabilityZone: `${REGION}a`, availableIpAddressCount: '4091' },
        { cidrBlock: '10.1.16.0/20', availabilityZone: `${REGION}b` },
      ],
    },
  });
  const { routeTableSet } = await call('DescribeRouteTables', filter('association.main', 'false'));
  const { item: routes } = (routeTableSet as { item: { routeSet: { item: Described[] } } }).item.routeSet;
  expect(routes).toHaveLength(3);
  for (const route of [
    { destinationCidrBlock: '10.1.0.0/16', gatewayId: 'local' },
    { destinationCidrBlock: '0.0.0.0/0', gatewayId: expect.stringMatching(/^igw-/), state: 'active' },
    { destinationPrefixListId: expect.stringMatching(/^pl-/), gatewayId: expect.stringMatching(/^vpce-/) },
  ]) expect(routes).toContainEqual(expect.objectContaining(route));
  const { vpcEndpointSet } = await call('DescribeVpcEndpoints');
  expect(vpcEndpointSet).toMatchObject({ item: { vpcEndpointType: 'Gateway' } });
  expect(await call('DescribeManagedPrefixLists')).toMatchObject({ prefixListSet: { item: [{}, {}] } });
  expect(await call('DescribeAvailabilityZones')).toMatchObject({ availabilityZoneInfo: { item: [{}, {}, {}] } });
});

test('a VPC is deleted after what is in it, and a default network can be deleted', async () => {
  await world.deploy('app', NETWORK);
  const id = await vpcId();
  await expect(call('DeleteVpc', { VpcId: id })).rejects.toMatchObject({ name: 'DependencyViolation' });
  const { vpcSet } = await call('DescribeVpcs', filter('is-default', 'true'));
  const { vpcId: theDefault } = (vpcSet as { item: Described }).item;
  const { subnetSet } = await call('DescribeSubnets', filter('vpc-id', String(theDefault)));
  for (const one of (subnetSet as { item: Described[] }).item) await call('DeleteSubnet', { SubnetId: one.subnetId });
  const attached = filter('attachment.vpc-id', String(theDefault));
  const { internetGatewaySet } = await call('DescribeInternetGateways', attached);
  const { internetGatewayId } = (internetGatewaySet as { item: Described }).item;
  await expect(call('DeleteInternetGateway', { InternetGatewayId: internetGatewayId }))
    .rejects.toMatchObject({ name: 'DependencyViolation' });
  await call('CreateTags', { ResourceId: [internetGatewayId], Tag: [{ Key: 'state', Value: 'being-deleted' }] });
  expect(await call('DescribeInternetGateways', filter('tag:state', 'being-deleted')))
    .toMatchObject({ internetGatewaySet: { item: { internetGatewayId } } });
  const attachment = { InternetGatewayId: internetGatewayId, VpcId: theDefault };
  await call('DetachInternetGateway', attachment);
  await expect(call('DetachInternetGateway', attachment)).rejects.toMatchObject({ name: 'Gateway.NotAttached' });
  await call('DeleteInternetGateway', { InternetGatewayId: internetGatewayId });
  await call('DeleteVpc', { VpcId: theDefault });
  expect(await call('DescribeVpcs', filter('is-default', 'true'))).toMatchObject({ vpcSet: '' });
});

test.each([
  ['a subnet outside of its VPC', {
    Subnet: { ...subnet(0), Properties: { VpcId: ref('Vpc'), CidrBlock: '10.2.0.0/20' } },
  }, "The CIDR '10.2.0.0/20' is invalid."],
  ['two subnets with the same addresses', {
    One: subnet(0), Same: { ...subnet(0), DependsOn: 'One' },
  }, "The CIDR '10.1.0.0/20' conflicts with another subnet"],
  ['a block with bits behind its prefix', { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.1.0.1/16' } } },
    'Value (10.1.0.1/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.'],
  ['more blocks than there are', {
    Many: {
      ...subnet(0),
      Properties: {
        VpcId: ref('Vpc'), CidrBlock: { 'Fn::Select': [0, { 'Fn::Cidr': ['10.1.0.0/24', 3, '7'] }] },
      },
    },
  }, 'Fn::Cidr cannot split 10.1.0.0/24 into 3 blocks with a prefix of 25'],
])('%s is rejected', async (_what, resources, message) => {
  await expect(world.deploy('app', { ...VPC, ...resources })).rejects.toThrow(message);
});

test('a route to a NAT gateway that was deleted leads nowhere', async () => {
  await world.deploy('net', {
    ...NETWORK,
    Address: { Type: 'AWS::EC2::EIP', Properties: { Domain: 'vpc' } },
    Nat: {
      Type: 'AWS::EC2::NatGateway',
      DependsOn: 'Attached',
      Properties: { SubnetId: ref('One'), AllocationId: att('Address', 'AllocationId') },
    },
    Route: {
      Type: 'AWS::EC2::Route',
      Properties: { RouteTableId: ref('Table'), DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: ref('Nat') },
    },
  });
  expect(await call('DescribeNatGateways')).toMatchObject({ natGatewaySet: { item: { state: 'available' } } });
  world.simulation.ec2.networks.natGateways.clear();
  expect(JSON.stringify(await call('DescribeRouteTables', filter('route.state', 'blackhole')))).toContain('nat-');
});

test('rules of a security group are those of its template and of other resources, and can be revoked', async () => {
  const rule = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/8' };
  await world.deploy('app', {
    ...VPC,
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { GroupDescription: 'g', GroupName: 'web', VpcId: ref('Vpc'), SecurityGroupIngress: [rule] },
    },
    Other: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        GroupId: att('Group', 'GroupId'), IpProtocol: '-1', SourceSecurityGroupId: att('Group', 'GroupId'),
      },
    },
  });
  const { securityGroupInfo } = await call('DescribeSecurityGroups', filter('group-name', 'web'));
  expect(securityGroupInfo).toMatchObject({
    item: {
      ipPermissions: {
        item: [
          { ipProtocol: 'tcp', fromPort: '443', toPort: '443', ipRanges: { item: { cidrIp: '10.0.0.0/8' } } },
          { ipProtocol: '-1', groups: { item: { groupId: expect.stringMatching(/^sg-/) } } },
        ],
      },
      ipPermissionsEgress: { item: { ipProtocol: '-1' } },
    },
  });
  const { groupId } = (securityGroupInfo as { item: Described }).item;
  const rules = async () => call('DescribeSecurityGroupRules', filter('group-id', String(groupId)));
  const { securityGroupRuleSet } = await rules();
  const inbound = (securityGroupRuleSet as { item: Described[] }).item.filter(({ isEgress }) => isEgress === 'false');
  await call('RevokeSecurityGroupIngress', {
    GroupId: groupId, SecurityGroupRuleId: inbound.map(({ securityGroupRuleId }) => securityGroupRuleId),
  });
  expect(await rules()).toMatchObject({ securityGroupRuleSet: { item: { isEgress: 'true' } } });
});

test('a security group without outbound rules in its template allows everything', async () => {
  await world.deploy('app', {
    ...VPC,
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { GroupDescription: 'g', GroupName: 'web', VpcId: ref('Vpc'), SecurityGroupEgress: [] },
    },
  });
  expect(await call('DescribeSecurityGroups', filter('group-name', 'web'))).toMatchObject({
    securityGroupInfo: { item: { ipPermissionsEgress: { item: { ipProtocol: '-1' } } } },
  });
});
