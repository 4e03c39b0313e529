import * as v from 'valibot';
import { afterBatch } from './change-batch';
import { HostedZone, NAME_SERVERS } from './hosted-zone';
import { describedZone, listRecordSets, listZones, listZonesByName } from './listing';
import { bareId, permissions } from './permissions';
import { Change, normalized, type RecordSet } from './record-set';
import { assertEmpty, hostedZoneType, recordSetGroupType, recordSetType } from './resource-types';
import type { Zones } from './zones';
import { Identifiers } from '../../core/identifiers';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Environment, Operation, ResourceType, Service } from '../../core/service';
import { TokenBuckets } from '../../core/token-buckets';

/** All requests of an account together. */
const RATE = { perSecond: 5, burst: 5 };

const ZoneInput = v.object({ HostedZoneId: v.pipe(v.string(), v.transform(bareId)) });
const IdInput = v.object({ Id: v.pipe(v.string(), v.transform(bareId)) });
const TagsInput = v.object({ ResourceType: v.literal('hostedzone'), ResourceId: v.string() });
const BatchInput = v.object({
  ChangeBatch: v.object({ Comment: v.optional(v.string()), Changes: v.pipe(v.array(Change), v.minLength(1)) }),
});

interface ChangeInfo {
  readonly id: string;
  readonly accountId: string;
  readonly submittedAt: number;
  readonly inSyncAt: number;
  readonly comment?: string;
}

/** Amazon Route 53: public hosted zones and their records, and the answers of their name servers. */
export class Route53 implements Zones, Service {
  public readonly name = 'route53';
  public readonly protocol = 'rest-xml';
  public readonly namespace = 'https://route53.amazonaws.com/doc/2013-04-01/';
  public readonly routes = {
    ChangeResourceRecordSets: 'POST /2013-04-01/hostedzone/{HostedZoneId}/rrset',
    ListResourceRecordSets: 'GET /2013-04-01/hostedzone/{HostedZoneId}/rrset',
    GetHostedZone: 'GET /2013-04-01/hostedzone/{Id}',
    DeleteHostedZone: 'DELETE /2013-04-01/hostedzone/{Id}',
    ListHostedZones: 'GET /2013-04-01/hostedzone',
    ListTagsForResource: 'GET /2013-04-01/tags/{ResourceType}/{ResourceId}',
    ListHostedZonesByName: 'GET /2013-04-01/hostedzonesbyname',
    GetChange: 'GET /2013-04-01/change/{Id}',
  };
  public readonly restNames = {
    query: {
      name: 'StartRecordName',
      type: 'StartRecordType',
      identifier: 'StartRecordIdentifier',
      maxitems: 'MaxItems',
      dnsname: 'DNSName',
      hostedzoneid: 'HostedZoneId',
      marker: 'Marker',
    },
    items: {
      Changes: 'Change',
      ResourceRecords: 'ResourceRecord',
      ResourceRecordSets: 'ResourceRecordSet',
      HostedZones: 'HostedZone',
      Tags: 'Tag',
      NameServers: 'NameServer',
    },
  };
  public readonly operations: Record<string, Operation> = {
    ChangeResourceRecordSets: async call => this.changeRecordSets(call),
    ListResourceRecordSets: async call => listRecordSets(this.zoneOf(call), call.input),
    GetHostedZone: async call => this.getHostedZone(call),
    DeleteHostedZone: async call => this.deleteHostedZone(call),
    ListHostedZones: async call => {
      this.throttle(call);
      return listZones(this.zonesOf(call.caller.accountId), call.input);
    },
    ListTagsForResource: async call => this.listTags(call),
    ListHostedZonesByName: async call => this.listZonesByName(call),
    GetChange: async call => this.getChange(call),
  };
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  /** Simulated seconds until a change is in effect on all name servers. */
  public secondsToSync = 30;
  public readonly existing: Service['existing'] = {
    'AWS::Route53::HostedZone': ({ accountId }) => this.zonesOf(accountId).map(({ id }) => ({ id })),
  };
  private readonly identifiers = new Identifiers('route53');
  private readonly zones = new Map<string, HostedZone>();
  private readonly changes = new Map<string, ChangeInfo>();
  private readonly buckets: TokenBuckets;
  private stuck = 0;

  public constructor(private readonly environment: Environment) {
    this.buckets = new TokenBuckets(environment.clock);
    this.resourceTypes = {
      'AWS::Route53::HostedZone': hostedZoneType(this),
      'AWS::Route53::RecordSet': recordSetType(this),
      'AWS::Route53::RecordSetGroup': recordSetGroupType(this),
    };
  }

  /** @param id @default - generated */
  public createZone(accountId: string, name: string, comment?: string, id = this.newId('Z')): HostedZone {
    const zone = new HostedZone(id, accountId, name, comment, this.identifiers.uuid(), this.environment.clock.now());
    this.zones.set(id, zone);
    return zone;
  }

  /** Returns the zone with an id; undefined if it does not exist. */
  public zone(id: string): HostedZone | undefined {
    return this.zones.get(bareId(id));
  }

