import {
  CreateCrossAccountAttachmentCommand,
  DeleteCrossAccountAttachmentCommand,
  DescribeAcceleratorCommand,
  DescribeCrossAccountAttachmentCommand,
  DescribeEndpointGroupCommand,
  GlobalAcceleratorClient,
  ListCrossAccountAttachmentsCommand,
  ListCrossAccountResourcesCommand,
  UpdateCrossAccountAttachmentCommand,
  UpdateEndpointGroupCommand,
  type EndpointConfiguration,
} from '@aws-sdk/client-global-accelerator';
import { randomOf } from '../../../../rehearsal/faults/random';
import { CICD, MEMBER, World } from '../world';

const REGION = 'us-west-2';
const balancer = (accountId: string, name: string): string =>
  `arn:aws:elasticloadbalancing:eu-central-1:${accountId}:loadbalancer/app/${name}/0123456789abcdef`;
const BLUE = balancer(CICD, 'blue');
const GREEN = balancer(MEMBER, 'green');

let world: World;
let client: GlobalAcceleratorClient;
let owner: GlobalAcceleratorClient;
let groupArn: string;
let listenerArn: string;
let acceleratorArn: string;
let advance: (seconds: number) => void;

beforeEach(async () => {
  world = await World.start();
  advance = world.holdTime();
  client = new GlobalAcceleratorClient(world.as(CICD, 'admin', REGION));
  owner = new GlobalAcceleratorClient(world.as(MEMBER, 'admin', REGION));
  const create = async (type: string, properties: Record<string, unknown>): Promise<string> =>
    (await world.type(`AWS::GlobalAccelerator::${type}`).create(properties, world.context(CICD))).id;
  acceleratorArn = await create('Accelerator', { Name: 'shop' });
  const ports = [{ FromPort: 443, ToPort: 443 }];
  listenerArn = await create('Listener', { AcceleratorArn: acceleratorArn, PortRanges: ports });
  groupArn = await create('EndpointGroup', {
    ListenerArn: listenerArn,
    EndpointGroupRegion: 'eu-central-1',
    EndpointConfigurations: [{ EndpointId: BLUE, Weight: '255' }],
    HealthCheckPath: '/health',
  });
  advance(60);
});
afterEach(async () => { await world.stop(); });

async function attach(principal: string): Promise<string | undefined> {
  const { CrossAccountAttachment: attachment } = await owner.send(
    new CreateCrossAccountAttachmentCommand({
      Name: 'green',
      Principals: [principal],
      Resources: [{ EndpointId: GREEN, Region: 'eu-central-1' }],
      IdempotencyToken: 'one',
    }),
  );
  return attachment?.AttachmentArn;
}

const update = async (endpoints: EndpointConfiguration[]) =>
  client.send(new UpdateEndpointGroupCommand({ EndpointGroupArn: groupArn, EndpointConfigurations: endpoints }));

const weights = async (): Promise<unknown> => {
  const { EndpointGroup: group } = await client.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn }));
  return group?.EndpointDescriptions?.map(({ EndpointId: id, Weight: weight }) => [id, weight]);
};

/** Share of flows to the endpoint of another account, in percent. */
function greenShare(): number {
  const random = randomOf(1);
  const flows = Array.from({ length: 1000 }, () => world.globalAccelerator.endpointForFlow(listenerArn, random));
  return flows.filter(endpoint => endpoint === GREEN).length / 10;
}

test('describes a group, and replaces its list of endpoints on an update', async () => {
  await expect(
    client.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn })),
  ).resolves.toMatchObject({
    EndpointGroup: {
      EndpointGroupArn: groupArn,
      EndpointGroupRegion: 'eu-central-1',
      EndpointDescriptions: [{ EndpointId: BLUE, Weight: 255, HealthState: 'HEALTHY' }],
      HealthCheckPath: '/health',
      TrafficDialPercentage: 100,
    },
  });
  const other = balancer(CICD, 'other');
  await update([{ EndpointId: other }]);
  await expect(weights()).resolves.toEqual([[other, 128]]);
});

test('keeps the endpoints if an update has none', async () => {
  await client.send(new UpdateEndpointGroupCommand({ EndpointGroupArn: groupArn, TrafficDialPercentage: 50 }));
  await expect(weights()).resolves.toEqual([[BLUE, 255]]);
});

test('uses the endpoint of another account only with an attachment that allows it', async () => {
  const both = (attachment?: string): EndpointConfiguration[] => [
    { EndpointId: BLUE, Weight: 128 },
    { EndpointId: GREEN, Weight: 128, AttachmentArn: attachment },
  ];
  const denied = { name: 'AccessDeniedException', message: expect.stringContaining(GREEN) };
  await expect(update(both())).rejects.toMatchObject(denied);
  const foreign = await attach('333333333333');
  await expect(update(both(foreign))).rejects.toMatchObject(denied);
  await update(both(await attach(acceleratorArn)));
  await update(both(await attach(CICD)));
  await expect(weights()).resolves.toEqual([[BLUE, 128], [GREEN, 128]]);
});

