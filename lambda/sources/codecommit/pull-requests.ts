import type { CodeCommitClient, PullRequest as Description } from '@aws-sdk/client-codecommit';
import { GetPullRequestCommand, paginateListPullRequests } from '@aws-sdk/client-codecommit';
import type { PullRequest } from '../source';

const HEADS = /^refs\/heads\//;

/** CodeCommit lists only ids: a repository has at most 1,000 open pull requests. */
export async function openPullRequests(
  client: CodeCommitClient, repositoryName: string, branchName: string,
): Promise<readonly PullRequest[]> {
  const found: PullRequest[] = [];
  const pages = paginateListPullRequests({ client }, { repositoryName, pullRequestStatus: 'OPEN' });
  for await (const { pullRequestIds = [] } of pages) {
    for (const pullRequestId of pullRequestIds) {
      const { pullRequest } = await client.send(new GetPullRequestCommand({ pullRequestId }));
      if (pullRequest) found.push(pullRequestOf(pullRequest));
    }
  }
  return found.filter(({ sourceBranch, targetBranch }) => [sourceBranch, targetBranch].includes(branchName));
}

export function pullRequestOf({
  pullRequestId = '', title = '', pullRequestStatus, pullRequestTargets: [target] = [],
}: Description): PullRequest {
  const { sourceReference = '', destinationReference = '', mergeMetadata } = target ?? {};
  return {
    id: pullRequestId,
    title,
    sourceBranch: sourceReference.replace(HEADS, ''),
    targetBranch: destinationReference.replace(HEADS, ''),
    state: pullRequestStatus === 'OPEN' ? 'open' : mergeMetadata?.isMerged === true ? 'merged' : 'closed',
  };
}
