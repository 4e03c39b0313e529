import { attributesIn } from './references';
import { isFields, list, single, text, type Fields } from './values';
import { blocksOf, formatCidr, parseCidr } from '../../core/cidr';
import { AwsError } from '../../core/service';
import { zonesOf } from '../../core/zones';

/** Arguments of `Fn::GetStackOutput`. */
export interface OutputReference {
  readonly stackName: string;
  readonly outputName: string;
  /** @default - region of the reading stack */
  readonly region?: string;
  /** Role that reads the stack in another account. @default - role of the reading stack */
  readonly roleArn?: string;
}

/** What intrinsic functions can refer to. */
export interface Scope {
  readonly mappings: Fields;
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  condition(name: string): boolean;
  importValue(name: string): unknown;
  stackOutput(reference: OutputReference): string;
  dynamicReference(service: string, key: string): string;
  /** Returns the type of a placeholder; undefined for simulated resources. */
  guessedType(logicalId: string): string | undefined;
}

/** Marks `AWS::NoValue` until the property is removed. */
const NOTHING = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** Resolves all intrinsic functions and removes properties of `AWS::NoValue`. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = evaluate(value, scope);
  return resolved === NOTHING ? undefined : resolved;
}

export function resolveCondition(value: unknown, scope: Scope): boolean {
  const [name, argument] = single(value) ?? [];
  if (name === 'Condition') return scope.condition(text(argument));
  const result = evaluate(value, scope);
  return result === true || result === 'true';
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'Ref': (argument, scope) => argument === 'AWS::NoValue' ? NOTHING : scope.ref(text(argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [first, second] = list(argument);
    if (second !== undefined) return scope.attribute(text(first), text(evaluate(second, scope)));
    const [logicalId, ...name] = text(first).split('.');
    return scope.attribute(logicalId, name.join('.'));
  },
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [delimiter, parts] = list(argument);
    return dynamic(list(evaluate(parts, scope)).map(text).join(text(delimiter)), scope);
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(evaluate(argument, scope));
    const chosen = list(values)[Number(index)];
    if (chosen === undefined) {
      throw templateError(
        `Fn::Select cannot select nonexistent value at index ${text(index)}${guessed(argument, scope)}`,
      );
    }
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, whole] = list(evaluate(argument, scope));
    return text(whole).split(text(delimiter));
  },
  'Fn::If': (argument, scope) => {
    const [condition, positive, negative] = list(argument);
    return evaluate(scope.condition(text(condition)) ? positive : negative, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(evaluate(argument, scope));
    return text(left) === text(right);
  },
  'Fn::And': (argument, scope) => list(argument).every(part => resolveCondition(part, scope)),
  'Fn::Or': (argument, scope) => list(argument).some(part => resolveCondition(part, scope)),
  'Fn::Not': (argument, scope) => !resolveCondition(list(argument)[0], scope),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, scope) => Buffer.from(text(evaluate(argument, scope))).toString('base64'),
  'Fn::GetAZs': (argument, scope) => {
    const region = text(evaluate(argument, scope)) || text(scope.ref('AWS::Region'));
    return zonesOf(region);
  },
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits = 8] = list(evaluate(argument, scope));
    return subBlocks(text(block), Number(count), 32 - Number(bits));
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(text(evaluate(argument, scope))),
  'Fn::GetStackOutput': (argument, scope) => scope.stackOutput(outputReference(evaluate(argument, scope))),
  'Fn::Length': (argument, scope) => list(evaluate(argument, scope)).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluate(argument, scope)),
};

function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return dynamic(value, scope);
  if (Array.isArray(value)) return value.map(part => evaluate(part, scope)).filter(part => part !== NOTHING);
  if (!isFields(value)) return value;
  const [name, argument] = single(value) ?? [];
  if (name !== undefined && name in INTRINSICS) return INTRINSICS[name](argument, scope);
  if (name?.startsWith('Fn::') && !name.startsWith('Fn::ForEach')) {
    throw templateError(`the rehearsal does not support the function ${name}`);
  }
  const parts = Object.entries(value).map(([key, part]): [string, unknown] => [key, evaluate(part, scope)]);
  return Object.fromEntries(parts.filter(([, part]) => part !== NOTHING));
}

function substitute(argument: unknown, scope: Scope): string {
  const [pattern, given] = list(argument);
  const variables = isFields(given) ? given : {};
  const whole = text(pattern).replace(/\$\{([^}]+)\}/g, (_match, raw: string) => {
    if (raw.startsWith('!')) return `\${${raw.slice(1)}}`;
    const name = raw.trim();
    if (name in variables) return text(evaluate(variables[name], scope));
    const dot = name.indexOf('.');
    return text(dot < 0 ? scope.ref(name) : scope.attribute(name.slice(0, dot), name.slice(dot + 1)));
  });
  return dynamic(whole, scope);
}

function outputReference(argument: unknown): OutputReference {
  const {
    StackName: stackName,
    OutputName: outputName,
    Region: region,
    RoleArn: roleArn,
  } = isFields(argument) ? argument : {};
  if (stackName === undefined || outputName === undefined) {
    throw templateError('Fn::GetStackOutput needs StackName and OutputName');
  }
  return {
    stackName: text(stackName),
    outputName: text(outputName),
    ...region !== undefined && { region: text(region) },
    ...roleArn !== undefined && { roleArn: text(roleArn) },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html */
function subBlocks(block: string, count: number, length: number): readonly string[] {
  const parsed = parseCidr(block);
  const blocks = parsed === undefined ? [] : blocksOf(parsed, count, length);
  if (blocks.length > 0 && blocks.length === count) return blocks.map(formatCidr);
  throw templateError(`Fn::Cidr cannot split ${block} into ${count} blocks with a prefix of ${length}`);
}

function findInMap(argument: unknown, scope: Scope): unknown {
  const [map, top, second, options] = list(evaluate(argument, scope));
  const rows = scope.mappings[text(map)];
  const row = isFields(rows) ? rows[text(top)] : undefined;
  if (isFields(row) && text(second) in row) return row[text(second)];
  if (isFields(options) && 'DefaultValue' in options) return options.DefaultValue;
  throw templateError(`Unable to get mapping for ${text(map)}::${text(top)}::${text(second)}`);
}

/** Returns a hint about attributes that are only guessed. */
function guessed(value: unknown, scope: Scope): string {
  return attributesIn(value).flatMap(([logicalId, name]) => {
    const type = scope.guessedType(logicalId);
    return type === undefined
      ? []
      : [`; the rehearsal only guesses the attribute '${name}' of '${logicalId}' (${type})`];
  }).join('');
}

function dynamic(value: string, scope: Scope): string {
  return value.replace(/\{\{resolve:([a-z-]+):([^}]+)\}\}/g, (_whole, service: string, key: string) =>
    scope.dynamicReference(service, key),
  );
}

function templateError(message: string): AwsError {
  return new AwsError('ValidationError', `Template error: ${message}`);
}
