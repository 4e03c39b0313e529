import * as v from 'valibot';
import { TrailEvents } from './events';
import { Lookup } from './lookup';
import type { Inventory } from '../../core/inventory/inventory';
import { everywhere, on, textOf } from '../../core/permissions';
import { read } from '../../core/protocol/read';
import {
  AwsError,
  type Call,
  type Environment,
  type Operation,
  type Permissions,
  type RecordedCall,
  type Service,
} from '../../core/service';

const TrailInput = v.object({
  Name: v.string(),
  S3BucketName: v.string(),
  IsOrganizationTrail: v.optional(v.boolean(), false),
});
const ByName = v.object({ Name: v.string() });

interface Trail { readonly name: string; readonly arn: string; readonly bucketName: string; isLogging: boolean }

/**
 * AWS CloudTrail: management events can be looked up. Trails can be created, started, stopped and deleted, and log
 * nothing.
 */
export class CloudTrail implements Service {
  public readonly name = 'cloudtrail';
  public readonly protocol = 'json';
  public readonly namespace = 'CloudTrail_20131101';
  public readonly operations: Record<string, Operation> = {
    CreateTrail: async call => this.create(call),
    StartLogging: async call => {
      this.find(call).isLogging = true;
    },
    StopLogging: async call => {
      this.find(call).isLogging = false;
    },
    GetTrailStatus: async call => ({ IsLogging: this.find(call).isLogging }),
    LookupEvents: async call => this.lookup.lookupEvents(call),
    DeleteTrail: async call => {
      this.trails.delete(this.find(call).arn);
    },
  };
  public readonly permissions: Record<string, Permissions> = {
    ...on(Object.keys(this.operations), call => this.arn(call, textOf(call, 'Name'))),
    ...everywhere(['LookupEvents']),
  };
  private readonly lookup: Lookup;
  private readonly trails = new Map<string, Trail>();

  /** @param calls all calls, in the order of their ends */
  public constructor(
    private readonly environment: Environment,
    calls: () => readonly RecordedCall[],
    inventory: Inventory,
  ) {
    const events = new TrailEvents(environment.partition, calls);
    inventory.onChange(change => events.addChange(change));
    this.lookup = new Lookup(environment.clock, events);
  }

  private create(call: Call): unknown {
    const { Name: name, S3BucketName: bucketName, IsOrganizationTrail } = read(TrailInput, call.input);
    const arn = this.arn(call, name);
    if (this.trails.has(arn)) {
      throw new AwsError(
        'TrailAlreadyExistsException',
        `Trail ${name} already exists for customer: ${call.caller.accountId}`,
      );
    }
    this.trails.set(arn, { name, arn, bucketName, isLogging: false });
    return { Name: name, TrailARN: arn, S3BucketName: bucketName, IsOrganizationTrail };
  }

  private find(call: Call): Trail {
    const { Name: name } = read(ByName, call.input);
    const trail = this.trails.get(this.arn(call, name));
    if (!trail) {
      throw new AwsError('TrailNotFoundException', `Unknown trail: ${name} for the user: ${call.caller.accountId}`);
    }
    return trail;
  }

  private arn({ region, caller: { accountId } }: Call, name: string): string {
    if (name.startsWith('arn:')) return name;
    return `arn:${this.environment.partition}:cloudtrail:${region}:${accountId}:trail/${name}`;
  }
}
