import { valuesOf } from './request';
import type { ConditionContext } from '../../../core/policy-document';

const ESCAPED = /[.+^${}()|[\]\\*?]/g;
const VARIABLE = /\$\{([^}]*)\}/g;
const compiled = new Map<string, RegExp>();

/** What `*` matches: in an ARN, text within one part; at the end of a part also further parts. */
type Star = (isEndOfPart: boolean) => string;

const anything: Star = () => '.*';
const withinPart: Star = isEndOfPart => isEndOfPart ? '.*' : '[^:]*';

/** Matches actions by patterns, ignoring case; `*` matches any text and `?` one character. */
export function anyAction(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.map(pattern => sourceOf(pattern, anything)).join('|')})$`, 'is');
}

export function matchesText(pattern: string, text: string): boolean {
  return regular(pattern, anything).test(text);
}

/** Matches the resource of a statement. */
export function matchesResource(pattern: string, resource: string): boolean {
  return regular(pattern, withinPart).test(resource);
}

/** ArnEquals and ArnLike: compares each of the six parts. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, actual] = [arnParts(pattern), arnParts(arn)];
  return wanted.length === 6 && actual.length === 6 && wanted.every((part, index) => matchesText(part, actual[index]));
}

/**
 * Replaces variables such as `${aws:username}`; undefined if the request has no such value, so that nothing matches.
 */
export function withVariables(text: string, context: ConditionContext): string | undefined {
  let isComplete = true;
  const filled = text.replace(VARIABLE, (_whole, inner: string) => {
    if (['*', '?', '$'].includes(inner)) return literal(inner);
    const [, key, fallback] = /^\s*([^,\s]+)\s*(?:,\s*'(.*)')?\s*$/.exec(inner) ?? [];
    const values = key === undefined ? [] : valuesOf(context, key) ?? [];
    const value = values.length === 1 ? values[0] : fallback;
    if (value === undefined) isComplete = false;
    return literal(value ?? '');
  });
  return isComplete ? filled : undefined;
}

/** Removes the marks of `withVariables` for exact comparison. */
export function plainText(text: string): string {
  return text.replace(/[\uE000-\uE002]/g, mark => MARKED[mark.charCodeAt(0) - FIRST_MARK]);
}

/** Marks wildcard characters in the value of a variable, which are literal. */
const MARKED = ['*', '?', '$'];
const FIRST_MARK = 0xE000;

function literal(value: string): string {
  return value.replace(/[*?$]/g, character => String.fromCharCode(FIRST_MARK + MARKED.indexOf(character)));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function regular(pattern: string, star: Star): RegExp {
  const key = `${star === anything ? '' : ':'}/${pattern}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = new RegExp(`^${sourceOf(pattern, star)}$`, 's');
  compiled.set(key, made);
  return made;
}

function sourceOf(pattern: string, star: Star): string {
  const lastPart = star === anything ? 0 : startOfLastPart(pattern);
  const source = pattern.replace(ESCAPED, (character, index: number) => {
    if (character === '?') return '.';
    if (character !== '*') return `\\${character}`;
    return index >= lastPart ? '.*' : star([':', undefined].includes(pattern[index + 1]));
  });
  return plainEscaped(source);
}

function plainEscaped(source: string): string {
  return source.replace(/[\uE000-\uE002]/g, mark => `\\${plainText(mark)}`);
}

/** Splits an ARN; colons in the last part are literal. */
function startOfLastPart(pattern: string): number {
  const parts = arnParts(pattern);
  return parts.length === 6 ? pattern.length - parts[5].length : pattern.length;
}
