export function noRecord(backportId: string): Error {
  return new Error(`there is no backport '${backportId}': it was never started, or ended more than 180 days ago`);
}

export function hasEnded(backportId: string): Error {
  return new Error(`backport '${backportId}' has ended: start another one; nothing was done`);
}

export function tooManyExecutions(backportId: string): Error {
  return new Error(`backport '${backportId}' was restarted too often: start another one`);
}

export function noSuchCommit(reference: string, repositoryName: string): Error {
  const isShort = /^[0-9a-f]{4,39}$/.test(reference);
  return new Error(
    `repository '${repositoryName}' has no commit, branch or tag '${reference}': push it first`
      + `${isShort ? ', or name all 40 characters of its id, which CodeCommit needs' : ''}; nothing was done`,
  );
}

export function nothingNamed(): Error {
  return new Error('a backport needs commits or a pull request; nothing was done');
}

export function noPullRequest(id: string, repositoryName: string): Error {
  return new Error(`repository '${repositoryName}' has no pull request '${id}'; nothing was done`);
}

export function noPullRequestCommits(id: string, repositoryName: string): Error {
  return new Error(
    `pull request '${id}' of repository '${repositoryName}' has no commits to port back; nothing was done`,
  );
}

export function notOnBranch(reference: string, branchName: string): Error {
  return new Error(
    `commit '${reference}' is not on branch '${branchName}': name the branch that has it with --from; nothing was done`,
  );
}

export function mergeCommit(reference: string, parents: number): Error {
  return new Error(
    `commit '${reference}' is a merge with ${parents} parents, which has no change of its own: name the commits that `
      + 'it has merged; nothing was done',
  );
}

export function rootCommit(reference: string): Error {
  return new Error(
    `commit '${reference}' is the first of its repository, so all branches have it; nothing was done`,
  );
}

export function noCommonBranch(names: readonly string[]): Error {
  return new Error(
    `the branches '${names.join("', '")}' do not come from one branch: name branches of one tree; nothing was done`,
  );
}

export function alreadyBelow(from: string, to: readonly string[]): Error {
  return new Error(
    `'${to.join("', '")}' come from '${from}' itself, so there is nothing to port back: bring its commits there with `
      + `'org-environments absorb ${from}'; nothing was done`,
  );
}

/** The API of Bitbucket has no operation for it. */
export function noPicks(repositoryName: string): Error {
  return new Error(
    `commits cannot be ported back in repository '${repositoryName}', because the API of Bitbucket cannot apply a `
      + 'commit to another branch: use git cherry-pick -x and open a pull request, and after its merge '
      + "'org-environments absorb <branch>'; nothing was done",
  );
}

/** The organization has no state machine for backports. */
export function noBackports(): Error {
  return new Error(
    "the organization makes no backports: define `new Backports(this, 'Backports', { organization })` in the stack "
      + 'of the organization, then deploy it',
  );
}
