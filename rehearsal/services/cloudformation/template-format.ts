import { isFields, type Fields } from './values';
import { AwsError } from '../../core/service';

/** Bytes that AWS documents as 1 MB. */
const LONGEST = 1_000_000;
const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Hooks',
  'Resources',
  'Outputs',
];

type Named = Readonly<Record<'Parameters' | 'Resources' | 'Outputs', Fields>>;

export function checkSize(body: string): void {
  if (Buffer.byteLength(body) > LONGEST) {
    throw new AwsError('ValidationError', `Template may not exceed ${LONGEST} bytes in size.`);
  }
}

export function checkSections(template: Fields): void {
  const unknown = Object.keys(template).filter(name => !SECTIONS.includes(name));
  if (unknown.length > 0) {
    throw new AwsError('ValidationError', `Invalid template property or properties [${unknown.join(', ')}]`);
  }
}

/** Metadata is not checked: it is unknown whether AWS validates it. */
export function checkNulls({ Resources: resources, Mappings }: Fields): void {
  const parts = Object.entries(isFields(resources) ? resources : {}).map(([name, resource]): [string, unknown] => {
    const { Properties, DependsOn } = isFields(resource) ? resource : {};
    return [name, { Properties, DependsOn }];
  });
  const found = pathOfNull({ Resources: Object.fromEntries(parts), Mappings });
  if (found !== undefined) {
    throw new AwsError('ValidationError', `[${found}] 'null' values are not allowed in templates`);
  }
}

function pathOfNull(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value !== 'object') return undefined;
  for (const [key, part] of Object.entries(value)) {
    const rest = pathOfNull(part);
    if (rest !== undefined) return `/${key}${rest}`;
  }
  return undefined;
}

export function checkLimits({ Parameters, Resources, Outputs }: Named): void {
  const [parameters, resources, outputs] = [Parameters, Resources, Outputs].map(part => Object.keys(part).length);
  if (parameters > 200) throw formatError(`Parameter count ${parameters} is greater than max allowed 200`);
  if (resources === 0) throw formatError('At least one Resources member must be defined.');
  if (resources > 500) throw formatError(`Number of resources, ${resources}, is greater than maximum allowed, 500`);
  if (outputs > 200) throw formatError(`Number of outputs, ${outputs}, is greater than maximum allowed, 200`);
}

export function checkNames({ Parameters, Resources, Outputs }: Named): void {
  for (const [kind, part] of Object.entries({ Parameter: Parameters, Resource: Resources, Output: Outputs })) {
    const wrong = Object.keys(part).find(name => !/^[A-Za-z0-9]+$/.test(name));
    if (wrong !== undefined) throw formatError(`${kind} name ${wrong} is non alphanumeric.`);
  }
}

export function formatError(message: string): AwsError {
  return new AwsError('ValidationError', `Template format error: ${message}`);
}
