import { createHash } from 'node:crypto';
import type { PolicyDocument } from '../../core/policy-document';
import { AwsError } from '../../core/service';

/** Version id of objects without versioning. */
export const NULL_VERSION = 'null';

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

export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: number;
  readonly objects: ReadonlyMap<string, StoredObject>;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: PolicyDocument;
  /** Whether one key of KMS encrypts all new objects of the bucket. */
  readonly hasBucketKey?: boolean;
}

interface KeptBucket extends Omit<Bucket, 'objects' | 'tags' | 'policy' | 'hasBucketKey'> {
  readonly objects: Map<string, StoredObject>;
  tags: Readonly<Record<string, string>>;
  policy?: PolicyDocument;
  hasBucketKey?: boolean;
}

interface ObjectOptions {
  readonly directory?: string;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** All buckets; their names are globally unique. */
export class Buckets {
  private readonly byName = new Map<string, KeptBucket>();

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
    this.byName.set(name, { name, accountId, region, createdAt: this.now(), objects: new Map(), tags: {} });
  }

  public remove(name: string): void {
    if (this.required(name).objects.size > 0) {
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
    this.required(name).objects.set(key, stored);
    return stored;
  }

  public delete(name: string, key: string): void {
    this.required(name).objects.delete(key);
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
