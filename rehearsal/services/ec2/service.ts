import * as v from 'valibot';
import { aclTypes } from './acl-types';
import { endpointType } from './endpoint-type';
import { filtered } from './filters';
import { gatewayTypes } from './gateway-types';
import { ipamOperations } from './ipam';
import { networkOperations } from './network-operations';
import { Networks } from './networks';
import { permissionsOf } from './permissions';
import { regionSettings } from './region-settings';
import { securityTypes } from './security-types';
import { TransitGateways, type Shares } from './transit-gateways';
import { transitOperations } from './transit-operations';
import { transitTypes } from './transit-types';
import { vpcTypes } from './vpc-types';
import { Identifiers } from '../../core/identifiers';
import type { Inventory, InventoryItem } from '../../core/inventory/inventory';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type {
  Call, Environment, Operation, OwnedPolicy, Permissions, Place, ResourceType, Service,
} from '../../core/service';
import { enabledRegions } from '../account/regions';

/** What has no type in CloudFormation. */
interface Copy {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

const SnapshotInput = v.object({ SnapshotId: v.string() });
const ImageInput = v.object({ ImageId: v.string() });
const InterfaceInput = v.object({ NetworkInterfaceId: v.string() });
const CreateSnapshotInput = v.object({ VolumeId: v.string(), Description: v.optional(v.string(), '') });
const RegisterImageInput = v.object({ Name: v.string() });

type Described = Readonly<Record<string, unknown>>;

/**
 * Amazon EC2: networks and transit gateways; and snapshots, images, and lists of other resources of stacks, which have
 * no behaviour.
 */
export class Ec2 implements Service {
  public readonly name = 'ec2';
  public readonly protocol = 'ec2';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions> = permissionsOf(
    id => this.transit.gateways.get(id)?.accountId,
    id => this.transit.attachments.get(id)?.tags ?? {},
  );
  public readonly existing: Service['existing'] = {
    'AWS::EC2::Snapshot': place => [...this.snapshots.of(place.accountId, place.region).values()],
    'AWS::EC2::Image': place => [...this.images.of(place.accountId, place.region).values()],
    'AWS::EC2::TransitGatewayAttachment': place => this.transit.living()
      .filter(one => one.accountId === place.accountId && one.region === place.region),
  };
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly networks = new Networks();
  public readonly transit: TransitGateways;
  private readonly identifiers = new Identifiers('ec2');
  private readonly snapshots = new Regional(() => new Map<string, Copy>());
  private readonly images = new Regional(() => new Map<string, Copy>());

  public constructor(
    private readonly environment: Environment,
    private readonly inventory: Inventory,
    private readonly shares: Shares,
  ) {
    const { networks, environment: { clock, partition } } = this;
    this.transit = new TransitGateways(networks, clock, partition, shares);
    this.operations = {
      DescribeRegions: async () => ({
        regionInfo: enabledRegions(partition)
          .map(regionName => ({ regionName, optInStatus: 'opt-in-not-required' })),
      }),
      ...networkOperations(networks, this.transit),
      ...transitOperations(networks, this.transit),
      ...this.copies(),
      ...this.resources(),
      ...regionSettings(),
      ...ipamOperations(clock),
    };
    this.resourceTypes = {
      ...vpcTypes(networks, this.transit),
      ...gatewayTypes(networks, clock),
      'AWS::EC2::VPCEndpoint': endpointType(networks),
      ...securityTypes(networks),
      ...aclTypes(networks),
      ...transitTypes(this.transit, clock),
    };
  }

  /** An account that a transit gateway is shared with may attach networks to it. */
  public resourcePolicy(arn: string): OwnedPolicy | undefined {
    const [, , , , accountId, resource = ''] = arn.split(':');
    if (!resource.startsWith('transit-gateway/')) return undefined;
    const accounts = this.shares.accountsOf(arn);
    const Action = 'ec2:CreateTransitGatewayVpcAttachment';
    return {
      accountId,
      policy: {
        Version: '2012-10-17',
        Statement: accounts.length === 0
          ? []
          : [{ Effect: 'Allow', Principal: { AWS: [...accounts] }, Action, Resource: arn }],
      },
    };
  }

