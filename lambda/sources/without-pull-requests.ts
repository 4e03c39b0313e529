import type { SourceHost } from './source';
import { HostError } from './source';
import { HostWithoutComparisons } from './without-comparisons';

type Missing = Pick<
  SourceHost, 'deleteBranch' | 'openPullRequests' | 'openPullRequest' | 'pullRequest' | 'pick' | 'commit'
>;

/** A host in whose repositories branches are neither removed nor receive backports. */
export abstract class HostWithoutPullRequests extends HostWithoutComparisons implements Missing {
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

  public async commit(repositoryName: string): Promise<never> {
    throw unsupported(repositoryName);
  }
}

function unsupported(repositoryName: string): HostError {
  return new HostError(
    `this version neither removes branches of repository '${repositoryName}' nor ports commits back to them: use git `
      + 'or the website of the host',
  );
}
