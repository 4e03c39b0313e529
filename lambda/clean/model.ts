/** A resource in the account that is cleaned. */
export interface Resource {
  /** For example `AWS::S3::Bucket`; also for types that CloudFormation does not have, such as `AWS::EC2::Snapshot`. */
  readonly type: string;
  readonly region: string;
  /** Primary identifier: that of Cloud Control, or of the cleaner that lists the type. */
  readonly id: string;
  /** The cleaner that lists and deletes it. Cloud Control is one of them. */
  readonly cleaner: string;
  readonly arn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** What else the list says about it, for example `managedBy` or the state. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A type in a region, and the parent if only the resources of a parent can be listed. */
export interface ListTarget {
  readonly type: string;
  readonly region: string;
  readonly cleaner: string;
  readonly parent?: Resource;
}

export interface StackPlan {
  readonly stackId: string;
  readonly stackName: string;
  readonly region: string;
}

/**
 * Why a resource is not deleted.
 * - `waits`: it can be deleted after a date
 * - `managed`: a service manages it
 * - `locked`: a lock, a protection or a permission prevents it
 * - `blocked`: something else depends on it
 * - `unknown`: no cleaner deletes its type
 * - `recreated`: it was found again after each deletion
 * - `slow`: its deletion was still in progress at the end
 * - `unseen`: its type cannot be listed, so nothing says whether there is one; the id is `*`
 */
export type Verdict = 'waits' | 'managed' | 'locked' | 'blocked' | 'unknown' | 'recreated' | 'slow' | 'unseen';

/** A resource that remains, and why. */
export interface Leftover {
  readonly type: string;
  readonly region: string;
  readonly id: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** When it can be deleted, in ISO 8601. */
  readonly until?: string;
  /** Number of rounds that have tried to delete it. What blocks it may be deleted by then. */
  readonly rounds?: number;
}

/** A resource that no plan contains, and the rule that spares it. */
export interface Spared {
  readonly type: string;
  readonly region: string;
  readonly id: string;
  readonly rule: string;
}

type Identity = Pick<Resource, 'type' | 'region' | 'id'>;

export function keyOf({ type, region, id }: Identity): string {
  return `${type} ${region} ${id}`;
}

export function nameOf({ type, region, id }: Identity): string {
  return `${type} '${id}' in ${region}`;
}
