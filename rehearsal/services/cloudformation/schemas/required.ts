import { objectsIn } from './nested';
import { schemas, type Properties } from './table';
import type { Fields } from '../values';

/** A required property that a resource, or an object in it, does not have. */
export interface MissingProperty {
  /** A JSON pointer to the object, for example `#/KeySchema/0`. */
  readonly at: string;
  readonly name: string;
}

/** Returns the required properties that a resource does not have: its own, and those of the objects in it. */
export function missingProperties(type: string, properties: Fields): readonly MissingProperty[] {
  return missingIn(schemas.find(type)?.properties ?? new Map(), properties, '#');
}

function missingIn(known: Properties, given: Fields, at: string): MissingProperty[] {
  const own = [...known].filter(([name, { isRequired }]) => isRequired && given[name] === undefined)
    .map(([name]) => ({ at, name }));
  const nested = [...known].flatMap(([name, schema]) => objectsIn(schema, { at: `${at}/${name}`, value: given[name] }));
  return [...own, ...nested.flatMap(object => missingIn(object.known, object.given, object.at))];
}

/** Describes a missing property as CloudFormation does. */
export function requiredKey({ at, name }: MissingProperty): string {
  return `${at}: required key [${name}] not found`;
}
