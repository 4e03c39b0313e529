import * as v from 'valibot';
import { isRecord } from '../../core/protocol/json';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';

const FilterInput = v.object({
  Filter: v.optional(v.array(v.object({ Name: v.string(), Value: v.optional(v.array(v.string()), []) })), []),
});

type Described = Readonly<Record<string, unknown>>;

/** Where the members of a filter are in a response, if not at the same name. */
const HEADS: Readonly<Record<string, string>> = {
  'association': 'associationSet', 'attachment': 'attachmentSet', 'route': 'routeSet', 'resource-id': 'resourceId',
};
const NAMES: Readonly<Record<string, string>> = {
  'availability-zone': 'availabilityZone',
  'availabilityZone': 'availabilityZone',
  'cidr': 'cidrBlock',
  'cidr-block': 'cidrBlock',
  'cidrBlock': 'cidrBlock',
  'default': 'default',
  'default-for-az': 'defaultForAz',
  'defaultForAz': 'defaultForAz',
  'description': 'groupDescription',
  'is-default': 'isDefault',
  'isDefault': 'isDefault',
  'owner-id': 'ownerId',
  'association.route-table-association-id': 'associationSet.routeTableAssociationId',
  'transit-gateway-attachment-id': 'transitGatewayAttachmentId',
};

/** Returns those that match all filters of a request, each with one of its values; `*` matches any text. */
export function filtered<Item extends Described>(items: readonly Item[], input: unknown): readonly Item[] {
  const { Filter: filters } = read(FilterInput, input);
  return items.filter(item => filters.every(({ Name: name, Value: wanted }) => {
    const values = valuesOf(item, name);
    return wanted.some(pattern => values.some(value => matches(value, pattern)));
  }));
}

function matches(value: string, pattern: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`).test(value);
}

/** The values of the member that a filter names. */
function valuesOf(item: Described, name: string): readonly string[] {
  if (name.startsWith('tag:')) {
    const tags = Array.isArray(item.tagSet) ? item.tagSet.filter(isRecord) : [];
    return tags.filter(({ key }) => key === name.slice(4)).map(({ value }) => String(value));
  }
  if (!(name in NAMES) && !/^[a-z0-9.-]+$/.test(name)) throw invalid(name);
  const path = (NAMES[name] ?? pathOf(name)).split('.');
  return path.reduce<readonly unknown[]>((found, key) => found.flatMap(value => {
    const inner = isRecord(value) ? value[key] : undefined;
    return Array.isArray(inner) ? inner : [inner];
  }), [item]).filter(value => value !== undefined).map(String);
}

function pathOf(name: string): string {
  const [head = '', ...rest] = name.split('.');
  return [HEADS[head] ?? camel(head), ...rest.map(camel)].join('.');
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function invalid(name: string): AwsError {
  return new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
}
