import table from './constraints.json';
import type { Fields } from '../values';

/** What the schema of a type says about the value of a property. */
interface Constraint {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Constraints of simulated types, from the schemas in the registry of CloudFormation (in the version of cfn-lint
 * 1.58.0). Those that a simulated service checks itself are omitted, and the runtimes of Lambda.
 *
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = table;

/** Returns the violations of the constraints of a type, as CloudFormation describes them. */
export function violationsOf(type: string, properties: Fields): string[] {
  return Object.entries(CONSTRAINTS[type] ?? {}).flatMap(([name, constraint]) => {
    const value = properties[name];
    const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
    if (!isScalar || /\{\{resolve:/.test(String(value))) return [];
    const violation = violationOf(constraint, String(value));
    return violation === undefined ? [] : [`#/${name}: ${violation}`];
  });
}

function violationOf(constraint: Constraint, value: string): string | undefined {
  const { pattern, minLength, maxLength, enum: values, minimum, maximum } = constraint;
  if (maxLength !== undefined && value.length > maxLength) {
    return `expected maxLength: ${maxLength}, actual: ${value.length}`;
  }
  if (minLength !== undefined && value.length < minLength) {
    return `expected minLength: ${minLength}, actual: ${value.length}`;
  }
  const failed = pattern !== undefined && !new RegExp(pattern).test(value) ? 'pattern'
    : values !== undefined && !values.map(String).includes(value) ? 'enum'
      : minimum !== undefined && Number(value) < minimum ? 'minimum'
        : maximum !== undefined && Number(value) > maximum ? 'maximum' : undefined;
  return failed === undefined ? undefined : `failed validation constraint for keyword [${failed}]`;
}
