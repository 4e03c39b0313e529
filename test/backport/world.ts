import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CodeCommitClient, CreatePullRequestCommand, MergePullRequestByThreeWayCommand, UpdatePullRequestStatusCommand,
} from '@aws-sdk/client-codecommit';
import { BackportRunner } from '../../lambda/backport/runner';
import type { BackportOutcome } from '../../lambda/backport/runner';
import { BackportOperations } from '../../lambda/operations/backports/operations';
import type { BackportRecord } from '../../lambda/registry/backport';
import { backportKey } from '../../lambda/registry/backport';
import type { BranchRecord } from '../../lambda/registry/branch';
import { branchKey } from '../../lambda/registry/branch';
import { CodeCommitHost } from '../../lambda/sources/codecommit';
import type { BackportStatus } from '../../src/backport/contract';
import type { BranchRequest } from '../../src/branch/contract';
import type { BackportRequest } from '../../src/operations/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { CICD, World } from '../rehearsal/services/world';
import { Fate, Killed } from '../shared/fate';

export const ANNA = 'arn:aws:iam::111111111111:user/anna';
const repositoryName = 'shop';
const REGION = 'eu-central-1';

/** Environments by their branches, and the branches from which they come. */
export const TREE: Readonly<Record<string, string>> = {
  'env/prod': 'main', 'env/test1': 'env/prod', 'env/test2': 'env/prod', 'env/dev': 'env/test1',
};

/** A tree of branches in a simulated CodeCommit, and the functions that make backports. */
export class BackportWorld {
  public static async start(tree = TREE): Promise<BackportWorld> {
    const aws = await World.start();
    const world = new BackportWorld(aws, tree);
    await world.fill(tree);
    return world;
  }

  public readonly registry = new FakeRegistry();
  public readonly fate = new Fate();
  public readonly started: string[] = [];
  public readonly client: CodeCommitClient;
  public readonly operations: BackportOperations;
  private readonly folder = mkdtempSync(join(tmpdir(), 'backport-'));
  private readonly host: CodeCommitHost;
  private ids = 0;

  private constructor(private readonly aws: World, private readonly tree: Readonly<Record<string, string>>) {
    this.client = new CodeCommitClient(aws.as(CICD));
    this.host = new CodeCommitHost(this.fate.over(this.client));
    this.operations = new BackportOperations({
      registry: this.registry,
      hosts: () => this.host,
      machine: { start: async id => void this.started.push(id), restart: async id => void this.started.push(id) },
      history: { record: async () => {} },
      now: () => 0,
      newId: () => `backport-${++this.ids}`,
    });
  }

  public async stop(): Promise<void> {
    await this.aws.stop();
    rmSync(this.folder, { recursive: true });
  }

  public async run(request: BackportRequest): Promise<BackportStatus> {
    const { backport } = await this.operations.run(request, 'request');
    if (!backport) throw new Error('there is no backport');
    return backport;
  }

  public async backport(commits: readonly string[], from: string, to?: readonly string[]): Promise<BackportStatus> {
    return this.run({ operation: 'backport', commits, from, by: ANNA, ...to && { to } });
  }

  /** Does what the state machine does until it waits for a person, or ends; it is killed where the fate says. */
  public async advance(backportId: string): Promise<BackportStatus> {
    const registry = this.fate.over(this.registry);
    const runner = new BackportRunner({ registry, hosts: () => this.host, now: () => 0 });
    for (let steps = 0; steps < 60; steps++) {
      const outcome = await runner.advance(backportId).catch((error: unknown): BackportOutcome => {
        if (error instanceof Killed && this.fate.revive()) return { state: 'waiting', seconds: 2 };
        throw error;
      });
      // a step that meets a death in its error handling waits, too
      this.fate.revive();
      const { step } = await this.record(backportId);
      if (outcome.state !== 'waiting' || (['merge', 'tidy'].includes(step) && outcome.seconds > 5)) break;
    }
    return this.run({ operation: 'describeBackport', backportId });
  }

  public async record(backportId: string): Promise<BackportRecord> {
    const record = await this.registry.read<BackportRecord>(backportKey(backportId));
    if (!record) throw new Error('there is no record');
    return record;
  }

