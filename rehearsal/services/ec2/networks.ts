import { createHash } from 'node:crypto';
import { defaultNetwork } from './default-network';
import type {
  Address, Endpoint, FlowLog, InternetGateway, NatGateway, NetworkAcl, Owned, PrefixList, RouteTable, Rule,
  SecurityGroup, Subnet, Vpc,
} from './model';
import { contains, overlaps, parseCidr, type Cidr } from '../../core/cidr';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Place } from '../../core/service';

export const ZONES = ['a', 'b', 'c'];

const ALL = { protocol: '-1', cidr: '0.0.0.0/0' };

/** The networks of all accounts and regions. Each place has a default network until it is deleted. */
export class Networks {
  public readonly vpcs = new Map<string, Vpc>();
  public readonly subnets = new Map<string, Subnet>();
  public readonly routeTables = new Map<string, RouteTable>();
  public readonly networkAcls = new Map<string, NetworkAcl>();
  public readonly securityGroups = new Map<string, SecurityGroup>();
  public readonly internetGateways = new Map<string, InternetGateway>();
  public readonly addresses = new Map<string, Address>();
  public readonly natGateways = new Map<string, NatGateway>();
  public readonly endpoints = new Map<string, Endpoint>();
  public readonly flowLogs = new Map<string, FlowLog>();
  private readonly identifiers = new Identifiers('ec2-network');
  private readonly seeded = new Set<string>();
  /** Whether an attachment of a transit gateway is in the subnet. */
  public isAttached: (subnetId: string) => boolean = () => false;

  public newId(prefix: string): string {
    return `${prefix}-${this.identifiers.next(17)}`;
  }

  /** The resources of an account in a region. */
  public of<Kind extends Owned>(kind: ReadonlyMap<string, Kind>, place: Place): Kind[] {
    this.seed(place);
    return [...kind.values()].filter(one => one.accountId === place.accountId && one.region === place.region);
  }

  /** @throws AwsError if the resource does not exist in the account and region */
  public find<Kind extends Owned>(kind: ReadonlyMap<string, Kind>, id: string, place: Place, code: string): Kind {
    const found = this.of(kind, place).find(one => one.id === id);
    if (found) return found;
    throw new AwsError(`${code}.NotFound`, `The ID '${id}' does not exist`);
  }

  /** Creates a VPC with its main route table, default network ACL and default security group. */
  public createVpc(place: Place, cidr: string, tags: Owned['tags']): Vpc {
    const block = requireCidr(cidr);
    if (block.length < 16 || block.length > 28) {
      throw new AwsError('InvalidVpc.Range', `The CIDR '${cidr}' is invalid.`);
    }
    const vpc: Vpc = {
      ...placeOf(place), id: this.newId('vpc'), tags, cidr, isDefault: false, dhcpOptionsId: this.newId('dopt'),
    };
    this.putVpc(vpc, { routeTableId: this.newId('rtb'), aclId: this.newId('acl'), groupId: this.newId('sg') });
    return vpc;
  }

  /** @throws AwsError if something is in the VPC */
  public deleteVpc(id: string): void {
    const isIn = ({ vpcId }: { readonly vpcId?: string }): boolean => vpcId === id;
    const held = [
      this.subnets, this.natGateways, this.endpoints, this.internetGateways,
    ].some(kind => [...kind.values()].some(isIn))
      || [...this.routeTables.values()].some(table => isIn(table) && !table.isMain)
      || [...this.networkAcls.values()].some(acl => isIn(acl) && !acl.isDefault)
      || [...this.securityGroups.values()].some(group => isIn(group) && group.name !== 'default');
    if (held) throw dependency(`The vpc '${id}' has dependencies and cannot be deleted.`);
    for (const kind of [this.routeTables, this.networkAcls, this.securityGroups]) {
      for (const one of [...kind.values()].filter(isIn)) kind.delete(one.id);
    }
    this.vpcs.delete(id);
  }

  public createSubnet(subnet: Subnet): Subnet {
    const block = requireCidr(subnet.cidr);
    const vpc = this.vpcs.get(subnet.vpcId);
    if (vpc && !contains(requireCidr(vpc.cidr), block)) {
      throw new AwsError('InvalidSubnet.Range', `The CIDR '${subnet.cidr}' is invalid.`);
    }
    const others = [...this.subnets.values()].filter(({ vpcId }) => vpcId === subnet.vpcId);
    if (others.some(other => overlaps(requireCidr(other.cidr), block))) {
      throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${subnet.cidr}' conflicts with another subnet`);
    }
    this.subnets.set(subnet.id, subnet);
    return subnet;
  }

