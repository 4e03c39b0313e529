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
  return valuesOf(actual).some(value => typeof value === 'string' && textFits(kind, expected, value));
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
