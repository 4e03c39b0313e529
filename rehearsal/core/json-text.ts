import * as v from 'valibot';

/** A value of a template that can also be the text of its JSON. Another text stays as it is. */
export const JsonValue = v.pipe(v.unknown(), v.transform(fromText));

function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
