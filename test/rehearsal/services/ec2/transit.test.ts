import { Simulation } from '../../../../rehearsal/simulation';

const [MANAGEMENT, HUB, MEMBER] = ['999999999999', '111111111111', '222222222222'];
const REGION = 'eu-central-1';

let simulation: Simulation;
beforeEach(async () => {
  simulation = await Simulation.start({
    managementAccountId: MANAGEMENT, accounts: [{ accountId: HUB }, { accountId: MEMBER }], virtual: {}, sharing: false,
  });
});
afterEach(async () => simulation.stop());

async function deploy(accountId: string, name: string, resources: object): Promise<Record<string, string>> {
  const outputs = Object.fromEntries(Object.keys(resources).map(id => [id, { Value: { Ref: id } }]));
  const stack = await simulation.cloudformation.create({
    accountId, region: REGION, name, body: JSON.stringify({ Resources: resources, Outputs: outputs }),
  });
  const reasons = [...stack.states.values()].flatMap(({ reason }) => reason ?? []);
  if (stack.status !== 'CREATE_COMPLETE') throw new Error(reasons.join('; '));
  return Object.fromEntries([...stack.resources.values()].map(({ logicalId, id }) => [logicalId, id]));
}

async function call(accountId: string, operation: string, input: Record<string, unknown>) {
  const { [operation]: run } = simulation.ec2.operations;
  const caller = { accountId, arn: `arn:aws:iam::${accountId}:root` };
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.from('') };
  return await run({ service: 'ec2', operation, input, caller, region: REGION, request }) as Record<string, unknown>;
}

const ref = (name: string) => ({ Ref: name });
const vpc = (cidr: string) => ({
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: cidr } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc'), CidrBlock: cidr } },
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
});
const hub = (principals: readonly string[]) => ({
  Hub: {
    Type: 'AWS::EC2::TransitGateway',
    Properties: { DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' },
  },
  HubTable: { Type: 'AWS::EC2::TransitGatewayRouteTable', Properties: { TransitGatewayId: ref('Hub') } },
  ...principals.length > 0 && {
    Share: {
      Type: 'AWS::RAM::ResourceShare',
      Properties: {
        Name: 'hub',
        AllowExternalPrincipals: false,
        Principals: principals,
        ResourceArns: [{ 'Fn::GetAtt': ['Hub', 'TransitGatewayArn'] }],
      },
    },
  },
});

async function enableSharing(): Promise<void> {
  const { EnableSharingWithAwsOrganization: enable } = simulation.ram.operations;
  const caller = { accountId: MANAGEMENT, arn: `arn:aws:iam::${MANAGEMENT}:root` };
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: Buffer.from('') };
  const operation = 'EnableSharingWithAwsOrganization';
  await enable({ service: 'ram', operation, input: {}, caller, region: REGION, request });
}

async function attached(cidr = '10.1.0.0/20') {
  await enableSharing();
  const { Hub, HubTable } = await deploy(HUB, 'hub', hub([MEMBER]));
  const { Vpc, Subnet, Table } = await deploy(MEMBER, 'net', vpc(cidr));
  await call(MEMBER, 'CreateTransitGatewayVpcAttachment', { TransitGatewayId: Hub, VpcId: Vpc, SubnetIds: [Subnet] });
  const [{ id }] = simulation.ec2.transit.living();
  return { hubId: Hub, tableId: HubTable, vpcId: Vpc, routeTableId: Table, attachmentId: id, subnetId: Subnet };
}

const pass = async (seconds: number) => simulation.clock.sleep(seconds);

test('a gateway is shared only after sharing was enabled in the management account', async () => {
  await expect(deploy(HUB, 'hub', hub([MEMBER]))).rejects.toThrow('is not in your AWS organization');
  await enableSharing();
  await deploy(HUB, 'hub2', hub([MEMBER]));
});

test('a gateway is invisible for accounts that it is not shared with', async () => {
  const { Hub } = await deploy(HUB, 'hub', hub([]));
  const { Vpc, Subnet } = await deploy(MEMBER, 'net', vpc('10.1.0.0/20'));
  await expect(call(MEMBER, 'CreateTransitGatewayVpcAttachment', {
    TransitGatewayId: Hub, VpcId: Vpc, SubnetIds: [Subnet],
  })).rejects.toMatchObject({ code: 'InvalidTransitGatewayID.NotFound' });
});

test('a gateway is shared with all accounts of the organization, or of a unit', async () => {
  await enableSharing();
  const { tree } = simulation.organizations;
  for (const principal of [`organization/${tree.organizationId}`, `ou/${tree.organizationId}/${tree.rootId}`]) {
    const arn = `arn:aws:organizations::${MANAGEMENT}:${principal}`;
    const { Hub } = await deploy(HUB, `hub-${principal.split('/')[0]}`, hub([arn]));
    expect(simulation.ec2.transit.visible(Hub, { accountId: MEMBER, region: REGION }).id).toBe(Hub);
  }
});

