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
  /** Present for accounts of pools: whether they are cleaned when their lease ends. */
  readonly cleaning?: 'true';
  /** Key that encrypts the artifacts of pipelines. */
  readonly artifactKeyArn: string;
  /** Fingerprint of the bootstrap and baseline templates, so that an upgrade of the library updates every account. */
  readonly templates: string;
}

/** A person or team that AWS contacts besides the root user. */
export interface ContactDetails {
  readonly contactName: string;
  readonly title: string;
  readonly email: string;
  readonly phoneNumber: string;
}

/** The alternate contacts that are declared. */
export interface Contacts {
  readonly billing?: ContactDetails;
  readonly operations?: ContactDetails;
  readonly security?: ContactDetails;
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
  readonly onRemoval: 'release' | 'retain' | 'close';
  readonly alternateContacts?: Contacts;
  readonly accountAlias?: string;
  /** Absent: AWS allows it. */
  readonly iamUserAccessToBilling?: 'DENY';
  /** Target of the baseline that it gets. @default - that of the organization */
  readonly baseline?: string;
  /** Regions to enable, besides those that every account has. */
  readonly optInRegions?: readonly string[];
}

/** An account that exists. Only its bootstrap is changed. */
export interface ExistingAccountRequest extends Preparation {
  readonly kind: 'existing';
  readonly accountId: string;
  /** Target of the baseline that it gets. @default - none */
  readonly baseline?: string;
}

/** An account that exists and is found by its name. Only its bootstrap is changed. */
export interface NamedAccountRequest extends Preparation {
  readonly kind: 'named';
  readonly accountName: string;
}

export type AccountRequest = VendedAccountRequest | ExistingAccountRequest | NamedAccountRequest;

export interface AccountResult {
  readonly accountId: string;
}

/** A branch that is created at the head of its parent branch, or at its start point. */
export interface NewBranch extends Omit<RepositoryReference, 'repositoryArn'> {
  readonly branchName: string;
  readonly parentName: string;
  readonly startPoint?: string;
  /** Only the connection is checked, because the app creates the repository. @default - all that the branch needs */
  readonly check?: 'connection';
}

/** A branch that is created from another branch of the app. */
export interface DefinedBranch {
  readonly repositoryName: string;
  readonly branchName: string;
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
  /** The other branches of the stack, which an error may suggest. @default - none */
  readonly definedBranches?: readonly DefinedBranch[];
}

/** Empty: everything exists. */
export type PreconditionsResult = { readonly [name: string]: never };

/** An organizational unit that is created, or adopted when its parent has one with its name. */
export interface UnitRequest {
  readonly kind: 'unit';
  readonly unitName: string;
  /** Id (`ou-…`, `r-…`) or path (`Workloads`); absent: the root. */
  readonly parent?: string;
  readonly onRemoval: 'delete' | 'retain';
}

export interface UnitResult {
  readonly organizationalUnitId: string;
  /** Names from the root to the unit, for example `Workloads/Test`. */
  readonly path: string;
}

/** A request of the operations function to the account provider. CloudFormation sends no such request. */
export type AccountCommand =
  /** AWS sends a one-time code to the address. */
  | { readonly command: 'startEmailChange'; readonly accountId: string; readonly email: string }
  | {
    readonly command: 'acceptEmailChange';
    readonly accountId: string;
    readonly email: string;
    readonly code: string;
  }
  /** Reads the costs of all accounts in the current month. */
  | { readonly command: 'costs' }
  /** Closes an account whose closure had to wait. */
  | { readonly command: 'close'; readonly accountId: string };

export interface AccountCommandResult {
  /** Present if the account could not be closed: why. */
  readonly note?: string;
  /** Dollars by the id of the account; only of `costs`. */
  readonly costs?: Readonly<Record<string, string>>;
}
