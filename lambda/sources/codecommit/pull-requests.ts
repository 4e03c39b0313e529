import type { CodeCommitClient, PullRequest as Description } from '@aws-sdk/client-codecommit';
import {
  CreatePullRequestCommand, GetCommitCommand, GetPullRequestCommand, paginateListPullRequests,
} from '@aws-sdk/client-codecommit';
import type { NewPullRequest, PullRequest } from '../source';

/** Characters. https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreatePullRequest.html */
const MAX_TITLE = 150;
const MAX_DESCRIPTION = 10_240;

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

/** Commits of one pull request. */
const MAX_COMMITS = 100;

/** The commits since the merge base, without merges, oldest first: CodeCommit does not list them. */
export async function pullRequestCommits(
  client: CodeCommitClient, repositoryName: string, pullRequestId: string,
): Promise<readonly string[]> {
  const { pullRequest } = await client.send(new GetPullRequestCommand({ pullRequestId }));
  const { sourceCommit, mergeBase } = pullRequest?.pullRequestTargets?.[0] ?? {};
  const found: string[] = [];
  for (let commitId = sourceCommit; commitId !== undefined && commitId !== mergeBase && found.length < MAX_COMMITS;) {
    const { commit: { parents = [] } = {} } = await client.send(new GetCommitCommand({ repositoryName, commitId }));
    if (parents.length < 2) found.unshift(commitId);
    [commitId] = parents;
  }
  return found;
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
    ...mergeMetadata?.mergeCommitId !== undefined && { mergeCommitId: mergeMetadata.mergeCommitId },
    state: pullRequestStatus === 'OPEN' ? 'open' : mergeMetadata?.isMerged === true ? 'merged' : 'closed',
  };
}

export async function openPullRequest(
  client: CodeCommitClient,
  { repositoryName, sourceBranch, targetBranch, title, description, token }: NewPullRequest,
): Promise<string> {
  const { pullRequest } = await client.send(new CreatePullRequestCommand({
    title: title.slice(0, MAX_TITLE),
    description: description.slice(0, MAX_DESCRIPTION),
    clientRequestToken: token,
    targets: [{ repositoryName, sourceReference: sourceBranch, destinationReference: targetBranch }],
  }));
  return pullRequest?.pullRequestId ?? '';
}
