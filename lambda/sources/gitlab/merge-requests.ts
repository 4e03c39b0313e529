import type { GitLabClient } from './repository';
import type { NewPullRequest, PullRequest } from '../source';

/** The fields of a merge request that are read. */
interface Description {
  readonly iid: number;
  readonly title: string;
  readonly description: string | null;
  readonly state: string;
  readonly source_branch: string;
  readonly target_branch: string;
  readonly sha: string;
  readonly merge_commit_sha: string | null;
  readonly squash_commit_sha?: unknown;
}

const MAX_TITLE = 255;
const MAX_DESCRIPTION = 60_000;

/** The open merge requests from or to a branch. */
export async function openMergeRequests(
  { mergeRequests }: GitLabClient, projectId: string, branch: string,
): Promise<readonly PullRequest[]> {
  const found = new Map<string, PullRequest>();
  for (const filter of [{ sourceBranch: branch }, { targetBranch: branch }]) {
    const page = await mergeRequests.all({ projectId, state: 'opened', perPage: 100, ...filter });
    for (const one of page.map(pullRequestOf)) found.set(one.id, one);
  }
  return [...found.values()];
}

/** A hidden text contains the token, with which a repeated call finds the merge request. */
export async function openMergeRequest(
  { mergeRequests }: GitLabClient,
  { repositoryName, sourceBranch, targetBranch, title, description, token }: NewPullRequest,
): Promise<string> {
  const marker = `<!-- org-environments ${token} -->`;
  const known = await mergeRequests.all({ projectId: repositoryName, sourceBranch, targetBranch, perPage: 100 });
  // GitLab has at most one open merge request with the same branches
  const found = known.find(one => one.description?.includes(marker)) ?? known.find(({ state }) => state === 'opened');
  if (found) return String(found.iid);
  const { iid } = await mergeRequests.create(repositoryName, sourceBranch, targetBranch, title.slice(0, MAX_TITLE), {
    description: `${description.slice(0, MAX_DESCRIPTION)}\n\n${marker}`,
  });
  return String(iid);
}

export function pullRequestOf(one: Description): PullRequest {
  const isMerged = one.state === 'merged';
  const { merge_commit_sha: merged, squash_commit_sha: squashed, sha } = one;
  // after a fast-forward, there is no other commit
  const mergeCommitId = merged ?? (typeof squashed === 'string' ? squashed : sha);
  return {
    id: String(one.iid),
    title: one.title,
    sourceBranch: one.source_branch,
    targetBranch: one.target_branch,
    state: isMerged ? 'merged' : one.state === 'closed' ? 'closed' : 'open',
    ...isMerged && { mergeCommitId },
  };
}