test('an attachment of another account waits until it is accepted, and is available a while later', async () => {
  const { attachmentId, hubId, vpcId, subnetId } = await attached();
  const state = async () => {
    const { transitGatewayVpcAttachments } = await call(HUB, 'DescribeTransitGatewayVpcAttachments', {});
    return (transitGatewayVpcAttachments as { state: string }[])[0].state;
  };
  expect(await state()).toBe('pendingAcceptance');
  await expect(call(MEMBER, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId }))
    .rejects.toMatchObject({ code: 'OperationNotPermitted' });
  await call(HUB, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  expect(await state()).toBe('pending');
  await pass(60);
  expect(await state()).toBe('available');
  await expect(call(MEMBER, 'CreateTransitGatewayVpcAttachment', {
    TransitGatewayId: hubId, VpcId: vpcId, SubnetIds: [subnetId],
  })).rejects.toMatchObject({ code: 'DuplicateTransitGatewayAttachment' });
});

test('routes exist only to an available attachment, and lead nowhere after it is deleted', async () => {
  const { attachmentId, hubId, routeTableId, tableId } = await attached();
  const route = { RouteTableId: routeTableId, DestinationCidrBlock: '10.0.0.0/8', TransitGatewayId: hubId };
  await expect(call(MEMBER, 'CreateRoute', route)).rejects.toMatchObject({ code: 'InvalidTransitGatewayID.NotFound' });
  await call(HUB, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  await pass(60);
  await call(MEMBER, 'CreateRoute', route);
  const link = { TransitGatewayAttachmentId: attachmentId, TransitGatewayRouteTableId: tableId };
  await call(HUB, 'EnableTransitGatewayRouteTablePropagation', link);
  const states = async () => {
    const { routeTableSet } = await call(MEMBER, 'DescribeRouteTables', { RouteTableId: [routeTableId] });
    return (routeTableSet as { routeSet: { state: string }[] }[])[0].routeSet.map(({ state }) => state);
  };
  const propagated = async () =>
    (await call(HUB, 'SearchTransitGatewayRoutes', {
      TransitGatewayRouteTableId: tableId,
      Filter: [
        { Name: 'state', Value: ['active'] },
      ],
    })).routeSet;
  expect(await states()).toEqual(['active', 'active']);
  expect(await propagated()).toMatchObject([{ destinationCidrBlock: '10.1.0.0/20', type: 'propagated' }]);
  await call(MEMBER, 'DeleteTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  expect(await states()).toEqual(['active', 'blackhole']);
  expect(await propagated()).toEqual([]);
});

test('a static route leads nowhere after its attachment is deleted', async () => {
  const { attachmentId, tableId } = await attached();
  await call(HUB, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  await pass(60);
  await call(HUB, 'CreateTransitGatewayRoute', {
    TransitGatewayRouteTableId: tableId, DestinationCidrBlock: '0.0.0.0/0', TransitGatewayAttachmentId: attachmentId,
  });
  const inTable = { TransitGatewayRouteTableId: tableId };
  const search = async () => (await call(HUB, 'SearchTransitGatewayRoutes', inTable)).routeSet;
  expect(await search()).toMatchObject([{ destinationCidrBlock: '0.0.0.0/0', type: 'static', state: 'active' }]);
  await call(MEMBER, 'DeleteTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  expect(await search()).toMatchObject([{ state: 'blackhole' }]);
  await call(HUB, 'DeleteTransitGatewayRoute', { ...inTable, DestinationCidrBlock: '0.0.0.0/0' });
  expect(await search()).toEqual([]);
});

test('a table with an association, and a gateway with an attachment, cannot be deleted', async () => {
  const { attachmentId, tableId, hubId } = await attached();
  await call(HUB, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  await pass(60);
  const link = { TransitGatewayAttachmentId: attachmentId, TransitGatewayRouteTableId: tableId };
  await call(HUB, 'AssociateTransitGatewayRouteTable', link);
  const place = { accountId: HUB, region: REGION, stackId: '', stackName: '', logicalId: '', tags: {} };
  const { 'AWS::EC2::TransitGatewayRouteTable': tables, 'AWS::EC2::TransitGateway': gateways } =
    simulation.ec2.resourceTypes;
  await expect(tables.remove(tableId, {}, place)).rejects.toMatchObject({ code: 'IncorrectState' });
  await expect(gateways.remove(hubId, {}, place)).rejects.toMatchObject({ code: 'IncorrectState' });
  await pass(20);
  await call(HUB, 'DisassociateTransitGatewayRouteTable', link);
  await pass(20);
  await tables.remove(tableId, {}, place);
});
