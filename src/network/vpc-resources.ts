import { Aws, CfnResource, Fn, Tags } from 'aws-cdk-lib';
import {
  CfnEIP, CfnInternetGateway, CfnNatGateway, CfnRoute, CfnRouteTable, CfnSubnet, CfnSubnetRouteTableAssociation, CfnVPC,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { subnetBlocks } from './subnets';

interface VpcResourcesProps {
  readonly cidr: string;
  readonly prefixLength: number;
  readonly zones: number;
  readonly natGateways: number;
  /** Value of the tag `Name`. */
  readonly name: string;
}

interface Subnets {
  readonly ids: string[];
  /** A table for each subnet. */
  readonly tables: CfnRouteTable[];
}

/** A VPC with its subnets, route tables and gateways. */
export class VpcResources extends Construct {
  public readonly vpc: CfnVPC;
  public readonly zones: string[];
  public readonly publicSubnets: Subnets;
  public readonly privateSubnets: Subnets;
  public readonly databaseSubnets: Subnets;

  public constructor(scope: Construct, id: string, props: VpcResourcesProps) {
    super(scope, id);
    const { cidr, prefixLength, zones, natGateways, name } = props;
    this.vpc = new CfnVPC(this, 'Vpc', { cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true });
    Tags.of(this).add('Name', name);
    this.zones = Array.from({ length: zones }, (_, index) => Fn.select(index, Fn.getAzs()));
    const blocks = subnetBlocks(cidr, prefixLength, zones);
    this.privateSubnets = this.subnets('Private', blocks.private, true);
    this.publicSubnets = this.subnets('Public', blocks.public, false);
    this.databaseSubnets = this.subnets('Database', blocks.database, false);
    const attached = this.internetGateway();
    this.publicSubnets.tables.slice(0, 1).forEach(table => {
      const route = new CfnRoute(this, 'PublicRoute', {
        routeTableId: table.ref, destinationCidrBlock: '0.0.0.0/0', gatewayId: attached.internetGatewayId,
      });
      route.addResourceDependency(attached);
    });
    this.natGateways(natGateways, attached);
  }

  /** All route tables. */
  public get tables(): readonly CfnRouteTable[] {
    const all = [this.privateSubnets, this.publicSubnets, this.databaseSubnets];
    return [...new Set(all.flatMap(({ tables }) => tables))];
  }

  /** @param ownTables whether each subnet has a route table of its own, so that each zone can have a NAT gateway */
  private subnets(kind: string, blocks: readonly string[], ownTables: boolean): Subnets {
    const tables: CfnRouteTable[] = [];
    const ids = blocks.map((cidrBlock, zone) => {
      const suffix = zone + 1;
      const subnet = new CfnSubnet(this, `${kind}Subnet${suffix}`, {
        vpcId: this.vpc.ref, cidrBlock, availabilityZone: this.zones[zone], mapPublicIpOnLaunch: false,
      });
      const known = ownTables ? undefined : tables[0];
      const table = known
        ?? new CfnRouteTable(this, `${kind}Table${ownTables ? suffix : ''}`, { vpcId: this.vpc.ref });
      tables.push(table);
      new CfnSubnetRouteTableAssociation(this, `${kind}Association${suffix}`, {
        subnetId: subnet.ref, routeTableId: table.ref,
      });
      return subnet.ref;
    });
    return { ids, tables };
  }

  private internetGateway(): CfnVPCGatewayAttachment {
    const gateway = new CfnInternetGateway(this, 'InternetGateway');
    return new CfnVPCGatewayAttachment(this, 'InternetGatewayAttachment', {
      vpcId: this.vpc.ref, internetGatewayId: gateway.ref,
    });
  }

  /** The private subnets of the zones without a NAT gateway of their own use those of the others in turn. */
  private natGateways(count: number, attached: CfnResource): void {
    const gateways = Array.from({ length: count }, (_, zone) => {
      const address = new CfnEIP(this, `NatAddress${zone + 1}`, { domain: 'vpc' });
      // the address must be released before the gateway is detached
      address.addResourceDependency(attached);
      const gateway = new CfnNatGateway(this, `NatGateway${zone + 1}`, {
        subnetId: this.publicSubnets.ids[zone], allocationId: address.attrAllocationId,
      });
      gateway.addResourceDependency(attached);
      return gateway;
    });
    if (count === 0) return;
    this.privateSubnets.tables.forEach((table, zone) => new CfnRoute(this, `PrivateRoute${zone + 1}`, {
      routeTableId: table.ref, destinationCidrBlock: '0.0.0.0/0', natGatewayId: gateways[zone % count].ref,
    }));
  }
}

/** Name of the endpoint service of a service of AWS in the region of the stack. */
export function serviceName(service: string): string {
  return `com.amazonaws.${Aws.REGION}.${service}`;
}
