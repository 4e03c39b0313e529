import { accessRoleHints } from './access-role-hints';
import { typeHints } from './type-hints';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import { isCicdStack } from '../app/cicd-stack';
import { organizationIdsIn } from '../app/organization-id';
import type { FailureReport } from '../report/report';

type Place = Pick<AssemblyStack, 'accountId' | 'region'>;

/** The failures of a rehearsal, and what is needed to explain them. */
interface FailedRehearsal {
  readonly failures: readonly Pick<FailureReport, 'resourceType' | 'reason'>[];
  readonly stacks: readonly AssemblyStack[];
  /** Names of the repositories of `--repository`. */
  readonly repositoryNames: readonly string[];
  /** Where the repositories are. */
  readonly repositoryPlace?: Place;
  /** Value of `--organization-id`. */
  readonly organizationId?: string;
  /** Values of `--organizational-unit`. */
  readonly organizationalUnits: readonly string[];
  /** Value of `--management-account`. */
  readonly managementAccountId?: string;
}

/** Returns hints about options that may avoid the failures. */
export function hintsFor(rehearsal: FailedRehearsal): string[] {
  const { failures, stacks, repositoryNames, repositoryPlace, organizationId } = rehearsal;
  const reasons = failures.map(({ reason }) => reason);
  return [
    ...typeHints(failures),
    ...unitHints(reasons), ...unusedUnitHints(reasons, stacks, rehearsal.organizationalUnits),
    ...accountHints(reasons), ...accessRoleHints(reasons, stacks, rehearsal.managementAccountId),
    ...parameterHints(reasons),
    ...limitHints(reasons), ...creationHints(reasons), ...logHints(reasons),
    ...trustHints(reasons), ...secondOrganizationHints(reasons),
    ...repositoryPlaceHints(reasons, repositoryNames, repositoryPlace),
    ...repositoryHints(stacks, repositoryNames), ...organizationHints(stacks, organizationId),
  ];
}

/** For organizational units that do not exist. The error itself names an existing one that was probably meant. */
export function unitHints(reasons: readonly string[]): string[] {
  const units = matches(reasons, /organizational unit '([^']+)' does not exist/g).map(([, unit]) => unit);
  const ids = units.filter(unit => /^(r|ou)-/.test(unit));
  const paths = new Set(units.filter(unit => !ids.includes(unit)));
  const hasUnknownId = ids.length > 0
    || reasons.some(reason => /You specified (a destination )?parent that doesn't exist/.test(reason));
  return [
    ...[...paths].map(unitHint),
    ...hasUnknownId
      ? ['simulated roots and organizational units have other ids than on AWS: use the path of the unit instead, '
        + 'and add it with --organizational-unit <path>']
      : [],
  ];
}

/** For given units that no stack names, if a unit does not exist. */
export function unusedUnitHints(
  reasons: readonly string[], stacks: readonly AssemblyStack[], given: readonly string[],
): string[] {
  const missing = [...new Set(matches(reasons, /organizational unit '([^']+)' does not exist/g).map(([, unit]) => unit))];
  if (missing.length === 0) return [];
  const unused = given.filter(unit => !stacks.some(({ template }) => (
    template.includes(`"${unit}"`) || template.includes(`"${unit}/`)
  )));
  return unused.map(unit => (
    `the app does not use the organizational unit '${unit}' of --organizational-unit; it uses ${quoted(missing)}`
  ));
}

function unitHint(unit: string): string {
  return `if the organizational unit '${unit}' exists on AWS, add it: `
    + `--organizational-unit ${/[^\w./-]/.test(unit) ? `'${unit}'` : unit}`;
}

/** For accounts that do not exist, or that have no access role. */
export function accountHints(reasons: readonly string[]): string[] {
  const denied = /cannot assume role '([^']+)' of account (\d{12}): (.*)/g;
  const unknown = /^account \d+ is not in the organization/;
  const withoutRole = /^invited accounts do not have it/;
  const causes = matches(reasons, denied).filter(([, , , cause]) => unknown.test(cause) || withoutRole.test(cause));
  const hints = causes.map(([, role, account, cause]) => {
    const condition = unknown.test(cause)
      ? `account ${account} exists on AWS and has the role '${role}'`
      : `account ${account} has the role '${role}' on AWS`;
    return `if ${condition}, add it: --account ${account}=${role}`;
  });
  return [...new Set(hints)];
}

