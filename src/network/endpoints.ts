import { Token } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { serviceName } from './vpc-resources';
import type { VpcResources } from './vpc-resources';
import { acknowledge } from '../private/acknowledge';

interface EndpointsProps {
  readonly resources: VpcResources;
  readonly cidr: string;
  /** Services with an interface endpoint. */
  readonly services: readonly string[];
}

/** The endpoints of a VPC: gateway endpoints of S3 and DynamoDB, and the interface endpoints that were chosen. */
export class Endpoints extends Construct {
  public constructor(scope: Construct, id: string, { resources, cidr, services }: EndpointsProps) {
    super(scope, id);
    const { vpc } = resources;
    for (const [name, service] of [['S3', 's3'], ['DynamoDb', 'dynamodb']] as const) {
      new CfnVPCEndpoint(this, name, {
        vpcId: vpc.ref,
        serviceName: serviceName(service),
        vpcEndpointType: 'Gateway',
        routeTableIds: resources.tables.map(({ ref }) => ref),
      });
    }
    if (services.length === 0) return;
    const group = new CfnSecurityGroup(this, 'SecurityGroup', {
      vpcId: vpc.ref,
      groupDescription: 'Interface endpoints: HTTPS from this VPC',
      securityGroupIngress: [
        { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: cidr, description: 'HTTPS from this VPC' },
      ],
      // endpoints open no connections; an empty list would allow all
      securityGroupEgress: [
        { ipProtocol: 'icmp', fromPort: 252, toPort: 86, cidrIp: '255.255.255.255/32', description: 'Nothing' },
      ],
    });
    // cdk-nag cannot read what is known only at deployment
    if (Token.isUnresolved(cidr)) {
      acknowledge(group, { EC23: 'the addresses are those of the network, and known at deployment' });
    }
    for (const service of services) {
      new CfnVPCEndpoint(this, `Interface-${service.replace(/\W/g, '-')}`, {
        vpcId: vpc.ref,
        serviceName: serviceName(service),
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds: resources.privateSubnets.ids,
        securityGroupIds: [group.attrGroupId],
      });
    }
  }
}
