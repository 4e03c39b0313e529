import { Aws, Stack } from 'aws-cdk-lib';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { NetworkRequest, NetworkResult } from './contract';
import { Endpoints } from './endpoints';
import { FlowLog } from './flow-log';
import type { INetwork, NetworkAttributes } from './network-interface';
import type { NetworkProps } from './network-props';
import { checkedRoleName, cicdParameter, NetworkRole, networkRoleArn, networkRoleName } from './network-role';
import { checkPrefix, zonesOf } from './subnets';
import { VpcResources } from './vpc-resources';
import type { IAccount } from '../account/account-interface';
import { NAMES, RESOURCE_TYPES } from '../private/contract';
import { checkKnown } from '../private/known-number';
import { ManagedResource } from '../private/managed-resource';
import { fail } from '../private/validate';
import { AccountStack } from '../stack/account-stack';

const MAX_ZONES = 4;

/**
 * A VPC in an account whose id may be known only at deployment, with the addresses of an `AddressSpace`: public,
 * private and database subnets in several availability zones, endpoints of S3 and DynamoDB, flow logs, and a default
 * security group that allows nothing. It has no NAT gateway and no other endpoint unless they are chosen, so at rest it
 * costs nothing.
 *
 * @example
 * const network = new Network(this, 'Network', { organization, account, addressRange });
 */
export class Network extends Construct implements INetwork {
  /** Imports a network that exists in an account. */
  public static fromNetworkAttributes(scope: Construct, id: string, attrs: NetworkAttributes): INetwork {
    class Import extends Construct implements INetwork {
      public readonly account = attrs.account;
      public readonly region = attrs.region ?? Stack.of(this).region;
      public readonly vpcId = attrs.vpcId;
      public readonly cidr = attrs.cidr;
      public readonly publicSubnetIds = attrs.publicSubnetIds ?? [];
      public readonly privateSubnetIds = attrs.privateSubnetIds;
      public readonly databaseSubnetIds = attrs.databaseSubnetIds ?? [];
      public readonly routeTableIds = attrs.routeTableIds ?? [];
      public readonly networkRoleArn = importedRole(this, attrs);
    }
    return new Import(scope, id);
  }

  public readonly account: IAccount;
  public readonly region: string;
  public readonly vpcId: string;
  public readonly cidr: string;
  public readonly publicSubnetIds: string[];
  public readonly privateSubnetIds: string[];
  public readonly databaseSubnetIds: string[];
  public readonly routeTableIds: string[];
  public readonly networkRoleArn?: string;

  /** The stack in the account. It takes further constructs that use the VPC. */
  public readonly stack: AccountStack;

  /** The VPC for constructs of the CDK in `stack`. Its isolated subnets are the database subnets. */
  public readonly vpc: IVpc;

