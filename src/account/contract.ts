import type { RepositoryReference } from '../sources/contract';

/** What every account gets before it is called ready. */
export interface Preparation {
  /** Role in the account through which it is entered from the management account. */
  readonly accessRoleName: string;
  /** Region to bootstrap. */
  readonly region: string;
  /** Qualifier of the CDK bootstrap. */
  readonly qualifier: string;
  /** Managed policies of CloudFormation's execution role; empty: the narrow policy of the baseline. */
  readonly executionPolicyArns: readonly string[];
  /** Key that encrypts the artifacts of pipelines. */
  readonly artifactKeyArn: string;
  /** Fingerprint of the bootstrap and baseline templates, so that an upgrade of the library reaches every account. */
  readonly templates: string;
}

/** An account to be created, or adopted when its e-mail is taken already. */
export interface VendedAccountRequest extends Preparation {
  readonly kind: 'vended';
  readonly accountName: string;
  readonly email: string;
  /** Id (`ou-…`, `r-…`) or path (`Workloads/Test`); absent: the account stays where it is. */
  readonly organizationalUnit?: string;
  readonly tags: { readonly [key: string]: string };
  readonly onExisting: 'adopt' | 'fail';
  readonly onRemoval: 'release' | 'retain';
}

/** An account that is there already and stays as it is, but for the bootstrap. */
export interface ExistingAccountRequest extends Preparation {
  readonly kind: 'existing';
  readonly accountId: string;
}

export type AccountRequest = VendedAccountRequest | ExistingAccountRequest;

export interface AccountResult {
  readonly accountId: string;
}

/** A branch that an environment begins, and the branch at whose head it begins. */
export interface BranchBeginning extends Pick<RepositoryReference, 'host' | 'repositoryName'> {
  readonly branchName: string;
  readonly parentName: string;
}

/** What the accounts of a stack and their environments need, looked up before the first account is created. */
export interface PreconditionsRequest {
  readonly kind: 'preconditions';
  readonly region: string;
  /** E-mails of the accounts. */
  readonly emails: readonly string[];
  /** Ids or paths of the organizational units that accounts are moved into. */
  readonly organizationalUnits: readonly string[];
  readonly beginnings: readonly BranchBeginning[];
}

/** Nothing but that all is there. */
export type PreconditionsResult = { readonly [name: string]: never };

/** All that the provider of accounts is asked for. */
export type AccountProviderRequest = AccountRequest | PreconditionsRequest;
