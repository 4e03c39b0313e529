import type {
  Branches, Commits, MergeRequestApprovals, MergeRequests, Namespaces, Projects, ProtectedBranches, Repositories,
  RepositoryFiles, Users,
} from '@gitbeaker/rest';

/** The parts of the client of GitLab that are used. */
export interface GitLabClient {
  readonly approvals: Pick<
    MergeRequestApprovals, 'allApprovalRules' | 'createApprovalRule' | 'editApprovalRule' | 'removeApprovalRule'
  >;
  readonly branches: Pick<Branches, 'all' | 'create' | 'remove' | 'show'>;
  readonly commits: Pick<Commits, 'all' | 'create' | 'show' | 'showDiff'>;
  readonly files: Pick<RepositoryFiles, 'show'>;
  readonly mergeRequests: Pick<MergeRequests, 'all' | 'allCommits' | 'create' | 'show'>;
  readonly namespaces: Pick<Namespaces, 'show'>;
  readonly projects: Pick<Projects, 'create'>;
  readonly protectedBranches: Pick<ProtectedBranches, 'protect' | 'show' | 'unprotect'>;
  readonly repositories: Pick<Repositories, 'compare' | 'mergeBase'>;
  readonly users: Pick<Users, 'showCurrentUser'>;
  readonly token: string;
  readonly cherryPick: (pick: CherryPick) => Promise<CherryPicked>;
}

/** A request to apply a commit to the head of a branch. */
export interface CherryPick {
  readonly repositoryName: string;
  readonly commitId: string;
  readonly branchName: string;
  readonly message: string;
}

/** The new commit and its parents, or why there is none. */
export type CherryPicked =
  | { readonly id: string; readonly parents: readonly string[] }
  | { readonly failure: 'conflict' | 'empty' };
