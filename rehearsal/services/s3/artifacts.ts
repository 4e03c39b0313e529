import { noSuchBucket } from './buckets';
import type { S3 } from './service';
import { Identifiers } from '../../core/identifiers';
import { partitionOfRegion, urlSuffixOf } from '../../core/partition';
import { AwsError } from '../../core/service';
import type { Permission } from '../../core/service';
import type { Actor } from '../iam/service-roles';

interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  /** ARN of the encryption key; undefined: the AWS managed key of the bucket's account, which needs no permission. */
  readonly encryptionKey?: string;
}

/** @throws AwsError if the actor does not have the permission */
type Need = (actor: Actor) => void;

/** Reads and writes objects on behalf of AWS services, with a role of the user. */
export class ArtifactStore {
  /** What reading an object needs besides the object, by its ARN. */
  private readonly needs = new Map<string, Need>();
  private readonly identifiers = new Identifiers('s3/staged');

  public constructor(private readonly s3: S3, private readonly partition: string) {}

  /** @param need what reading the object needs, for example to clone the repository that it names */
  public put(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation, body: Buffer, need?: Need): void {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:PutObject', this.arn(bucket, key), this.context(bucket));
    if (encryptionKey !== undefined) {
      actor.assertAllowed('kms:GenerateDataKey', encryptionKey, this.encryptionContext(bucket, key));
    }
    this.s3.write(bucket, key, body);
    if (need) this.needs.set(this.arn(bucket, key), need);
  }

  public get(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation): Buffer {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:GetObject', this.arn(bucket, key), this.context(bucket));
    if (encryptionKey !== undefined) {
      actor.assertAllowed('kms:Decrypt', encryptionKey, this.encryptionContext(bucket, key));
    }
    this.needs.get(this.arn(bucket, key))?.(actor);
    const body = this.s3.read(bucket, key);
    if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    return body;
  }

  /** Stores a text for another service, which reads it at the address. `discard` deletes it. */
  public stage(bucket: string, text: string): { readonly url: string; readonly discard: () => void } {
    const key = `staged/${this.identifiers.uuid()}`;
    this.s3.stage(bucket, key, Buffer.from(text));
    return {
      url: `https://s3.amazonaws.com/${bucket}/${key}?X-Amz-Signature=staged`,
      discard: () => this.s3.unstage(bucket, key),
    };
  }

  /** S3 encrypts with the ARN of the object as context, or with that of the bucket if it has a bucket key. */
  private encryptionContext(bucket: string, key: string): NonNullable<Permission['context']> {
    const hasBucketKey = this.s3.bucket(bucket)?.hasBucketKey === true;
    const { region = '' } = this.s3.bucket(bucket) ?? {};
    return {
      'kms:ViaService': `s3.${region}.${urlSuffixOf(partitionOfRegion(region))}`,
      'kms:EncryptionContext:aws:s3:arn': hasBucketKey ? this.arn(bucket) : this.arn(bucket, key),
      'kms:EncryptionContextKeys': ['aws:s3:arn'],
    };
  }

  private context(bucket: string): NonNullable<Permission['context']> {
    return { 's3:ResourceAccount': this.s3.bucket(bucket)?.accountId };
  }

  private arn(bucket: string, key?: string): string {
    return `arn:${this.partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
  }
}
