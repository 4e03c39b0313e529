/**
 * Copies an item. `structuredClone` would give the copy the prototypes of another realm where the code runs in one of
 * its own, as in Jest: then it would not be strictly equal to what was written.
 */
export function clone<Value>(value: Value): Value {
  return copyOf(value) as Value;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set || ArrayBuffer.isView(value)) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}
