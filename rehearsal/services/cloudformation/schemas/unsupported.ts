import { objectsIn } from './nested';
import { schemas, type Properties } from './table';
import type { Fields } from '../values';

/** Returns the first property, also of a nested object, that the type does not have. */
export function unsupportedProperty(type: string, properties: Fields): string | undefined {
  const schema = schemas.find(type);
  return schema && firstUnknown(schema.properties, properties);
}

function firstUnknown(properties: Properties, fields: Fields): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const schema = properties.get(name);
    if (schema === undefined) return name;
    for (const { known, given } of objectsIn(schema, { at: name, value })) {
      const found = firstUnknown(known, given);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
