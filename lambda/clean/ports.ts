import type { Leftover, ListTarget, Resource, StackPlan } from './model';
import type { CleanRecord, CleanRequest } from './record';

/** A stack in the account that is cleaned. */
export interface Stack extends StackPlan {
  /** For example `DELETE_FAILED`. */
  readonly status: string;
  readonly isProtected: boolean;
  /** Present for nested stacks, which are deleted with their parents. */
  readonly parentId?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StackResource {
  readonly type: string;
  readonly id: string;
  /** For example `DELETE_SKIPPED` for a resource that a deleted stack has retained. */
  readonly status: string;
}

/** The stacks of the account. */
export interface Stacks {
  /** All stacks that are not deleted. */
  list(region: string): Promise<readonly Stack[]>;
  /** The stacks that were deleted since then, without their tags. */
  deleted(region: string, since: number): Promise<readonly StackPlan[]>;
  resources(stack: StackPlan): Promise<readonly StackResource[]>;
  /** For each stack, the names of the stacks that import its exports. */
  importers(region: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Removes the termination protection. */
  unprotect(stack: StackPlan): Promise<void>;
  /** Starts a deletion. The same token starts it once. */
  delete(stack: StackPlan, token: string): Promise<void>;
  /** Starts a deletion that leaves what cannot be deleted; only for a stack that could not be deleted. */
  deleteRetaining(stack: StackPlan, token: string): Promise<void>;
}

export type Listing = { readonly resources: readonly Resource[] } | Unlisted;

/** The type cannot be listed in this region. */
export interface Unlisted {
  readonly unlisted: string;
  /** Present if the list was denied: it is unknown whether the region has such resources. */
  readonly isDenied?: true;
}

/** The state of a deletion. `request` identifies one that is in progress. */
export type Deletion =
  | { readonly state: 'running'; readonly request: string }
  | { readonly state: 'deleted' }
  | { readonly state: 'failed'; readonly failure: DeletionFailure };

export interface DeletionFailure {
  /** Name of the error, for example `DependencyViolation`. */
  readonly code: string;
  readonly message: string;
  /** When it can be deleted, in ISO 8601, if the cleaner knows. */
  readonly until?: string;
}

/** Lists and deletes resources of some types. */
export interface Cleaner {
  readonly name: string;
  list(target: ListTarget): Promise<Listing>;
  /** Starts a deletion. The same token starts it once. A missing resource is deleted. */
  delete(resource: Resource, token: string): Promise<Deletion>;
  status(resource: Resource, request: string): Promise<Deletion>;
  /** Turns protections against deletion off. Returns whether the type has any. */
  unlock(resource: Resource): Promise<boolean>;
  /** The tags of a resource whose list does not contain them; undefined if the resource does not exist. */
  tags(resource: Resource): Promise<Readonly<Record<string, string>> | undefined>;
}

/** A type that a cleaner lists and deletes. */
export interface CleanableType {
  readonly type: string;
  readonly cleaner: string;
  /** Whether one list contains the resources of all regions. */
  readonly isGlobal: boolean;
  /** Only the resources of a parent of this type can be listed. */
  readonly parent?: string;
  /** Whether it is listed in all regions: neither events nor stacks show that it was used. */
  readonly isAlwaysListed?: true;
}

/** The cleaners of the account: Cloud Control, those of this library, and those of the user. */
export interface Cleaners {
  types(): Promise<readonly CleanableType[]>;
  named(name: string): Cleaner | undefined;
}

/** What creates other resources again, such as auto scaling groups, schedules and pipelines. */
export interface Stops {
  readonly types: readonly string[];
  list(region: string, type: string): Promise<readonly Resource[]>;
  /** Stops it, so that it creates nothing more. */
  stop(resource: Resource): Promise<void>;
}

/** An event of CloudTrail that is not read-only. */
export interface TrailEvent {
  /** For example `ec2.amazonaws.com`. */
  readonly source: string;
  /** For example `RunInstances`. */
  readonly name: string;
  /** CloudFormation types of the resources that the event names. */
  readonly types: readonly string[];
}

export interface TrailPage {
  readonly events: readonly TrailEvent[];
  readonly next?: string;
}

export interface Trail {
  /** The events of a region since then, in pages. */
  events(region: string, since: number, page?: string): Promise<TrailPage>;
}

/** What an inspection found. `type` is the service and the kind if CloudFormation has no type for it. */
export interface Finding {
  readonly type: string;
  readonly region: string;
  readonly id: string;
  /** Present if it is known: stacks name resources of some types by their ARNs. */
  readonly arn?: string;
  /** How it was found. */
  readonly by: 'tags' | 'costs' | 'services';
  /** What AWS said if the list was denied: then nothing says whether there is one, and the id is `*`. */
  readonly denied?: string;
}

/** Looks at the account without the lists of the cleaners. */
export interface Inspection {
  /** The regions that are enabled in the account, the main region of the partition first. */
  regions(): Promise<readonly string[]>;
  /** ARNs of what carries the tag. */
  tagged(region: string, tagKey: string): Promise<readonly string[]>;
  /** What AWS creates in every region: the default VPC and what belongs to it. */
  defaults(region: string): Promise<readonly string[]>;
  /** What the tagging API and the services that cause costs show. */
  look(region: string): Promise<readonly Finding[]>;
  /** The services that have caused costs since then. */
  costs(since: number): Promise<readonly Finding[]>;
}

/** The memory of a clean. A plan is written before anything in it is deleted. */
export interface PlanStore {
  read(cleanId: string): Promise<StoredRecord | undefined>;
  /** @throws RecordChangedError if the record has another version; undefined: if it exists */
  save(record: CleanRecord, version: number | undefined): Promise<void>;
  document<T>(cleanId: string, name: string): Promise<T | undefined>;
  write(cleanId: string, name: string, content: object): Promise<void>;
}

export type StoredRecord = CleanRecord & { readonly version: number };

/** What proves that an account is clean. */
export interface Proof {
  /** Lists that found nothing. */
  readonly emptyPasses: number;
  /** Regions that the last inspection saw. */
  readonly regions: readonly string[];
  /** In ISO 8601. */
  readonly provedAt: string;
}

/** The clean that holds an account. */
export type Holder = Pick<CleanRequest, 'accountId' | 'cleanId' | 'fence'>;

/** The place of the account in its pool. */
export interface Hold {
  /** Whether the account is still held for this clean. If not, nothing may be deleted any more. */
  isHeld(holder: Holder): Promise<boolean>;
  markWaiting(holder: Holder, until: number): Promise<void>;
  markAvailable(holder: Holder, proof: Proof): Promise<void>;
  markQuarantined(holder: Holder, leftovers: readonly Leftover[]): Promise<void>;
}

export interface CleanParts {
  readonly stacks: Stacks;
  readonly cleaners: Cleaners;
  readonly stops: Stops;
  readonly trail: Trail;
  readonly inspection: Inspection;
  readonly store: PlanStore;
  readonly hold: Hold;
  readonly now: () => number;
}
