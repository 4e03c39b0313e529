import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { UsageError } from '../usage-error';

const ORGANIZATION_CONDITION = /aws:(?:Principal|Resource)OrgID\\?"\s*:\s*(\[[^\]]*\]|\\?"[^"]*")/gi;

/**
 * Returns the id of the simulated organization: the given one, otherwise the one that the policies of the app name.
 *
 * @throws UsageError if the policies name several organizations and no id is given
 */
export function organizationIdOf(
  stacks: readonly AssemblyStack[], given: string | undefined, warn: (message: string) => void,
): string | undefined {
  const ids = organizationIdsIn(stacks);
  if (given === undefined && ids.length > 1) {
    throw new UsageError(
      `the policies of the app name ${ids.length} organizations, ${ids.join(' and ')}: `
      + 'choose one with --organization-id',
    );
  }
  if (given !== undefined && ids.length > 0 && !ids.includes(given)) {
    const named = ids.map(id => `'${id}'`).join(' and ');
    warn(`--organization-id is '${given}', but the policies of the app allow only ${named}: they will deny access`);
  }
  return given ?? ids[0];
}

/** Returns the ids of organizations in conditions of policies. */
export function organizationIdsIn(stacks: readonly AssemblyStack[]): string[] {
  const conditions = stacks.flatMap(
    ({ template }) => [...template.matchAll(ORGANIZATION_CONDITION)].map(([, value]) => value),
  );
  return [...new Set(conditions.flatMap(value => value.match(/\bo-[a-z0-9]{10,32}\b/g) ?? []))];
}
