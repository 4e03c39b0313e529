import { createHash } from 'node:crypto';
import { History, type Retention, type StoredObject, type Version, type Versioning } from './history';
import { NO_NOTIFICATIONS, type Notifications } from './notifications';
import { Identifiers } from '../../core/identifiers';
import type { PolicyDocument } from '../../core/policy-document';
import { AwsError } from '../../core/service';

export type { StoredObject } from './history';

/** A bucket and what it contains. */
export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: number;
  /** The current versions. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** All versions and delete markers, by key and from the newest to the oldest one. */
  readonly versions: readonly Version[];
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: PolicyDocument;
  /** Whether one key of KMS encrypts all new objects of the bucket. */
  readonly hasBucketKey?: boolean;
  readonly notifications: Notifications;
  /** Returns the id of the current version of an object; undefined in a bucket without versions. */
  versionIdOf(key: string): string | undefined;
}

/** A change of an object that a bucket can report. */
export interface ObjectChange {
  readonly event: 'ObjectCreated:Put' | 'ObjectRemoved:Delete' | 'ObjectRemoved:DeleteMarkerCreated';
  readonly bucket: Bucket;
  readonly key: string;
  /** In bytes; undefined for a deletion. */
  readonly size?: number;
  readonly etag: string;
  /** Of the new version or marker, or of the deleted version; undefined in a bucket without versions. */
  readonly versionId?: string;
}

/** Delete markers have the etag of an empty object. */
const MARKER_ETAG = 'd41d8cd98f00b204e9800998ecf8427e';

class KeptBucket implements Bucket {
  public readonly history = new History();
  public tags: Readonly<Record<string, string>> = {};
  public policy?: PolicyDocument;
  public hasBucketKey?: boolean;
  public notifications = NO_NOTIFICATIONS;

  public constructor(
    public readonly name: string,
    public readonly accountId: string,
    public readonly region: string,
    public readonly createdAt: number,
  ) {}

  public get objects(): ReadonlyMap<string, StoredObject> {
    return this.history.current;
  }

  public get versions(): readonly Version[] {
    return this.history.all();
  }

  public versionIdOf(key: string): string | undefined {
    return this.history.versioning === undefined ? undefined : this.history.of(key)[0]?.versionId;
  }
}

interface ObjectOptions {
  readonly directory?: string;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether the bucket sends no event. @default false */
  readonly isSilent?: boolean;
}

/** All buckets; their names are globally unique. */
export class Buckets {
  /** Called after each change of an object. */
  public onChange?: (change: ObjectChange) => void;
  private readonly byName = new Map<string, KeptBucket>();
  private readonly identifiers = new Identifiers('s3/versions');

  public constructor(private readonly now: () => number) {}

  public find(name: string): Bucket | undefined {
    return this.byName.get(name);
  }

  public ofAccount(accountId: string): Bucket[] {
    return [...this.byName.values()].filter(bucket => bucket.accountId === accountId);
  }

  public create(accountId: string, region: string, name: string): void {
    const known = this.byName.get(name);
    if (known?.accountId === accountId) {
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        409,
      );
    }
    if (known !== undefined) {
      throw new AwsError(
        'BucketAlreadyExists',
        'The requested bucket name is not available. The bucket namespace is shared by all users of the '
          + 'system. Please select a different name and try again.',
        409,
      );
    }
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new AwsError('InvalidBucketName', `The specified bucket is not valid: ${name}`);
    }
    this.byName.set(name, new KeptBucket(name, accountId, region, this.now()));
  }

  public remove(name: string): void {
    if (this.required(name).versions.length > 0) {
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    }
    this.byName.delete(name);
  }

  public setPolicy(name: string, policy: PolicyDocument | undefined): void {
    this.required(name).policy = policy;
  }

  public setTags(name: string, tags: Readonly<Record<string, string>>): void {
    this.required(name).tags = tags;
  }

  public setBucketKey(name: string, hasBucketKey: boolean): void {
    this.required(name).hasBucketKey = hasBucketKey;
  }

  public setNotifications(name: string, notifications: Notifications): void {
    this.required(name).notifications = notifications;
  }

  public setVersioning(name: string, versioning: Versioning): void {
    this.required(name).history.versioning = versioning;
  }

  /** Sets how long new versions cannot be deleted. */
  public setRetention(name: string, retention: Retention | undefined): void {
    this.required(name).history.retention = retention;
  }

  public put(name: string, key: string, body: Buffer, options: ObjectOptions = {}): StoredObject {
    const stored: StoredObject = {
      key,
      body,
      directory: options.directory,
      contentType: options.contentType ?? 'application/octet-stream',
      metadata: options.metadata ?? {},
      modifiedAt: this.now(),
      etag: `"${createHash('md5').update(options.directory ?? body).digest('hex')}"`,
    };
    const bucket = this.required(name);
    bucket.history.put(stored, this.identifiers.next(32, 'lower'));
    if (options.isSilent !== true) {
      const [{ etag }, versionId] = [stored, bucket.versionIdOf(key)];
      this.onChange?.({ event: 'ObjectCreated:Put', bucket, key, size: body.length, etag, versionId });
    }
    return stored;
  }

  /** Deletes an object; in a bucket with versions, it is only marked as deleted. */
  public delete(name: string, key: string): void {
    const bucket = this.required(name);
    const before = bucket.objects.get(key);
    bucket.history.delete(key, this.identifiers.next(32, 'lower'), this.now());
    const versionId = bucket.versionIdOf(key);
    if (versionId !== undefined) {
      this.onChange?.({ event: 'ObjectRemoved:DeleteMarkerCreated', bucket, key, etag: MARKER_ETAG, versionId });
    } else if (before !== undefined) {
      this.onChange?.({ event: 'ObjectRemoved:Delete', bucket, key, etag: before.etag });
    }
  }

  /** @throws AwsError if the version is locked */
  public deleteVersion(name: string, key: string, versionId: string): void {
    const bucket = this.required(name);
    const deleted = bucket.history.deleteVersion(key, versionId, this.now());
    // a delete marker is no object
    if (deleted?.stored === undefined) return;
    this.onChange?.({ event: 'ObjectRemoved:Delete', bucket, key, etag: deleted.stored.etag, versionId });
  }

  /** Deletes all versions of an object, without an event. */
  public erase(name: string, key: string): void {
    this.required(name).history.erase(key);
  }

  /** Deletes everything in a bucket, as a person does who empties it. */
  public empty(name: string): void {
    this.required(name).history.clear();
  }

  private required(name: string): KeptBucket {
    const bucket = this.byName.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }
}

export function noSuchBucket(name: string): AwsError {
  return new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name });
}
