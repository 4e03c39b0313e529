import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CodeCommitClient, GetPullRequestCommand, MergePullRequestByThreeWayCommand, UpdatePullRequestApprovalStateCommand,
  UpdatePullRequestStatusCommand,
} from '@aws-sdk/client-codecommit';
import { BitbucketClient } from '../../lambda/sources/bitbucket/client';
import { BitbucketHost } from '../../lambda/sources/bitbucket/host';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import type { HostCredentials } from '../../lambda/sources/credentials';
import { GitHubHost } from '../../lambda/sources/github/host';
import type { GitHubClient } from '../../lambda/sources/github/repository';
import { GitLabHost } from '../../lambda/sources/gitlab/host';
import type { GitLabClient } from '../../lambda/sources/gitlab/repository';
import type { SourceHost } from '../../lambda/sources/source';
import { hostPath } from '../../rehearsal/core/host-path';
import { REHEARSAL_TOKEN } from '../../rehearsal/hosts/host';
import type { Content } from '../../rehearsal/services/codecommit/content';
import { Simulation } from '../../rehearsal/simulation';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';

export const CREDENTIALS_ARN = 'arn:aws:secretsmanager:eu-west-1:222222222222:secret:shop-credentials';

/** The real clients of the hosts, as they are shipped beside the handlers. */
const CLIENTS = join(__dirname, '../../lib/lambda/branch');

export const HOSTS = ['codecommit', 'github', 'gitlab', 'bitbucket'] as const;
export type HostName = typeof HOSTS[number];

/** The others merge only merge requests and pull requests, where they show conflicts. */
export const MERGING: readonly HostName[] = ['codecommit', 'github'];

/** What a person does with a pull request. */
type Ending = 'merge' | 'close';

/** How each host is connected to, the name of its repository there, and how a person ends a pull request. */
const KINDS: Readonly<Record<HostName, {
  readonly repositoryName: string;
  connect(simulation: Simulation, credentials: HostCredentials): SourceHost;
  end(simulation: Simulation, id: string, ending: Ending): Promise<unknown>;
  approve(simulation: Simulation, id: string, person: string): Promise<unknown>;
  /** Reports that a check of a commit has passed. */
  pass?(commitId: string, name: string): Promise<unknown>;
}>> = {
  codecommit: {
    repositoryName: 'shop',
    connect: simulation => new CodeCommitHost(codeCommit(simulation)),
    end: async (simulation, pullRequestId, ending) => (ending === 'merge'
      ? codeCommit(simulation).send(new MergePullRequestByThreeWayCommand({ pullRequestId, repositoryName: 'shop' }))
      : codeCommit(simulation).send(
        new UpdatePullRequestStatusCommand({ pullRequestId, pullRequestStatus: 'CLOSED' }),
      )),
    approve: async (simulation, pullRequestId, person) => {
      const client = codeCommit(simulation, person);
      const { pullRequest } = await client.send(new GetPullRequestCommand({ pullRequestId }));
      await client.send(new UpdatePullRequestApprovalStateCommand({
        pullRequestId, revisionId: pullRequest?.revisionId, approvalState: 'APPROVE',
      }));
    },
  },
  github: {
    repositoryName: 'acme/shop',
    connect: (_simulation, credentials) => {
      const { gitHubClient }: { gitHubClient(given: HostCredentials, repository: string): GitHubClient } =
        jest.requireActual(join(CLIENTS, 'github.js'));
      return new GitHubHost(async repository => gitHubClient(credentials, repository), CREDENTIALS_ARN);
    },
    end: async (_simulation, id, ending) => {
      const url = `https://api.github.com/repos/acme/shop/pulls/${id}`;
      return ending === 'merge' ? asPerson('PUT', `${url}/merge`, {}) : asPerson('PATCH', url, { state: 'closed' });
    },
    approve: async (_simulation, id, person) =>
      asPerson('POST', `https://api.github.com/repos/acme/shop/pulls/${id}/reviews`, { event: 'APPROVE' }, person),
    pass: async (commitId, context) =>
      asPerson('POST', `https://api.github.com/repos/acme/shop/statuses/${commitId}`, { state: 'success', context }),
  },
  gitlab: {
    repositoryName: 'acme/web/shop',
    connect: (_simulation, credentials) => {
      const { gitLabClient }: { gitLabClient(token: string): GitLabClient } =
        jest.requireActual(join(CLIENTS, 'gitlab.js'));
      return new GitLabHost(async () => gitLabClient(tokenIn(credentials)), CREDENTIALS_ARN);
    },
    end: async (_simulation, id, ending) => {
      const url = `https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/merge_requests/${id}`;
      return ending === 'merge' ? asPerson('PUT', `${url}/merge`, {}) : asPerson('PUT', url, { state_event: 'close' });
    },
    approve: async (_simulation, id, person) => asPerson(
      'POST', `https://gitlab.com/api/v4/projects/acme%2Fweb%2Fshop/merge_requests/${id}/approve`, {}, person,
    ),
  },
  bitbucket: {
    repositoryName: 'acme/shop',
    connect: (_simulation, credentials) =>
      new BitbucketHost(async () => new BitbucketClient(tokenIn(credentials)), CREDENTIALS_ARN),
    end: async (_simulation, id, ending) => asPerson(
      'POST', `https://api.bitbucket.org/2.0/repositories/acme/shop/pullrequests/${id}/${
        ending === 'merge' ? 'merge' : 'decline'}`, {},
    ),
    approve: async (_simulation, id, person) => asPerson(
      'POST', `https://api.bitbucket.org/2.0/repositories/acme/shop/pullrequests/${id}/approve`, {}, person,
    ),
    pass: async (commitId, key) => asPerson(
      'POST', `https://api.bitbucket.org/2.0/repositories/acme/shop/commit/${commitId}/statuses/build`,
      { key, state: 'SUCCESSFUL' },
    ),
  },
};