  public zonesNamed(accountId: string, name: string): HostedZone[] {
    return [...this.zones.values()].filter(zone => zone.accountId === accountId && zone.name === name);
  }

  public removeZone(id: string): void {
    this.zones.delete(id);
  }

  /** The next changes stay PENDING and reach no name server until a later change of the zone. */
  public holdChanges(count = 1): void {
    this.stuck += count;
  }

  /** Changes records without the permissions and the rate limit of an API call. @throws AwsError */
  public change(zone: HostedZone, changes: readonly Change[], comment?: string): ChangeInfo {
    const wanted = changes.map(change => ({ ...change, ResourceRecordSet: normalized(change.ResourceRecordSet) }));
    const sets = afterBatch(zone, wanted, id => this.zone(id));
    const submittedAt = this.environment.clock.now();
    const inSyncAt = this.stuck > 0 ? Infinity : submittedAt + this.secondsToSync * 1000;
    this.stuck = Math.max(0, this.stuck - 1);
    zone.replace(sets, submittedAt, inSyncAt);
    const id = this.newId('C');
    const info = { id, accountId: zone.accountId, submittedAt, inSyncAt, comment };
    this.changes.set(info.id, info);
    return info;
  }

  /** Changes records as CloudFormation does, which waits until all name servers have the change. @throws AwsError */
  public async changeInSync(zone: HostedZone, changes: readonly Change[]): Promise<void> {
    this.change(zone, changes);
    await this.environment.clock.sleep(this.secondsToSync);
  }

  /** Returns the record sets that one name server knows now. @param server from 0 to 3 */
  public query(zoneId: string, server: number, name: string, type: string): RecordSet[] {
    const zone = this.zone(zoneId);
    if (zone === undefined) throw new Error(`hosted zone ${zoneId} does not exist`);
    return zone.answersOf(server % NAME_SERVERS, name, type, this.environment.clock.now());
  }

  private changeRecordSets(call: Call): unknown {
    const zone = this.zoneOf(call);
    const { ChangeBatch: { Changes: changes, Comment: comment } } = read(BatchInput, call.input);
    return { ChangeInfo: this.describedChange(this.change(zone, changes, comment)) };
  }

  private zonesOf(accountId: string): readonly HostedZone[] {
    return [...this.zones.values()].filter(zone => zone.accountId === accountId);
  }

  private listZonesByName(call: Call): unknown {
    this.throttle(call);
    return listZonesByName(this.zonesOf(call.caller.accountId), call.input);
  }

  private deleteHostedZone(call: Call): unknown {
    const { Id: id } = read(IdInput, call.input);
    const zone = this.zoneOf({ ...call, input: { HostedZoneId: id } });
    assertEmpty(zone);
    const submittedAt = this.environment.clock.now();
    this.removeZone(zone.id);
    const info = { id: this.newId('C'), accountId: zone.accountId, submittedAt, inSyncAt: submittedAt };
    return { ChangeInfo: this.describedChange(info) };
  }

  /** Zones have no tags of their own; those of stacks are in the inventory. */
  private listTags(call: Call): unknown {
    const { ResourceId: id } = read(TagsInput, call.input);
    this.zoneOf({ ...call, input: { HostedZoneId: id } });
    return { ResourceTagSet: { ResourceType: 'hostedzone', ResourceId: id, Tags: [] } };
  }

  private getHostedZone(call: Call): unknown {
    const { Id: id } = read(IdInput, call.input);
    const zone = this.zoneOf({ ...call, input: { HostedZoneId: id } });
    return { HostedZone: describedZone(zone), DelegationSet: { NameServers: zone.nameServers } };
  }

  private getChange(call: Call): unknown {
    this.throttle(call);
    const { Id: id } = read(IdInput, call.input);
    const info = this.changes.get(id);
    if (info?.accountId !== call.caller.accountId) {
      throw new AwsError('NoSuchChange', `Could not find resource with ID: ${id}`, 404);
    }
    return { ChangeInfo: this.describedChange(info) };
  }

  private describedChange({ id, submittedAt, inSyncAt, comment }: ChangeInfo): unknown {
    return {
      Id: `/change/${id}`,
      Status: inSyncAt <= this.environment.clock.now() ? 'INSYNC' : 'PENDING',
      SubmittedAt: new Date(submittedAt),
      Comment: comment,
    };
  }

  private zoneOf(call: Call): HostedZone {
    this.throttle(call);
    const { HostedZoneId: id } = read(ZoneInput, call.input);
    const zone = this.zone(id);
    if (zone === undefined) throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    if (zone.accountId !== call.caller.accountId) {
      throw new AwsError('AccessDenied', `User: ${call.caller.arn} is not authorized to access this resource`, 403);
    }
    return zone;
  }

  private newId(prefix: string): string {
    return `${prefix}${this.identifiers.next(20, 'upper')}`;
  }

  private throttle({ caller: { accountId } }: Call): void {
    if (!this.buckets.take(accountId, RATE)) throw new AwsError('Throttling', 'Rate exceeded');
  }
}
