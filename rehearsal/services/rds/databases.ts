import * as v from 'valibot';
import { Flag, read } from '../../core/protocol/read';
import type { Place } from '../../core/service';

type Kind = 'cluster' | 'db' | 'subgrp';
type Properties = Readonly<Record<string, unknown>>;

const Properties = v.object({
  Engine: v.optional(v.string()),
  EngineVersion: v.optional(v.string()),
  Port: v.optional(v.union([v.string(), v.number()]), 5432),
  DBClusterIdentifier: v.optional(v.string()),
  DBSubnetGroupName: v.optional(v.string()),
  VpcSecurityGroupIds: v.optional(v.array(v.string()), []),
  VPCSecurityGroups: v.optional(v.array(v.string()), []),
  PubliclyAccessible: v.optional(Flag, false),
  MultiAZ: v.optional(Flag, false),
});
interface Known extends Place {
  readonly kind: Kind;
  readonly id: string;
  readonly properties: Properties;
}

const Group = v.object({ SubnetIds: v.array(v.string()) });

/** What is known of databases and their subnet groups. */
export class Databases {
  private readonly all = new Map<string, Known>();

  /** @param vpcOf the VPC of a subnet */
  public constructor(private readonly vpcOf: (subnetId: string) => string | undefined) {}

  public put(kind: Kind, id: string, properties: Properties, { accountId, region }: Place): void {
    this.all.set(keyOf(kind, id, { accountId, region }), { kind, id, properties, accountId, region });
  }

  public remove(kind: Kind, id: string, place: Place): void {
    this.all.delete(keyOf(kind, id, place));
  }

  /** The instances of a place, as `DescribeDBInstances` returns them. */
  public describe(place: Place): readonly Properties[] {
    return [...this.all.values()]
      .filter(one => one.kind === 'db' && one.accountId === place.accountId && one.region === place.region)
      .map(({ id, properties }) => this.described(id, properties, place));
  }

  /** Whether a cluster has instances. */
  public hasMembers(clusterId: string, place: Place): boolean {
    return this.describe(place).some(({ DBClusterIdentifier: id }) => String(id).toLowerCase() === clusterId);
  }

  /** The members of a cluster have its network, port and groups. */
  private described(id: string, properties: Properties, place: Place): Properties {
    const instance = read(Properties, properties);
    const clusterId = instance.DBClusterIdentifier;
    const cluster = clusterId === undefined
      ? instance : read(Properties, this.all.get(keyOf('cluster', clusterId, place))?.properties ?? {});
    const groupName = cluster.DBSubnetGroupName ?? '';
    const subnets = this.all.get(keyOf('subgrp', groupName, place));
    const subnetIds = subnets ? read(Group, subnets.properties).SubnetIds : [];
    const groups = [...cluster.VpcSecurityGroupIds, ...cluster.VPCSecurityGroups];
    return {
      DBInstanceIdentifier: id,
      ...clusterId !== undefined && { DBClusterIdentifier: clusterId },
      DBInstanceStatus: 'available',
      Engine: instance.Engine,
      EngineVersion: cluster.EngineVersion,
      MultiAZ: instance.MultiAZ,
      PubliclyAccessible: instance.PubliclyAccessible,
      Endpoint: { Port: Number(cluster.Port) },
      DBSubnetGroup: { DBSubnetGroupName: groupName, VpcId: this.vpcOf(subnetIds.at(0) ?? '') },
      VpcSecurityGroups: groups.map(groupId => ({ VpcSecurityGroupId: groupId, Status: 'active' })),
    };
  }
}

function keyOf(kind: Kind, id: string, { accountId, region }: Place): string {
  return `${accountId}/${region}/${kind}/${id}`;
}
