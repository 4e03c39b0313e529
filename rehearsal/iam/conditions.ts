import { AwsError } from '../service';
import { glob } from './glob';

/** What is known about a request, by condition key; IAM ignores the case of keys. */
export type ConditionContext = Readonly<Record<string, string | undefined>>;

/** Operator, key, and the value or values it is compared with. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

type Test = (actual: string, expected: string) => boolean;

const equals: Test = (actual, expected) => actual === expected;
const equalsIgnoringCase: Test = (actual, expected) => actual.toLowerCase() === expected.toLowerCase();
const like: Test = (actual, expected) => glob(expected).test(actual);

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoringCase,
};

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** Whether all conditions of a statement hold: every operator, every key, any of a key's values. */
export function conditionsHold(conditions: Conditions, context: ConditionContext): boolean {
  const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, known.get(key.toLowerCase()), typeof expected === 'string' ? [expected] : expected)));
}

function holds(written: string, actual: string | undefined, expected: readonly string[]): boolean {
  const [, operator, ifExists] = /^(?:ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  if (operator === 'Null') return expected.includes(String(actual === undefined));
  const negated = NEGATED[operator];
  const test = TESTS[negated ?? operator];
  if (test === undefined) throw new AwsError('MalformedPolicyDocument', `the rehearsal does not know the condition operator ${written}`);
  if (actual === undefined) return ifExists !== undefined || negated !== undefined;
  return expected.some(value => test(actual, value)) !== (negated !== undefined);
}
