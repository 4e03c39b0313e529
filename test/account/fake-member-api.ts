import { awsError } from './fake-directory';
import type { Api, ApiCall } from '../../lambda/shared/api/api';

type Input = Readonly<Record<string, unknown>>;

/** The network and the settings of a region. */
interface FakeRegion {
  vpcId?: string;
  /** Internet gateways by id. */
  readonly gateways: Map<string, { attachedTo?: string; readonly tags: Map<string, string> }>;
  readonly subnets: Set<string>;
  /** Network interfaces in the default VPC. */
  readonly interfaces: string[];
  snapshotState: string;
  httpTokens?: string;
}

/** EC2, IAM and S3 Control of one account in memory, as far as baselines use them. */
export class FakeMemberApi implements Api {
  public readonly regions = new Map<string, FakeRegion>();
  public passwordPolicy?: Readonly<Record<string, string>>;
  public publicAccessBlock?: string;
  /** The operations that have changed something. */
  public readonly changes: string[] = [];
  /** Errors that the next calls of an operation meet, one each. */
  public readonly refusals = new Map<string, Error[]>();

  public constructor(names: readonly string[] = ['eu-central-1', 'us-east-1']) {
    for (const name of names) {
      this.regions.set(name, {
        vpcId: `vpc-${name}`,
        gateways: new Map([[`igw-${name}`, { attachedTo: `vpc-${name}`, tags: new Map() }]]),
        subnets: new Set([`subnet-${name}-a`, `subnet-${name}-b`]),
        interfaces: [],
        snapshotState: 'unblocked',
      });
    }
  }

  public async call({ service, region, operation, input, accountId }: ApiCall): Promise<Input> {
    const refusal = this.refusals.get(operation)?.shift();
    if (refusal) throw refusal;
    if (!/^(Describe|Get|GET)/.test(operation)) this.changes.push(`${operation} ${region}`);
    const found = this.regions.get(region);
    if (!found) throw new Error(`region ${region} is not enabled`);
    if (service === 'iam') return this.iam(operation, input);
    if (service === 's3control') return this.s3control(operation, input, accountId);
    return this.ec2(found, operation, input);
  }

  private iam(operation: string, input: Input): Input {
    if (operation === 'UpdateAccountPasswordPolicy') this.passwordPolicy = input as Record<string, string>;
    if (!this.passwordPolicy) throw awsError('NoSuchEntity');
    return { PasswordPolicy: this.passwordPolicy };
  }

  private s3control(operation: string, { body }: Input, accountId: string | undefined): Input {
    if (!accountId) throw new Error('S3 Control needs the id of the account');
    if (operation.startsWith('PUT')) this.publicAccessBlock = String(body);
    if (!this.publicAccessBlock) throw awsError('NoSuchPublicAccessBlockConfiguration');
    const values = [...this.publicAccessBlock.matchAll(/<(\w+)>(true|false)</g)];
    return Object.fromEntries(values.map(([, name = '', value]) => [name, value]));
  }

  private ec2(region: FakeRegion, operation: string, input: Input): Input {
    const [filter] = (input.Filter ?? []) as { readonly Name: string; readonly Value: readonly string[] }[];
    const value = filter?.Value[0];
    const of = (vpcId: string | undefined) => region.vpcId !== undefined && vpcId === region.vpcId;
    switch (operation) {
      case 'DescribeRegions':
        return { regionInfo: { item: [...this.regions.keys()].map(regionName => ({ regionName })) } };
      case 'DescribeVpcs':
        return { vpcSet: region.vpcId ? { item: { vpcId: region.vpcId, isDefault: 'true' } } : '' };
      case 'DescribeInternetGateways': {
        const isWanted = ([, gateway]: [string, { attachedTo?: string; tags: Map<string, string> }]) =>
          filter?.Name === 'attachment.vpc-id'
            ? gateway.attachedTo === value
            : gateway.tags.get(filter?.Name.slice(4) ?? '') === value;
        const found = [...region.gateways].filter(isWanted);
        return { internetGatewaySet: { item: found.map(([internetGatewayId]) => ({ internetGatewayId })) } };
      }
      case 'DescribeSubnets':
        return { subnetSet: { item: of(value) ? [...region.subnets].map(subnetId => ({ subnetId })) : [] } };
      case 'DescribeNetworkInterfaces':
        return { networkInterfaceSet: { item: region.interfaces.map(id => ({ networkInterfaceId: id })) } };
      case 'DescribeSecurityGroups':
        return { securityGroupInfo: { item: { groupId: 'sg-1', groupName: 'default' } } };
      case 'DescribeRouteTables':
        return { routeTableSet: { item: { routeTableId: 'rtb-1', associationSet: { item: { main: 'true' } } } } };
      case 'GetSnapshotBlockPublicAccessState':
        return { state: region.snapshotState };
      case 'EnableSnapshotBlockPublicAccess':
        region.snapshotState = String(input.State);
        return {};
      case 'GetInstanceMetadataDefaults':
        return { accountLevel: region.httpTokens ? { httpTokens: region.httpTokens } : '' };
      case 'ModifyInstanceMetadataDefaults':
        region.httpTokens = String(input.HttpTokens);
        return {};
      default:
        return this.change(region, operation, input);
    }
  }

  private change(region: FakeRegion, operation: string, input: Input): Input {
    const { InternetGatewayId, SubnetId, VpcId, ResourceId } = input as Record<string, string>;
    switch (operation) {
      case 'CreateTags':
        for (const { Key, Value } of input.Tag as { readonly Key: string; readonly Value: string }[]) {
          region.gateways.get(String(ResourceId))?.tags.set(Key, Value);
        }
        return {};
      case 'DetachInternetGateway': {
        const gateway = region.gateways.get(InternetGatewayId ?? '');
        if (gateway?.attachedTo !== VpcId) throw awsError('Gateway.NotAttached');
        delete gateway?.attachedTo;
        return {};
      }
      case 'DeleteInternetGateway':
        if (region.gateways.get(InternetGatewayId ?? '')?.attachedTo) throw awsError('DependencyViolation');
        if (!region.gateways.delete(InternetGatewayId ?? '')) throw awsError('InvalidInternetGatewayID.NotFound');
        return {};
      case 'DeleteSubnet':
        if (!region.subnets.delete(SubnetId ?? '')) throw awsError('InvalidSubnetID.NotFound');
        return {};
      case 'DeleteVpc': {
        if (region.vpcId !== VpcId) throw awsError('InvalidVpcID.NotFound');
        const isAttached = [...region.gateways.values()].some(({ attachedTo }) => attachedTo === VpcId);
        if (region.subnets.size > 0 || isAttached) throw awsError('DependencyViolation');
        delete region.vpcId;
        return {};
      }
      default:
        return {};
    }
  }
}
