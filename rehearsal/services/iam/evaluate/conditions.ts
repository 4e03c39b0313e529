import { inNetwork } from './network';
import { matchesArn, matchesText, plainText, withVariables } from './pattern';
import { valuesOf } from './request';
import type { ConditionContext } from '../../../core/policy-document';

/** Operator, key and expected values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

type Test = (actual: string, expected: string) => boolean;

const number = (compare: (actual: number, expected: number) => boolean): Test => (actual, expected) => {
  const [one, other] = [Number(actual), Number(expected)];
  return actual.trim() !== '' && expected.trim() !== '' && compare(one, other);
};
const date =
  (compare: (actual: number, expected: number) => boolean): Test =>
    (actual, expected) =>
      compare(time(actual), time(expected));

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, expected) => actual === plainText(expected),
  StringEqualsIgnoreCase: (actual, expected) => actual.toLowerCase() === plainText(expected).toLowerCase(),
  StringLike: (actual, expected) => matchesText(expected, actual),
  NumericEquals: number((actual, expected) => actual === expected),
  NumericLessThan: number((actual, expected) => actual < expected),
  NumericLessThanEquals: number((actual, expected) => actual <= expected),
  NumericGreaterThan: number((actual, expected) => actual > expected),
  NumericGreaterThanEquals: number((actual, expected) => actual >= expected),
  DateEquals: date((actual, expected) => actual === expected),
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  BinaryEquals: (actual, expected) => actual === expected,
  IpAddress: inNetwork,
  ArnEquals: (actual, expected) => matchesArn(expected, actual),
  ArnLike: (actual, expected) => matchesArn(expected, actual),
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** Whether all conditions of a statement are met: every operator and key, and one of the key's values. */
export function conditionsHold(conditions: Conditions, context: ConditionContext, hasVariables = true): boolean {
  return Object.entries(conditions).every(([operator, keys]) => Object.entries(keys).every(([key, expected]) => {
    const values = typeof expected === 'string' ? [expected] : expected;
    return holds(
      knownOperator(operator),
      valuesOf(context, key),
      values.map(value => (hasVariables ? withVariables(value, context) : value)),
    );
  }));
}

export function isOperator(written: string): boolean {
  return isKnown(operatorOf(written));
}

interface Operator {
  readonly set?: 'ForAllValues' | 'ForAnyValue';
  readonly name: string;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
}

function operatorOf(written: string): Operator {
  const [, set, name = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const negated = Object.hasOwn(NEGATED, name) ? NEGATED[name] : undefined;
  return {
    set: set === 'ForAnyValue' || set === 'ForAllValues' ? set : undefined,
    name: negated ?? name,
    isNegated: negated !== undefined,
    ifExists: ifExists !== undefined,
  };
}

function knownOperator(written: string): Operator {
  const operator = operatorOf(written);
  if (!isKnown(operator)) throw new Error(`unknown condition operator '${written}'`);
  return operator;
}

function isKnown({ name }: Operator): boolean {
  return name === 'Null' || Object.hasOwn(TESTS, name);
}

/** @param expected undefined if a variable has no value */
function holds(
  operator: Operator,
  actual: readonly string[] | undefined,
  expected: readonly (string | undefined)[],
): boolean {
  const { set, name, isNegated, ifExists } = operator;
  if (name === 'Null') {
    return expected.some(value => value?.toLowerCase() === String(actual === undefined || actual.length === 0));
  }
  // nothing is equal or unequal to a variable without a value
  const test = (value: string): boolean =>
    isNegated
      ? expected.every(candidate => candidate !== undefined && !TESTS[name](value, candidate))
      : expected.some(candidate => candidate !== undefined && TESTS[name](value, candidate));
  if (set === 'ForAllValues') return (actual ?? []).every(test);
  if (actual === undefined) return ifExists || (isNegated && set === undefined);
  if (set === 'ForAnyValue') return actual.some(test);
  return actual.length === 1 && test(actual[0]);
}

/** Seconds since 1970, or a date of ISO 8601. */
function time(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
