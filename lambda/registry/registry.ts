/** A record as it was read, with the number of the write that made it. */
export type Versioned<T> = T & { readonly version: number };

export interface QueueMember {
  readonly member: string;
  /** When the member joined, in milliseconds since 1970. */
  readonly since: number;
}

/** The memory that makes every handler repeatable: a write succeeds only if no one else has written since the read. */
export interface Registry {
  read<T extends object>(key: string): Promise<Versioned<T> | undefined>;
  /** Reads records in one call: the next `read` of each of them is answered from there. */
  prefetch(keys: readonly string[]): Promise<void>;
  /**
   * Performs the writes and removals of an action together at its end: all of them, or none if a record has changed.
   * @throws RecordChangedError
   */
  together<Result>(action: () => Promise<Result>): Promise<Result>;
  /** All records of a kind that can be listed; one that was just written may be missing. */
  list<T extends object>(kind: string): Promise<readonly Versioned<T>[]>;
  /**
   * Writes the record if it still has the version that was read; undefined means that there was none.
   * @throws RecordChangedError
   */
  write<T extends object>(key: string, record: T, version: number | undefined): Promise<Versioned<T>>;
  /** Removes the record if it still has that version. @throws RecordChangedError */
  remove(key: string, version: number): Promise<void>;
  /** Joins a queue, or keeps the place in it; returns the members in the order in which they joined. */
  enqueue(queue: string, member: string, now: number): Promise<readonly QueueMember[]>;
  leave(queue: string, member: string): Promise<void>;
}
