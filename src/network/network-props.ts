import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IAccount } from '../account/account-interface';
import type { IAddressRange } from '../addresses/address-range-interface';
import type { IOrganization } from '../organization/organization-interface';

/** Properties of `Network`. */
export interface NetworkProps {
  /** The organization whose provider deploys the network. */
  readonly organization: IOrganization;

  /** The account in which the VPC is created. */
  readonly account: IAccount;

  /**
   * The addresses of the VPC. Half of them are of the private subnets, a quarter each of the public and of the database
   * subnets. Its region is that of the VPC. **Another range is another VPC**: AWS cannot change the addresses of a VPC.
   */
  readonly addressRange: IAddressRange;

  /**
   * Number of availability zones, from 1 to 4. Each has a private, a public and a database subnet. The region must have
   * as many. **It cannot be changed later**, except from 3 to 4: the subnets would have other addresses.
   *
   * @default 2
   */
  readonly availabilityZones?: number;

  /**
   * Number of NAT gateways, at most one for each availability zone, through which the private subnets reach the
   * internet. Each costs about $36.50 a month in `us-east-1` with its address, and $0.045 for
   * each GB.
   *
   * @default 0 - private subnets reach only this network, its endpoints, and what a `TransitHub` connects
   */
  readonly natGateways?: number;

  /**
   * Services of AWS that the private and database subnets reach through an interface endpoint, for example `ecr.api`,
   * `ecr.dkr`, `logs`, `secretsmanager` or `sts`. Each costs about $7.30 a month for each availability zone, and $0.01
   * for each GB. S3 and DynamoDB always have a gateway endpoint, which costs nothing.
   *
   * @default - none
   */
  readonly interfaceEndpoints?: string[];

  /**
   * Whether the connections of the VPC are logged to CloudWatch Logs, which costs about $0.50 for each GB of logs.
   *
   * @default true
   */
  readonly flowLogs?: boolean;

  /**
   * How long flow logs are kept. They are deleted with the network.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly flowLogRetention?: RetentionDays;

  /**
   * ARN of a KMS key that encrypts the flow logs. Its policy must allow CloudWatch Logs to use it.
   *
   * @default - a key of CloudWatch Logs, which costs nothing
   */
  readonly flowLogKeyArn?: string;

  /**
   * Name of the stack in the account.
   *
   * @default - generated from the path of the construct
   */
  readonly stackName?: string;
}
