import { coder, ID_FORMATS, kindOf, serviceOf, urlOf, type Place } from './formats';
import type { TypeSchema } from './table';
import { text, type Fields } from '../values';

/** A resource without simulated behaviour. */
export interface Placed {
  /** Its custom name or a generated one. */
  readonly name: string;
  readonly properties: Fields;
  readonly partition: string;
  readonly place: Place;
}

/** Returns what `Ref` returns: the identifiers, separated by `|`. Undefined if the type does not say which. */
export function refOf(schema: TypeSchema, placed: Placed): string | undefined {
  if (schema.identifiers.length === 0) return undefined;
  return schema.identifiers.map(name => identifier(schema, name, placed)).join('|');
}

/** Returns the ARN of a resource, by the template of its type if that has its name. */
export function arnOf(schema: TypeSchema, placed: Placed): string {
  const { type, arn } = schema;
  const usual = `arn:\${Partition}:${serviceOf(type)}:\${Region}:\${Account}:${kindOf(type)}/\${Name}`;
  const made = filled(arn ?? usual, placed);
  return made.includes(placed.name) ? made : filled(usual, { ...placed, properties: {} });
}

function filled(template: string, { name, properties, partition, place }: Placed): string {
  const known: Fields = { Partition: partition, Region: place.region, Account: place.accountId };
  return template.replace(/\$\{(\w+)\}/g, (_variable, key: string) => {
    const given = known[key] ?? properties[key];
    return typeof given === 'string' ? given : name;
  });
}

/** Returns a plausible attribute: one that the type says is a list is one. */
export function attributeOf(schema: TypeSchema, attribute: string, id: string, placed: Placed): unknown {
  const value = singleAttribute(schema, attribute, id, placed);
  return schema.attributes.get(attribute) === true ? [value] : value;
}

function singleAttribute(schema: TypeSchema, attribute: string, id: string, placed: Placed): string {
  const { properties, place } = placed;
  if (schema.identifiers.length === 1 && schema.identifiers[0] === attribute) return id;
  const given = properties[attribute];
  if (typeof given === 'string' || typeof given === 'number') return text(given);
  if (/Arn$/i.test(attribute)) return id.startsWith('arn:') ? id : arnOf(schema, placed);
  if (/Port$/.test(attribute)) return text(properties.Port ?? '443');
  if (/Ur[il]s?$/.test(attribute)) return urlOf(schema.type, placed);
  if (/(Address|Endpoint|DnsName|DNSName|DomainName|HostName)$/.test(attribute)) {
    return `${placed.name.toLowerCase()}.${serviceOf(schema.type)}.${place.region}.amazonaws.com`;
  }
  if (/AccountId$/.test(attribute)) return place.accountId;
  if (/(^|\.)(Id|.*Id)$/.test(attribute)) {
    if (schema.identifiers.length > 1) return identifier(schema, attribute, placed);
    return id.startsWith('arn:') ? placed.name : id;
  }
  if (/AvailabilityZone$/.test(attribute)) return `${place.region}a`;
  if (/(Ip|IpAddress)$/.test(attribute)) return /Public/.test(attribute) ? '192.0.2.10' : '10.0.0.10';
  return /Name$/.test(attribute) ? placed.name : `${placed.name}-${attribute.toLowerCase()}`;
}

function identifier(schema: TypeSchema, part: string, placed: Placed): string {
  const { name, properties, place } = placed;
  const given = properties[part];
  if (typeof given === 'string' || typeof given === 'number') return text(given);
  if (/Arn$/.test(part)) return arnOf(schema, placed);
  if (/Ur[il]$/.test(part)) return urlOf(schema.type, placed);
  const code = coder(`${place.accountId}/${place.region}/${name}`);
  return /Id$/.test(part) ? ID_FORMATS[schema.type]?.(code, place) ?? name : name;
}
