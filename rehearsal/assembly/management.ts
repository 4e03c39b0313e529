import type { AssemblyStack } from './manifest';

/** Management accounts of apps without one: the first in which no stack is. */
const OUTSIDE = ['999999999999', '888888888888', '777777777777'];

/** A permission or a type that only the management account uses. */
const OF_MANAGEMENT = /"organizations:CreateAccount"|"AWS::Organizations::\w+"/;

/** Whether a pipeline of a stack reads a repository of CodeCommit. */
const READS_REPOSITORY = /"Provider":\s*"CodeCommit"/;

/** A management account, and why it is taken. */
export interface Management {
  readonly accountId: string;
  /** Whether no stack says which it is, so that an account outside of the app is taken. */
  readonly isAssumed: boolean;
}

/**
 * Returns the stack whose account and region contain the repositories: the first one outside the management account
 * with a pipeline that reads a repository, otherwise the first one outside the management account.
 */
export function repositoryStackOf(
  stacks: readonly AssemblyStack[], managementAccountId: string,
): AssemblyStack | undefined {
  const members = stacks.filter(({ accountId }) => accountId !== managementAccountId);
  return members.find(({ template }) => READS_REPOSITORY.test(template)) ?? members[0] ?? stacks[0];
}

/**
 * Returns the management account of an app: the one whose stack creates accounts or manages the organization. An app
 * of several accounts without such a stack does not contain the management account. For an app of one account, it is
 * this one.
 */
export function managementAccountOf(stacks: readonly AssemblyStack[]): Management | undefined {
  const manager = stacks.find(({ template }) => template.includes('"organizations:CreateAccount"'))
    ?? stacks.find(({ template }) => OF_MANAGEMENT.test(template));
  const accountIds = new Set(stacks.map(({ accountId }) => accountId));
  if (manager !== undefined || accountIds.size < 2) {
    const accountId = (manager ?? stacks.at(0))?.accountId;
    return accountId === undefined ? undefined : { accountId, isAssumed: false };
  }
  const outside = OUTSIDE.find(accountId => !accountIds.has(accountId));
  return { accountId: outside ?? stacks[0].accountId, isAssumed: true };
}
