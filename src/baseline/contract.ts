import type { Contacts } from '../account/contract';

/** A baseline that the accounts of an organization, or of a pool, get and keep. */
export interface BaselineRequest {
  readonly kind: 'baseline';
  /** `organization`, `pool/` and the name of a pool, or `accounts/` and the path of the baseline. */
  readonly target: string;
  /** Bucket of the template in the CICD account. */
  readonly templateBucket: string;
  readonly templateKey: string;
  readonly parameters: { readonly [name: string]: string };
  readonly settings: BaselineSettings;
  /** Number of accounts that are updated at a time. */
  readonly maxConcurrentUpdates: string;
  /** Number of accounts whose update may fail. */
  readonly maxFailedUpdates: string;
}

export interface BaselineResult {
  readonly target: string;
}

/** What CloudFormation has no type for. What is absent stays as it is. */
export interface BaselineSettings {
  readonly defaultVpcs?: 'removed';
  /** Sharing of EBS snapshots with everybody, in each region. */
  readonly snapshotSharing?: 'blocked';
  /** Public access to buckets of S3. */
  readonly bucketAccess?: 'blocked';
  /** Version of the instance metadata service, in each region. */
  readonly instanceMetadata?: 'v2';
  readonly passwordPolicy?: PasswordPolicyRequest;
  readonly alternateContacts?: Contacts;
}

/** Values of IAM's account password policy. */
export interface PasswordPolicyRequest {
  readonly minimumLength: string;
  readonly requireCharacters: 'all' | 'any';
  /** Days; absent: passwords do not expire. */
  readonly maxAgeDays?: string;
  /** Number of former passwords that cannot be used again; absent: all can. */
  readonly reusePrevention?: string;
}

/** The target of the baseline of an organization. */
export const ORGANIZATION_TARGET = 'organization';

/** The target of the baseline of a pool. */
export function poolTarget(poolName: string): string {
  return `pool/${poolName}`;
}

/** The target of a baseline that is given to single accounts. */
export function accountsTarget(baselinePath: string): string {
  return `accounts/${baselinePath}`;
}

/** Environment variables of the account function if there are baselines. */
export const BASELINE_ENVIRONMENT = {
  /** Present: accounts have baselines. */
  ACCOUNT_BASELINES: 'ACCOUNT_BASELINES',
} as const;
