import { repositoryStackOf } from '../../rehearsal/assembly/management';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { NAMES } from '../../src/private/contract';
import { UsageError } from '../usage-error';

const ORGANIZATION_CONDITION = /aws:(?:Principal|Resource)OrgID\\?"\s*:\s*(\[[^\]]*\]|\\?"[^"]*")/gi;

/** The organization that the policies of an app ask for. */
export function organizationIdOf(stacks: readonly AssemblyStack[], given: string | undefined, warn: (words: string) => void): string | undefined {
  const ids = organizationsIn(stacks);
  if (given === undefined && ids.length > 1) {
    throw new UsageError(`the app names ${ids.length} organizations, ${ids.join(' and ')}, and the simulated one has one id: choose it with --organization-id`);
  }
  if (given !== undefined && ids.length > 0 && !ids.includes(given)) {
    warn(`--organization-id is '${given}', but the policies of the app ask for ${quoted(ids)}: they will deny what they should allow`);
  }
  return given ?? ids[0];
}

/** What was denied was so perhaps because of this. A policy may name another organization on purpose, so it is no error by itself. */
export function organizationHints(stacks: readonly AssemblyStack[], given: string | undefined): string[] {
  const ids = organizationsIn(stacks);
  if (given === undefined || ids.length === 0 || ids.includes(given)) return [];
  const way = ids.length === 1 ? `${ids[0]}, or leave it away` : 'with one of them';
  return [`the policies of the app ask for the organization ${quoted(ids)}, and --organization-id says '${given}', so they deny what they should allow: --organization-id ${way}`];
}

function organizationsIn(stacks: readonly AssemblyStack[]): string[] {
  const conditions = stacks.flatMap(({ template }) => [...template.matchAll(ORGANIZATION_CONDITION)].map(([, value]) => value));
  return [...new Set(conditions.flatMap(value => value.match(/\bo-[a-z0-9]{10,32}\b/g) ?? []))];
}

function quoted(ids: readonly string[]): string {
  return ids.map(id => `'${id}'`).join(' and ');
}

/** The stack in whose account and region repositories are, and commands run: that of the CICD account. */
export function cicdStackOf(stacks: readonly AssemblyStack[], managementAccountId: string): AssemblyStack | undefined {
  return stacks.find(isCicd) ?? repositoryStackOf(stacks, managementAccountId);
}

function isCicd({ template }: AssemblyStack): boolean {
  return template.includes(`"${NAMES.accountProviderRole}"`);
}

/** For a repository that an app looks for in another account or region than the one where it was put. */
export function placeHints(
  reasons: readonly string[], given: readonly string[], place: Pick<AssemblyStack, 'accountId' | 'region'> | undefined,
): string[] {
  if (place === undefined) return [];
  const missing = /repository '([^']+)' does not exist in account (\d{12}) in ([a-z0-9-]+)/g;
  const found = reasons.flatMap(reason => [...reason.matchAll(missing)]).filter(([, name]) => given.includes(name));
  const here = `account ${place.accountId}, region ${place.region}`;
  return [...new Set(found.map(([, name, accountId, region]) =>
    `the repository '${name}' of --repository is in ${here}, as the stack of the Organization is. The app looks for it in `
    + `account ${accountId}, region ${region}: put the stack that uses it into ${here}`))];
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

/**
 * That an account belongs to the organization is a guess when nobody has said so, and worth a line; of the CICD account it is not, which every app has.
 */
export function memberWords(stacks: readonly AssemblyStack[], invited: readonly string[]): string | undefined {
  const cicd = stacks.filter(isCicd).map(({ accountId }) => accountId);
  const guessed = invited.filter(accountId => !cicd.includes(accountId));
  if (guessed.length === 0) return undefined;
  const accounts = guessed.map(accountId => {
    const names = stacks.filter(stack => stack.accountId === accountId).map(({ displayName }) => displayName);
    const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
    return `${accountId} (${names.length === 1 ? 'stack' : 'stacks'} ${quoted(names.slice(0, 2))}${more})`;
  });
  return guessed.length === 1
    ? `account ${accounts[0]} is taken for a member of the organization that is bootstrapped; if it is one, --account ${guessed[0]} says so`
    : `accounts ${accounts.join(' and ')} are taken for members of the organization that are bootstrapped; if they are, --account <id> says so`;
}

/** Asking AWS for a higher quota does not help a rehearsal. */
export function limitHints(reasons: readonly string[]): string[] {
  const isReached = reasons.some(reason => /limit of accounts|ACCOUNT_LIMIT_EXCEEDED/.test(reason));
  return isReached ? ['how many accounts the simulated organization may have is up to you: --account-limit <number>'] : [];
}

/** Why a function could not even begin is in its log alone. */
export function logHints(reasons: readonly string[]): string[] {
  const isSilent = reasons.some(reason => /did not receive a response from your Custom Resource/.test(reason));
  return isSilent ? ['what the functions have written, and why one could not be run, is in the file of --log <file>'] : [];
}

/** For accounts that are on AWS and not in the rehearsal, or that have a role only there, the option that puts them there. */
export function accountHints(reasons: readonly string[]): string[] {
  const denied = /account (\d{12}) cannot be entered through its role '([^']+)': (account \d+ is not in the organization|accounts that were invited do not have it)/g;
  const hints = reasons.flatMap(reason => [...reason.matchAll(denied)]).map(([, account, role, cause]) => {
    const what = cause.endsWith('is not in the organization') ? `AWS has account ${account} with the role '${role}'` : `account ${account} has the role '${role}' on AWS`;
    return `if ${what}, let the rehearsal have it, too: --account ${account}=${role}`;
  });
  return [...new Set(hints)];
}
