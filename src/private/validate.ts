import { dirname, sep } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { brokenNameRule } from './branch-name';
import { isRegionOfNewAccounts, NAMES, REGIONS_OF_EVERY_ACCOUNT } from './contract';

/** Folder of this library. */
const LIBRARY = dirname(dirname(__filename));
/** More than by default (10), because the line of the user comes after those of the library. */
const STACK_TRACE_LIMIT = 50;

/** Throws an error that begins with the path of the construct. Its stack trace begins with the line of the user. */
export function fail(scope: IConstruct, message: string): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_TRACE_LIMIT;
  const error = new Error(`[${scope.node.path}] ${message}`);
  Error.stackTraceLimit = stackTraceLimit;
  error.stack = withoutLibrary(error.stack ?? '');
  throw error;
}

/** Removes the first frames of a stack trace as far as they are in this library. */
function withoutLibrary(stack: string): string {
  const lines = stack.split('\n');
  const isFrame = (line: string): boolean => /^\s+at /.test(line);
  const first = lines.findIndex(isFrame);
  const users = lines.findIndex((line, index) => index >= first && isFrame(line) && !line.includes(LIBRARY + sep));
  return first < 0 || users < 0 ? stack : [...lines.slice(0, first), ...lines.slice(users)].join('\n');
}

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** The allowed values, as the end of "… must be". */
  readonly allowed: string;
}

