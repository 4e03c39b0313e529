/** The custom resource on whose behalf a handler acts. */
export interface Owner {
  /** Physical id: derived from the stack and the logical id, settled at creation, the same for life. */
  readonly id: string;
  readonly stackId: string;
  readonly logicalId: string;
}

export type Progress<Result> = { readonly done: false } | { readonly done: true; readonly result: Result };

export const NOT_YET: Progress<never> = { done: false };

/**
 * The life of one kind of resource. Every method may run twice, even at the same time, and may be killed at any line:
 * the next run does no harm. The first three only record what is wanted; whatever takes time happens in the others.
 */
export interface Lifecycle<Request, Result> {
  create(owner: Owner, request: Request): Promise<void>;
  update(owner: Owner, request: Request, before: Request): Promise<void>;
  remove(owner: Owner, request: Request): Promise<void>;
  /** Looks, takes at most one step, and says how far the resource has come. */
  advance(owner: Owner, request: Request): Promise<Progress<Result>>;
  /** Looks whether the removal is over, and takes at most one step towards it. */
  finishRemoval(owner: Owner, request: Request): Promise<boolean>;
}
