import type { ApiServiceName } from '../../shared/api/services';

/** An operation and its input. In text, `{id}`, `{parent}`, `{item}` and `{account}` stand for values. */
export interface CallSpec {
  readonly operation: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** A list in pages. */
export interface ListSpec extends CallSpec {
  /** Path of the items in the response, for example `snapshotSet.item`. */
  readonly items: string;
  /** Member of the input, and path in the response, of the token of the next page. */
  readonly next?: readonly [input: string, output: string];
}

/** What a resource contains, which must be deleted before. */
export interface ContentSpec {
  readonly list: ListSpec;
  /** Path of the id in an item; empty: the item is the id. */
  readonly id: string;
  readonly remove: CallSpec;
}

/** A type, and how its resources are listed and deleted. */
export interface TypeSpec {
  readonly type: string;
  readonly service: ApiServiceName;
  /** Whether one list contains the resources of all regions. */
  readonly isGlobal?: true;
  /** Only the resources of a parent of this type can be listed. The id is `parent|id` then. */
  readonly parent?: string;
  readonly list: ListSpec;
  /** Path of the id in an item; empty: the item is the id. */
  readonly id: string;
  /** Paths in an item. */
  readonly arn?: string;
  readonly tags?: string;
  /** Facts and their paths in an item, for example `{ managedBy: 'ManagedBy' }`. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Reads more about each item; its response has the paths of facts. */
  readonly detail?: CallSpec & { readonly path: string };
  /** Items with such a value are deleted already, or cannot be deleted alone: path and pattern. */
  readonly skip?: readonly (readonly [path: string, pattern: RegExp])[];
  /** Calls that must precede the deletion, such as stopping it or turning protections off. They may fail. */
  readonly prepare?: readonly (CallSpec & {
    /** The call is made only for resources that have this fact. */
    readonly ifFact?: string;
  })[];
  readonly contents?: readonly ContentSpec[];
  readonly remove: CallSpec;
  /** Whether the resource exists for a while after `remove`. */
  readonly isSlow?: true;
}
