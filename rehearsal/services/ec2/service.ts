import * as v from 'valibot';
import { defaultNetwork } from './default-network';
import { permissions } from './permissions';
import { regionSettings } from './region-settings';
import { Identifiers } from '../../core/identifiers';
import type { Inventory, InventoryItem } from '../../core/inventory/inventory';
import { read } from '../../core/protocol/read';
import { Regional } from '../../core/regional';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Permissions, Place, Service } from '../../core/service';
import { enabledRegions } from '../account/regions';

/** What has no type in CloudFormation. */
interface Copy {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

const FilterInput = v.object({
  Filter: v.optional(v.array(v.object({ Name: v.string(), Value: v.array(v.string()) })), []),
});
const SnapshotInput = v.object({ SnapshotId: v.string() });
const ImageInput = v.object({ ImageId: v.string() });
const InterfaceInput = v.object({ NetworkInterfaceId: v.string() });
const CreateSnapshotInput = v.object({ VolumeId: v.string(), Description: v.optional(v.string(), '') });
const RegisterImageInput = v.object({ Name: v.string() });

type Described = Readonly<Record<string, unknown>>;

/** Amazon EC2: default networks, snapshots and images, and lists of the resources of stacks. They have no behaviour. */
export class Ec2 implements Service {
  public readonly name = 'ec2';
  public readonly protocol = 'ec2';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Record<string, Permissions> = permissions;
  public readonly existing: Service['existing'] = {
    'AWS::EC2::Snapshot': place => [...this.snapshots.of(place.accountId, place.region).values()],
    'AWS::EC2::Image': place => [...this.images.of(place.accountId, place.region).values()],
  };
  private readonly identifiers = new Identifiers('ec2');
  private readonly snapshots = new Regional(() => new Map<string, Copy>());
  private readonly images = new Regional(() => new Map<string, Copy>());

  public constructor(
    private readonly environment: Environment,
    private readonly inventory: Inventory,
  ) {
    this.operations = { ...this.networks(), ...this.copies(), ...this.resources(), ...regionSettings() };
  }

  /** Default networks, and those of stacks without a default. */
  private networks(): Record<string, Operation> {
    const network = ({ caller: { accountId }, region }: Call) => defaultNetwork({ accountId, region });
    return {
      DescribeRegions: async () => ({
        regionInfo: enabledRegions(this.environment.partition)
          .map(regionName => ({ regionName, optInStatus: 'opt-in-not-required' })),
      }),
      DescribeVpcs: async call => {
        const { vpcId, dhcpOptionsId } = network(call);
        return { vpcSet: this.described(call, 'AWS::EC2::VPC', 'vpcId', 'is-default', [{ vpcId, dhcpOptionsId }]) };
      },
      DescribeSubnets: async call => {
        const defaults = network(call).subnetIds.map(subnetId => ({ subnetId }));
        return { subnetSet: this.described(call, 'AWS::EC2::Subnet', 'subnetId', 'default-for-az', defaults) };
      },
      DescribeRouteTables: async call => {
        const { routeTableId } = network(call);
        const defaults = [{ routeTableId }];
        const type = 'AWS::EC2::RouteTable';
        return { routeTableSet: this.described(call, type, 'routeTableId', 'association.main', defaults) };
      },
      DescribeNetworkAcls: async call => {
        const { networkAclId } = network(call);
        const type = 'AWS::EC2::NetworkAcl';
        return { networkAclSet: this.described(call, type, 'networkAclId', 'default', [{ networkAclId }]) };
      },
      DescribeSecurityGroups: async call => {
        const groupId = network(call).securityGroupId;
        const type = 'AWS::EC2::SecurityGroup';
        return { securityGroupInfo: this.described(call, type, 'groupId', 'group-name', [{ groupId }]) };
      },
      DescribeInternetGateways: async call => {
        const { internetGatewayId } = network(call);
        const type = 'AWS::EC2::InternetGateway';
        const found = this.described(call, type, 'internetGatewayId', 'attachment.vpc-id', [{ internetGatewayId }]);
        return { internetGatewaySet: found };
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
      DescribeNatGateways: async call => ({
        natGatewaySet: list(call, 'AWS::EC2::NatGateway', 'natGatewayId', { state: 'available' }),
      }),
      DescribeVpcEndpoints: async call => ({
        vpcEndpointSet: list(call, 'AWS::EC2::VPCEndpoint', 'vpcEndpointId', { state: 'available' }),
      }),
      DescribeAddresses: async call => ({ addressesSet: list(call, 'AWS::EC2::EIP', 'allocationId') }),
      DescribeNetworkInterfaces: async call => ({
        networkInterfaceSet: list(call, 'AWS::EC2::NetworkInterface', 'networkInterfaceId', { status: 'available' }),
      }),
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

  /** Those of the default network if the filter demands it, otherwise all. */
  private described(
    call: Call, type: string, member: string, filter: string, defaults: readonly Described[],
  ): readonly Described[] {
    const { Filter: filters } = read(FilterInput, call.input);
    if (filters.some(({ Name }) => Name === filter)) return defaults;
    const found = this.inventory.list(type, placeOf(call));
    return [...defaults, ...found.map(one => ({ [member]: one.id, ...tagsOf(one) }))];
  }
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}

function tagsOf({ tags }: Pick<InventoryItem, 'tags'>): Described {
  return { tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}