const ACCOUNT_ID: Rule = { name: 'account id', pattern: /^\d{12}$/, allowed: 'twelve digits' };
const ACCOUNT_NAME: Rule = {
  name: 'account name', pattern: /^[\x20-\x7e]{1,50}$/, allowed: '1 to 50 printable ASCII characters',
};
const EMAIL: Rule = {
  name: 'e-mail',
  pattern: new RegExp(
    '^(?=.{6,64}$)[A-Za-z0-9_+*-]+(\\.[A-Za-z0-9_+*-]+)*'
    + '@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z]{2,}$',
  ),
  allowed: 'an address of 6 to 64 characters like aws+shop-test@example.com',
};
const ENVIRONMENT_NAME: Rule = {
  name: 'environment name',
  pattern: /^[A-Za-z][A-Za-z0-9-]{0,31}$/,
  allowed: '1 to 32 letters, digits and hyphens, beginning with a letter',
};
const ORGANIZATION_ID: Rule = {
  name: 'organization id', pattern: /^o-[a-z0-9]{10,32}$/, allowed: "'o-' and 10 to 32 lower-case letters or digits",
};
const ROLE_NAME: Rule = {
  name: 'role name', pattern: /^[\w+=,.@-]{1,64}$/, allowed: "1 to 64 letters, digits and '_+=,.@-'",
};
const ROLE_ARN: Rule = {
  name: 'role ARN',
  pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  allowed: "like 'arn:aws:iam::111122223333:role/org-environments-access'",
};
const STACK_NAME: Rule = {
  name: 'stack name',
  pattern: /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
  allowed: '1 to 128 letters, digits and hyphens, beginning with a letter',
};
const STACK_ID: Rule = {
  name: 'stack id',
  pattern: /^arn:aws[a-z-]*:cloudformation:[a-z0-9-]+:\d{12}:stack\/[A-Za-z][A-Za-z0-9-]{0,127}\/[A-Za-z0-9-]+$/,
  allowed: "an ARN like 'arn:aws:cloudformation:eu-west-1:111122223333:stack/alarms/0b2b3f40-…'",
};
const EXTERNAL_ID: Rule = {
  name: 'external id', pattern: /^[\w+=,.@:/-]{2,1224}$/, allowed: "2 to 1224 letters, digits and '_+=,.@:/-'",
};
const UNIT_ID: Rule = {
  name: 'organizational unit',
  pattern: /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/,
  allowed: "an id like 'ou-ab12-cdefgh34'",
};
const UNIT_PATH: Rule = {
  name: 'organizational unit',
  // AWS allows five levels below the root, and 128 characters in a name
  pattern: /^[^/\s\p{Cc}]([^/\p{Cc}]{0,126}[^/\s\p{Cc}])?(\/[^/\s\p{Cc}]([^/\p{Cc}]{0,126}[^/\s\p{Cc}])?){0,4}$/u,
  allowed: "an id like 'ou-ab12-cdefgh34' or a path of at most five names like 'Workloads/Test', "
    + 'without slash at its ends',
};
const UNIT_NAME: Rule = {
  name: 'unit name',
  pattern: /^(?!(r|ou)-)[^/\s\p{Cc}]([^/\p{Cc}]{0,126}[^/\s\p{Cc}])?$/u,
  allowed: "one name of 1 to 128 characters without '/', not beginning with 'ou-' or 'r-' (define a unit for each "
    + 'level, with the upper one as parent)',
};
const ACCOUNT_ALIAS: Rule = {
  name: 'account alias',
  pattern: /^(?!\d{12}$)[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
  allowed: '3 to 63 lower-case letters, digits and single hyphens, beginning and ending with a letter or digit, and '
    + 'not twelve digits',
};
const REGION: Rule = {
  name: 'region', pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: "like 'eu-south-2'",
};
const TAG_KEY: Rule = {
  name: 'key of a tag',
  pattern: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu,
  allowed: "1 to 128 letters, digits, spaces and '_.:/=+-@', not beginning with 'aws:'",
};
const TAG_VALUE: Rule = {
  name: 'value of a tag',
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u,
  allowed: "at most 256 letters, digits, spaces and '_.:/=+-@'",
};

function problem(rule: Rule, value: string): string | undefined {
  if (Token.isUnresolved(value) || rule.pattern.test(value)) return undefined;
  return `the ${rule.name} must be ${rule.allowed}, got '${value}'`;
}

function check(rule: Rule, scope: IConstruct, value: string): string {
  const message = problem(rule, value);
  return message === undefined ? value : fail(scope, message);
}

/**
 * The errors of the tags of an account: AWS Organizations would reject them.
 *
 * @param own number of tags that this library sets
 */
export function tagProblems(tags: { readonly [key: string]: string }, own = 1): string[] {
  const entries = Object.entries(tags);
  // AWS allows 50
  if (entries.length > 50 - own) {
    return [
      `an account can have at most ${50 - own} tags (AWS allows 50, and ${own === 1 ? 'one is' : `${own} are`} set by `
        + `this library), got ${entries.length}`,
    ];
  }
  return entries.flatMap(([key, value]) => [
    problem(TAG_KEY, key) ?? [],
    key === NAMES.closingTag
      ? `the tag '${key}' is reserved, because this library marks accounts with it whose closure waits: choose another `
        + 'key' : [],
    key === NAMES.ownerTag || key === NAMES.leaseTag
      ? `the tag '${key}' is reserved, because this library identifies the account by it: choose another key` : [],
    problem({ ...TAG_VALUE, name: `value of the tag '${key}'` }, value) ?? [],
  ].flat());
}

export const validate = {
  accountId: (scope: IConstruct, value: string) => check(ACCOUNT_ID, scope, value),
  accountName: (scope: IConstruct, value: string) => check(ACCOUNT_NAME, scope, value),
  email: (scope: IConstruct, value: string) => check(EMAIL, scope, value),
  environmentName: (scope: IConstruct, value: string) => check(ENVIRONMENT_NAME, scope, value),
  organizationId: (scope: IConstruct, value: string) => check(ORGANIZATION_ID, scope, value),
  roleName: (scope: IConstruct, value: string) => check(ROLE_NAME, scope, value),
  roleArn: (scope: IConstruct, value: string) => check(ROLE_ARN, scope, value),
  stackName: (scope: IConstruct, value: string) => check(STACK_NAME, scope, value),
  /** The name of a stack that a user deploys in an account. */
  ownStackName: (scope: IConstruct, value: string) => {
    const prefixes = Token.isUnresolved(value) ? [] : [NAMES.stackPrefix, 'CDKToolkit'];
    const reserved = prefixes.find(prefix => value.startsWith(prefix));
    if (reserved) {
      fail(scope, `the stack name '${value}' begins with '${reserved}', which is reserved for stacks of this library `
        + 'and of the CDK bootstrap: choose another stackName');
    }
    return check(STACK_NAME, scope, value);
  },
  stackId: (scope: IConstruct, value: string) => check(STACK_ID, scope, value),
  externalId: (scope: IConstruct, value: string) => check(EXTERNAL_ID, scope, value),
  branchName: (scope: IConstruct, value: string, name = 'branch name') => {
    const rule = Token.isUnresolved(value) ? undefined : brokenNameRule(value);
    return rule === undefined ? value : fail(scope, `the ${name} must ${rule}, got '${value}'`);
  },
  organizationalUnit: (scope: IConstruct, value: string) =>
    check(/^(r-|ou-)/.test(value) ? UNIT_ID : UNIT_PATH, scope, value),
  organizationalUnitId: (scope: IConstruct, value: string) => check(UNIT_ID, scope, value),
  unitName: (scope: IConstruct, value: string) => check(UNIT_NAME, scope, value),
  accountAlias: (scope: IConstruct, value: string) => check(ACCOUNT_ALIAS, scope, value),
  optInRegion: (scope: IConstruct, value: string) => {
    if (REGIONS_OF_EVERY_ACCOUNT.includes(value)) {
      fail(scope, `the region '${value}' is enabled in every account: remove it from 'optInRegions'`);
    }
    return check(REGION, scope, value);
  },
  regionOfNewAccounts: (scope: IConstruct, region: string) => {
    if (Token.isUnresolved(region) || isRegionOfNewAccounts(region)) return region;
    if (!RegionInfo.regions.some(({ name }) => name === region)) {
      return fail(scope, `the region '${region}' is not known: use a region that all accounts have `
        + `(${REGIONS_OF_EVERY_ACCOUNT.join(', ')})`);
    }
    return fail(scope, `a new account cannot be used in the region '${region}', which must be enabled in each account: `
      + `deploy the stack in a region that all accounts have (${REGIONS_OF_EVERY_ACCOUNT.join(', ')}), or import `
      + 'accounts in which the region is enabled');
  },
  tags: (scope: IConstruct, tags: { [key: string]: string }) => {
    const [first] = tagProblems(tags);
    return first === undefined ? tags : fail(scope, first);
  },
};
