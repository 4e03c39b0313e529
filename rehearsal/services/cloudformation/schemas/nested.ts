import type { Properties, PropertySchema } from './table';
import { isFields, list, type Fields } from '../values';

/** An object in the value of a property. */
interface NestedObject {
  /** A JSON pointer, for example `#/KeySchema/0`. */
  readonly at: string;
  readonly given: Fields;
  readonly known: Properties;
}

/** A part of a value. */
export interface Part {
  /** A JSON pointer. */
  readonly at: string;
  readonly value: unknown;
}

/** Returns the objects in the value of a property; none if their properties are not known. */
export function objectsIn({ objects }: PropertySchema, property: Part): NestedObject[] {
  if (objects === undefined) return [];
  const { containers, properties } = objects;
  const contents = containers.reduce<readonly Part[]>(
    (parts, container) => parts.flatMap(container === 'list' ? items : entries), [property],
  );
  return contents.flatMap(({ at, value }) => isFields(value) ? [{ at, given: value, known: properties() }] : []);
}

/** The items of a list; a single value is a list of one. */
function items({ at, value }: Part): Part[] {
  return list(value).map((item, index) => ({ at: `${at}/${index}`, value: item }));
}

function entries({ at, value }: Part): Part[] {
  return Object.entries(isFields(value) ? value : {}).map(([key, entry]) => ({ at: `${at}/${key}`, value: entry }));
}

/** Returns the values at a path, in which `*` matches the entries of a list or map. */
export function partsAt(path: string, properties: Fields): readonly Part[] {
  return path.split('/').reduce<readonly Part[]>(
    (parts, step) => parts.flatMap(part => step === '*' ? inner(part) : child(part, step)),
    [{ at: '#', value: properties }],
  );
}

function inner(part: Part): Part[] {
  return isFields(part.value) ? entries(part) : items(part);
}

function child({ at, value }: Part, name: string): Part[] {
  return isFields(value) && value[name] !== undefined ? [{ at: `${at}/${name}`, value: value[name] }] : [];
}
