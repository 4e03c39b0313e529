/** The client of GitLab: a file of its own in the bundles, which is loaded only for repositories of GitLab. */
import {
  Branches, Commits, GitbeakerRequestError, MergeRequestApprovals, MergeRequests, Namespaces, Projects,
  ProtectedBranches, Repositories, RepositoryFiles, Users,
} from '@gitbeaker/rest';
import type { CherryPick, CherryPicked, GitLabClient } from './repository.js';

const TIMEOUT_MILLISECONDS = 20_000;

export function gitLabClient(token: string): GitLabClient {
  const options = { token, queryTimeout: TIMEOUT_MILLISECONDS };
  return {
    approvals: new MergeRequestApprovals(options),
    branches: new Branches(options),
    commits: new Commits(options),
    files: new RepositoryFiles(options),
    mergeRequests: new MergeRequests(options),
    namespaces: new Namespaces(options),
    projects: new Projects(options),
    protectedBranches: new ProtectedBranches(options),
    repositories: new Repositories(options),
    users: new Users(options),
    token,
    cherryPick: async pick => cherryPick(token, pick),
  };
}

/**
 * The errors of the library lack the `error_code`, which tells a conflict and an empty change apart.
 *
 * https://docs.gitlab.com/api/commits/#cherry-pick-a-commit
 */
async function cherryPick(
  token: string, { repositoryName, commitId, branchName, message }: CherryPick,
): Promise<CherryPicked> {
  const project = encodeURIComponent(repositoryName);
  const request = new Request(
    `https://gitlab.com/api/v4/projects/${project}/repository/commits/${commitId}/cherry_pick`,
    {
      method: 'POST',
      headers: { 'private-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ branch: branchName, message }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    },
  );
  const response = await fetch(request);
  const body = bodyOf(await response.text());
  if (response.ok && body.id !== undefined) return { id: body.id, parents: body.parent_ids ?? [] };
  const { error_code: code, message: reason = '' } = body;
  if (code === 'conflict' || code === 'empty') return { failure: code };
  const description = typeof reason === 'string' ? reason : JSON.stringify(reason);
  throw new GitbeakerRequestError(description, { cause: { description, request, response } });
}

interface Body {
  readonly id?: string;
  readonly parent_ids?: readonly string[];
  readonly error_code?: string;
  readonly message?: unknown;
}

function bodyOf(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}
