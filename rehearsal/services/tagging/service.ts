import * as v from 'valibot';
import type { Inventory, InventoryItem } from '../../core/inventory/inventory';
import { everywhere } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import type { Call, Environment, Operation, Permissions, Service } from '../../core/service';

const GetInput = v.object({
  TagFilters: v.optional(v.array(v.object({ Key: v.string(), Values: v.optional(v.array(v.string()), []) })), []),
  ResourceTypeFilters: v.optional(v.array(v.string()), []),
  ResourcesPerPage: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100)), 100),
  PaginationToken: v.optional(v.string(), ''),
});

type Filter = v.InferOutput<typeof GetInput>['TagFilters'][number];

/** Time in which the API still shows what was deleted. */
const SHOWN_MILLISECONDS = 3 * 3600 * 1000;

/** Types that the API does not know: those of IAM, and policies of resources, which have no tags. */
const UNKNOWN = /^AWS::(IAM::|S3::BucketPolicy$|(SNS::Topic|SQS::Queue)(Inline)?Policy$)/;

/** AWS Resource Groups Tagging API: resources that have or had tags, deleted ones for some hours. */
export class Tagging implements Service {
  public readonly name = 'tagging';
  public readonly protocol = 'json';
  public readonly namespace = 'ResourceGroupsTaggingAPI_20170126';
  public readonly operations: Record<string, Operation> = { GetResources: async call => this.getResources(call) };
  public readonly permissions: Record<string, Permissions> = everywhere(['GetResources']);

  public constructor(
    private readonly environment: Environment,
    private readonly inventory: Inventory,
  ) {}

  private getResources(call: Call): unknown {
    const {
      TagFilters: filters, ResourceTypeFilters: types, ResourcesPerPage: size, PaginationToken: token,
    } = read(GetInput, call.input);
    const { caller: { accountId }, region } = call;
    const since = this.environment.clock.now() - SHOWN_MILLISECONDS;
    const found = this.inventory.all({ accountId, region }, since).filter(item =>
      !UNKNOWN.test(item.type) && Object.keys(item.tags).length > 0
      && filters.every(filter => hasTag(item, filter)) && (types.length === 0 || types.some(type => isOf(item, type))));
    const [start, end] = [Number(token), Number(token) + size];
    return {
      PaginationToken: end < found.length ? String(end) : '',
      ResourceTagMappingList: found.slice(start, end).map(({ arn, tags }) => ({
        ResourceARN: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      })),
    };
  }
}

function hasTag({ tags }: InventoryItem, { Key: key, Values: values }: Filter): boolean {
  const value = tags[key];
  return value !== undefined && (values.length === 0 || values.includes(value));
}

/** A type is a service, or a service and a kind, for example `ec2:instance`. */
function isOf({ arn }: InventoryItem, filter: string): boolean {
  const [, , service = '', , , kind = ''] = arn.split(':');
  return filter === service || filter === `${service}:${kind.split('/')[0]}`;
}
