/** Type guards and conversions for templates, which are untyped data. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the key and value of an object with a single key, the form of intrinsic functions. */
export function single(value: unknown): readonly [name: string, argument: unknown] | undefined {
  if (!isFields(value)) return undefined;
  const entries = Object.entries(value);
  return entries.length === 1 ? entries[0] : undefined;
}

export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

/** Serializes a value independently of the order of its keys. */
export function canonical(value: unknown): string {
  const sorted = (part: Fields): Fields => Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1));
  return JSON.stringify(value, (_key, part: unknown) => isFields(part) ? sorted(part) : part) ?? 'undefined';
}

/** Converts the properties of a custom resource as CloudFormation does: every leaf becomes text. */
export function stringify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stringify);
  if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, stringify(part)]));
  return text(value);
}
