import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCommitClient } from '@aws-sdk/client-codecommit';
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

export type HostName = 'codecommit' | 'github' | 'gitlab' | 'bitbucket';

/** How each host is connected to, and the name of its repository there. */
const KINDS: Readonly<Record<HostName, {
  readonly repositoryName: string;
  connect(simulation: Simulation, credentials: HostCredentials): SourceHost;
}>> = {
  codecommit: {
    repositoryName: 'shop',
    connect: simulation => {
      const credentials = simulation.iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
      const client = new CodeCommitClient({ endpoint: simulation.server.endpoint, region: REGION, credentials });
      return new CodeCommitHost(client);
    },
  },
  github: {
    repositoryName: 'acme/shop',
    connect: (_simulation, credentials) => {
      const { gitHubClient }: { gitHubClient(given: HostCredentials): GitHubClient } =
        jest.requireActual(join(CLIENTS, 'github.js'));
      return new GitHubHost(async () => gitHubClient(credentials), CREDENTIALS_ARN);
    },
  },
  gitlab: {
    repositoryName: 'acme/web/shop',
    connect: (_simulation, credentials) => {
      const { gitLabClient }: { gitLabClient(token: string): GitLabClient } =
        jest.requireActual(join(CLIENTS, 'gitlab.js'));
      return new GitLabHost(async () => gitLabClient(tokenIn(credentials)), CREDENTIALS_ARN);
    },
  },
  bitbucket: {
    repositoryName: 'acme/shop',
    connect: (_simulation, credentials) =>
      new BitbucketHost(async () => new BitbucketClient(tokenIn(credentials)), CREDENTIALS_ARN),
  },
};

function tokenIn(credentials: HostCredentials): string {
  return 'token' in credentials ? credentials.token : '';
}

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

  private constructor(
    private readonly name: HostName,
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
  public async commit(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    const parent = await this.git.head(branch);
    const { commitId } = await this.git.commit({
      parent,
      message: 'a change',
      author: { name: 'Anna', email: 'anna@example.com', at: Date.UTC(2026, 0, 1) },
      put: Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), mode: '100644' })),
      remove: [],
    });
    await this.git.moveBranch(branch, parent, commitId);
    return commitId;
  }

  public async stop(): Promise<void> {
    globalThis.fetch = this.realFetch;
    await this.simulation.stop();
    rmSync(this.folder, { recursive: true, force: true });
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
      if (!(target instanceof Request)) return this.realFetch(address, init);
      const { method, headers } = target;
      return this.realFetch(address, { method, headers, ...(method !== 'GET' && { body: await target.text() }) });
    };
  }
}