  public constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { organization, account, addressRange: range } = props;
    const { zones, natGateways } = checked(this, props);
    this.account = account;
    this.region = range.region;
    this.cidr = range.cidr;
    this.stack = new AccountStack(this, 'Stack', {
      organization,
      account,
      region: range.region,
      stackName: props.stackName,
      description: `Network of ${this.node.path}`,
      parameters: cicdParameter(Stack.of(this)),
    });
    // AWS changes neither the addresses of a VPC nor those of subnets
    this.stack._fix('addressRange', range.cidr);
    this.stack._fix('availabilityZones', zonesOf(zones));
    this.stack._fix('stackName', this.stack.stackName);
    const resources = new VpcResources(this.stack, 'Resources', {
      cidr: range.cidr, prefixLength: range.prefixLength, zones, natGateways, name: this.node.path,
    });
    const services = props.interfaceEndpoints ?? [];
    new Endpoints(this.stack, 'Endpoints', { resources, cidr: range.cidr, services });
    this.addFlowLog(resources, props);
    const { publicSubnets, privateSubnets, databaseSubnets } = resources;
    this.vpcId = resources.vpc.ref;
    this.publicSubnetIds = publicSubnets.ids;
    this.privateSubnetIds = privateSubnets.ids;
    this.databaseSubnetIds = databaseSubnets.ids;
    this.routeTableIds = [...privateSubnets.tables, ...databaseSubnets.tables.slice(0, 1)].map(({ ref }) => ref);
    this.vpc = this.importedVpc(resources);
    const suffix = this.node.addr.slice(-12);
    this.networkRoleArn = networkRoleArn(account.accountId, networkRoleName(suffix));
    this.addRole(resources, suffix);
    this.closeDefaultGroup(resources, props);
  }

  private addFlowLog({ vpc }: VpcResources, props: NetworkProps): void {
    if (props.flowLogs === false) return;
    const retention = props.flowLogRetention ?? RetentionDays.ONE_MONTH;
    new FlowLog(this.stack, 'FlowLog', { vpcId: vpc.ref, retention, keyArn: props.flowLogKeyArn });
  }

  private importedVpc(resources: VpcResources): IVpc {
    return Vpc.fromVpcAttributes(this.stack, 'Vpc', {
      vpcId: this.vpcId,
      vpcCidrBlock: this.cidr,
      availabilityZones: resources.zones,
      publicSubnetIds: this.publicSubnetIds,
      publicSubnetRouteTableIds: resources.publicSubnets.tables.map(({ ref }) => ref),
      privateSubnetIds: this.privateSubnetIds,
      privateSubnetRouteTableIds: resources.privateSubnets.tables.map(({ ref }) => ref),
      isolatedSubnetIds: this.databaseSubnetIds,
      isolatedSubnetRouteTableIds: resources.databaseSubnets.tables.map(({ ref }) => ref),
    });
  }

  /** The role in the account: it attaches this VPC to transit gateways, and closes its default security group. */
  private addRole({ vpc, tables }: VpcResources, suffix: string): void {
    const here = (resource: string): string =>
      `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
    const attachments = here('transit-gateway-attachment/*');
    const whyWildcards = {
      Read: 'EC2 has no permissions to describe single resources',
      Attach: 'the transit gateway may be of any account, and the attachment does not exist yet; the VPC is this one',
      Tag: 'the attachment does not exist yet',
      Change: 'the id of the attachment is not known here; its tag is that of this library',
      ChangeSubnets: 'the subnets of an imported VPC are not known here',
    };
    new NetworkRole(this.stack, 'Role', {
      suffix,
      description: 'Attaches the network to transit gateways',
      whyWildcards,
      statements: [
        new PolicyStatement({
          sid: 'Read',
          actions: [
            'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroupRules', 'ec2:DescribeTransitGatewayVpcAttachments',
          ],
          resources: ['*'],
        }),
        new PolicyStatement({
          sid: 'Attach',
          actions: ['ec2:CreateTransitGatewayVpcAttachment'],
          resources: [
            here(`vpc/${vpc.ref}`), ...this.privateSubnetIds.map(subnet => here(`subnet/${subnet}`)), attachments,
            `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:*:transit-gateway/*`,
          ],
        }),
        // without it, the first attachment of an account fails after minutes
        new PolicyStatement({
          sid: 'LinkedRole',
          actions: ['iam:CreateServiceLinkedRole'],
          resources: [
            `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/transitgateway.amazonaws.com/`
              + 'AWSServiceRoleForVPCTransitGateway',
          ],
          conditions: { StringEquals: { 'iam:AWSServiceName': 'transitgateway.amazonaws.com' } },
        }),
        new PolicyStatement({
          sid: 'Tag',
          actions: ['ec2:CreateTags'],
          resources: [attachments],
          conditions: { StringEquals: { 'ec2:CreateAction': 'CreateTransitGatewayVpcAttachment' } },
        }),
        new PolicyStatement({
          sid: 'Change',
          actions: ['ec2:DeleteTransitGatewayVpcAttachment', 'ec2:ModifyTransitGatewayVpcAttachment'],
          resources: [attachments],
          conditions: { Null: { [`aws:ResourceTag/${NAMES.ownerTag}`]: 'false' } },
        }),
        new PolicyStatement({
          sid: 'ChangeSubnets',
          actions: ['ec2:ModifyTransitGatewayVpcAttachment'],
          resources: [here('subnet/*')],
        }),
        new PolicyStatement({
          sid: 'Routes',
          actions: ['ec2:CreateRoute', 'ec2:DeleteRoute'],
          resources: tables.map(({ ref }) => here(`route-table/${ref}`)),
        }),
        new PolicyStatement({
          sid: 'DefaultSecurityGroup',
          actions: ['ec2:RevokeSecurityGroupEgress', 'ec2:RevokeSecurityGroupIngress'],
          resources: [here(`security-group/${vpc.attrDefaultSecurityGroup}`)],
        }),
      ],
    });
  }

  /** CloudFormation cannot change the default security group of a VPC. */
  private closeDefaultGroup({ vpc }: VpcResources, { organization }: NetworkProps): void {
    new ManagedResource<NetworkRequest, NetworkResult>(this, 'Resource', {
      organization,
      resourceType: RESOURCE_TYPES.network,
      request: {
        networkName: this.node.path,
        region: this.region,
        roleArn: this.networkRoleArn ?? '',
        vpcId: this.vpcId,
        securityGroupId: vpc.attrDefaultSecurityGroup,
      },
    });
  }
}

function checked(scope: Network, props: NetworkProps): { readonly zones: number; readonly natGateways: number } {
  const { availabilityZones: zones = 2, natGateways = 0, interfaceEndpoints = [], addressRange } = props;
  checkKnown(scope, 'availabilityZones', zones);
  checkKnown(scope, 'natGateways', natGateways);
  checkKnown(scope, 'prefixLength', addressRange.prefixLength);
  if (!Number.isInteger(zones) || zones < 1 || zones > MAX_ZONES) {
    fail(scope, `'availabilityZones' must be a whole number from 1 to ${MAX_ZONES}, got ${zones}`);
  }
  if (!Number.isInteger(natGateways) || natGateways < 0 || natGateways > zones) {
    fail(scope, `'natGateways' must be a whole number from 0 to ${zones} (the availabilityZones), got ${natGateways}`);
  }
  const wrong = interfaceEndpoints.find(service => !/^[a-z0-9][a-z0-9.-]*$/.test(service));
  if (wrong !== undefined || interfaceEndpoints.some(service => service.startsWith('com.'))) {
    fail(scope, "'interfaceEndpoints' must be names of services like 'ecr.api', without 'com.amazonaws' and region, "
      + `got '${interfaceEndpoints.join("', '")}'`);
  }
  const double = interfaceEndpoints.find((service, index) => interfaceEndpoints.indexOf(service) !== index);
  if (double !== undefined) fail(scope, `'interfaceEndpoints' contains '${double}' twice: remove one`);
  checkPrefix(scope, addressRange.prefixLength, zones);
  return { zones, natGateways };
}

function importedRole(scope: Construct, { account, networkRoleName: name }: NetworkAttributes): string | undefined {
  if (name === undefined) return undefined;
  return networkRoleArn(account.accountId, checkedRoleName(scope, 'networkRoleName', name));
}
