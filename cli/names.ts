import { UsageError } from './usage-error';
import type { AssemblyStack } from '../rehearsal/assembly/manifest';

const ORGANIZATION_CONDITION = /aws:(?:Principal|Resource)OrgID\\?"\s*:\s*(\[[^\]]*\]|\\?"[^"]*")/gi;

/** The organization that the policies of an app ask for. */
export function organizationIdOf(stacks: readonly AssemblyStack[], given: string | undefined, warn: (words: string) => void): string | undefined {
  const conditions = stacks.flatMap(({ template }) => [...template.matchAll(ORGANIZATION_CONDITION)].map(([, value]) => value));
  const ids = [...new Set(conditions.flatMap(value => value.match(/\bo-[a-z0-9]{10,32}\b/g) ?? []))];
  if (given === undefined && ids.length > 1) {
    throw new UsageError(`the app names ${ids.length} organizations, ${ids.join(' and ')}, and the simulated one has one id: choose it with --organization-id`);
  }
  if (given !== undefined && ids.length > 0 && !ids.includes(given)) {
    warn(`--organization-id is '${given}', but the policies of the app ask for ${ids.map(id => `'${id}'`).join(' and ')}: they will deny what they should allow`);
  }
  return given ?? ids[0];
}

/** Where the repositories that were given and those that the app names differ. */
export function repositoryHints(stacks: readonly AssemblyStack[], given: readonly string[]): string[] {
  const templates = stacks.map(({ template }) => template);
  const named = new Set(templates.flatMap(template => [...template.matchAll(/:codecommit:[a-z0-9-]+:\d{12}:([\w.-]+)/g)].map(([, name]) => name)));
  const unused = given.filter(name => !templates.some(template => new RegExp(`[":/]${name.replaceAll('.', '\\.')}["/\\\\]`).test(template)));
  const missing = [...named].filter(name => !given.includes(name));
  return [
    ...unused.map(name => `no stack of the app uses the repository '${name}' that --repository gives${named.size > 0 ? `: it names '${[...named].join("', '")}'` : ''}`),
    ...missing.map(name => `the app uses the repository '${name}', which was not given: --repository ${name}=<path>`),
  ];
}

/** For units that are on AWS and not in the rehearsal, the option that puts them there. */
export function unitHints(reasons: readonly string[]): string[] {
  const units = reasons.flatMap(reason => [...reason.matchAll(/organizational unit '([^']+)' does not exist/g)].map(([, unit]) => unit));
  const ids = units.filter(unit => /^(r|ou)-/.test(unit));
  const paths = new Set(units.filter(unit => !ids.includes(unit)));
  const isUnknown = ids.length > 0 || reasons.some(reason => /You specified (a destination )?parent that doesn't exist/.test(reason));
  return [
    ...[...paths].map(unit => `if AWS has the unit '${unit}', let the rehearsal have it, too: --organizational-unit ${/[^\w./-]/.test(unit) ? `'${unit}'` : unit}`),
    ...isUnknown ? ['roots and units have other ids here than on AWS: name a unit by its path, and let it be there with --organizational-unit <path>'] : [],
  ];
}
