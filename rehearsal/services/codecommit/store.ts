import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { Git } from './git';
import { GitRepository, signed } from './git-repository';
import { MemoryRepository } from './memory-repository';
import { installHook } from './pushes';
import type { Repository } from './repository';
import { Identifiers } from '../../core/identifiers';
import { Regional } from '../../core/regional';
import type { Environment } from '../../core/service';
import { AwsError } from '../../core/service';

/** Fills a new repository, for each kind of storage. */
interface Fill {
  readonly git: (git: Git, path: string) => Promise<void>;
  readonly plain: (content: MemoryRepository) => Promise<void>;
}

/** All repositories, stored as bare repositories in a temporary folder. */
export class RepositoryStore {
  private readonly identifiers: Identifiers;
  private readonly repositories = new Regional(() => new Map<string, Repository>());
  /** Called with the region of each new repository. */
  public onCreation?: (region: string) => void;
  private opened?: Promise<{ folder: string; git: Git }>;

  /** @param host tells the repositories of several stores apart */
  public constructor(
    private readonly environment: Environment, private readonly temporary: string = tmpdir(), host = 'codecommit',
  ) {
    this.identifiers = new Identifiers(host);
  }

  public find(accountId: string, region: string, name: string): Repository | undefined {
    return this.repositories.of(accountId, region).get(name);
  }

  public withId(repositoryId: string): Repository | undefined {
    return this.all().find(repository => repository.repositoryId === repositoryId);
  }

  public required(accountId: string, region: string, name: string): Repository {
    const repository = this.find(accountId, region, name);
    if (repository !== undefined) return repository;
    const others = this.repositories.values().flatMap(repositories => repositories.get(name) ?? []);
    const places = [{ accountId, region }, ...others].map(
      place => `account ${place.accountId}, region ${place.region}`,
    );
    const message = `The repository ${name} does not exist in ${places.join('; there is one in ')}`;
    throw new AwsError('RepositoryDoesNotExistException', message);
  }

  /** The command `git`. */
  public async git(): Promise<Git> {
    return (await this.open()).git;
  }

  /** All repositories of all accounts. */
  public all(): Repository[] {
    return this.repositories.values().flatMap(repositories => [...repositories.values()]);
  }

  public list(accountId: string, region: string): Repository[] {
    return [...this.repositories.of(accountId, region).values()];
  }

  public keep(repository: Repository): void {
    this.repositories.of(repository.accountId, repository.region).set(repository.name, repository);
  }

  /** Creates an empty repository. */
  public async create(accountId: string, region: string, name: string, description = ''): Promise<Repository> {
    return this.made(accountId, region, name, description, false, {
      git: async (git, path) => { await git.run(['init', '--quiet', '--bare', path]); },
      plain: async () => undefined,
    });
  }

  /** Creates a repository whose first commit has the files of a folder. */
  public async createFrom(
    folder: string, { accountId, region, name, description, branch }: {
      readonly accountId: string;
      readonly region: string;
      readonly name: string;
      readonly description: string;
      readonly branch: string;
    },
  ): Promise<Repository> {
    return this.made(accountId, region, name, description, false, {
      git: async (git, path) => {
        await this.importFolder(git, path, folder);
        await git.run(['--git-dir', path, 'branch', '--move', branch]);
      },
      plain: async content => importPlain(content, folder, this.environment.clock.now(), branch),
    });
  }

  /** Creates a repository from a git repository, or from a plain folder as its first commit. */
  public async seed(accountId: string, region: string, name: string, source: string): Promise<Repository> {
    if (!existsSync(source)) {
      throw new Error(`repository ${name} cannot be filled from ${source}: the folder does not exist`);
    }
    return this.made(accountId, region, name, '', true, {
      git: async (git, path) => {
        if (isGitRepository(source)) {
          await git.run(['clone', '--quiet', '--mirror', '--no-hardlinks', resolve(source), path]);
        } else {
          await this.importFolder(git, path, resolve(source));
        }
      },
      plain: async content => importPlain(content, source, this.environment.clock.now()),
    });
  }

