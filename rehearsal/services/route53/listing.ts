import * as v from 'valibot';
import type { HostedZone } from './hosted-zone';
import { comparePositions, compareSets, normalizedName, positionOf } from './record-set';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

/** Default and maximum page sizes. */
const RECORDS = 300;
const ZONES = 100;

const Size = v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)));

const RecordsInput = v.object({
  StartRecordName: v.optional(v.string()),
  StartRecordType: v.optional(v.string()),
  StartRecordIdentifier: v.optional(v.string()),
  MaxItems: Size,
});

const MarkerInput = v.object({ Marker: v.optional(v.string()), MaxItems: Size });

const ZonesInput = v.object({
  DNSName: v.optional(v.string()),
  HostedZoneId: v.optional(v.string()),
  MaxItems: Size,
});

/** Returns a page of the record sets of a zone. */
export function listRecordSets(zone: HostedZone, input: Record<string, unknown>): unknown {
  const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: identifier, MaxItems: size = RECORDS } =
    read(RecordsInput, input);
  if ((type !== undefined && name === undefined) || (identifier !== undefined && type === undefined)) {
    const message = 'Invalid request: the start record has a type without a name, or an identifier without a type';
    throw new AwsError('InvalidInput', message);
  }
  const start = name && positionOf({ Name: normalizedName(name), Type: type ?? '', SetIdentifier: identifier });
  const sorted = [...zone.sets.values()].sort(compareSets);
  const rest = start ? sorted.filter(set => comparePositions(positionOf(set), start) >= 0) : sorted;
  const limit = Math.min(size, RECORDS);
  const next = rest.at(limit);
  return {
    ResourceRecordSets: rest.slice(0, limit),
    IsTruncated: next !== undefined,
    NextRecordName: next?.Name,
    NextRecordType: next?.Type,
    NextRecordIdentifier: next?.SetIdentifier,
    MaxItems: limit,
  };
}

/** Returns a page of the zones of an account. */
export function listZones(zones: readonly HostedZone[], input: Record<string, unknown>): unknown {
  const { Marker: marker, MaxItems: size = ZONES } = read(MarkerInput, input);
  const sorted = [...zones].sort((one, other) => (one.id < other.id ? -1 : 1));
  const rest = marker === undefined ? sorted : sorted.filter(({ id }) => id >= marker);
  const limit = Math.min(size, ZONES);
  const next = rest.at(limit);
  return {
    HostedZones: rest.slice(0, limit).map(describedZone),
    Marker: marker,
    IsTruncated: next !== undefined,
    NextMarker: next?.id,
    MaxItems: limit,
  };
}

/** Returns a page of the zones of an account, by name from the right. */
export function listZonesByName(zones: readonly HostedZone[], input: Record<string, unknown>): unknown {
  const { DNSName: name, HostedZoneId: id, MaxItems: size = ZONES } = read(ZonesInput, input);
  const place = (zone: HostedZone): string[] => [zone.name.split('.').reverse().join('.'), zone.id];
  const start = name && [normalizedName(name).split('.').reverse().join('.'), id ?? ''];
  const sorted = [...zones].sort((one, other) => comparePositions(place(one), place(other)));
  const rest = start ? sorted.filter(zone => comparePositions(place(zone), start) >= 0) : sorted;
  const limit = Math.min(size, ZONES);
  const next = rest.at(limit);
  return {
    HostedZones: rest.slice(0, limit).map(describedZone),
    DNSName: name,
    HostedZoneId: id,
    IsTruncated: next !== undefined,
    NextDNSName: next?.name,
    NextHostedZoneId: next?.id,
    MaxItems: limit,
  };
}

export function describedZone(zone: HostedZone): Record<string, unknown> {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: false },
    ResourceRecordSetCount: zone.sets.size,
  };
}
