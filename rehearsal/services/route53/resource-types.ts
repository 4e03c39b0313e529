import * as v from 'valibot';
import type { HostedZone } from './hosted-zone';
import { Change, normalizedName, RecordSet } from './record-set';
import type { Zones } from './zones';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';

const ZoneProperties = v.object({
  Name: v.string(),
  HostedZoneConfig: v.optional(v.object({ Comment: v.optional(v.string()) })),
});

const Place = { HostedZoneId: v.optional(v.string()), HostedZoneName: v.optional(v.string()) };
/** Templates have values as text; the API has them as objects. */
const Records = v.optional(
  v.pipe(v.array(v.string()), v.transform(values => values.map(value => ({ Value: value })))),
);
const SetProperties = v.object({ ...RecordSet.entries, ...Place, ResourceRecords: Records });
const GroupProperties = v.object({ ...Place, RecordSets: v.optional(v.array(SetProperties), []) });
type SetProperties = v.InferOutput<typeof SetProperties>;

/** `AWS::Route53::HostedZone`. */
export function hostedZoneType(route53: Zones): ResourceType {
  const provisioned = (zone: HostedZone): Provisioned => ({
    id: zone.id,
    attributes: { Id: zone.id, NameServers: [...zone.nameServers] },
  });
  const create = async (input: Record<string, unknown>, { accountId }: ResourceContext): Promise<Provisioned> => {
    const { Name: name, HostedZoneConfig: config } = read(ZoneProperties, input);
    return provisioned(route53.createZone(accountId, name, config?.Comment));
  };
  return {
    create,
    async update(id, input, before, context) {
      const zone = route53.zone(id);
      return zone === undefined || input.Name !== before.Name ? create(input, context) : provisioned(zone);
    },
    async remove(id) {
      const zone = route53.zone(id);
      if (zone === undefined) return;
      assertEmpty(zone);
      route53.removeZone(id);
    },
  };
}

/** @throws AwsError if the zone has other record sets than its own */
export function assertEmpty(zone: HostedZone): void {
  const required = (set: RecordSet): boolean => set.Name === zone.name && ['NS', 'SOA'].includes(set.Type);
  if ([...zone.sets.values()].every(required)) return;
  throw new AwsError(
    'HostedZoneNotEmpty',
    'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
  );
}

/** `AWS::Route53::RecordSet`. */
export function recordSetType(route53: Zones): ResourceType {
  const write = async (
    action: Change['Action'],
    input: Record<string, unknown>,
    context: ResourceContext,
  ): Promise<Provisioned> => {
    const properties = read(SetProperties, input);
    const zone = zoneOf(route53, properties, properties.Name, context);
    await route53.changeInSync(zone, [{ Action: action, ResourceRecordSet: setOf(properties) }]);
    return { id: refOf(properties.Name), attributes: {} };
  };
  return {
    create: async (input, context) => write('CREATE', input, context),
    async update(_id, input, before, context) {
      const isReplaced = REPLACING.some(name => input[name] !== before[name]);
      return write(isReplaced ? 'CREATE' : 'UPSERT', input, context);
    },
    async remove(_id, input, context) {
      const properties = read(SetProperties, input);
      await forget(route53, zoneOf(route53, properties, properties.Name, context), [setOf(properties)]);
    },
  };
}

/** Properties whose change replaces a record set. */
const REPLACING = ['Name', 'HostedZoneId', 'HostedZoneName'];

/** `AWS::Route53::RecordSetGroup`. */
export function recordSetGroupType(route53: Zones): ResourceType {
  const setsOf = (input: Record<string, unknown>): RecordSet[] =>
    read(GroupProperties, input).RecordSets.map(setOf);
  const zone = (input: Record<string, unknown>, context: ResourceContext): HostedZone => {
    const properties = read(GroupProperties, input);
    return zoneOf(route53, properties, properties.RecordSets.at(0)?.Name ?? '', context);
  };
  const key = ({ Name: name, Type: type, SetIdentifier: identifier }: RecordSet): string =>
    JSON.stringify([normalizedName(name), type, identifier]);
  return {
    async create(input, context) {
      const changes = setsOf(input).map((set): Change => ({ Action: 'CREATE', ResourceRecordSet: set }));
      await route53.changeInSync(zone(input, context), changes);
      return { id: `${context.stackName}-${context.logicalId}`, attributes: {} };
    },
    async update(id, input, before, context) {
      const wanted = new Set(setsOf(input).map(key));
      const removed = setsOf(before).filter(set => !wanted.has(key(set)));
      await route53.changeInSync(zone(input, context), [
        ...removed.map((set): Change => ({ Action: 'DELETE', ResourceRecordSet: set })),
        ...setsOf(input).map((set): Change => ({ Action: 'UPSERT', ResourceRecordSet: set })),
      ]);
      return { id, attributes: {} };
    },
    async remove(_id, input, context) {
      await forget(route53, zone(input, context), setsOf(input));
    },
  };
}

/** Deletes record sets; those that are deleted already are skipped. */
async function forget(route53: Zones, zone: HostedZone, sets: readonly RecordSet[]): Promise<void> {
  const existing = sets.filter(set =>
    [...zone.sets.values()].some(
      known =>
        known.Name === normalizedName(set.Name)
        && known.Type === set.Type
        && known.SetIdentifier === set.SetIdentifier,
    ),
  );
  if (existing.length > 0) {
    await route53.changeInSync(zone, existing.map(set => ({ Action: 'DELETE', ResourceRecordSet: set })));
  }
}

function setOf(properties: SetProperties): RecordSet {
  const { HostedZoneId: _id, HostedZoneName: _name, ...set } = properties;
  return set;
}

function refOf(name: string): string {
  return name.replace(/\.$/, '');
}

/** Returns the zone of a record. One that does not exist here is imported: the app expects it in the account. */
function zoneOf(
  route53: Zones,
  { HostedZoneId: id, HostedZoneName: name }: { readonly HostedZoneId?: string; readonly HostedZoneName?: string },
  recordName: string,
  { accountId }: ResourceContext,
): HostedZone {
  const zone = id === undefined ? route53.zonesNamed(accountId, normalizedName(name ?? '')).at(0) : route53.zone(id);
  if (zone === undefined) return route53.createZone(accountId, name ?? registrable(recordName), 'imported', id);
  if (zone.accountId === accountId) return zone;
  throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
}

/** The last two labels: the zone is the domain or lies below it. */
function registrable(name: string): string {
  return name.replace(/\.$/, '').split('.').slice(-2).join('.');
}
