import { everywhere, type PermissionsOf } from './rules';

/** What the handlers of a type call to create and to delete; updates are other calls, for some of its properties. */
const CALLS: Readonly<Record<string, readonly [create: readonly string[], remove: readonly string[]]>> = {
  EIP: [['AllocateAddress'], ['ReleaseAddress']],
  FlowLog: [['CreateFlowLogs'], ['DeleteFlowLogs']],
  InternetGateway: [['CreateInternetGateway'], ['DeleteInternetGateway']],
  NatGateway: [['CreateNatGateway'], ['DeleteNatGateway']],
  Route: [['CreateRoute'], ['DeleteRoute']],
  RouteTable: [['CreateRouteTable'], ['DeleteRouteTable']],
  SecurityGroup: [
    ['CreateSecurityGroup', 'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress'], ['DeleteSecurityGroup'],
  ],
  SecurityGroupEgress: [['AuthorizeSecurityGroupEgress'], ['RevokeSecurityGroupEgress']],
  SecurityGroupIngress: [['AuthorizeSecurityGroupIngress'], ['RevokeSecurityGroupIngress']],
  Subnet: [['CreateSubnet'], ['DeleteSubnet']],
  SubnetRouteTableAssociation: [['AssociateRouteTable'], ['DisassociateRouteTable']],
  TransitGateway: [['CreateTransitGateway'], ['DeleteTransitGateway']],
  TransitGatewayAttachment: [['CreateTransitGatewayVpcAttachment'], ['DeleteTransitGatewayVpcAttachment']],
  TransitGatewayRoute: [['CreateTransitGatewayRoute'], ['DeleteTransitGatewayRoute']],
  TransitGatewayRouteTable: [['CreateTransitGatewayRouteTable'], ['DeleteTransitGatewayRouteTable']],
  TransitGatewayRouteTableAssociation: [
    ['AssociateTransitGatewayRouteTable'], ['DisassociateTransitGatewayRouteTable'],
  ],
  TransitGatewayRouteTablePropagation: [
    ['EnableTransitGatewayRouteTablePropagation'], ['DisableTransitGatewayRouteTablePropagation'],
  ],
  TransitGatewayVpcAttachment: [['CreateTransitGatewayVpcAttachment'], ['DeleteTransitGatewayVpcAttachment']],
  VPC: [['CreateVpc'], ['DeleteVpc']],
  VPCEndpoint: [['CreateVpcEndpoint'], ['DeleteVpcEndpoints']],
  VPCGatewayAttachment: [['AttachInternetGateway'], ['DetachInternetGateway']],
};

/** Permissions for networks: ids are not known before they are created. */
export const NETWORK_PERMISSIONS: Readonly<Record<string, PermissionsOf>> = Object.fromEntries(
  Object.entries(CALLS).map(([type, [create, remove]]) => {
    const actions = (names: readonly string[]): string[] => names.map(name => `ec2:${name}`);
    return [`AWS::EC2::${type}`, everywhere({ create: actions(create), update: [], remove: actions(remove) })];
  }),
);