/** For parameters without a value. */
function parameterHints(reasons: readonly string[]): string[] {
  const namesIn = (pattern: RegExp): string[] => matches(reasons, pattern).flatMap(([, names]) => names.split(', '));
  const ssmParameters = [
    ...namesIn(/Unable to fetch parameters \[([^\]]+)\] from parameter store/g),
    ...namesIn(/Parameters: \[ssm:([^\]:]+)[^\]]*\] cannot be found/g),
  ];
  const stackParameters = namesIn(/Parameters: \[([^\]]+)\] must have values/g);
  return [
    ...[...new Set(ssmParameters)].map(
      name => `if Parameter Store has '${name}' on AWS, add it: --ssm-parameter ${name}=<value>`,
    ),
    ...[...new Set(stackParameters)].map(name => `set the stack parameter '${name}': --parameters ${name}=<value>`),
  ];
}

/** For the limit of accounts, which is an option in a rehearsal. */
export function limitHints(reasons: readonly string[]): string[] {
  const isReached = reasons.some(reason => /limit of accounts|ACCOUNT_LIMIT_EXCEEDED/.test(reason));
  return isReached ? ['raise the limit of the simulated organization: --account-limit <number>'] : [];
}

/** For partitions in which AWS creates no accounts. */
export function creationHints(reasons: readonly string[]): string[] {
  const isUnsupported = reasons.some(reason => /This action isn't available in the current AWS Region/.test(reason));
  return isUnsupported
    ? ['AWS creates no accounts in AWS GovCloud (US): create them with CreateGovCloudAccount in the commercial '
      + 'partition, invite them into the organization, and use Account.fromAccountAttributes']
    : [];
}

/** For custom resources without a response: the cause is only in the log of the function. */
export function logHints(reasons: readonly string[]): string[] {
  const isMissing = reasons.some(reason => /did not receive a response from your Custom Resource/.test(reason));
  return isMissing ? ['write the logs of the functions to find the cause: --log <file>'] : [];
}

/** For roles of a bootstrap that trust no other account. */
export function trustHints(reasons: readonly string[]): string[] {
  const denied = /:iam::(\d{12}):role\/\S+ is not authorized to perform AssumeRole on role arn:[^:]+:iam::(\d{12}):role\/cdk-/g;
  const pairs = matches(reasons, denied).filter(([, from, to]) => from !== to);
  return [...new Set(pairs.map(([, from, to]) => (
    `if the bootstrap of account ${to} trusts account ${from} on AWS (cdk bootstrap --trust ${from}), say so: `
    + `--bootstrap ${to}=${from}`
  )))];
}

/** For what an account can have only once. CloudFormation reports the name that exists, and not why. */
export function secondOrganizationHints(reasons: readonly string[]): string[] {
  const exists = (name: string): boolean => reasons.some(reason => reason.includes(`${name} already exists`));
  const isSecond = exists('Role with name org-environments-account-provider') || exists('Event bus org-environments');
  return [
    ...isSecond
      ? ['the account has an Organization already, in another stack or region, and can have only one: import it there '
        + 'with Organization.fromParameterName(), or delete its stack first']
      : [],
    ...exists('Role with name org-environments-access')
      ? ["the management account has the role 'org-environments-access' already, in another stack or region: deploy "
        + "OrganizationAccessRole once, or set its 'roleName'"]
      : [],
  ];
}

/** For a repository that the app expects in another account or region. */
export function repositoryPlaceHints(
  reasons: readonly string[], repositoryNames: readonly string[], place: Place | undefined,
): string[] {
  if (place === undefined) return [];
  const here = `account ${place.accountId}, region ${place.region}`;
  const missing = matches(reasons, /repository '([^']+)' does not exist in account (\d{12}) in ([a-z0-9-]+)/g);
  const hints = missing.filter(([, name]) => repositoryNames.includes(name)).map(([, name, accountId, region]) => (
    `the repository '${name}' of --repository is in ${here}, like the stack of the Organization, but the app expects `
    + `it in account ${accountId}, region ${region}: deploy the stack that uses it into ${here}`
  ));
  return [...new Set(hints)];
}

