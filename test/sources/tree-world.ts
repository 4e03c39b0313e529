import { generateKeyPairSync } from 'node:crypto';
import type { HostName } from './host-world';
import { HostWorld } from './host-world';
import { BackportRunner } from '../../lambda/backport/runner';
import { BranchLifecycle } from '../../lambda/branch/lifecycle';
import { BackportOperations } from '../../lambda/operations/backports/operations';
import type { BackportRecord } from '../../lambda/registry/backport';
import { backportKey } from '../../lambda/registry/backport';
import type { BranchRecord } from '../../lambda/registry/branch';
import { branchKey } from '../../lambda/registry/branch';
import type { Owner } from '../../lambda/shared/lifecycle';
import type { HostCredentials } from '../../lambda/sources/credentials';
import type { BackportStatus } from '../../src/backport/contract';
import type { BranchRequest } from '../../src/branch/contract';
import type { BackportRequest } from '../../src/operations/contract';
import { FakeRegistry } from '../registry/fake-registry';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

const BY = 'arn:aws:iam::111111111111:user/anna';
const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');

/** A tree of branches on a simulated host, the function that makes branches, and those that make backports. */
export class TreeWorld {
  public static async start(
    name: HostName, files: Readonly<Record<string, string>> = { 'app.txt': LINES },
  ): Promise<TreeWorld> {
    // GitHub needs an App for rules
    const credentials: HostCredentials = name === 'github'
      ? { appId: '42', installationId: '7', privateKey }
      : { token: 'library' };
    const host = await HostWorld.start(name, { credentials, files });
    const { hostConditions } = host.simulation;
    hostConditions.tokens.library = { level: 'write' };
    hostConditions.apps['42'] = { publicKey, installations: { 7: 'library' } };
    return new TreeWorld(host);
  }

  public readonly registry = new FakeRegistry();
  private readonly branchesOf: BranchLifecycle;
  private readonly operations: BackportOperations;
  private ids = 0;

  private constructor(public readonly host: HostWorld) {
    const hosts = () => host.host;
    this.branchesOf = new BranchLifecycle(
      this.registry, hosts, { accountId: '222222222222', region: 'eu-west-1' }, () => Date.UTC(2026, 10, 29, 12),
    );
    this.operations = new BackportOperations({
      registry: this.registry,
      hosts,
      machine: { start: async () => {}, restart: async () => {} },
      history: { record: async () => {} },
      now: () => 0,
      newId: () => `backport-${++this.ids}`,
    });
  }

  public request(branchName: string, parentName: string, changes: Partial<BranchRequest> = {}): BranchRequest {
    return {
      host: this.host.name,
      repositoryName: this.host.repositoryName,
      repositoryArn: `arn of ${this.host.repositoryName}`,
      branchName,
      parentName,
      environmentName: branchName.replace('env/', ''),
      accountId: '111111111111',
      region: 'eu-west-1',
      ...changes,
    };
  }

  /** Creates or adopts the branch of an environment. */
  public async make(request: BranchRequest): Promise<void> {
    await this.branchesOf.requestCreate(ownerOf(request), request);
    await this.finish(request);
  }

  /** The branch of an environment as it is after its creation, without the calls for it. */
  public async declare(request: BranchRequest): Promise<void> {
    const { branchName, parentName, environmentName } = request;
    const { git } = this.host;
    await git.moveBranch(branchName, undefined, await git.head(parentName));
    const descriptor = { name: environmentName, branch: branchName, parent: parentName };
    await this.host.commit(branchName, { 'environment.json': JSON.stringify(descriptor) });
    const owner = { ...ownerOf(request), request };
    await this.registry.write<BranchRecord>(
      branchKey(request), { owners: [owner], environmentName, parents: [parentName] }, undefined,
    );
  }

  /** Changes the branch of an environment. */
  public async change(request: BranchRequest, before: BranchRequest): Promise<void> {
    await this.branchesOf.requestUpdate(ownerOf(request), request, before);
    await this.finish(request);
  }

  public async remove(request: BranchRequest): Promise<void> {
    await this.branchesOf.requestDelete(ownerOf(request), request);
    for (let polls = 0; polls < 20; polls++) {
      if ((await this.branchesOf.reconcileDelete(ownerOf(request), request)).done) return;
    }
    throw new Error('the removal never ends');
  }

  public async run(request: BackportRequest): Promise<BackportStatus> {
    const { backport } = await this.operations.run(request, 'request');
    if (!backport) throw new Error('there is no backport');
    return this.advance(backport.backportId);
  }

  public async backport(commits: readonly string[], from: string, to: readonly string[]): Promise<BackportStatus> {
    return this.run({ operation: 'backport', commits, from, to, by: BY });
  }

  public async absorb(branch: string): Promise<BackportStatus> {
    return this.run({ operation: 'absorb', branch, by: BY });
  }

  /** Does what the state machine does until it waits for a person, or ends. */
  public async advance(backportId: string): Promise<BackportStatus> {
    const runner = new BackportRunner({ registry: this.registry, hosts: () => this.host.host, now: () => 0 });
    for (let steps = 0; steps < 100; steps++) {
      const outcome = await runner.advance(backportId);
      const { step } = await this.record(backportId);
      if (outcome.state !== 'waiting' || (['merge', 'tidy'].includes(step) && outcome.seconds > 5)) break;
    }
    const { backport } = await this.operations.run({ operation: 'describeBackport', backportId }, 'request');
    if (!backport) throw new Error('there is no backport');
    return backport;
  }

  /** The names of all branches. */
  public async names(): Promise<readonly string[]> {
    return (await this.host.git.branches()).map(({ name }) => name).sort();
  }

  /** The descriptor on a branch. */
  public async descriptor(branchName: string): Promise<unknown> {
    const { host, repositoryName } = this.host;
    return JSON.parse(await host.file(repositoryName, await this.host.head(branchName), 'environment.json') ?? 'null');
  }

  public async file(branchName: string, path: string): Promise<string | undefined> {
    return this.host.host.file(this.host.repositoryName, await this.host.head(branchName), path);
  }

  private async finish(request: BranchRequest): Promise<void> {
    for (let polls = 0; polls < 20; polls++) {
      if ((await this.branchesOf.reconcile(ownerOf(request), request)).done) return;
    }
    throw new Error('the branch is never done');
  }

  private async record(backportId: string): Promise<BackportRecord> {
    const record = await this.registry.read<BackportRecord>(backportKey(backportId));
    if (!record) throw new Error('there is no record');
    return record;
  }
}

function ownerOf({ environmentName }: BranchRequest): Owner {
  return { id: environmentName, logicalId: environmentName, stackId: 'stack' };
}
