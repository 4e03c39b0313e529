import type { Clock } from '../../core/clock';
import { AwsError } from '../../core/service';

/** Simulated seconds until a region is enabled; AWS takes minutes to hours. */
const ENABLING_SECONDS = 300;
/** Quota for concurrent requests of an account, and of all accounts of an organization. */
const CONCURRENT_PER_ACCOUNT = 6;
const CONCURRENT_PER_ORGANIZATION = 50;
/** The regions that an account must enable. */
const OPT_IN_REGIONS: readonly string[] = [
  'af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4', 'ap-southeast-5',
  'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2', 'eu-south-1', 'eu-south-2', 'il-central-1',
  'me-central-1', 'me-south-1', 'mx-central-1',
];
/** Regions that are enabled in every account of a partition. */
const DEFAULT_REGIONS: Readonly<Record<string, readonly string[]>> = {
  'aws': [
    'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2',
    'ca-central-1', 'eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'us-east-1',
    'us-east-2', 'us-west-1', 'us-west-2',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-eusc': ['eusc-de-east-1'],
};

const REGION = /^[a-z]{2}-[a-z]+-\d$/;

export type RegionStatus = 'ENABLED' | 'ENABLING' | 'DISABLING' | 'DISABLED' | 'ENABLED_BY_DEFAULT';

/** The regions that accounts have enabled. */
export class OptInRegions {
  private readonly statuses = new Map<string, RegionStatus>();

  public constructor(private readonly clock: Clock) {}

  public status(accountId: string, region: string): RegionStatus {
    if (!REGION.test(region)) {
      throw new AwsError('ValidationException', `the region ${region} does not exist`);
    }
    if (!OPT_IN_REGIONS.includes(region)) return 'ENABLED_BY_DEFAULT';
    return this.statuses.get(`${accountId}/${region}`) ?? 'DISABLED';
  }

  /** Sets a status, as another administrator does. */
  public set(accountId: string, region: string, status: RegionStatus): void {
    this.statuses.set(`${accountId}/${region}`, status);
  }

  public enable(accountId: string, region: string): void {
    const status = this.status(accountId, region);
    if (status === 'ENABLED_BY_DEFAULT') {
      throw new AwsError('ValidationException', `the region ${region} is enabled by default`);
    }
    if (status === 'ENABLED') return;
    if (status !== 'DISABLED') {
      throw new AwsError('ConflictException', `the region ${region} has the status ${status}`, 409);
    }
    const open = [...this.statuses].filter(([, other]) => other === 'ENABLING').map(([key]) => key);
    const ofAccount = open.filter(key => key.startsWith(`${accountId}/`));
    if (ofAccount.length >= CONCURRENT_PER_ACCOUNT || open.length >= CONCURRENT_PER_ORGANIZATION) {
      throw new AwsError('TooManyRequestsException', 'too many region-opt requests are in progress', 429);
    }
    this.set(accountId, region, 'ENABLING');
    void this.clock.sleep(ENABLING_SECONDS).then(() => this.set(accountId, region, 'ENABLED'));
  }

  /** All regions of a partition that an account has or may enable. */
  public list(accountId: string, partition: string): readonly { name: string; status: RegionStatus }[] {
    const names = [...enabledRegions(partition), ...partition === 'aws' ? OPT_IN_REGIONS : []];
    return names.map(name => ({ name, status: this.status(accountId, name) }));
  }
}

export function enabledRegions(partition: string): readonly string[] {
  return DEFAULT_REGIONS[partition] ?? DEFAULT_REGIONS.aws ?? [];
}
