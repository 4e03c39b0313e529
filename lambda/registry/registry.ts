/** A record with its version, which grows with every write. */
export type Versioned<T> = T & { readonly version: number };

export interface QueueMember {
  readonly member: string;
  /** When the member joined, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * The records of all handlers. A write succeeds only if no concurrent writer has changed the record since it was read.
 */
export interface Registry {
  read<T extends object>(key: string): Promise<Versioned<T> | undefined>;
  /** Reads records in one call, for the next `read` of each. */
  prefetch(keys: readonly string[]): Promise<void>;
  /**
   * Applies the writes and removals of an action in one transaction at its end.
   * @throws RecordChangedError
   */
  transaction<Result>(action: () => Promise<Result>): Promise<Result>;
  /** All records of a kind. One that was just written may be missing. */
  list<T extends object>(kind: string): Promise<readonly Versioned<T>[]>;
  /** The last records of a kind in the order of their keys, last first: at most `limit` of those that are wanted. */
  newest<T extends object>(
    kind: string,
    limit: number,
    isWanted: (record: T) => boolean,
  ): Promise<readonly Versioned<T>[]>;
  /**
   * Writes the record if it still has this version; undefined: if it does not exist.
   * @throws RecordChangedError
   */
  write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>>;
  /** Removes the record if it still has this version. @throws RecordChangedError */
  remove(key: string, version: number): Promise<void>;
  /** Joins a queue, or keeps the place in it. Returns the members in the order in which they joined. */
  enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]>;
  dequeue(queue: string, member: string): Promise<void>;
}
