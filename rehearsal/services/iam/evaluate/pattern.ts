import { valuesOf } from './request';
import type { ConditionContext } from '../../../core/policy-document';

const ESCAPED = /[.+^${}()|[\]\\*?]/g;
const VARIABLE = /\$\{([^}]*)\}/g;
const compiled = new Map<string, RegExp>();

/** What `*` stands for: in an ARN, text of the same part; at the end of a part it reaches beyond. */
type Star = (isEndOfPart: boolean) => string;

const anything: Star = () => '.*';
const withinPart: Star = isEndOfPart => isEndOfPart ? '.*' : '[^:]*';

/** Fits an action that any of the patterns names: actions know no case; `*` stands for any text and `?` for one character. */
export function anyAction(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.map(pattern => sourceOf(pattern, anything)).join('|')})$`, 'is');
}

export function matchesText(pattern: string, text: string): boolean {
  return regular(pattern, anything).test(text);
}

/** The resource of a statement. */
export function matchesResource(pattern: string, resource: string): boolean {
  return regular(pattern, withinPart).test(resource);
}

/** ArnEquals and ArnLike: each of the six parts for itself. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, actual] = [arnParts(pattern), arnParts(arn)];
  return wanted.length === 6 && actual.length === 6 && wanted.every((part, index) => matchesText(part, actual[index]));
}

/** Puts the values of a request in the place of `${aws:username}`; undefined when the request has no such value, so that nothing can match. */
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

/** Takes the marks of `withVariables` away where text is compared as it is. */
export function plainText(text: string): string {
  return text.replace(/[\uE000-\uE002]/g, mark => MARKED[mark.charCodeAt(0) - FIRST_MARK]);
}

/** What a variable brings in is never a wildcard: the characters are marked until they are compared. */
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

/** Colons in the last part of an ARN are text like any other. */
function startOfLastPart(pattern: string): number {
  const parts = arnParts(pattern);
  return parts.length === 6 ? pattern.length - parts[5].length : pattern.length;
}
