import type { SourceHost } from './source';
import { HostError } from './source';

type Missing = Pick<
  SourceHost,
  'compare' | 'deleteBranch' | 'openPullRequests' | 'openPullRequest' | 'pullRequest' | 'pick' | 'commit'
  | 'requireReview'
>;

/** A host in whose repositories branches are neither removed nor receive backports. */
export abstract class HostWithoutPullRequests implements Missing {
  public async deleteBranch(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }

  public async openPullRequests(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }

  public async openPullRequest({ repositoryName }: { readonly repositoryName: string }): Promise<never> {
    throw unsupported(repositoryName);
  }

  public async pullRequest(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }

  public async pick({ repositoryName }: { readonly repositoryName: string }): Promise<never> {
    throw unsupported(repositoryName);
  }

  public async compare(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }

  /** No branch requires a review: they are rejected at synth. */
  public async requireReview(repositoryName: string, _branchName: string, review: unknown): Promise<void> {
    if (review !== undefined) throw unsupported(repositoryName);
  }

  public async commit(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }
}

function unsupported(repositoryName: string): HostError {
  return new HostError(
    `branches of repository '${repositoryName}' are neither removed, nor compared, nor receive backports by this `
      + 'version, which does this in repositories of CodeCommit only: use git or the website of the host',
  );
}
