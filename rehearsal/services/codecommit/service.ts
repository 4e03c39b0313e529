import type { Content } from './content';
import type { BranchHead } from './content';
import { CommitOperations } from './operations/commits';
import { ContentOperations } from './operations/contents';
import { RepositoryOperations } from './operations/repositories';
import { permissions } from './permissions';
import { tellPush } from './pushes';
import { repositoryType } from './resource-types';
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

/** CodeCommit on real git repositories. */
export class CodeCommit implements Service {
  public readonly name = 'codecommit';
  public readonly protocol = 'json';
  public readonly operations: Record<string, Operation>;
  public readonly permissions = permissions;
  public readonly resourceTypes: Record<string, ResourceType>;
  private readonly store: RepositoryStore;
  private readonly clock: Clock;

  /** @param temporary folder in which the repositories get one of their own; by default that of the system */
  public constructor(environment: Environment, private readonly events: Events, temporary?: string) {
    this.store = new RepositoryStore(environment, temporary);
    this.clock = environment.clock;
    const operations: Record<string, Operation> = {
      ...new RepositoryOperations(this.store, events).operations,
      ...new ContentOperations(this.store).operations,
      ...new CommitOperations(this.store, events, environment.clock).operations,
    };
    this.operations = Object.fromEntries(Object.entries(operations)
      .map(([name, operation]) => [name, async call => environment.clock.during(async () => operation(call))]));
    this.resourceTypes = { 'AWS::CodeCommit::Repository': repositoryType(this.store, environment.clock) };
  }

  /**
   * Makes a repository with the content of a git repository or of a plain folder;
   * a template that declares one of the same name later takes it over.
   */
  public async seed(accountId: string, region: string, repositoryName: string, path: string): Promise<void> {
    await this.clock.during(async () => this.store.seed(accountId, region, repositoryName, path));
  }

  /** Takes what a repository's hook tells of a push; answers whether there is such a repository. */
  public received(repositoryId: string, lines: string): boolean {
    const repository = this.store.withId(repositoryId);
    if (repository !== undefined) tellPush(this.events, repository, lines);
    return repository !== undefined;
  }

  /** Takes what was pushed into a repository that has no hook. */
  public pushed(accountId: string, region: string, repositoryName: string, lines: string): void {
    tellPush(this.events, this.store.required(accountId, region, repositoryName), lines);
  }

  /** Where the bare repository lies. */
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

  /** The content of a file at a branch, a tag or a commit. */
  public async file(accountId: string, region: string, repositoryName: string, ref: string, path: string): Promise<string | undefined> {
    const { git } = this.store.required(accountId, region, repositoryName);
    const commitId = await git.resolve(ref);
    const entry = commitId === undefined ? undefined : await git.entry(commitId, path);
    return entry?.type === 'blob' ? (await git.blob(entry.id)).toString('utf8') : undefined;
  }

  /** A commit, named by its id or by a reference, and everything in it as a zip archive. */
  public async archive(accountId: string, region: string, repositoryName: string, reference: string): Promise<CommitArchive | undefined> {
    const git = this.store.find(accountId, region, repositoryName)?.git;
    const commitId = await git?.resolve(reference);
    if (git === undefined || commitId === undefined) return undefined;
    const { message, author, committer } = await git.details(commitId);
    const archive = await git.archive(commitId);
    return { commitId, message: message.trim(), authoredAt: timeOf(author.date), committedAt: timeOf(committer.date), archive };
  }

  public async close(): Promise<void> {
    await this.store.close();
  }
}

/** From the seconds of a raw date of git. */
function timeOf(date: string): string {
  return new Date(Number(date.split(' ')[0]) * 1000).toISOString();
}
