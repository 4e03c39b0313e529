import { ActionError, type ActionContext } from './action';
import { messageWithCode } from '../../../core/error-message';
import { AwsError } from '../../../core/service';
import type { ArtifactStore } from '../../s3/artifacts';

/** Stores the files of a commit. */
export function putArtifacts(
  artifacts: ArtifactStore,
  { actor, outputs }: ActionContext,
  archive: Buffer,
  need?: Parameters<ArtifactStore['put']>[3],
): void {
  for (const output of outputs) {
    try {
      artifacts.put(actor, output, archive, need);
    } catch (error) {
      throw new ActionError(
        'PermissionError',
        'The service role or action role doesn’t have the permissions required to access the Amazon S3 '
          + `bucket named ${output.bucket}. `
          + `Update the IAM role permissions, and then try again. Error: Amazon S3:${reasonOf(error)}`,
      );
    }
  }
}

export function reasonOf(error: unknown): string {
  const isDenied = error instanceof AwsError && error.code.startsWith('AccessDenied');
  return isDenied ? `AccessDenied: ${error.message}` : messageWithCode(error);
}