/** For differences between the given repositories and those in the templates. */
function repositoryHints(stacks: readonly AssemblyStack[], repositoryNames: readonly string[]): string[] {
  const templates = stacks.map(({ template }) => template);
  const used = new Set([
    ...matches(templates, /:codecommit:[a-z0-9-]+:\d{12}:([\w.-]+)/g).map(([, name]) => name),
    ...matches(templates, /"https:\/\/(github\.com|gitlab\.com|bitbucket\.org)\/((?:[\w.-]+\/)+[\w.-]+)"/g).map(
      ([, host, name]) => `${host.replace(/\..*/, '')}:${name}`,
    ),
  ]);
  const unused = repositoryNames.filter(name => {
    const path = name.slice(name.indexOf(':') + 1);
    const reference = new RegExp(`[":/]${path.replaceAll('.', '\\.')}["/\\\\]`);
    return !templates.some(template => reference.test(template));
  });
  const missing = [...used].filter(name => !repositoryNames.includes(name));
  const others = used.size > 0 ? `; it uses '${[...used].join("', '")}'` : '';
  return [
    ...unused.map(name => `the app does not use the repository '${name}' of --repository${others}`),
    ...missing.map(name => `the app uses the repository '${name}', add it: --repository ${name}=<path>`),
  ];
}

/** For policies that deny access because of another organization. It is no error: a policy may name one on purpose. */
function organizationHints(stacks: readonly AssemblyStack[], organizationId: string | undefined): string[] {
  const ids = organizationIdsIn(stacks);
  if (organizationId === undefined || ids.length === 0 || ids.includes(organizationId)) return [];
  const remedy = ids.length === 1 ? `use --organization-id ${ids[0]}, or omit the option` : 'use one of these';
  return [
    `the policies of the app allow only the organization ${quoted(ids)}, but --organization-id is '${organizationId}', `
    + `so they deny access: ${remedy}`,
  ];
}

/**
 * Describes the accounts that the rehearsal assumed to be members of the organization. The CICD account is omitted:
 * every app of this library has one.
 */
export function assumedMembers(stacks: readonly AssemblyStack[], accountIds: readonly string[]): string | undefined {
  const cicd = stacks.filter(isCicdStack).map(({ accountId }) => accountId);
  const assumed = accountIds.filter(accountId => !cicd.includes(accountId));
  if (assumed.length === 0) return undefined;
  const accounts = assumed.map(accountId => {
    const names = stacks.filter(stack => stack.accountId === accountId).map(({ displayName }) => displayName);
    const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
    return `${accountId} (${names.length === 1 ? 'stack' : 'stacks'} ${quoted(names.slice(0, 2))}${more})`;
  });
  return assumed.length === 1
    ? `assuming that account ${accounts[0]} is a bootstrapped member account; to confirm: --account ${assumed[0]}`
    : `assuming that accounts ${accounts.join(' and ')} are bootstrapped member accounts; to confirm: --account <id>`;
}

function matches(texts: readonly string[], pattern: RegExp): RegExpExecArray[] {
  return texts.flatMap(text => [...text.matchAll(pattern)]);
}

function quoted(names: readonly string[]): string {
  return names.map(name => `'${name}'`).join(' and ');
}
