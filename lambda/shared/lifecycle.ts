import type { Drift } from '../../src/operations/contract';

/** The custom resource that a request is for. */
export interface Owner {
  /** Derived from stack and logical id when the resource is created; it never changes. */
  readonly id: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Ids of owners in other stacks that CloudFormation does not have any more: this one takes their place. */
  readonly formerOwners?: readonly string[];
}

export type Progress<Result> =
  | InProgress
  /**
   * `deferred`: why the account could not be reached, so that it was left as it is. `note`: what was kept, or happens
   * later, for the history.
   */
  | { readonly done: true; readonly result: Result; readonly deferred?: string; readonly note?: string };

export interface InProgress {
  readonly done: false;
  /** Time until the next step. It is longer if the request waits for the same for minutes. */
  readonly seconds: number;
  /** Follows the words 'it waits for'. While they are the same, it is the same wait. */
  readonly waitsFor: string;
  /** The error that is not reported yet, because it may pass. */
  readonly error?: Error;
}

/** A concurrent run of the same request has changed a record; the next step follows in five seconds. */
export const IN_PROGRESS: InProgress = { done: false, seconds: 5, waitsFor: 'a concurrent step' };

export function done<Result>(result: Result): Progress<Result> {
  return { done: true, result };
}

/** Complete, with nothing to return. */
export const DONE: Progress<void> = { done: true, result: undefined };

/** Complete, with something to say in the history. */
export function doneWith(note: string): Progress<void> {
  return { done: true, result: undefined, note };
}

/** Not complete; the next step follows in five seconds. */
export function waitFor(waitsFor: string, error?: Error): InProgress {
  return { ...checkAgainIn(5, waitsFor), ...(error && { error }) };
}

/** Not complete; the next step follows after this time. */
export function checkAgainIn(seconds: number, waitsFor: string): InProgress {
  return { done: false, seconds, waitsFor };
}

/** An update, which may move a resource to another place. */
export interface Replacement<Request> {
  readonly next: Request;
  /** Whether it is requested what was requested before: it is unknown whether what it replaces was ever started. */
  readonly isRollback: boolean;
}

/**
 * Creates, updates and deletes one kind of resource. Every method is idempotent: it may run twice, concurrently, or be
 * killed at any line. The `request…` methods record what is requested; the `reconcile…` methods do the work in steps.
 */
export interface Lifecycle<Request, Result> {
  /** Keys of the records that a step reads first: they are read in one call. */
  recordKeys?(request: Request): readonly string[];
  /** Keys of the records with owners that a request changes. @default - those of `recordKeys` */
  ownedKeys?(request: Request): readonly string[];
  requestCreate(owner: Owner, request: Request): Promise<void>;
  requestUpdate(owner: Owner, request: Request, before: Request): Promise<void>;
  requestDelete(owner: Owner, request: Request): Promise<void>;
  /**
   * Called before a request for a resource of which the registry knows an earlier request than CloudFormation, because
   * it was restored: what only that request has created is to be deleted.
   *
   * @param isCreation whether CloudFormation has deleted the resource since, and creates it again
   */
  requestFormer?(owner: Owner, request: Request, former: Request, isCreation: boolean): Promise<void>;
  /** Does at most one step of the creation or update, and returns the progress. */
  reconcile(owner: Owner, request: Request): Promise<Progress<Result>>;
  /** Does at most one step of the deletion, and returns the progress. */
  reconcileDelete(owner: Owner, request: Request): Promise<Progress<void>>;
  /**
   * Called before a change is requested of a resource whose records may be lost: restores those of what exists, and is
   * to be deleted.
   *
   * @param change what is requested instead. @default - the resource is deleted
   */
  recover?(owner: Owner, request: Request, change?: Replacement<Request>): Promise<void>;
  /** Compares the resource with the request, and changes nothing in AWS. Returns what differs. */
  check(owner: Owner, request: Request): Promise<readonly Drift[]>;
  /** Records that the resource is to become as requested, whatever was changed by hand; `reconcile` does the work. */
  requestRepair(owner: Owner, request: Request): Promise<void>;
  /** What a request is for, in errors. @default - the logical id */
  subjectOf?(request: Request): string | undefined;
}
