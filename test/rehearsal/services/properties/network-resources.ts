import { arn, ref, type Resources } from './references';
import type { Resource } from '../cloudformation/schema-world';

const subnet = (number: number): Resource => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: ref('Vpc'), CidrBlock: `10.0.${number}.0/24`, AvailabilityZone: `eu-west-1${'abc'[number]}` },
});

/** A network with all that it can have. */
export const NETWORK: Resources = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: subnet(0),
  OtherSubnet: subnet(1),
  InternetGateway: { Type: 'AWS::EC2::InternetGateway' },
  Attachment: {
    Type: 'AWS::EC2::VPCGatewayAttachment',
    Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('InternetGateway') },
  },
  Eip: { Type: 'AWS::EC2::EIP' },
  Nat: {
    Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: ref('Subnet'), AllocationId: arn('Eip', 'AllocationId') },
  },
  RouteTable: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
  RouteTableAssociation: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { RouteTableId: ref('RouteTable'), SubnetId: ref('Subnet') },
  },
  Route: {
    Type: 'AWS::EC2::Route',
    Properties: { RouteTableId: ref('RouteTable'), DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: ref('Nat') },
  },
  Acl: { Type: 'AWS::EC2::NetworkAcl', Properties: { VpcId: ref('Vpc') } },
  AclEntry: {
    Type: 'AWS::EC2::NetworkAclEntry',
    Properties: {
      NetworkAclId: ref('Acl'), Protocol: -1, RuleAction: 'allow', RuleNumber: 100, CidrBlock: '0.0.0.0/0',
    },
  },
  AclAssociation: {
    Type: 'AWS::EC2::SubnetNetworkAclAssociation', Properties: { NetworkAclId: ref('Acl'), SubnetId: ref('Subnet') },
  },
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'group', VpcId: ref('Vpc') } },
  Ingress: {
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: { GroupId: ref('Group'), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/8' },
  },
  Egress: {
    Type: 'AWS::EC2::SecurityGroupEgress',
    Properties: { GroupId: ref('Group'), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/8' },
  },
  Endpoint: {
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: { VpcId: ref('Vpc'), ServiceName: 'com.amazonaws.eu-west-1.s3', VpcEndpointType: 'Gateway' },
  },
  FlowLog: {
    Type: 'AWS::EC2::FlowLog',
    Properties: {
      ResourceId: ref('Vpc'),
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: arn('Bucket'),
    },
  },
};

/** A transit gateway, its attachments and tables. */
export const TRANSIT: Resources = {
  Gateway: {
    Type: 'AWS::EC2::TransitGateway',
    Properties: { DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' },
  },
  GatewayAttachment: {
    Type: 'AWS::EC2::TransitGatewayAttachment',
    Properties: { TransitGatewayId: ref('Gateway'), VpcId: ref('Vpc'), SubnetIds: [ref('Subnet')] },
  },
  GatewayVpcAttachment: {
    Type: 'AWS::EC2::TransitGatewayVpcAttachment',
    Properties: { TransitGatewayId: ref('Gateway'), VpcId: ref('Vpc'), SubnetIds: [ref('Subnet')] },
  },
  GatewayTable: { Type: 'AWS::EC2::TransitGatewayRouteTable', Properties: { TransitGatewayId: ref('Gateway') } },
  GatewayRoute: {
    Type: 'AWS::EC2::TransitGatewayRoute',
    Properties: {
      TransitGatewayRouteTableId: ref('GatewayTable'), DestinationCidrBlock: '10.1.0.0/16', Blackhole: true,
    },
  },
  GatewayAssociation: {
    Type: 'AWS::EC2::TransitGatewayRouteTableAssociation',
    Properties: {
      TransitGatewayRouteTableId: ref('GatewayTable'), TransitGatewayAttachmentId: ref('GatewayAttachment'),
    },
  },
  GatewayPropagation: {
    Type: 'AWS::EC2::TransitGatewayRouteTablePropagation',
    Properties: {
      TransitGatewayRouteTableId: ref('GatewayTable'), TransitGatewayAttachmentId: ref('GatewayAttachment'),
    },
  },
};
