import * as v from 'valibot';

/** How the values of markers are written. */
export const MarkersConfig = v.object({
  jsonEscape: v.optional(v.string(), 'false'),
  markerEncodings: v.optional(v.record(v.string(), v.string()), {}),
});
type MarkersConfig = v.InferOutput<typeof MarkersConfig>;

const PLAIN_YAML = /^[A-Za-z][A-Za-z0-9._-]*$/;
const YAML_RESERVED = new Set(['y', 'n', 'yes', 'no', 'true', 'false', 'on', 'off', 'null']);

/** Replaces the markers in a file by the values that CloudFormation has resolved. */
export function replaceMarkers(
  content: Buffer, markers: Readonly<Record<string, unknown>>, config: MarkersConfig | undefined,
): Buffer {
  let text = content.toString('latin1');
  for (const [name, value] of Object.entries(markers)) {
    const written = encoded(name, value, config ?? { jsonEscape: 'false', markerEncodings: {} });
    text = text.replaceAll(latin1(name), () => latin1(written));
  }
  return Buffer.from(text, 'latin1');
}

/** The bytes of a text in UTF-8, one character each. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function encoded(name: string, value: unknown, { jsonEscape, markerEncodings }: MarkersConfig): string {
  const usual = jsonEscape.toLowerCase() === 'true' ? 'UNQUOTED_JSON_VALUE' : 'LITERAL';
  const encoding = markerEncodings[name] ?? usual;
  switch (encoding) {
    case 'LITERAL':
      return textOf(name, value, encoding);
    case 'UNQUOTED_JSON_VALUE':
      return JSON.stringify(value).replace(/^"([\s\S]*)"$/, '$1');
    case 'JSON_VALUE':
      return JSON.stringify(value);
    case 'YAML_STRING': {
      const text = textOf(name, value, encoding);
      return PLAIN_YAML.test(text) && !YAML_RESERVED.has(text.toLowerCase()) ? text : JSON.stringify(text);
    }
    default:
      throw new Error(`Unknown marker encoding: ${encoding}`);
  }
}

function textOf(name: string, value: unknown, encoding: string): string {
  if (typeof value === 'string') return value;
  const type = Array.isArray(value) ? 'list' : 'dict';
  throw new Error(`Expected a string for ${encoding} encoding for marker ${name}, got ${type}`);
}
