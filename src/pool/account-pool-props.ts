import type { Duration } from 'aws-cdk-lib';
import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AccountBaseline } from '../baseline/account-baseline';
import type { IOrganization } from '../organization/organization-interface';

/** A function in the CICD account that lists and deletes resources that this library cannot clean. */
export interface CleanerOptions {
  /** The function. `docs/cleaning.md` describes its events and responses. */
  readonly function: IFunction;

  /** Names of the types that it cleans, for example `Example::Data::Lake`. */
  readonly types: string[];
}

/** Resources that a clean spares. */
export interface SpareOptions {
  /** Pattern of the type in CloudFormation, in which `*` matches any text: `AWS::IAM::Role`. */
  readonly resourceType: string;

  /** Pattern of the name or id, in which `*` matches any text: `security-audit-*`. */
  readonly resourceId: string;

  /** Why it is spared; the plan of the clean shows it. */
  readonly reason: string;
}

/** Properties of `AccountPool`. */
export interface AccountPoolProps {
  /** The organization, which the same app must define. */
  readonly organization: IOrganization;

  /** Name of the pool: 1 to 32 letters, digits and hyphens, beginning with a letter. It cannot be changed. */
  readonly poolName: string;

  /**
   * Number of accounts that are created ahead and wait for a lease: at most `maximum`.
   *
   * @default 0 - an account is created when it is needed
   */
  readonly minimum?: number;

  /**
   * Maximum number of accounts, those in quarantine included: 1 to 1000. Accounts are never closed, so a smaller number
   * only prevents new ones.
   */
  readonly maximum: number;

  /**
   * Organizational unit of accounts that are not leased: an id (`ou-ab12-cdefgh34`), or a path of names below the root
   * (`Pool/Waiting`). It must exist.
   */
  readonly waitingUnit: string;

  /**
   * Organizational unit of accounts that could not be cleaned: an id, or a path. It must exist. Its policies must allow
   * what `docs/pools.md` lists, or the account can never be cleaned.
   */
  readonly quarantineUnit: string;

  /**
   * E-mail addresses of the accounts. `{n}` is replaced by the number of the account in the pool:
   * `aws+pool-{n}@example.com`. All addresses must be able to receive mail.
   */
  readonly email: string;

  /**
   * Names of accounts that are not leased. `{n}` is replaced by the number of the account in the pool.
   *
   * @default - the name of the pool, a hyphen and the number: `sandbox-1`
   */
  readonly accountName?: string;

  /**
   * Name of the role that AWS creates in the accounts and that the management account assumes. It cannot be changed.
   *
   * @default 'OrganizationAccountAccessRole'
   */
  readonly accessRoleName?: string;

  /**
   * Managed policies of the role with which CloudFormation deploys stacks in the accounts, and so of every pipeline
   * that deploys there.
   *
   * @default - the policy `org-environments-execution`, as for an `Account`
   */
  readonly executionPolicies?: IManagedPolicy[];

  /**
   * Whether applications may create roles and users only with the permissions boundary of the account, as for an
   * `Account`.
   *
   * @default false
   */
  readonly requireBoundary?: boolean;

  /**
   * What every account of the pool gets and keeps, instead of the baseline of the organization. A clean spares it.
   *
   * @default - the baseline of the organization, if it has one
   */
  readonly accountBaseline?: AccountBaseline;

  /**
   * Time between a clean that found nothing and the second look, which also reads the costs. An account is available
   * only after that. Costs are a day late, and are those of whole days; `Duration.days(0)`: there is no second look.
   *
   * @default Duration.hours(48)
   */
  readonly secondLook?: Duration;

  /**
   * Maximum time of a clean, without the time until the second look, which is repeated once. Then the account goes to
   * quarantine.
   *
   * @default Duration.hours(48)
   */
  readonly maxCleaningTime?: Duration;

  /**
   * Functions that clean further types.
   *
   * @default - none
   */
  readonly cleaners?: CleanerOptions[];

  /**
   * Key of a tag. What carries it, with any value, is never deleted. The account goes to quarantine then.
   *
   * @default 'org-environments:protect'
   */
  readonly protectingTag?: string;

  /**
   * Resources that are part of every account and are never deleted.
   *
   * @default - only what `docs/cleaning.md` lists
   */
  readonly spare?: SpareOptions[];
}
