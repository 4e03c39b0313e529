import type { RepositoryReference } from '../sources/contract';

/** How an account is bootstrapped before it is ready. */
export interface Preparation {
  /** Role in the account that the management account assumes. */
  readonly accessRoleName: string;
  /** Region to bootstrap. */
  readonly region: string;
  /** Qualifier of the CDK bootstrap. */
  readonly qualifier: string;
  /** Managed policies of CloudFormation's execution role; empty: the policy of the baseline stack. */
  readonly executionPolicyArns: readonly string[];
  /** Whether applications may create roles and users only with the boundary of the baseline stack. */
  readonly requireBoundary?: 'true';
  /** Key that encrypts the artifacts of pipelines. */
  readonly artifactKeyArn: string;
  /** Fingerprint of the bootstrap and baseline templates, so that an upgrade of the library updates every account. */
  readonly templates: string;
}

/** An account that is created, or adopted when one with its e-mail exists. */
export interface VendedAccountRequest extends Preparation {
  readonly kind: 'vended';
  readonly accountName: string;
  readonly email: string;
  /** Id (`ou-…`, `r-…`) or path (`Workloads/Test`); absent: the account is not moved. */
  readonly organizationalUnit?: string;
  readonly tags: { readonly [key: string]: string };
  readonly onExisting: 'adopt' | 'fail';
  readonly onRemoval: 'release' | 'retain';
}

/** An account that exists. Only its bootstrap is changed. */
export interface ExistingAccountRequest extends Preparation {
  readonly kind: 'existing';
  readonly accountId: string;
}

export type AccountRequest = VendedAccountRequest | ExistingAccountRequest;

export interface AccountResult {
  readonly accountId: string;
}

/** A branch that is created at the head of its parent branch. */
export interface NewBranch extends Omit<RepositoryReference, 'repositoryArn'> {
  readonly branchName: string;
  readonly parentName: string;
}

/** What the accounts of a stack and their environments need, checked before the first account is created. */
export interface PreconditionsRequest {
  readonly kind: 'preconditions';
  readonly region: string;
  /** E-mails of the accounts. */
  readonly emails: readonly string[];
  /** Ids or paths of the organizational units that accounts are moved into. */
  readonly organizationalUnits: readonly string[];
  readonly newBranches: readonly NewBranch[];
}

/** Empty: everything exists. */
export type PreconditionsResult = { readonly [name: string]: never };

/** All requests of the account provider. */
export type AccountProviderRequest = AccountRequest | PreconditionsRequest;