function tokenIn(credentials: HostCredentials): string {
  return 'token' in credentials ? credentials.token : '';
}

function codeCommit({ iam, server }: Simulation, person = 'root'): CodeCommitClient {
  const name = person === 'root' ? person : `user/${person}`;
  const credentials = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:${name}` });
  return new CodeCommitClient({ endpoint: server.endpoint, region: REGION, credentials });
}

/** Sends a request as a person does. */
export async function asPerson(
  method: string, url: string, body: object, token: string = REHEARSAL_TOKEN,
): Promise<void> {
  const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
}

/** A file of a commit, or undefined to remove it. */
export type FileContent = string | { readonly text: string; readonly mode: string } | undefined;

interface Options {
  readonly files?: Readonly<Record<string, string>>;
  readonly credentials?: HostCredentials;
}

/** A simulated host with one repository, and the way to it that the handlers use. */
export class HostWorld {
  public static async start(name: HostName, { files = { 'README.md': 'the shop\n' }, credentials }: Options = {}) {
    const simulation = await Simulation.start({ managementAccountId: MANAGEMENT_ACCOUNT, enforce: false });
    const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
    const world = new HostWorld(name, simulation, folder, credentials ?? { token: REHEARSAL_TOKEN });
    await world.seed(files);
    return world;
  }

  public readonly host: SourceHost;
  public readonly repositoryName: string;
  private readonly realFetch = globalThis.fetch;
  private intercept?: (request: () => Promise<Response>) => Promise<Response>;

  private constructor(
    public readonly name: HostName,
    public readonly simulation: Simulation,
    private readonly folder: string,
    credentials: HostCredentials,
  ) {
    this.redirect();
    const { repositoryName } = KINDS[name];
    this.repositoryName = repositoryName;
    this.host = KINDS[name].connect(simulation, credentials);
  }

  public get git(): Content {
    const { codecommit, hosts } = this.simulation;
    if (this.name === 'codecommit') return codecommit.content(CICD_ACCOUNT, REGION, this.repositoryName);
    const found = hosts.repositories.find(({ fullName }) => fullName === this.repositoryName);
    if (!found) throw new Error(`there is no repository ${this.repositoryName}`);
    return found.git;
  }

  public async head(branch: string): Promise<string> {
    return await this.git.head(branch) ?? '';
  }

  /** Commits to a branch, as a person does. */
  public async commit(
    branch: string, files: Readonly<Record<string, FileContent>>, message = 'a change',
  ): Promise<string> {
    const parent = await this.git.head(branch);
    const { commitId } = await this.git.commit({
      parent,
      message,
      author: { name: 'Anna', email: 'anna@example.com', at: Date.UTC(2026, 0, 1) },
      put: Object.entries(files).flatMap(([path, file]) => {
        if (file === undefined) return [];
        const { text, mode } = typeof file === 'string' ? { text: file, mode: '100644' } : file;
        return [{ path, content: Buffer.from(text), mode }];
      }),
      remove: Object.keys(files).filter(path => files[path] === undefined),
    });
    await this.git.moveBranch(branch, parent, commitId);
    return commitId;
  }

  /** Ends a pull request, as a person does. */
  public async end(pullRequestId: string, ending: Ending): Promise<void> {
    await KINDS[this.name].end(this.simulation, pullRequestId, ending);
  }

  /** Approves a pull request, as a person does. */
  public async approve(pullRequestId: string, person: string): Promise<void> {
    this.simulation.hostConditions.tokens[person] = { level: 'write' };
    await KINDS[this.name].approve(this.simulation, pullRequestId, person);
  }

  /** Reports that a check of a commit has passed, as another system does. */
  public async pass(commitId: string, name: string): Promise<void> {
    await KINDS[this.name].pass?.(commitId, name);
  }

  /** The modes and contents of all files of a commit, by path. */
  public async files(commitId: string): Promise<Readonly<Record<string, string>>> {
    const entries = (await this.git.differences(undefined, commitId)).flatMap(({ after }) => after ?? []);
    const files = entries.map(async ({ path, mode, id }) => [path, `${mode} ${String(await this.git.blob(id))}`]);
    return Object.fromEntries(await Promise.all(files));
  }

  /**
   * Runs calls of a process that dies at the nth request to the host, before its effect or after: what awaits this
   * request never continues. Returns whether it has died.
   */
  public async runUntil(n: number, when: 'before' | 'after', run: () => Promise<unknown>): Promise<boolean> {
    let requests = 0;
    const death = new Promise<true>(resolve => {
      this.intercept = async request => {
        requests += 1;
        if (requests !== n) return request();
        if (when === 'after') await request();
        resolve(true);
        return new Promise(() => {});
      };
    });
    const hasDied = await Promise.race([death, run().then(() => false)]);
    this.intercept = undefined;
    return hasDied;
  }

  public async stop(): Promise<void> {
    globalThis.fetch = this.realFetch;
    await this.simulation.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The content of another repository. */
  public contentOf(repositoryName: string): Content | undefined {
    const { codecommit, hosts } = this.simulation;
    if (this.name !== 'codecommit') return hosts[this.name].find(repositoryName)?.git;
    return codecommit.repositoryNames(CICD_ACCOUNT, REGION).includes(repositoryName)
      ? codecommit.content(CICD_ACCOUNT, REGION, repositoryName)
      : undefined;
  }

  /** The name of another repository of the same owner. */
  public sibling(name: string): string {
    return `${this.repositoryName.replace(/[^/]+$/, '')}${name}`;
  }

  /** Creates another repository from one on disk, and returns its name. */
  public async addRepository(name: string, path: string): Promise<string> {
    const { codecommit, hosts } = this.simulation;
    if (this.name === 'codecommit') {
      await codecommit.seed(CICD_ACCOUNT, REGION, name, path);
      return name;
    }
    const fullName = this.sibling(name);
    await hosts.seed(`${this.name}:${fullName}`, path);
    return fullName;
  }

  private async seed(files: Readonly<Record<string, string>>): Promise<void> {
    const { codecommit, hosts } = this.simulation;
    const source = join(this.folder, 'source');
    mkdirSync(source);
    if (Object.keys(files).length === 0) {
      for (const name of ['objects', 'refs']) mkdirSync(join(source, name));
      writeFileSync(join(source, 'HEAD'), 'ref: refs/heads/main\n');
    }
    for (const [path, text] of Object.entries(files)) writeFileSync(join(source, path), text);
    if (this.name === 'codecommit') await codecommit.seed(CICD_ACCOUNT, REGION, this.repositoryName, source);
    else await hosts.seed(`${this.name}:${this.repositoryName}`, source);
  }

  /** Requests to simulated hosts go to the simulation, as in the process of a function. */
  private redirect(): void {
    const { server } = this.simulation;
    globalThis.fetch = async (target, init) => {
      const { hostname, pathname, search, origin } = new URL(target instanceof Request ? target.url : target);
      if (origin === server.endpoint) return this.realFetch(target, init);
      if (!server.hosts.has(hostname)) throw new Error(`unexpected request to ${hostname}`);
      const address = `${server.endpoint}${hostPath(hostname, pathname)}${search}`;
      const request = async () => {
        if (!(target instanceof Request)) return this.realFetch(address, init);
        const { method, headers } = target;
        return this.realFetch(address, { method, headers, ...(method !== 'GET' && { body: await target.text() }) });
      };
      return this.intercept ? this.intercept(request) : request();
    };
  }
}