  private copies(): Record<string, Operation> {
    const stored = (kept: Regional<Map<string, Copy>>, call: Call) => kept.of(call.caller.accountId, call.region);
    return {
      DescribeSnapshots: async call => ({
        snapshotSet: [...stored(this.snapshots, call).values()].map(one => ({ snapshotId: one.id, ...tagsOf(one) })),
      }),
      CreateSnapshot: async call => {
        const { Description: name } = read(CreateSnapshotInput, call.input);
        const id = `snap-${this.identifiers.next(17)}`;
        stored(this.snapshots, call).set(id, { id, name, tags: {} });
        return { snapshotId: id, status: 'completed' };
      },
      DeleteSnapshot: async call => {
        const { SnapshotId: id } = read(SnapshotInput, call.input);
        if (stored(this.snapshots, call).delete(id)) return { return: true };
        throw new AwsError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
      },
      DescribeImages: async call => ({
        imagesSet: [...stored(this.images, call).values()].map(one => ({ imageId: one.id, ...tagsOf(one) })),
      }),
      RegisterImage: async call => {
        const { Name: name } = read(RegisterImageInput, call.input);
        const id = `ami-${this.identifiers.next(17)}`;
        stored(this.images, call).set(id, { id, name, tags: {} });
        return { imageId: id };
      },
      DeregisterImage: async call => {
        const { ImageId: id } = read(ImageInput, call.input);
        if (stored(this.images, call).delete(id)) return { return: true };
        throw new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
      },
    };
  }

  private resources(): Record<string, Operation> {
    const list = (call: Call, type: string, member: string, more: Described = {}): Described[] =>
      this.inventory.list(type, placeOf(call)).map(item => ({ [member]: item.id, ...more, ...tagsOf(item) }));
    return {
      DescribeInstances: async call => ({
        reservationSet: list(call, 'AWS::EC2::Instance', 'instanceId', { instanceState: { name: 'running' } })
          .map(instance => ({ instancesSet: [instance] })),
      }),
      DescribeVolumes: async call => ({ volumeSet: list(call, 'AWS::EC2::Volume', 'volumeId') }),
      DescribeVpnGateways: async call => {
        const attachments = this.inventory.list('AWS::EC2::VPCGatewayAttachment', placeOf(call));
        const gateways = list(call, 'AWS::EC2::VPNGateway', 'vpnGatewayId', { state: 'available' });
        const found = gateways.map(gateway => {
          const attachmentSet = attachments.filter(({ properties }) => properties.VpnGatewayId === gateway.vpnGatewayId)
            .map(({ properties: { VpcId: vpcId } }) => ({ vpcId, state: 'attached' }));
          // filters name it like that of an internet gateway
          return { ...gateway, attachments: attachmentSet, attachmentSet };
        });
        return { vpnGatewaySet: filtered(found, call.input) };
      },
      DescribeNetworkInterfaces: async call => {
        const all = this.inventory.list('AWS::EC2::NetworkInterface', placeOf(call));
        const found = all.map(({ properties: { SubnetId: subnetId }, ...item }) => {
          const vpcId = this.networks.subnets.get(String(subnetId))?.vpcId;
          return { networkInterfaceId: item.id, status: 'available', subnetId, vpcId, ...tagsOf(item) };
        });
        return { networkInterfaceSet: filtered(found, call.input) };
      },
      DeleteNetworkInterface: async call => {
        const { NetworkInterfaceId: id } = read(InterfaceInput, call.input);
        const item = this.inventory.find('AWS::EC2::NetworkInterface', id, placeOf(call));
        if (!item) {
          throw new AwsError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`);
        }
        await this.inventory.remove(item, call.caller);
        return { return: true };
      },
    };
  }
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}

function tagsOf({ tags }: Pick<InventoryItem, 'tags'>): Described {
  return { tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}
