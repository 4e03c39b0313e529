/** What `Network` requests of its handler: that the default security group of its VPC allows nothing. */
export interface NetworkRequest {
  /** Path of the construct, for messages. */
  readonly networkName: string;
  readonly region: string;
  /** ARN of the role in the account of the network. */
  readonly roleArn: string;
  readonly vpcId: string;
  readonly securityGroupId: string;
}

export interface NetworkResult {
  readonly securityGroupId: string;
}
