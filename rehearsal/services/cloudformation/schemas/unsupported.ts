import { schemas, type Properties, type PropertySchema } from './table';
import { isFields, list, type Fields } from '../values';

/** Returns the first property, also of a nested object, that the type does not have. */
export function unsupportedProperty(type: string, properties: Fields): string | undefined {
  const schema = schemas.find(type);
  return schema && firstUnknown(schema.properties, properties);
}

function firstUnknown(known: Properties, given: Fields): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const schema = known.get(name);
    if (schema === undefined) return name;
    const nested = unknownIn(schema, value);
    if (nested !== undefined) return nested;
  }
  return undefined;
}

function unknownIn({ objects }: PropertySchema, value: unknown): string | undefined {
  if (objects === undefined) return undefined;
  const { containers, properties } = objects;
  const contents = containers.reduce<readonly unknown[]>(
    (values, container) => values.flatMap(part => container === 'list' ? list(part) : valuesOf(part)),
    [value],
  );
  for (const content of contents.filter(isFields)) {
    const found = firstUnknown(properties(), content);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valuesOf(part: unknown): readonly unknown[] {
  return isFields(part) ? Object.values(part) : [];
}
