import { isRecord } from '../../core/protocol/json';
import { AwsError } from '../../core/service';

/** Whether an event matches an EventBridge pattern: every member of the pattern must match. */
export function matches(pattern: Record<string, unknown>, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([name, expected]) => {
    if (name === '$or') {
      return (
        Array.isArray(expected) && expected.some(alternative => isRecord(alternative) && matches(alternative, event))
      );
    }
    const actual = event[name];
    if (Array.isArray(expected)) return expected.some(rule => fits(rule, actual));
    if (!isRecord(expected)) throw invalid(`"${name}" must be an object or an array`);
    // of a list of objects, one must match
    if (Array.isArray(actual)) return actual.some(item => isRecord(item) && matches(expected, item));
    return matches(expected, isRecord(actual) ? actual : {});
  });
}

/** A list in an event matches if one of its items matches. */
function fits(rule: unknown, actual: unknown): boolean {
  if (!isRecord(rule)) return valuesOf(actual).includes(rule);
  const [[kind, expected] = ['', undefined]] = Object.entries(rule);
  if (kind === 'exists') return (actual !== undefined) === expected;
  if (actual === undefined) return false;
  if (kind === 'anything-but') {
    return !(Array.isArray(expected) ? expected : [expected]).some(excluded => fits(excluded, actual));
  }
  return valuesOf(actual).some(value => kind === 'numeric'
    ? typeof value === 'number' && numberFits(expected, value)
    : typeof value === 'string' && textFits(kind, expected, value));
}

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '=': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

/** Whether all comparisons of a list like `['>', 0, '<=', 5]` are true. */
function numberFits(comparisons: unknown, actual: number): boolean {
  if (!Array.isArray(comparisons)) throw invalid('"numeric" must be an array');
  return comparisons.every((operator: unknown, index) => {
    if (index % 2 === 1) return true;
    const compare = COMPARISONS[String(operator)];
    if (compare === undefined) throw invalid(`"numeric" does not know the operator ${JSON.stringify(operator)}`);
    return compare(actual, Number(comparisons[index + 1]));
  });
}

function textFits(kind: string, expected: unknown, actual: string): boolean {
  const text = String(expected);
  switch (kind) {
    case 'prefix':
      return actual.startsWith(text);
    case 'suffix':
      return actual.endsWith(text);
    case 'equals-ignore-case':
      return actual.toLowerCase() === text.toLowerCase();
    case 'wildcard':
      return new RegExp(
        `^${text
          .split('*')
          .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ).test(actual);
    default:
      throw invalid(`the rehearsal does not support the filter "${kind}"`);
  }
}

function valuesOf(actual: unknown): readonly unknown[] {
  return Array.isArray(actual) ? actual : [actual];
}

function invalid(why: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`);
}
