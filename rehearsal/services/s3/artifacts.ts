import { noSuchBucket } from './buckets';
import type { S3 } from './service';
import { AwsError } from '../../core/service';
import type { Actor } from '../iam/service-roles';

interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  /** ARN of the key that encrypts it; undefined: the key that AWS keeps for S3 in the bucket's account, which asks nobody. */
  readonly encryptionKey?: string;
}

/** Objects as AWS's services read and write them with a role of the user's. */
export class ArtifactStore {
  public constructor(private readonly s3: S3, private readonly partition: string) {}

  public put(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation, body: Buffer): void {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:PutObject', this.arn(bucket, key));
    if (encryptionKey !== undefined) actor.assertAllowed('kms:GenerateDataKey', encryptionKey);
    this.s3.write(bucket, key, body);
  }

  public get(actor: Actor, { bucket, key, encryptionKey }: ObjectLocation): Buffer {
    if (this.s3.bucket(bucket) === undefined) throw noSuchBucket(bucket);
    actor.assertAllowed('s3:GetObject', this.arn(bucket, key));
    if (encryptionKey !== undefined) actor.assertAllowed('kms:Decrypt', encryptionKey);
    const body = this.s3.read(bucket, key);
    if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    return body;
  }

  private arn(bucket: string, key: string): string {
    return `arn:${this.partition}:s3:::${bucket}/${key}`;
  }
}
