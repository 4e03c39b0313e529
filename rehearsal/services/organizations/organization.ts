import type { AccountClosure } from './closure';
import type { AccountCreation } from './creation';
import type { OrganizationTree, SimulatedAccount } from './tree';
import type { ResourceContext } from '../../core/service';
import { AwsError } from '../../core/service';

export interface OrganizationsOptions {
  readonly managementAccountId: string;
  readonly organizationId?: string;
  /** @default 100 */
  readonly accountLimit?: number;
  /** Simulated seconds until an account is created. @default 60 */
  readonly creationSeconds?: number;
  /** Simulated seconds until the access role of a created account can be assumed. @default 20 */
  readonly readySeconds?: number;
  /**
   * Simulated seconds until a created account is active and may use AWS's services.
   *
   * @default 5 more than readySeconds
   */
  readonly activeSeconds?: number;
}

/** The state of the organization that operations and resource types share. */
export interface Organization {
  readonly options: OrganizationsOptions;
  readonly tree: OrganizationTree;
  readonly creation: AccountCreation;
  readonly closure: AccountClosure;
  /** The members, without permanently closed accounts. */
  readonly accounts: readonly SimulatedAccount[];
}

export function requiredAccount(organization: Organization, accountId: string): SimulatedAccount {
  const account = organization.tree.account(accountId);
  if (account === undefined) {
    throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
  }
  return account;
}

export function assertManagement(organization: Organization, context: ResourceContext): void {
  if (context.accountId !== organization.options.managementAccountId) {
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
  }
}

export function assertAccountInput(name: string, email: string): void {
  if (name.length < 1 || name.length > 50) {
    throw invalidInput('AccountName', name.length < 1 ? 'MIN_LENGTH_EXCEEDED' : 'MAX_LENGTH_EXCEEDED');
  }
  if (email.length < 6 || email.length > 64) {
    throw invalidInput('Email', email.length < 6 ? 'MIN_LENGTH_EXCEEDED' : 'MAX_LENGTH_EXCEEDED');
  }
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) throw invalidInput('Email', 'INVALID_PATTERN');
}

function invalidInput(member: string, reason: string): AwsError {
  return new AwsError('InvalidInputException', `You specified an invalid value for ${member}.`, 400, {
    Reason: reason,
  });
}
