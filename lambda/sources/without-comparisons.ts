import type { SourceHost } from './source';
import { HostError } from './source';

/** A host in whose repositories no reviews are required by this library. */
export abstract class HostWithoutComparisons implements Pick<SourceHost, 'requireReview'> {
  /** `Branch` rejects `requireReview` at synth. */
  public async requireReview(repositoryName: string, branchName: string, review: unknown): Promise<void> {
    if (review === undefined) return;
    throw new HostError(
      `reviews are required in repositories of CodeCommit only: protect branch '${branchName}' of '${repositoryName}' `
        + 'with a rule of its host',
    );
  }
}
