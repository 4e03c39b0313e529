import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const database = loadAwsServiceSpecSync();

/** A property in the data behind `cdk diff`. */
type Spec = ReturnType<typeof specsOf>[string];
type SpecType = Spec['type'];

/** Returns the properties of a type. */
export function specsOf(type: string) {
  const [resource] = database.lookup('resource', 'cloudFormationType', 'equals', type);
  if (resource === undefined) throw new Error(`the data does not have the type ${type}`);
  return resource.properties;
}

/** A value of a property, and what is in it besides the required properties. */
export interface Sample {
  readonly path: string;
  readonly value: unknown;
}

/**
 * Returns values of the type of a property: in each form that it has, and for each other property of its objects one
 * that has it. `given`: a valid value, from which those of objects are made.
 */
export function samplesOf(name: string, { type }: Spec, given?: unknown): Sample[] {
  const forms = formsOf(type).map(value => ({ path: name, value }));
  const objects = objectsIn(type);
  if (objects === undefined) return forms;
  const { properties, wrap } = objects;
  const first: unknown = Array.isArray(given) ? given[0] : given;
  const whole = { ...minimalObject(properties), ...(typeof first === 'object' ? first : {}) };
  const rest: unknown[] = Array.isArray(given) ? given.slice(1) : [];
  const others = Object.entries(properties).filter(([key]) => !(key in whole));
  return [
    { path: name, value: given ?? wrap(whole, []) },
    ...others.map(([key, { type: inner }]) => (
      { path: `${name}.${key}`, value: wrap({ ...whole, [key]: minimal(inner) }, rest) }
    )),
  ];
}

interface Objects {
  readonly properties: Record<string, Spec>;
  readonly wrap: (object: object, rest: readonly unknown[]) => unknown;
}

/** The properties of the objects in a value, and what puts an object into such a value. */
function objectsIn(type: SpecType): Objects | undefined {
  if (type.type === 'array' && type.element.type === 'ref') {
    const { properties } = database.get('typeDefinition', type.element.reference.$ref);
    return { properties, wrap: (object, rest) => [object, ...rest] };
  }
  if (type.type !== 'ref') return undefined;
  return { properties: database.get('typeDefinition', type.reference.$ref).properties, wrap: object => object };
}

/** Numbers and booleans of a template can be text, for example those of parameters. */
function formsOf(type: SpecType): unknown[] {
  switch (type.type) {
    case 'boolean': return [false, 'false'];
    case 'number':
    case 'integer': return [1, '1'];
    case 'union': return type.types.flatMap(formsOf);
    default: return [minimal(type)];
  }
}

function minimalObject(properties: Record<string, Spec>): Record<string, unknown> {
  const required = Object.entries(properties).filter(([, property]) => property.required === true);
  return Object.fromEntries(required.map(([name, property]) => [name, minimal(property.type)]));
}

function minimal(type: SpecType): unknown {
  switch (type.type) {
    case 'boolean': return false;
    case 'number':
    case 'integer': return 1;
    case 'json': return {};
    case 'date-time': return '2026-12-01T00:00:00Z';
    case 'tag': return { Key: 'team', Value: 'shop' };
    case 'array': return [minimal(type.element)];
    case 'map': return { key: minimal(type.element) };
    case 'union': return minimal(type.types[0]);
    case 'ref': return minimalObject(database.get('typeDefinition', type.reference.$ref).properties);
    default: return 'sample';
  }
}