  /** Lets CodeCommit reject commands whose input, as JSON, is matched. */
  public reject(isRejected: (input: string) => boolean, name = 'AccessDeniedException'): void {
    const send = this.client.send.bind(this.client);
    jest.spyOn(this.client, 'send').mockImplementation((command: { readonly input: object }) => {
      if (!isRejected(JSON.stringify(command.input))) return Reflect.apply(send, this.client, [command]);
      throw Object.assign(new Error('rejected'), { name, $metadata: { httpStatusCode: 400 } });
    });
  }

  /** A person opens a pull request. Returns its id. */
  public async open(sourceReference: string, destinationReference: string): Promise<string> {
    const { pullRequest } = await this.client.send(new CreatePullRequestCommand({
      title: sourceReference, targets: [{ repositoryName, sourceReference, destinationReference }],
    }));
    return pullRequest?.pullRequestId ?? '';
  }

  /** A person merges a pull request. */
  public async merge(pullRequestId = ''): Promise<void> {
    await this.client.send(new MergePullRequestByThreeWayCommand({
      pullRequestId, repositoryName, conflictDetailLevel: 'LINE_LEVEL',
    }));
  }

  /** A person closes a pull request without a merge. */
  public async close(pullRequestId = ''): Promise<void> {
    await this.client.send(new UpdatePullRequestStatusCommand({ pullRequestId, pullRequestStatus: 'CLOSED' }));
  }

  /** A developer commits to a branch, and pushes. Returns the commit. */
  public commit(branch: string, files: Readonly<Record<string, string>>, message = 'Add tea'): string {
    const work = join(this.folder, 'work');
    this.git(['clone', '--quiet', '--branch', branch, this.bare, work], this.folder);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    this.git(['add', '-A'], work);
    this.git(['commit', '--quiet', '-m', message], work);
    // without the hook, which needs a server for pushes
    this.git(['-c', 'core.hooksPath=/dev/null', 'push', '--quiet', '--no-verify', 'origin', branch], work);
    const id = this.git(['rev-parse', 'HEAD'], work);
    rmSync(work, { recursive: true });
    return id;
  }

  /** Runs git in the repository of CodeCommit. */
  public git(argument: readonly string[], cwd = this.bare): string {
    return execFileSync('git', [...argument], {
      cwd, env: environment(), stdio: ['pipe', 'pipe', 'pipe'],
    }).toString('utf8').trim();
  }

  public branches(): readonly string[] {
    return this.git(['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads']).split('\n');
  }

  public file(branch: string, path: string): string {
    return this.git(['show', `${branch}:${path}`]);
  }

  private get bare(): string {
    return this.aws.codecommit.path(CICD, REGION, repositoryName) ?? '';
  }

  private async fill(tree: Readonly<Record<string, string>>): Promise<void> {
    const source = join(this.folder, 'source');
    this.git(['init', '--quiet', '-b', 'main', source], this.folder);
    writeFileSync(join(source, 'app.txt'), Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join(''));
    this.git(['add', '-A'], source);
    this.git(['commit', '--quiet', '-m', 'first'], source);
    for (const [branch, parent] of Object.entries(tree)) {
      this.git(['checkout', '--quiet', '-b', branch, parent], source);
      writeFileSync(join(source, 'environment.json'), JSON.stringify({ branch, parent }));
      this.git(['add', '-A'], source);
      this.git(['commit', '--quiet', '-m', `describe ${branch}`], source);
    }
    await this.aws.codecommit.seed(CICD, REGION, repositoryName, source);
    for (const branch of Object.keys(tree)) await this.declare(branch);
  }

  /** Records a branch as the branch provider does. */
  public async declare(branchName: string, changes: Partial<BranchRequest> = {}): Promise<void> {
    const request: BranchRequest = {
      host: 'codecommit',
      repositoryName,
      repositoryArn: `arn:aws:codecommit:${REGION}:${CICD}:${repositoryName}`,
      branchName,
      parentName: this.tree[branchName] ?? 'main',
      environmentName: branchName.replace('env/', ''),
      accountId: '222222222222',
      region: REGION,
      ...changes,
    };
    const owner = { id: branchName, logicalId: branchName, stackId: 'stack', request };
    const known = await this.registry.read<BranchRecord>(branchKey(request));
    await this.registry.write<BranchRecord>(
      branchKey(request), { owners: [owner], environmentName: request.environmentName, parents: [] }, known?.version,
    );
  }
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: devNull,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_SYSTEM: devNull,
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.com',
    GIT_COMMITTER_NAME: 'Bob',
    GIT_COMMITTER_EMAIL: 'bob@example.com',
  };
}
