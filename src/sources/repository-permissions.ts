import { Aws, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Permission } from '../kinds/kind';
import { allow } from '../kinds/permissions';
import { fail } from '../private/validate';

/** The functions of the organization that work with repositories. */
export type RepositoryUser = 'account' | 'branch' | 'trigger' | 'deployments' | 'operations';

const ACTIONS: Readonly<Record<RepositoryUser, readonly string[]>> = {
  // what environments begin from is looked up before their accounts are created
  account: ['codecommit:GetBranch', 'codecommit:ListBranches'],
  // ListBranches is for the text of an error: the branches that exist when the parent is none of them
  branch: [
    'codecommit:CreateBranch',
    'codecommit:CreateCommit',
    'codecommit:GetBranch',
    'codecommit:GetFile',
    'codecommit:ListBranches',
  ],
  // the head may have moved since the event
  trigger: ['codecommit:GetBranch'],
  // the time of a commit
  deployments: ['codecommit:GetCommit'],
  // the author of a commit
  operations: ['codecommit:GetCommit'],
};

/** What a function may do in the repositories of the CICD account; it does not grow with them. */
export function repositoryPermissions(patterns: readonly string[], user: RepositoryUser): Permission {
  const arns = patterns.map(pattern => `arn:${Aws.PARTITION}:codecommit:${Aws.REGION}:${Aws.ACCOUNT_ID}:${pattern}`);
  return allow('Repositories', [...ACTIONS[user]], arns,
    'repositories come later, with the apps that use the organization; repositoryNames limits their names');
}

const PATTERN = /^[\w.*?-]{1,100}$/;

/** @throws if a pattern is none, or there is none at all */
export function checkedRepositoryNames(scope: Construct, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) fail(scope, "'repositoryNames' is empty, so no repository could be used: name some, or omit it to allow all");
  const wrong = patterns.find(pattern => !Token.isUnresolved(pattern) && !PATTERN.test(pattern));
  if (wrong === undefined) return patterns;
  return fail(
    scope,
    "each of the 'repositoryNames' must be 1 to 100 letters, digits and '._-', with '*' for any text and '?' for any character, " +
      `got '${wrong}'`,
  );
}

/** @throws if the functions of the organization may not use the repository; an unresolved name passes */
export function requireAllowed(scope: Construct, repositoryName: string, patterns: readonly string[]): void {
  const isAllowed = (pattern: string) => Token.isUnresolved(pattern) || matches(pattern, repositoryName);
  if (Token.isUnresolved(repositoryName) || patterns.some(isAllowed)) return;
  fail(
    scope,
    `the organization does not allow the repository '${repositoryName}': its 'repositoryNames' are '${patterns.join("', '")}'; ` +
      'add the name there, or use another repository',
  );
}

/** As IAM compares the ARN. */
function matches(pattern: string, name: string): boolean {
  const text = pattern.replace(/[.*?-]/g, character => ({ '*': '.*', '?': '.' })[character] ?? `\\${character}`);
  return new RegExp(`^${text}$`).test(name);
}
