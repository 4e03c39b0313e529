import * as v from 'valibot';
import type { Template } from './template';
import { list, text } from './values';
import { AwsError } from '../../core/service';

/** A parameter of a stack request. `previous` keeps the value of the last deployment. */
export type GivenParameters = Readonly<Record<string, string | { readonly previous: true }>>;

export interface Parameter {
  /** The given text, or the name of an SSM parameter. */
  readonly given: string;
  readonly value: string | readonly string[];
  readonly secret: boolean;
}

export type Parameters = Readonly<Record<string, Parameter>>;

type ParameterStore = (name: string) => string | undefined;

const Declaration = v.object({
  Type: v.string(),
  Default: v.optional(v.union([v.string(), v.number(), v.boolean()])),
  AllowedValues: v.optional(v.array(v.union([v.string(), v.number(), v.boolean()]))),
  AllowedPattern: v.optional(v.string()),
  ConstraintDescription: v.optional(v.string()),
  MinLength: v.optional(v.union([v.string(), v.number()])),
  MaxLength: v.optional(v.union([v.string(), v.number()])),
  MinValue: v.optional(v.union([v.string(), v.number()])),
  MaxValue: v.optional(v.union([v.string(), v.number()])),
  NoEcho: v.optional(v.union([v.boolean(), v.string()])),
});
type Declaration = v.InferOutput<typeof Declaration>;

/** Returns the values of the parameters of a template. @throws AwsError for missing, unknown or invalid values */
export function readParameters(
  template: Template,
  given: GivenParameters,
  before: Parameters,
  ssm: ParameterStore,
): Parameters {
  const unknown = Object.keys(given).filter(name => !(name in template.Parameters));
  if (unknown.length > 0) throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const values = Object.entries(template.Parameters).map(
    ([name, declared]): [string, Declaration, string | undefined] => {
      const declaration = v.parse(Declaration, declared);
      return [name, declaration, valueOf(name, declaration, given, before)];
    },
  );
  const missing = values.filter(([, , value]) => value === undefined).map(([name]) => name);
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  return Object.fromEntries(
    values.map(([name, declaration, value]) => [name, check(name, declaration, value ?? '', ssm)]),
  );
}

function valueOf(
  name: string,
  declaration: Declaration,
  given: GivenParameters,
  before: Parameters,
): string | undefined {
  const value = given[name];
  if (typeof value === 'string') return value;
  if (value?.previous) {
    if (before[name] === undefined) {
      throw invalid(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a `
          + 'parameter key not in the previous template',
      );
    }
    return before[name].given;
  }
  return declaration.Default === undefined ? undefined : text(declaration.Default);
}

function check(name: string, declaration: Declaration, given: string, ssm: ParameterStore): Parameter {
  const fail = (rule: string): never => {
    throw invalid(
      declaration.ConstraintDescription
        ? `Parameter ${name} failed to satisfy constraint: ${declaration.ConstraintDescription}`
        : `Parameter '${name}' must ${rule}`,
    );
  };
  const { AllowedValues: allowed, AllowedPattern: pattern, MinLength: shortest, MaxLength: longest } = declaration;
  if (allowed && !allowed.map(text).includes(given)) fail('be one of AllowedValues');
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(given)) fail(`match pattern ${pattern}`);
  if (shortest !== undefined && given.length < Number(shortest)) fail(`contain at least ${shortest} characters`);
  if (longest !== undefined && given.length > Number(longest)) fail(`contain at most ${longest} characters`);
  if (declaration.Type === 'Number') checkNumber(declaration, given, fail);
  return {
    given,
    value: typed(declaration.Type, given, ssm),
    secret: declaration.NoEcho === true || declaration.NoEcho === 'true',
  };
}

function checkNumber(declaration: Declaration, given: string, fail: (rule: string) => never): void {
  if (given.trim() === '' || Number.isNaN(Number(given))) fail('be a number');
  if (declaration.MinValue !== undefined && Number(given) < Number(declaration.MinValue)) {
    fail(`be a number not less than ${declaration.MinValue}`);
  }
  if (declaration.MaxValue !== undefined && Number(given) > Number(declaration.MaxValue)) {
    fail(`be a number not greater than ${declaration.MaxValue}`);
  }
}

function typed(type: string, given: string, ssm: ParameterStore): string | readonly string[] {
  const stored = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type);
  if (stored) {
    const value = ssm(given);
    if (value === undefined) {
      throw invalid(`Unable to fetch parameters [${given}] from parameter store for this account.`);
    }
    return typed(stored[1], value, ssm);
  }
  if (type === 'CommaDelimitedList' || type.startsWith('List<')) {
    return given === '' ? [] : list(given.split(',')).map(part => text(part).trim());
  }
  return given;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