test('manages attachments in the account of the endpoint', async () => {
  const arn = await attach('333333333333');
  await owner.send(
    new UpdateCrossAccountAttachmentCommand({
      AttachmentArn: arn,
      AddPrincipals: [CICD],
      RemovePrincipals: ['333333333333'],
    }),
  );
  await expect(
    owner.send(new DescribeCrossAccountAttachmentCommand({ AttachmentArn: arn })),
  ).resolves.toMatchObject({ CrossAccountAttachment: { Principals: [CICD], Resources: [{ EndpointId: GREEN }] } });
  const usable = new ListCrossAccountResourcesCommand({
    ResourceOwnerAwsAccountId: MEMBER,
    AcceleratorArn: acceleratorArn,
  });
  await expect(client.send(usable)).resolves.toMatchObject({
    CrossAccountResources: [{ EndpointId: GREEN, AttachmentArn: arn }],
  });
  await owner.send(new DeleteCrossAccountAttachmentCommand({ AttachmentArn: arn }));
  await expect(owner.send(new ListCrossAccountAttachmentsCommand({}))).resolves.toMatchObject({
    CrossAccountAttachments: [],
  });
  await expect(owner.send(new DeleteCrossAccountAttachmentCommand({ AttachmentArn: arn }))).rejects.toMatchObject({
    name: 'AttachmentNotFoundException',
  });
});

test('rejects weights outside 0 to 255, and an endpoint twice', async () => {
  await expect(update([{ EndpointId: BLUE, Weight: 256 }])).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Member must have value less than or equal to 255'),
  });
  await expect(update([{ EndpointId: BLUE }, { EndpointId: BLUE }])).rejects.toMatchObject({
    name: 'InvalidArgumentException',
  });
  await expect(weights()).resolves.toEqual([[BLUE, 255]]);
});

test('has its API in us-west-2 only', async () => {
  const elsewhere = new GlobalAcceleratorClient(world.as(CICD, 'admin', 'eu-central-1'));
  await expect(
    elsewhere.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn })),
  ).rejects.toThrow('getaddrinfo ENOTFOUND globalaccelerator.eu-central-1.amazonaws.com');
});

test('needs the permission of the operation on the group', async () => {
  const denied = { name: 'AccessDeniedException' };
  await expect(
    owner.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn })),
  ).rejects.toMatchObject(denied);
  await expect(
    client.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: `${listenerArn}/endpoint-group/x` })),
  ).rejects.toMatchObject({ name: 'EndpointGroupNotFoundException' });
});

test('traffic follows a change after 30 seconds', async () => {
  const attachment = await attach(CICD);
  await update([{ EndpointId: BLUE, Weight: 64 }, { EndpointId: GREEN, Weight: 191, AttachmentArn: attachment }]);
  expect(greenShare()).toBe(0);
  const status = async () =>
    (await client.send(new DescribeAcceleratorCommand({ AcceleratorArn: acceleratorArn }))).Accelerator?.Status;
  await expect(status()).resolves.toBe('IN_PROGRESS');
  advance(29);
  expect(greenShare()).toBe(0);
  advance(1);
  expect(Math.abs(greenShare() - 191 / 2.55)).toBeLessThan(6);
  await expect(status()).resolves.toBe('DEPLOYED');
});

test('unhealthy endpoints get no flows, unless all are unhealthy', async () => {
  world.globalAccelerator.secondsInEffect = 0;
  const attachment = await attach(CICD);
  await update([{ EndpointId: BLUE, Weight: 128 }, { EndpointId: GREEN, Weight: 128, AttachmentArn: attachment }]);
  world.globalAccelerator.unhealthy.add(GREEN);
  expect(greenShare()).toBe(0);
  const { EndpointGroup: group } = await client.send(new DescribeEndpointGroupCommand({ EndpointGroupArn: groupArn }));
  expect(group?.EndpointDescriptions?.map(({ HealthState: state }) => state)).toEqual(['HEALTHY', 'UNHEALTHY']);
  world.globalAccelerator.unhealthy.add(BLUE);
  expect(Math.abs(greenShare() - 50)).toBeLessThan(7);
  await update([{ EndpointId: BLUE, Weight: 0 }]);
  expect(world.globalAccelerator.endpointForFlow(listenerArn, () => 0.5)).toBeUndefined();
});

test('a listener that the app imports is assumed to exist in the account', async () => {
  const arn = `arn:aws:globalaccelerator::${MEMBER}:accelerator/other/listener/0123abcd`;
  const { id } = await world.type('AWS::GlobalAccelerator::EndpointGroup').create(
    { ListenerArn: arn, EndpointGroupRegion: 'eu-central-1', EndpointConfigurations: [{ EndpointId: GREEN }] },
    world.context(MEMBER),
  );
  expect(id).toMatch(`${arn}/endpoint-group/`);
  expect(world.globalAccelerator.accelerator(arn.split('/listener')[0])).toMatchObject({ accountId: MEMBER });
});

test('resources of templates can be changed and deleted', async () => {
  const context = world.context(CICD);
  const group = world.type('AWS::GlobalAccelerator::EndpointGroup');
  const before = { ListenerArn: listenerArn, EndpointGroupRegion: 'eu-central-1' };
  await expect(group.create(before, context)).rejects.toThrow('already exists');
  const after = { ...before, EndpointConfigurations: [{ EndpointId: BLUE, Weight: 1 }] };
  await group.update(groupArn, after, before, context);
  await expect(weights()).resolves.toEqual([[BLUE, 1]]);
  await group.remove(groupArn, before, context);
  await expect(weights()).rejects.toMatchObject({ name: 'EndpointGroupNotFoundException' });
  const attachment = world.type('AWS::GlobalAccelerator::CrossAccountAttachment');
  const { id } = await attachment.create({ Name: 'x', Principals: [CICD] }, world.context(MEMBER));
  await attachment.update(id, { Name: 'x', Principals: [] }, {}, world.context(MEMBER));
  expect(world.globalAccelerator.attachments.usableBy(CICD)).toEqual([]);
});
