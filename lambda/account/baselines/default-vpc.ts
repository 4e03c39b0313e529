import type { Setting } from './setting';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import { isNamed } from '../../shared/errors';

/** Tag of the internet gateway of a default VPC that is being deleted: afterwards, nothing else identifies it. */
const TAG = { Key: 'org-environments:default-vpc', Value: 'being-deleted' };

/** Contents of a VPC that AWS does not create with it. */
const CONTENTS: readonly (readonly [operation: string, items: string, isForeign: (item: unknown) => boolean])[] = [
  ['DescribeNetworkInterfaces', 'networkInterfaceSet.item', () => true],
  ['DescribeVpcEndpoints', 'vpcEndpointSet.item', () => true],
  ['DescribeSecurityGroups', 'securityGroupInfo.item', item => textAt(item, 'groupName') !== 'default'],
  ['DescribeRouteTables', 'routeTableSet.item', item => !isMain(item)],
  ['DescribeSubnets', 'subnetSet.item', item => textAt(item, 'defaultForAz') === 'false'],
];

/** Deletes the default VPC of a region, unless it contains what AWS has not created with it. */
export function defaultVpc(api: Api, region: string): Setting {
  const network = new DefaultNetwork(api, region);
  return {
    problem: `the default VPC of ${region} exists`,
    isSet: async () => (await network.vpcId()) === undefined && (await network.orphans()).length === 0,
    obstacle: async () => network.obstacle(),
    set: async () => network.remove(),
  };
}

class DefaultNetwork {
  public constructor(private readonly api: Api, private readonly region: string) {}

  public async vpcId(): Promise<string | undefined> {
    const [id] = await this.ids('DescribeVpcs', 'vpcSet.item', 'vpcId', 'is-default', 'true');
    return id;
  }

  /** Gateways of an interrupted removal. */
  public async orphans(): Promise<readonly string[]> {
    return this.gateways(`tag:${TAG.Key}`, TAG.Value);
  }

  public async remove(): Promise<string | void> {
    const vpcId = await this.vpcId();
    if (vpcId === undefined) return this.removeGateways(await this.orphans());
    const obstacle = await this.obstacleIn(vpcId);
    if (obstacle !== undefined) return obstacle;
    const attached = await this.gateways('attachment.vpc-id', vpcId);
    for (const id of attached) {
      await this.call('CreateTags', { ResourceId: [id], Tag: [TAG] });
      await this.unlessGone('DetachInternetGateway', { InternetGatewayId: id, VpcId: vpcId });
    }
    await this.removeGateways([...new Set([...attached, ...(await this.orphans())])]);
    for (const SubnetId of await this.ids('DescribeSubnets', 'subnetSet.item', 'subnetId', 'vpc-id', vpcId)) {
      await this.unlessGone('DeleteSubnet', { SubnetId });
    }
    await this.unlessGone('DeleteVpc', { VpcId: vpcId });
  }

  public async obstacle(): Promise<string | undefined> {
    const vpcId = await this.vpcId();
    return vpcId === undefined ? undefined : this.obstacleIn(vpcId);
  }

  private async obstacleIn(vpcId: string): Promise<string | undefined> {
    const foreign = await this.firstForeign(vpcId);
    return foreign && `the default VPC ${vpcId} of ${this.region} is kept, because it is in use (${foreign})`;
  }

  private async removeGateways(ids: readonly string[]): Promise<void> {
    for (const InternetGatewayId of ids) await this.unlessGone('DeleteInternetGateway', { InternetGatewayId });
  }

  private async firstForeign(vpcId: string): Promise<string | undefined> {
    for (const [operation, items, isForeign] of CONTENTS) {
      const found = await this.list(operation, items, 'vpc-id', vpcId);
      const foreign = found.find(isForeign);
      if (foreign) return `${operation.replace('Describe', '')}: ${idOf(foreign)}`;
    }
    return undefined;
  }

  private async gateways(filter: string, value: string): Promise<readonly string[]> {
    return this.ids('DescribeInternetGateways', 'internetGatewaySet.item', 'internetGatewayId', filter, value);
  }

  private async ids(
    operation: string, items: string, id: string, filter: string, value: string,
  ): Promise<readonly string[]> {
    return (await this.list(operation, items, filter, value)).flatMap(item => textAt(item, id) ?? []);
  }

  private async list(operation: string, items: string, Name: string, value: string): Promise<readonly unknown[]> {
    return itemsAt(await this.call(operation, { Filter: [{ Name, Value: [value] }] }), items);
  }

  private async unlessGone(operation: string, input: Readonly<Record<string, unknown>>): Promise<void> {
    try {
      await this.call(operation, input);
    } catch (error) {
      // an earlier call has succeeded
      const isGone = error instanceof Error && /\.NotFound$/.test(error.name);
      if (!isGone && !isNamed(error, 'Gateway.NotAttached')) throw error;
    }
  }

  private async call(operation: string, input: Readonly<Record<string, unknown>>) {
    return this.api.call({ service: 'ec2', region: this.region, operation, input });
  }
}

function isMain(routeTable: unknown): boolean {
  return itemsAt(routeTable, 'associationSet.item').some(association => textAt(association, 'main') === 'true');
}

function idOf(item: unknown): string {
  const names = ['networkInterfaceId', 'vpcEndpointId', 'groupId', 'routeTableId'];
  return names.map(name => textAt(item, name)).find(id => id !== undefined) ?? '';
}