  /** @throws AwsError if something is in the subnet */
  public deleteSubnet(id: string): void {
    const isUsed = [...this.natGateways.values()].some(({ subnetId }) => subnetId === id)
      || [...this.endpoints.values()].some(({ subnetIds }) => subnetIds.includes(id))
      || this.isAttached(id);
    if (isUsed) throw dependency(`The subnet '${id}' has dependencies and cannot be deleted.`);
    for (const table of this.routeTables.values()) {
      for (const [association, subnetId] of table.subnets) if (subnetId === id) table.subnets.delete(association);
    }
    for (const { subnets } of this.networkAcls.values()) {
      for (const [association, subnetId] of subnets ?? []) if (subnetId === id) subnets?.delete(association);
    }
    this.subnets.delete(id);
  }

  /** Ids of the subnets of a VPC that have its default network ACL. */
  public defaultAclSubnets(vpcId: string): readonly string[] {
    const others = new Set([...this.networkAcls.values()].flatMap(({ subnets }) => [...subnets?.values() ?? []]));
    return [...this.subnets.values()].filter(subnet => subnet.vpcId === vpcId && !others.has(subnet.id))
      .map(({ id }) => id);
  }

  public addRule(group: SecurityGroup, rule: Omit<Rule, 'id'>): Rule {
    const same = [...group.rules.values()].find(({ id: _, description: __, ...other }) => {
      const { description: ___, ...wanted } = rule;
      return sorted(other) === sorted(wanted);
    });
    if (same) {
      throw new AwsError('InvalidPermission.Duplicate', 'the specified rule already exists in the security group');
    }
    const added = { ...rule, id: this.newId('sgr') };
    group.rules.set(added.id, added);
    return added;
  }

  /** The lists of AWS for gateway endpoints: their ids are the same in all accounts of a region. */
  public prefixLists(region: string): readonly PrefixList[] {
    return ['s3', 'dynamodb'].map(service => {
      const name = `com.amazonaws.${region}.${service}`;
      return { name, id: `pl-${createHash('sha256').update(name).digest('hex').slice(0, 8)}` };
    });
  }

  /** Creates the default network of an account in a region. */
  private seed(place: Place): void {
    const key = `${place.accountId}/${place.region}`;
    if (this.seeded.has(key)) return;
    this.seeded.add(key);
    const owner = { ...placeOf(place), tags: {} };
    const network = defaultNetwork(place);
    const { vpcId, dhcpOptionsId, routeTableId, networkAclId: aclId, securityGroupId: groupId } = network;
    const vpc: Vpc = { ...owner, id: vpcId, cidr: '172.31.0.0/16', isDefault: true, dhcpOptionsId };
    this.putVpc(vpc, { routeTableId, aclId, groupId });
    network.subnetIds.forEach((id, index) => this.subnets.set(id, {
      ...owner,
      id,
      vpcId,
      cidr: `172.31.${index * 16}.0/20`,
      zone: `${place.region}${ZONES[index]}`,
      isDefault: true,
      mapsPublicIp: true,
    }));
    const { internetGatewayId: id } = network;
    this.internetGateways.set(id, { ...owner, id, vpcId });
    this.routeTables.get(routeTableId)?.routes.set('0.0.0.0/0', {
      destination: '0.0.0.0/0', target: 'gatewayId', targetId: id,
    });
  }

  private putVpc(vpc: Vpc, ids: { readonly routeTableId: string; readonly aclId: string; readonly groupId: string }) {
    const inside = { ...placeOf(vpc), vpcId: vpc.id, tags: {} };
    this.vpcs.set(vpc.id, vpc);
    this.routeTables.set(ids.routeTableId, {
      ...inside, id: ids.routeTableId, isMain: true, subnets: new Map(), routes: new Map(),
    });
    this.networkAcls.set(ids.aclId, { ...inside, id: ids.aclId, isDefault: true });
    const group: SecurityGroup = {
      ...inside, id: ids.groupId, name: 'default', description: 'default VPC security group', rules: new Map(),
    };
    this.securityGroups.set(group.id, group);
    this.addRule(group, { isEgress: false, protocol: '-1', groupId: group.id });
    this.addRule(group, { isEgress: true, ...ALL });
  }
}

function placeOf({ accountId, region }: Place): Place {
  return { accountId, region };
}

function sorted(rule: object): string {
  return JSON.stringify(Object.entries(rule).filter(([, value]) => value !== undefined).sort());
}

/** @throws AwsError if it is no block of addresses */
export function requireCidr(cidr: string): Cidr {
  const block = parseCidr(cidr);
  if (block) return block;
  throw new AwsError('InvalidParameterValue',
    `Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
}

export function dependency(message: string): AwsError {
  return new AwsError('DependencyViolation', message);
}
