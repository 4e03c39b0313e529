import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { UsageError } from '../usage-error';

/**
 * Returns the stacks that patterns select, as `cdk deploy` does: names or paths of stacks, in which `*` matches a
 * part of a path and `**` any path. The stacks on which they depend are added, unless only the named ones are
 * wanted. Without patterns, all stacks are selected.
 *
 * @throws UsageError for a pattern that selects no stack
 */
export function selectStacks(
  stacks: readonly AssemblyStack[], patterns: readonly string[], isExclusive = false,
): AssemblyStack[] {
  if (patterns.length === 0) return [...stacks];
  const found = new Set(patterns.flatMap(pattern => matching(stacks, pattern)));
  if (!isExclusive) {
    // a set also iterates over what is added meanwhile
    for (const { dependsOn } of found) {
      stacks.filter(({ displayName }) => dependsOn.includes(displayName)).forEach(stack => found.add(stack));
    }
  }
  return stacks.filter(stack => found.has(stack));
}

function matching(stacks: readonly AssemblyStack[], pattern: string): AssemblyStack[] {
  const expression = new RegExp(`^${pattern.split(/(\*+)/).map(sourceOf).join('')}$`);
  const found = stacks.filter(({ name, displayName }) => pattern === name || expression.test(displayName));
  if (found.length > 0) return found;
  const known = stacks.map(({ displayName }) => `'${displayName}'`).join(', ') || 'none';
  throw new UsageError(`no stack of the app matches '${pattern}': the stacks are ${known}`);
}

function sourceOf(part: string): string {
  if (part === '*') return '[^/]*';
  return part.startsWith('**') ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
