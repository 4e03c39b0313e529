import { typeOfArn } from './arn-types';
import type { Api } from '../../shared/api/api';
import { itemsAt, textAt } from '../../shared/api/protocols';
import { isPermanentAwsError } from '../../shared/errors';
import { ANY, unlistedOf } from '../denied';
import type { Finding, Inspection } from '../ports';
import { listSpec } from '../table/calls';
import { DEFAULT_SPECS, LOOK_SPECS } from '../table/look-types';
import type { LookSpec } from '../table/look-types';

const DAY = 24 * 3600 * 1000;

/** Dollars a day that a service may cost in a clean account: the bootstrap, the baseline, and AWS Config. */
const MIN_COST = 0.1;

/** Services whose costs say nothing about resources. */
const NOT_RESOURCES = /^(Tax|AWS Support|AWS Cost Explorer|AWS Config|AWS CloudTrail|AmazonCloudWatch)/;

/** Looks at an account with the tagging API, the services that cause costs, and Cost Explorer. */
export class AwsInspection implements Inspection {
  public constructor(
    private readonly api: Api,
    private readonly accountId: string,
    private readonly mainRegion: string,
    private readonly now: () => number,
  ) {}

  public async regions(): Promise<readonly string[]> {
    const found = await listSpec(this.api, { service: 'account', region: this.mainRegion }, {
      operation: 'POST /listRegions',
      input: { RegionOptStatusContains: ['ENABLED', 'ENABLED_BY_DEFAULT'], MaxResults: 50 },
      items: 'Regions',
      next: ['NextToken', 'NextToken'],
    }, this.values);
    const names = found.flatMap(region => textAt(region, 'RegionName') ?? []);
    return [this.mainRegion, ...names.filter(name => name !== this.mainRegion)];
  }

  public async tagged(region: string, tagKey: string): Promise<readonly string[]> {
    return this.arns(region, { TagFilters: [{ Key: tagKey }] });
  }

  public async defaults(region: string): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const { list, id } of DEFAULT_SPECS) {
      for (const item of await listSpec(this.api, { service: 'ec2', region }, list, this.values)) {
        ids.push(...[textAt(item, id)].filter(text => text !== undefined));
      }
    }
    const [vpc] = ids;
    return vpc === undefined ? ids : [...ids, ...await this.gatewaysOf(region, vpc)];
  }

  public async look(region: string): Promise<readonly Finding[]> {
    const found = new Map<string, Finding>();
    for (const arn of await this.arns(region, {})) {
      const { type, id } = typeOfArn(arn);
      found.set(`${type} ${id}`, { type, region, id, arn, by: 'tags' });
    }
    for (const spec of LOOK_SPECS) {
      for (const one of await this.lookAt(spec, region)) found.set(`${one.type} ${one.id}`, one);
    }
    return [...found.values()];
  }

  /** What was deleted has caused costs until then, so only whole days after that count. */
  public async costs(since: number): Promise<readonly Finding[]> {
    const [Start, End] = [since + DAY, this.now()].map(time => new Date(time).toISOString().slice(0, 10));
    if (Start === undefined || End === undefined || Start >= End) return [];
    const response = await this.api.call({
      service: 'ce',
      region: this.mainRegion,
      operation: 'GetCostAndUsage',
      input: {
        TimePeriod: { Start, End },
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost'],
        GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
        Filter: { Dimensions: { Key: 'LINKED_ACCOUNT', Values: [this.accountId] } },
      },
    });
    const services = itemsAt(response, 'ResultsByTime.Groups').flatMap(group => {
      const [service = ''] = itemsAt(group, 'Keys').map(String);
      const amount = Number(textAt(group, 'Metrics.UnblendedCost.Amount') ?? 0);
      return amount < MIN_COST || NOT_RESOURCES.test(service) ? [] : [service];
    });
    return [...new Set(services)].map(id => ({ type: 'AWS::Cost', region: this.mainRegion, id, by: 'costs' }));
  }

  private async lookAt(spec: LookSpec, region: string): Promise<readonly Finding[]> {
    try {
      const items = await listSpec(this.api, { service: spec.service, region }, spec.list, this.values);
      return items.filter(item => !isSkipped(spec, item)).flatMap((item): Finding[] => {
        const id = textAt(item, spec.id);
        return id === undefined ? [] : [{ type: spec.type, region, id, by: 'services' }];
      });
    } catch (error) {
      if (!isPermanentAwsError(error)) throw error;
      // otherwise the region does not have the service, or the account may not use it
      const { isDenied, unlisted } = unlistedOf(error);
      return isDenied ? [{ type: spec.type, region, id: ANY, by: 'services', denied: unlisted }] : [];
    }
  }

  private async gatewaysOf(region: string, vpcId: string): Promise<readonly string[]> {
    const items = await listSpec(this.api, { service: 'ec2', region }, {
      operation: 'DescribeInternetGateways',
      input: { Filter: [{ Name: 'attachment.vpc-id', Value: [vpcId] }] },
      items: 'internetGatewaySet.item',
    }, this.values);
    return items.flatMap(item => textAt(item, 'internetGatewayId') ?? []);
  }

  private async arns(region: string, filter: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const items = await listSpec(this.api, { service: 'tagging', region }, {
      operation: 'GetResources',
      input: { ...filter, ResourcesPerPage: 100 },
      items: 'ResourceTagMappingList',
      next: ['PaginationToken', 'PaginationToken'],
    }, this.values);
    return items.flatMap(item => textAt(item, 'ResourceARN') ?? []);
  }

  private get values() {
    return { account: this.accountId };
  }
}

function isSkipped({ skip = [] }: LookSpec, item: unknown): boolean {
  return skip.some(([path, pattern]) => pattern.test(textAt(item, path) ?? ''));
}
