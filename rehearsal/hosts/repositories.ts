import type { Environment } from '../core/service';
import type { GitRequest } from '../services/codecommit/git-http';
import { gitAnswer, movedHeads } from '../services/codecommit/git-http';
import type { Repository } from '../services/codecommit/repository';
import { RepositoryStore } from '../services/codecommit/store';

/** A branch that has moved. */
export interface Push {
  /** The part of the address of the repository that names the host, for example `github.com`. */
  readonly host: string;
  /** `owner/name`. */
  readonly fullName: string;
  readonly branch: string;
  readonly commitId: string;
}

interface Archive {
  readonly commitId: string;
  readonly message: string;
  readonly authoredAt: number;
  readonly archive: Buffer;
}

const HEADS = 'refs/heads/';

/** The repositories of a host outside of AWS. */
export class HostedRepositories {
  private readonly store: RepositoryStore;

  public constructor(
    private readonly environment: Environment,
    temporary: string,
    public readonly host: string,
    private readonly pushed: (push: Push) => void,
  ) {
    this.store = new RepositoryStore(environment, temporary, host);
  }

  public find(fullName: string): Repository | undefined {
    const { owner, name } = partsOf(fullName);
    return this.store.find(this.host, owner, name);
  }

  public get all(): readonly Repository[] {
    return this.store.all();
  }

  /** Creates an empty repository. */
  public async create(fullName: string): Promise<void> {
    const { owner, name } = partsOf(fullName);
    await this.store.create(this.host, owner, name);
  }

  /** Whether there is a repository of an owner. */
  public owns(owner: string): boolean {
    return this.all.some(({ region }) => region === owner);
  }

  /** Answers a request of git, and reports the branches that it has moved. */
  public async answerGit(repository: Repository, request: GitRequest): Promise<Buffer> {
    const before = await repository.git.branches();
    const answer = await gitAnswer(await this.store.git(), repository, request);
    for (const { branch, to } of movedHeads(before, await repository.git.branches())) {
      this.report(repository, branch, to);
    }
    return answer;
  }

  /** Creates a repository from a git repository or a plain folder. */
  public async seed(fullName: string, path: string): Promise<void> {
    const { owner, name } = partsOf(fullName);
    await this.environment.clock.during(async () => this.store.seed(this.host, owner, name, path));
  }

  /** Moves a branch, and reports the push. Returns false if the branch is not at the commit. */
  public async move(
    repository: Repository, branch: string, from: string | undefined, to: string | undefined,
  ): Promise<boolean> {
    if (!await repository.git.moveBranch(branch, from, to)) return false;
    this.report(repository, branch, to);
    return true;
  }

  /** Handles a push that a hook reported. Returns whether the repository is here. */
  public received(repositoryId: string, lines: string): boolean {
    const repository = this.store.withId(repositoryId);
    for (const line of repository ? lines.split('\n') : []) {
      const [, to = '', reference = ''] = line.split(' ');
      const isMove = reference.startsWith(HEADS) && !/^0+$/.test(to);
      if (repository && isMove) this.report(repository, reference.slice(HEADS.length), to);
    }
    return repository !== undefined;
  }

  /** Returns a commit and its files as a zip archive. */
  public async archive(fullName: string, reference: string): Promise<Archive | undefined> {
    return this.environment.clock.during(async () => {
      const git = this.find(fullName)?.git;
      const commitId = await git?.resolve(reference);
      if (git === undefined || commitId === undefined) return undefined;
      const { message, author } = await git.details(commitId);
      const [seconds] = author.date.split(' ');
      const archive = await git.archive(commitId);
      return { commitId, message: message.trim(), authoredAt: Number(seconds) * 1000, archive };
    });
  }

  public async close(): Promise<void> {
    await this.store.close();
  }

  private report({ region: owner, name }: Repository, branch: string, commitId: string | undefined): void {
    if (commitId !== undefined) this.pushed({ host: this.host, fullName: `${owner}/${name}`, branch, commitId });
  }
}

/** The groups of a project of GitLab are part of the owner. */
function partsOf(fullName: string): { readonly owner: string; readonly name: string } {
  const slash = fullName.lastIndexOf('/');
  return { owner: fullName.slice(0, slash), name: fullName.slice(slash + 1) };
}
