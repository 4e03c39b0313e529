import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { artifactNotDeleted } from './errors';
import { NAMES } from '../../src/private/contract';
import type { StackPlace } from '../registry/stack';
import { newSession } from '../shared/assume-role';
import { clientDefaults } from '../shared/clients';

/** The AWS calls of the pipeline handler, besides those for stacks and pipelines. */
export interface PipelineOutbound {
  /** Deletes artifacts of a pipeline, as many as one call allows. Returns whether all are deleted. */
  deleteArtifacts(place: StackPlace): Promise<boolean>;
}

/** The calls through the AWS SDK. */
export class AwsPipelineOutbound implements PipelineOutbound {
  public constructor(private readonly partition: string) {}

  public async deleteArtifacts({ accountId, region }: StackPlace): Promise<boolean> {
    const credentials = await newSession({
      roleArn: `arn:${this.partition}:iam::${accountId}:role/${NAMES.operateRole}`,
    });
    const storage = new S3Client({ ...clientDefaults(), credentials, region });
    const bucket = `${NAMES.artifactBucketPrefix}${accountId}-${region}`;
    const { Contents = [], IsTruncated } = await storage.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return true;
    const deletion = { Bucket: bucket, Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true } };
    // the call succeeds even if an object was not deleted
    const { Errors: [refused] = [] } = await storage.send(new DeleteObjectsCommand(deletion));
    if (refused) throw artifactNotDeleted(accountId, bucket, refused);
    return !IsTruncated;
  }
}
