import { Bitbucket } from './bitbucket/service';
import { answerGit } from './git';
import { GitHub } from './github/service';
import { GitLab } from './gitlab/service';
import type { HostConditions, HostResponse } from './host';
import type { Push } from './repositories';
import { HostedRepositories } from './repositories';
import type { Server } from '../core/server';
import type { Environment, HttpRequest } from '../core/service';
import { gitRequestOf } from '../services/codecommit/git-http';

interface HostsOptions {
  readonly environment: Environment;
  readonly temporary: string;
  readonly conditions: HostConditions;
  readonly server: Pick<Server, 'serveHost'>;
  readonly pushed: (push: Push) => void;
}

/** One host: its repositories and its API. */
interface Host {
  readonly repositories: HostedRepositories;
  readonly api: { readonly hostname: string; answer(request: HttpRequest): Promise<HostResponse> };
}

/** The hosts of repositories outside of AWS. Functions reach the API of a host only if the host has repositories. */
export class Hosts {
  public readonly github: HostedRepositories;
  public readonly gitlab: HostedRepositories;
  public readonly bitbucket: HostedRepositories;
  public readonly all: readonly HostedRepositories[];
  private readonly byName: ReadonlyMap<string, Host>;

  public constructor(private readonly options: HostsOptions) {
    const { environment, temporary, conditions, pushed } = options;
    this.github = new HostedRepositories(environment, temporary, 'github.com', pushed);
    const github = { repositories: this.github, api: new GitHub(environment, this.github, conditions) };
    this.gitlab = new HostedRepositories(environment, temporary, 'gitlab.com', pushed);
    const gitlab = { repositories: this.gitlab, api: new GitLab(environment, this.gitlab, conditions) };
    this.bitbucket = new HostedRepositories(environment, temporary, 'bitbucket.org', pushed);
    const bitbucket = { repositories: this.bitbucket, api: new Bitbucket(environment, this.bitbucket, conditions) };
    this.byName = new Map(Object.entries({ github, gitlab, bitbucket }));
    this.all = [...this.byName.values()].map(({ repositories }) => repositories);
  }

  /** Creates a repository from a name like `github:owner/name`. */
  public async seed(name: string, path: string): Promise<void> {
    const [hostName = '', fullName = ''] = name.split(':');
    const host = this.byName.get(hostName);
    if (host === undefined) {
      throw new Error(`repository ${name} is of an unknown host: use one of ${[...this.byName.keys()].join(', ')}`);
    }
    await host.repositories.seed(fullName, path);
    const { server, environment: { clock }, conditions } = this.options;
    const git = async (request: HttpRequest) =>
      clock.during(async () => answerGit(host.repositories, conditions, request));
    server.serveHost(host.api.hostname, async request => {
      // the API of GitLab has the same name as its repositories
      if (host.api.hostname === host.repositories.host && gitRequestOf(request)) return git(request);
      const { status, body, headers } = await host.api.answer(request);
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      return { status, body: text, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } };
    });
    server.serveHost(host.repositories.host, git);
  }

  /** All repositories, and the names of their hosts. */
  public get repositories() {
    return this.all.flatMap(({ host, all }) => all.map(({ region: owner, name, git, path }) => (
      { host, fullName: `${owner}/${name}`, git, path }
    )));
  }

  /** Handles a push that a hook reported. Returns whether the repository exists. */
  public received(repositoryId: string, lines: string): boolean {
    return this.all.some(repositories => repositories.received(repositoryId, lines));
  }

  public async close(): Promise<void> {
    for (const repositories of this.all) await repositories.close();
  }
}
