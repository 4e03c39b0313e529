import * as v from 'valibot';
import type { Inventory, InventoryItem } from '../../core/inventory/inventory';
import { everywhere } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, Permissions, Service } from '../../core/service';

const Day = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/, 'a date is yyyy-MM-dd'));
const CostInput = v.object({
  TimePeriod: v.object({ Start: Day, End: Day }),
  Granularity: v.literal('DAILY'),
  Metrics: v.array(v.literal('UnblendedCost')),
  GroupBy: v.tuple([v.object({ Type: v.literal('DIMENSION'), Key: v.literal('SERVICE') })]),
  Filter: v.optional(v.object({
    Dimensions: v.object({ Key: v.literal('LINKED_ACCOUNT'), Values: v.array(v.string()) }),
  })),
});

const DAY = 24 * 3600 * 1000;

/** Services and dollars a day of types that cost something without use. The prices are approximate. */
const COSTS: Readonly<Record<string, readonly [service: string, dollars: number]>> = {
  'AWS::EC2::EIP': ['Amazon Virtual Private Cloud', 0.12],
  'AWS::EC2::Instance': ['Amazon Elastic Compute Cloud - Compute', 1],
  'AWS::EC2::NatGateway': ['EC2 - Other', 1.1],
  'AWS::EC2::VPCEndpoint': ['Amazon Virtual Private Cloud', 0.25],
  'AWS::EC2::Volume': ['EC2 - Other', 0.3],
  'AWS::EKS::Cluster': ['Amazon Elastic Container Service for Kubernetes', 2.4],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ['Amazon Elastic Load Balancing', 0.6],
  'AWS::KMS::Key': ['AWS Key Management Service', 0.03],
  'AWS::OpenSearchService::Domain': ['Amazon OpenSearch Service', 3],
  'AWS::QLDB::Ledger': ['Amazon QLDB', 0.5],
  'AWS::RDS::DBCluster': ['Amazon Relational Database Service', 2],
  'AWS::RDS::DBInstance': ['Amazon Relational Database Service', 2],
  'AWS::Redshift::Cluster': ['Amazon Redshift', 6],
  'AWS::Route53::HostedZone': ['Amazon Route 53', 0.02],
  'AWS::SecretsManager::Secret': ['AWS Secrets Manager', 0.01],
};

/** AWS Cost Explorer: the daily costs of services, which are known after the end of the day. */
export class CostExplorer implements Service {
  public readonly name = 'ce';
  public readonly protocol = 'json';
  public readonly namespace = 'AWSInsightsIndexService';
  public readonly operations: Record<string, Operation> = { GetCostAndUsage: async call => this.getCosts(call) };
  public readonly permissions: Record<string, Permissions> = everywhere(['GetCostAndUsage']);

  public constructor(
    private readonly environment: Environment,
    private readonly inventory: Inventory,
  ) {}

  private getCosts(call: Call): unknown {
    const { TimePeriod: { Start, End }, Filter: filter } = read(CostInput, call.input);
    const [start, end] = [Date.parse(Start), Date.parse(End)];
    if (start >= end) throw new AwsError('ValidationException', 'Start date (and hour) should be before end date');
    const accounts = filter?.Dimensions.Values ?? [call.caller.accountId];
    const items = accounts.flatMap(accountId => this.inventory.history(accountId));
    const days = Array.from({ length: Math.ceil((end - start) / DAY) }, (_, index) => start + index * DAY);
    return { ResultsByTime: days.map(day => this.resultOf(day, items)) };
  }

  private resultOf(day: number, items: readonly InventoryItem[]): unknown {
    const isKnown = day + DAY <= this.environment.clock.now();
    const costs = new Map<string, number>();
    for (const item of isKnown ? items : []) {
      const [service, dollars] = COSTS[item.type] ?? [];
      if (service === undefined || dollars === undefined) continue;
      const from = Math.max(day, item.createdAt);
      const until = Math.min(day + DAY, item.deletedAt ?? Infinity);
      if (until > from) costs.set(service, (costs.get(service) ?? 0) + dollars * (until - from) / DAY);
    }
    return {
      TimePeriod: { Start: dateOf(day), End: dateOf(day + DAY) },
      Groups: [...costs].map(([service, amount]) => ({
        Keys: [service], Metrics: { UnblendedCost: { Amount: String(amount), Unit: 'USD' } },
      })),
      Total: {},
      Estimated: true,
    };
  }
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
