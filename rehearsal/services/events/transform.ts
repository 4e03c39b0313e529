import { isRecord } from '../../core/protocol/json';

export interface InputTransformer {
  readonly InputPathsMap?: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

/** Transforms an event for a target. */
export function transformed(event: Record<string, unknown>, transformer: InputTransformer): unknown {
  const values = Object.entries(transformer.InputPathsMap ?? {}).map(
    ([name, path]) => [name, valueAt(event, path)] as const,
  );
  const filled = values.reduce((template, [name, value]) => fill(template, name, value), transformer.InputTemplate);
  try {
    return JSON.parse(filled);
  } catch {
    return filled;
  }
}

/** Within quotes `<name>` becomes text; elsewhere it becomes JSON including quotes. */
function fill(template: string, name: string, value: unknown): string {
  const json = JSON.stringify(value) ?? '""';
  const text = typeof value === 'string' ? json.slice(1, -1) : json;
  const [first, ...rest] = template.split(`<${name}>`);
  return rest.reduce((filled, part) => `${filled}${isWithinText(filled) ? text : json}${part}`, first);
}

function isWithinText(template: string): boolean {
  return (template.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;
}

export function valueAt(event: Record<string, unknown>, path: string): unknown {
  const names = path.replace(/^\$\.?/, '').split('.').filter(name => name !== '');
  return names.reduce<unknown>((value, name) => isRecord(value) ? value[name] : undefined, event);
}
