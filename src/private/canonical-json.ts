/**
 * Returns a value as JSON whose text does not depend on the order of properties: maps have none in some languages, and
 * an app in Go passes them in another order at each run.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isMap(part) ? sortedByKey(part) : part));
}

/** Returns the entries of a map, sorted by key. */
export function sortedEntries<Value>(map: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1));
}

function sortedByKey(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(sortedEntries(map));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
