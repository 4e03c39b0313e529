import { AwsError } from '../../core/service';

/** Version id of objects without versioning. */
const NULL_VERSION = 'null';

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  /** A zip asset that is stored as its source folder. */
  readonly directory?: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly modifiedAt: number;
  readonly etag: string;
}

export type Versioning = 'Enabled' | 'Suspended' | undefined;

/** The default retention of a bucket with object lock. */
export interface Retention {
  readonly mode: string;
  readonly days: number;
}

/** A version of an object, or a mark that it was deleted. */
export interface Version {
  readonly key: string;
  readonly versionId: string;
  /** Absent for a delete marker. */
  readonly stored?: StoredObject;
  readonly modifiedAt: number;
  readonly lock?: { readonly mode: string; readonly until: number };
}

const DAY = 24 * 3600 * 1000;

/** The objects of a bucket with their versions. */
export class History {
  public versioning: Versioning;
  public retention?: Retention;
  public readonly current = new Map<string, StoredObject>();
  /** Versions by key, the newest first. */
  private readonly byKey = new Map<string, readonly Version[]>();

  public all(): readonly Version[] {
    return [...this.byKey.keys()].sort((one, other) => (one < other ? -1 : 1)).flatMap(key => this.of(key));
  }

  public of(key: string): readonly Version[] {
    return this.byKey.get(key) ?? [];
  }

  public put(stored: StoredObject, newId: string): void {
    const { retention: { mode, days } = {} } = this;
    const until = stored.modifiedAt + (days ?? 0) * DAY;
    const lock = mode === undefined ? {} : { lock: { mode, until } };
    this.add({ key: stored.key, versionId: this.idOf(newId), stored, modifiedAt: stored.modifiedAt, ...lock });
  }

  public delete(key: string, newId: string, modifiedAt: number): void {
    if (this.versioning === undefined) this.set(key, []);
    else this.add({ key, versionId: this.idOf(newId), modifiedAt });
  }

  /** Returns the deleted version; undefined if it does not exist. @throws AwsError if it is locked */
  public deleteVersion(key: string, versionId: string, now: number): Version | undefined {
    const found = this.of(key).find(version => version.versionId === versionId);
    if (found?.lock && found.lock.until > now) {
      throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
    }
    this.set(key, this.of(key).filter(version => version !== found));
    return found;
  }

  /** Deletes all versions of an object. */
  public erase(key: string): void {
    this.set(key, []);
  }

  public clear(): void {
    this.byKey.clear();
    this.current.clear();
  }

  private add(version: Version): void {
    const others = this.of(version.key).filter(({ versionId }) => versionId !== version.versionId);
    this.set(version.key, [version, ...others]);
  }

  private set(key: string, versions: readonly Version[]): void {
    if (versions.length === 0) this.byKey.delete(key);
    else this.byKey.set(key, versions);
    const stored = versions[0]?.stored;
    if (stored) this.current.set(key, stored);
    else this.current.delete(key);
  }

  private idOf(newId: string): string {
    return this.versioning === 'Enabled' ? newId : NULL_VERSION;
  }
}
