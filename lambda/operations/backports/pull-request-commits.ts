import { noPullRequest, noPullRequestCommits } from './errors';
import type { SourceHost } from '../../sources/source';

type Calls = Pick<SourceHost, 'pullRequest' | 'pullRequestCommits' | 'commit'>;

/**
 * The commits that a pull request has brought to its target, oldest first: its own, if it was merged by a merge commit;
 * after a squash the one commit, and after a rebase the new ones.
 *
 * @throws if there is no such pull request, or it has no commits
 */
export async function commitsOfPullRequest(
  host: Calls, repositoryName: string, id: string,
): Promise<readonly string[]> {
  const pullRequest = await host.pullRequest(repositoryName, id);
  const own = pullRequest && await host.pullRequestCommits(repositoryName, id);
  if (!own) throw noPullRequest(id, repositoryName);
  if (own.length === 0) throw noPullRequestCommits(id, repositoryName);
  const { mergeCommitId } = pullRequest;
  if (pullRequest.state !== 'merged' || mergeCommitId === undefined || own.includes(mergeCommitId)) return own;
  const merged = await host.commit(repositoryName, mergeCommitId);
  if (!merged || merged.parents.length > 1) return own;
  const last = await host.commit(repositoryName, own.at(-1) ?? '');
  const isRebased = own.length > 1 && merged.message.trim() === last?.message.trim();
  return isRebased ? chain(host, repositoryName, mergeCommitId, own.length) : [mergeCommitId];
}

/** A commit and those before it, oldest first. */
async function chain(
  host: Calls, repositoryName: string, last: string, length: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (let id: string | undefined = last; id !== undefined && found.length < length;) {
    found.unshift(id);
    [id] = (await host.commit(repositoryName, id))?.parents ?? [];
  }
  return found;
}
