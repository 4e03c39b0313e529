import type { Endpoints } from '@octokit/types';
import type { CommitDetails } from '../../services/codecommit/content';
import type { PullRequest } from '../pull-requests';
import type { FileDifference } from '../tree-differences';

/** The body of a response, as the description of GitHub's API declares it. */
export type Data<Route extends keyof Endpoints> = Endpoints[Route]['response']['data'];

export type Commit = Data<'GET /repos/{owner}/{repo}/commits/{ref}'>;
export type GitCommit = Data<'GET /repos/{owner}/{repo}/git/commits/{commit_sha}'>;
export type Reference = Data<'GET /repos/{owner}/{repo}/git/ref/{ref}'>;
export type Tree = Data<'POST /repos/{owner}/{repo}/git/trees'>;
export type Comparison = Data<'GET /repos/{owner}/{repo}/compare/{basehead}'>;
export type Branches = Data<'GET /repos/{owner}/{repo}/branches'>;
export type BranchFields = Pick<Data<'GET /repos/{owner}/{repo}/branches/{branch}'>, 'commit' | 'name' | 'protected'>;
export type File = Extract<Data<'GET /repos/{owner}/{repo}/contents/{path}'>, { type: 'file' }>;
export type InstallationToken = Data<'POST /app/installations/{installation_id}/access_tokens'>;

type FullPullRequest = Data<'GET /repos/{owner}/{repo}/pulls/{pull_number}'>;
type PullRequestBranch = Pick<FullPullRequest['head'], 'label' | 'ref' | 'sha'>;

/** Without the descriptions of people, repositories and reviews. */
export type PullRequestFields = Pick<
  FullPullRequest,
  'body' | 'closed_at' | 'created_at' | 'draft' | 'html_url' | 'locked' | 'merge_commit_sha' | 'merged_at' | 'node_id'
  | 'number' | 'state' | 'title' | 'updated_at' | 'url'
> & { readonly head: PullRequestBranch; readonly base: PullRequestBranch };

const API = 'https://api.github.com/repos';
const SITE = 'https://github.com';

const UNVERIFIED = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

function nodeId(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function personOf({ name, email, date }: CommitDetails['author']) {
  return { name, email, date: new Date(Number(date.split(' ')[0]) * 1000).toISOString() };
}

function treeOf(fullName: string, sha: string) {
  return { sha, url: `${API}/${fullName}/git/trees/${sha}` };
}

export function gitCommit(fullName: string, commit: CommitDetails): GitCommit {
  const { commitId: sha, treeId, parents, message } = commit;
  return {
    sha,
    node_id: nodeId(sha),
    url: `${API}/${fullName}/git/commits/${sha}`,
    html_url: `${SITE}/${fullName}/commit/${sha}`,
    author: personOf(commit.author),
    committer: personOf(commit.committer),
    message: message.trimEnd(),
    tree: treeOf(fullName, treeId),
    parents: parents.map(parent => ({
      sha: parent,
      url: `${API}/${fullName}/git/commits/${parent}`,
      html_url: `${SITE}/${fullName}/commit/${parent}`,
    })),
    verification: UNVERIFIED,
  };
}

export function commitOf(fullName: string, commit: CommitDetails): Commit {
  const { commitId: sha, treeId, parents, message } = commit;
  const url = `${API}/${fullName}/commits/${sha}`;
  return {
    sha,
    node_id: nodeId(sha),
    url,
    html_url: `${SITE}/${fullName}/commit/${sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${API}/${fullName}/git/commits/${sha}`,
      author: personOf(commit.author),
      committer: personOf(commit.committer),
      message: message.trimEnd(),
      comment_count: 0,
      tree: treeOf(fullName, treeId),
      verification: UNVERIFIED,
    },
    // the commits of a rehearsal are by people without an account
    author: null,
    committer: null,
    parents: parents.map(parent => ({ sha: parent, url: `${API}/${fullName}/commits/${parent}` })),
  };
}

export function reference(fullName: string, branch: string, sha: string): Reference {
  const ref = `refs/heads/${branch}`;
  return {
    ref,
    node_id: nodeId(ref),
    url: `${API}/${fullName}/git/${ref}`,
    object: { type: 'commit', sha, url: `${API}/${fullName}/git/commits/${sha}` },
  };
}

export function branchesOf(
  fullName: string, branches: readonly { readonly name: string; readonly commitId: string }[],
): Branches {
  return branches.map(({ name, commitId: sha }) => ({
    name, commit: { sha, url: `${API}/${fullName}/commits/${sha}` }, protected: false,
  }));
}

export function fileOf(fullName: string, path: string, sha: string, ref: string, content: Buffer): File {
  const url = `${API}/${fullName}/contents/${path}?ref=${ref}`;
  const [git_url, html_url] = [`${API}/${fullName}/git/blobs/${sha}`, `${SITE}/${fullName}/blob/${ref}/${path}`];
  return {
    type: 'file',
    encoding: 'base64',
    size: content.length,
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    content: content.toString('base64').replace(/(.{60})/g, '$1\n'),
    sha,
    url,
    git_url,
    html_url,
    download_url: `https://raw.githubusercontent.com/${fullName}/${ref}/${path}`,
    _links: { self: url, git: git_url, html: html_url },
  };
}

export function diffEntry(fullName: string, commitId: string, { path, status, id }: FileDifference) {
  return {
    sha: id,
    filename: path,
    status,
    additions: 0,
    deletions: 0,
    changes: 0,
    blob_url: `${SITE}/${fullName}/blob/${commitId}/${path}`,
    raw_url: `${SITE}/${fullName}/raw/${commitId}/${path}`,
    contents_url: `${API}/${fullName}/contents/${path}?ref=${commitId}`,
  };
}

export function pullRequest(fullName: string, one: PullRequest): PullRequestFields {
  const { number, title, description, source, target, state, createdAt, endedAt, sourceCommit, targetCommit } = one;
  const [owner] = fullName.split('/');
  const ended = endedAt === undefined ? null : new Date(endedAt).toISOString();
  return {
    url: `${API}/${fullName}/pulls/${number}`,
    html_url: `${SITE}/${fullName}/pull/${number}`,
    node_id: nodeId(`${fullName}/${number}`),
    number,
    title,
    body: description,
    state: state === 'open' ? 'open' : 'closed',
    draft: false,
    locked: false,
    created_at: new Date(createdAt).toISOString(),
    updated_at: ended ?? new Date(createdAt).toISOString(),
    closed_at: ended,
    merged_at: state === 'merged' ? ended : null,
    // while it is open, GitHub names the commit of a trial, which is in no branch
    merge_commit_sha: one.mergeCommit ?? sourceCommit.split('').reverse().join(''),
    head: { label: `${owner}:${source}`, ref: source, sha: sourceCommit },
    base: { label: `${owner}:${target}`, ref: target, sha: targetCommit },
  };
}
