import * as v from 'valibot';
import { Text } from '../../core/protocol/read';

/** A number that is text in XML and in templates. */
const Whole = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.number(), v.integer());

const Logical = v.pipe(
  v.union([v.boolean(), v.string()]),
  v.transform(value => value === true || value === 'true'),
);

/** What selects one of several record sets with the same name and type. */
export const ROUTINGS = ['Weight', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer'] as const;

export const RecordSet = v.object({
  Name: v.string(),
  Type: v.string(),
  SetIdentifier: v.optional(v.string()),
  Weight: v.optional(Whole),
  Region: v.optional(v.string()),
  Failover: v.optional(v.string()),
  GeoLocation: v.optional(v.record(v.string(), v.string())),
  MultiValueAnswer: v.optional(Logical),
  TTL: v.optional(Whole),
  ResourceRecords: v.optional(v.array(v.object({ Value: Text }))),
  AliasTarget: v.optional(
    v.object({ HostedZoneId: v.string(), DNSName: v.string(), EvaluateTargetHealth: v.optional(Logical, false) }),
  ),
  HealthCheckId: v.optional(v.string()),
});
export type RecordSet = v.InferOutput<typeof RecordSet>;

export const Change = v.object({
  Action: v.picklist(['CREATE', 'DELETE', 'UPSERT']),
  ResourceRecordSet: RecordSet,
});
export type Change = v.InferOutput<typeof Change>;

/** Returns a name as Route 53 stores it: in lower case, with a final dot and special characters in octal. */
export function normalizedName(name: string): string {
  const escaped = name.toLowerCase().replace(
    /\\\d{3}|[^a-z0-9._-]/g,
    found => found.length > 1 ? found : `\\${found.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return escaped.endsWith('.') ? escaped : `${escaped}.`;
}

/** Returns a record set as Route 53 stores it. */
export function normalized(set: RecordSet): RecordSet {
  const { AliasTarget: alias } = set;
  return {
    ...set,
    Name: normalizedName(set.Name),
    ...alias && { AliasTarget: { ...alias, DNSName: normalizedName(alias.DNSName) } },
  };
}

export function keyOf({ Name: name, Type: type, SetIdentifier: identifier = '' }: RecordSet): string {
  return `${name} ${type} ${identifier}`;
}

/** Whether all values are the same, which deleting a record set requires. */
export function isSame(one: RecordSet, other: RecordSet): boolean {
  return JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));
}

/** Route 53 ignores the order of values. */
function comparable(set: RecordSet): unknown {
  const values = set.ResourceRecords?.map(({ Value: value }) => value).sort();
  return Object.entries({ ...set, ResourceRecords: values })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, isObject(value) && !Array.isArray(value) ? Object.entries(value).sort() : value])
    .sort(([one], [other]) => String(one) < String(other) ? -1 : 1);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Sorts by name from the right as Route 53 does: `com.example.www`, then by type and set identifier. */
export function compareSets(one: RecordSet, other: RecordSet): number {
  return comparePositions(positionOf(one), positionOf(other));
}

export function positionOf({ Name: name, Type: type, SetIdentifier: identifier = '' }: RecordSet): string[] {
  return [name.split('.').reverse().join('.'), type, identifier];
}

export function comparePositions(one: readonly string[], other: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    if (part !== other[index]) return part < other[index] ? -1 : 1;
  }
  return 0;
}