  /** Changes the name and description of a repository; the id does not change. */
  public change(repository: Repository, change: { readonly name: string; readonly description: string }): Repository {
    const { accountId, region, name } = repository;
    if (change.name !== name && this.find(accountId, region, change.name) !== undefined) throw nameTaken(change.name);
    this.repositories.of(accountId, region).delete(name);
    const changed = { ...repository, ...change, arn: this.arnOf(accountId, region, change.name) };
    this.keep(changed);
    return changed;
  }

  public async remove(repository: Repository): Promise<void> {
    this.repositories.of(repository.accountId, repository.region).delete(repository.name);
    if (repository.path !== undefined) await rm(repository.path, { recursive: true, force: true });
  }

  public async close(): Promise<void> {
    if (this.opened !== undefined) await rm((await this.opened).folder, { recursive: true, force: true });
    this.opened = undefined;
  }

  private async made(
    accountId: string, region: string, name: string, description: string, isSeed: boolean, fill: Fill,
  ): Promise<Repository> {
    if (!/^[\w.-]{1,100}$/.test(name) || name.endsWith('.git')) {
      throw new AwsError(
        'InvalidRepositoryNameException',
        `A repository name has 1 to 100 letters, digits or ._- and does not end in .git, got: ${name}`,
      );
    }
    if (this.find(accountId, region, name) !== undefined) throw nameTaken(name);
    const repositoryId = this.identifiers.uuid();
    const createdAt = this.environment.clock.now();
    const content = this.environment.inProcess?.direct ? await plain(fill) : await this.inFolder(repositoryId, fill);
    const repository = {
      repositoryId,
      name,
      accountId,
      region,
      description,
      createdAt,
      isSeed,
      arn: this.arnOf(accountId, region, name),
      ...content,
    };
    this.keep(repository);
    this.onCreation?.(region);
    return repository;
  }

  private async inFolder(repositoryId: string, fill: Fill): Promise<Pick<Repository, 'git' | 'path'>> {
    const { folder, git } = await this.open();
    const path = join(folder, `${repositoryId}.git`);
    await fill.git(git, path);
    if (this.environment.listens) installHook(path, repositoryId, this.environment.endpoint);
    return { git: new GitRepository(git, path), path };
  }

  /** Excludes the files that the folder's `.gitignore` ignores. */
  private async importFolder(git: Git, path: string, folder: string): Promise<void> {
    await git.run(['init', '--quiet', '--bare', path]);
    const environment = {
      GIT_DIR: path,
      GIT_WORK_TREE: folder,
      ...signed({ name: 'rehearsal', email: 'rehearsal@example.com', at: this.environment.clock.now() }),
    };
    await git.run(['-C', folder, 'add', '--all', '.'], { environment });
    await git.run(['-C', folder, 'commit', '--quiet', '--message', 'Initial commit'], { environment });
  }

  private arnOf(accountId: string, region: string, name: string): string {
    return `arn:${this.environment.partition}:codecommit:${region}:${accountId}:${name}`;
  }

  private async open(): Promise<{ folder: string; git: Git }> {
    this.opened ??= mkdtemp(join(this.temporary, 'rehearsal-codecommit-')).then(folder => ({
      folder,
      git: new Git(folder),
    }));
    return this.opened;
  }
}

async function plain(fill: Fill): Promise<Pick<Repository, 'git'>> {
  const content = new MemoryRepository();
  await fill.plain(content);
  return { git: content };
}

async function importPlain(
  content: MemoryRepository, source: string, at: number, branch = 'main',
): Promise<void> {
  const put = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(source, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map(path => ({ path, content: readFileSync(join(source, path)), mode: '100644' }));
  if (put.length === 0) return;
  const { commitId } = await content.commit({
    message: 'Initial commit',
    author: { name: 'rehearsal', email: 'rehearsal@example.com', at },
    put,
    remove: [],
  });
  await content.moveBranch(branch, undefined, commitId);
}

function nameTaken(name: string): AwsError {
  return new AwsError('RepositoryNameExistsException', `Repository named ${name} already exists`);
}

/** Whether a folder is the top folder of a git repository or a bare repository. Subfolders are plain folders. */
function isGitRepository(path: string): boolean {
  return existsSync(join(path, '.git')) || ['HEAD', 'objects', 'refs'].every(name => existsSync(join(path, name)));
}
