import { noSuchBucket } from './buckets';
import type { S3 } from './service';
import { AwsError } from '../../core/service';
import type { Permission } from '../../core/service';
import type { Actor } from '../iam/service-roles';

interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  /** ARN of the encryption key; undefined: the AWS managed key of the bucket's account, which needs no permission. */
  readonly encryptionKey?: string;
}

/** Reads and writes objects on behalf of AWS services, with a role of the user. */
export class ArtifactStore {
  public constructor(private readonly s3: S3, private readonly partition: string) {}

  public put(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation, body: Buffer): void {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:PutObject', this.arn(bucket, key));
    if (encryptionKey !== undefined) {
      actor.assertAllowed('kms:GenerateDataKey', encryptionKey, this.encryptionContext(bucket, key));
    }
    this.s3.write(bucket, key, body);
  }

  public get(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation): Buffer {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:GetObject', this.arn(bucket, key));
    if (encryptionKey !== undefined) {
      actor.assertAllowed('kms:Decrypt', encryptionKey, this.encryptionContext(bucket, key));
    }
    const body = this.s3.read(bucket, key);
    if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    return body;
  }

  /** S3 encrypts with the ARN of the object as context, or with that of the bucket if it has a bucket key. */
  private encryptionContext(bucket: string, key: string): NonNullable<Permission['context']> {
    const hasBucketKey = this.s3.bucket(bucket)?.hasBucketKey === true;
    return {
      'kms:EncryptionContext:aws:s3:arn': hasBucketKey ? this.arn(bucket) : this.arn(bucket, key),
      'kms:EncryptionContextKeys': ['aws:s3:arn'],
    };
  }

  private arn(bucket: string, key?: string): string {
    return `arn:${this.partition}:s3:::${bucket}${key === undefined ? '' : `/${key}`}`;
  }
}
