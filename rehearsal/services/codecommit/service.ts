import type { BranchHead, Content } from './content';
import { ApprovalOperations } from './operations/approvals';
import { CommitOperations } from './operations/commits';
import { ContentOperations } from './operations/contents';
import { GitOperations } from './operations/git';
import { MergeOperations } from './operations/merges';
import { PullRequestOperations } from './operations/pull-requests';
import { RepositoryOperations } from './operations/repositories';
import { permissionsOf } from './permissions';
import { PullRequestStore } from './pull-requests';
import { emitPushEvents } from './pushes';
import { repositoryType, type Objects } from './resource-types';
import { RepositoryStore } from './store';
import type { Clock } from '../../core/clock';
import type { Environment, Operation, ResourceType, Service } from '../../core/service';
import type { Events } from '../events/service';

export type { BranchHead } from './content';

interface CommitArchive {
  readonly commitId: string;
  readonly message: string;
  readonly authoredAt: string;
  readonly committedAt: string;
  readonly archive: Buffer;
}

/** AWS CodeCommit, backed by git repositories. */
export class CodeCommit implements Service {
  public readonly name = 'codecommit';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions: Service['permissions'];
  public readonly resourceTypes: Record<string, ResourceType>;
  public readonly existing: Service['existing'] = {
    'AWS::CodeCommit::Repository': ({ accountId, region }) => this.store.list(accountId, region)
      .map(({ repositoryId: id, arn }) => ({ id, arn })),
  };
  private readonly store: RepositoryStore;
  private readonly clock: Clock;

  /**
   * @param temporary parent folder of the repositories; default: the temporary folder of the system
   * @param objects have the `Code` of repositories
   */
  public constructor(
    environment: Environment,
    private readonly events: Events,
    temporary?: string,
    objects: Objects = { read: () => undefined, directory: () => undefined },
  ) {
    this.store = new RepositoryStore(environment, temporary);
    this.clock = environment.clock;
    const pullRequests = new PullRequestStore();
    this.permissions = permissionsOf(pullRequests);
    const approvals = new ApprovalOperations(this.store, environment.clock);
    const operations: Record<string, Operation> = {
      ...new RepositoryOperations(this.store, events).operations,
      ...new ContentOperations(this.store).operations,
      ...new CommitOperations(this.store, events, environment.clock).operations,
      ...new GitOperations(this.store, events).operations,
      ...new MergeOperations(this.store, events, environment.clock).operations,
      ...approvals.operations,
      ...new PullRequestOperations(this.store, pullRequests, approvals, events, environment.clock).operations,
    };
    this.operations = Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        async call => environment.clock.during(async () => operation(call)),
      ]),
    );
    this.resourceTypes = { 'AWS::CodeCommit::Repository': repositoryType(this.store, environment.clock, objects) };
  }

  /**
   * Creates a repository from a git repository or a plain folder. A template that later declares a repository of the
   * same name adopts it.
   */
  public async seed(accountId: string, region: string, repositoryName: string, path: string): Promise<void> {
    await this.clock.during(async () => this.store.seed(accountId, region, repositoryName, path));
  }

  /** Deletes a repository, as a person does by hand. */
  public async remove(accountId: string, region: string, repositoryName: string): Promise<void> {
    await this.clock.during(async () => this.store.remove(this.store.required(accountId, region, repositoryName)));
  }

  /** Called with the region of each new repository. */
  public set onCreation(listener: (region: string) => void) {
    this.store.onCreation = listener;
  }

  /** Handles a push that a hook reported. Returns whether the repository exists. */
  public received(repositoryId: string, lines: string): boolean {
    const repository = this.store.withId(repositoryId);
    if (repository !== undefined) emitPushEvents(this.events, repository, lines);
    return repository !== undefined;
  }

  /** Handles a push to a repository without a hook. */
  public pushed(accountId: string, region: string, repositoryName: string, lines: string): void {
    emitPushEvents(this.events, this.store.required(accountId, region, repositoryName), lines);
  }

  /** Returns the folder of the bare repository. */
  public path(accountId: string, region: string, repositoryName: string): string | undefined {
    return this.store.find(accountId, region, repositoryName)?.path;
  }

  public content(accountId: string, region: string, repositoryName: string): Content {
    return this.store.required(accountId, region, repositoryName).git;
  }

  public repositoryNames(accountId: string, region: string): string[] {
    return this.store.list(accountId, region).map(repository => repository.name);
  }

  public async branches(accountId: string, region: string, repositoryName: string): Promise<BranchHead[]> {
    return this.store.required(accountId, region, repositoryName).git.branches();
  }

  /** Returns a file at a branch, tag or commit. */
  public async file(
    accountId: string,
    region: string,
    repositoryName: string,
    ref: string,
    path: string,
  ): Promise<string | undefined> {
    const { git } = this.store.required(accountId, region, repositoryName);
    const commitId = await git.resolve(ref);
    const entry = commitId === undefined ? undefined : await git.entry(commitId, path);
    return entry?.type === 'blob' ? (await git.blob(entry.id)).toString('utf8') : undefined;
  }

  /** Returns a commit and its files as a zip archive. */
  public async archive(
    accountId: string,
    region: string,
    repositoryName: string,
    reference: string,
  ): Promise<CommitArchive | undefined> {
    const git = this.store.find(accountId, region, repositoryName)?.git;
    const commitId = await git?.resolve(reference);
    if (git === undefined || commitId === undefined) return undefined;
    const { message, author, committer } = await git.details(commitId);
    const archive = await git.archive(commitId);
    return {
      commitId,
      message: message.trim(),
      authoredAt: timeOf(author.date),
      committedAt: timeOf(committer.date),
      archive,
    };
  }

  public async close(): Promise<void> {
    await this.store.close();
  }
}

/** Converts a raw date of git. */
function timeOf(date: string): string {
  return new Date(Number(date.split(' ')[0]) * 1000).toISOString();
}
