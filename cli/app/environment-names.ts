import { resourcesOf } from './template';
import { nearName } from '../../lambda/shared/near-name';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { UsageError } from '../usage-error';

/** Returns the names of the branches of environments, or nothing if some are known only after the deployment. */
function environmentNames(stacks: readonly AssemblyStack[]): string[] | undefined {
  const names = stacks.flatMap(stack => resourcesOf(stack, RESOURCE_TYPES.branch))
    .map(({ environmentName }) => environmentName);
  const known = names.filter(name => typeof name === 'string');
  return known.length === names.length ? known : undefined;
}

/**
 * Checks the names of `--approve` as soon as the app is synthesized.
 *
 * @throws UsageError for a name that no environment of the app has
 */
export function checkApprovedNames(names: readonly string[], stacks: readonly AssemblyStack[]): void {
  const known = environmentNames(stacks);
  const problem = known && unknownEnvironments(names, known);
  if (problem !== undefined) throw new UsageError(problem);
}

/** Returns an error if `--approve` names an environment that does not exist. */
export function unknownEnvironments(names: readonly string[], existing: readonly string[]): string | undefined {
  const unknown = names.filter(name => name !== 'all' && !existing.includes(name));
  if (unknown.length === 0) return undefined;
  const known = [...new Set(existing)].sort();
  const meant = unknown.flatMap(name => nearName(name, [...known, 'all']) ?? []);
  return `--approve ${quoted(unknown)}: no environment has this name; `
    + (known.length === 0 ? 'the app has no environments' : `the environments are ${quoted(known)}`)
    + (meant.length === 0 ? '' : `; did you mean ${quoted(meant)}?`);
}

function quoted(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(', ');
}
