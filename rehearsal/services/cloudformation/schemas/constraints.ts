import table from './constraints.json';
import { partsAt } from './nested';
import { requiredKey } from './required';
import { isFields, type Fields } from '../values';

/** What the schema of a type says about the value of a property. */
interface Constraint {
  /** Names of properties that an object must have. */
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Constraints of simulated types by path, in which `*` matches the entries of a list or map, from the schemas in the
 * registry of CloudFormation. `tools/property-constraints.mjs` writes them, and says which are omitted.
 *
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = table.types;

/**
 * Returns the violations of the constraints of a type, as CloudFormation describes them.
 *
 * @param isGuessed whether the rehearsal made the value up, so that on AWS it is another one
 */
export function violationsOf(type: string, properties: Fields, isGuessed: (value: string) => boolean): string[] {
  return Object.entries(CONSTRAINTS[type] ?? {}).flatMap(([path, constraint]) => (
    partsAt(path, properties).flatMap(({ at, value }) => {
      if (isFields(value)) return missingIn(value, constraint).map(name => requiredKey({ at, name }));
      const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
      if (!isScalar || /\{\{resolve:/.test(String(value))) return [];
      const violation = violationOf(constraint, String(value));
      return violation === undefined || isGuessed(String(value)) ? [] : [`${at}: ${violation}`];
    })
  ));
}

function missingIn(value: Fields, { required = [] }: Constraint): readonly string[] {
  return required.filter(name => value[name] === undefined);
}

function violationOf(constraint: Constraint, value: string): string | undefined {
  const { pattern, minLength, maxLength, enum: values, minimum, maximum } = constraint;
  if (maxLength !== undefined && value.length > maxLength) {
    return `expected maxLength: ${maxLength}, actual: ${value.length}`;
  }
  if (minLength !== undefined && value.length < minLength) {
    return `expected minLength: ${minLength}, actual: ${value.length}`;
  }
  const failed = pattern !== undefined && !regularExpression(pattern).test(value) ? 'pattern'
    : values !== undefined && !values.map(String).includes(value) ? 'enum'
      : minimum !== undefined && Number(value) < minimum ? 'minimum'
        : maximum !== undefined && Number(value) > maximum ? 'maximum' : undefined;
  return failed === undefined ? undefined : `failed validation constraint for keyword [${failed}]`;
}

/** Classes of characters such as `\p{L}` need the flag `u`, with which other patterns cannot be read. */
function regularExpression(pattern: string): RegExp {
  return new RegExp(pattern, /\\p\{/i.test(pattern) ? 'u' : '');
}
