/** The custom resource on whose behalf a handler acts. */
export interface Owner {
  /** Derived from the stack and the logical id, set at creation, the same for life. */
  readonly id: string;
  readonly stackId: string;
  readonly logicalId: string;
}

export type Progress<Result> =
  /** `seconds`: when to look again. */
  | { readonly done: false; readonly seconds: number }
  | { readonly done: true; readonly result: Result };

/** Not complete, and nothing is known about how long it takes. */
export const NOT_YET: Progress<never> = { done: false, seconds: 5 };

export function done<Result>(result: Result): Progress<Result> {
  return { done: true, result };
}

/** Complete, with nothing to return. */
export const DONE: Progress<void> = { done: true, result: undefined };

export function lookAgainIn(seconds: number): Progress<never> {
  return { done: false, seconds };
}

/**
 * The life of one kind of resource. Every method may run twice, even at the same time, and may be killed at any line:
 * the next run does no harm. The first three only write down what is wanted; the last two do the work in steps.
 */
export interface Lifecycle<Request, Result> {
  /** Keys of the records that a look reads first: they are read in one call. */
  recordsOf?(request: Request): readonly string[];
  requestCreate(owner: Owner, request: Request): Promise<void>;
  requestUpdate(owner: Owner, request: Request, before: Request): Promise<void>;
  requestDelete(owner: Owner, request: Request): Promise<void>;
  /** Looks, takes at most one step, and says how far the resource is. */
  reconcile(owner: Owner, request: Request): Promise<Progress<Result>>;
  /** Looks whether the resource is removed, and takes at most one step towards it. */
  reconcileDelete(owner: Owner, request: Request): Promise<Progress<void>>;
}
