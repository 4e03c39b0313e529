import { schemas } from './table';
import type { Fields } from '../values';

/** Returns the names of the required properties that a resource does not have, sorted. */
export function missingProperties(type: string, properties: Fields): readonly string[] {
  return [...schemas.find(type)?.properties ?? []]
    .filter(([name, { isRequired }]) => isRequired && properties[name] === undefined)
    .map(([name]) => name);
}
