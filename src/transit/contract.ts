/** What `TransitHub.attach()` requests of its handler. */
export interface TransitAttachmentRequest {
  /** Path of the network's construct, for messages. */
  readonly networkName: string;
  readonly region: string;
  readonly transitGatewayId: string;
  /** ARN of the role in the account of the transit gateway. */
  readonly hubRoleArn: string;
  readonly vpcId: string;
  /** ARN of the role in the account of the network. */
  readonly roleArn: string;
  /** A subnet of each availability zone. */
  readonly subnetIds: readonly string[];
  /** Route tables of the network whose subnets reach the hub. */
  readonly routeTableIds: readonly string[];
  /** CIDR blocks that the network sends to the hub. */
  readonly cidrs: readonly string[];
  /** Route table of the hub that decides where the network can send to. */
  readonly tableId: string;
  /** Route tables of the hub from which the network can be reached. */
  readonly propagatedTableIds: readonly string[];
}

export interface TransitAttachmentResult {
  readonly attachmentId: string;
}
