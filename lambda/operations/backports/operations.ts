import {
  alreadyBelow, hasEnded, mergeCommit, noCommonBranch, noPicks, noRecord, noSuchCommit, nothingNamed, notOnBranch,
  rootCommit,
} from './errors';
import { commitsOfPullRequest } from './pull-request-commits';
import type { BackportStatus } from '../../../src/backport/contract';
import { CHANGES } from '../../../src/history/contract';
import type { BackportRequest, OperationResponse } from '../../../src/operations/contract';
import { NAMES } from '../../../src/private/contract';
import type { History } from '../../history/history';
import type { AbsorbRecord, BackportRecord } from '../../registry/backport';
import { backportKey, backportStatus } from '../../registry/backport';
import { repositoryId } from '../../registry/branch';
import type { BranchTree, TreeBranch } from '../../registry/branch-tree';
import { branchTree } from '../../registry/branch-tree';
import type { Registry } from '../../registry/registry';
import type { Hosts } from '../../sources/hosts';

/** The calls of the host that are needed before a backport starts. */
export type BackportHostCalls = 'resolve' | 'contains' | 'commit' | 'pullRequest' | 'pullRequestCommits';

/** The state machine that makes backports. */
export interface BackportMachine {
  /** Starts the execution of a backport, unless it was started before. */
  start(backportId: string): Promise<void>;
  /** Starts another execution, unless one runs. */
  restart(backportId: string): Promise<void>;
}

export interface BackportOperationsParts {
  readonly registry: Registry;
  readonly hosts: Hosts<BackportHostCalls>;
  readonly machine: BackportMachine;
  readonly history: History;
  readonly now: () => number;
  readonly newId: () => string;
}

type Backport = Extract<BackportRequest, { operation: 'backport' }>;
type Absorb = Extract<BackportRequest, { operation: 'absorb' }>;

const KEPT_SECONDS = 180 * 24 * 3600;

/** Ports commits back to the lowest branch that others share, and brings them to these. */
export class BackportOperations {
  public constructor(private readonly parts: BackportOperationsParts) {}

  /** @param requestId id of the invocation, which the log lines contain */
  public async run(request: BackportRequest, requestId: string): Promise<OperationResponse<never>> {
    switch (request.operation) {
      case 'backport':
        return this.started(await this.backport(request), request.by, requestId);
      case 'absorb':
        return this.started(await this.absorb(request), request.by, requestId);
      case 'restartBackport':
        return this.restart(request.backportId);
      case 'describeBackport':
        return response(backportStatus(await this.read(request.backportId)));
    }
  }

  private async read(backportId: string): Promise<BackportRecord> {
    const record = await this.parts.registry.read<BackportRecord>(backportKey(backportId));
    if (!record) throw noRecord(backportId);
    return record;
  }

  /** Continues a backport whose execution has ended, for example after hours without the host. */
  private async restart(backportId: string): Promise<OperationResponse<never>> {
    const record = await this.read(backportId);
    if (record.step === 'end') throw hasEnded(backportId);
    await this.parts.machine.restart(backportId);
    return response(backportStatus(record));
  }

  private async backport({ commits: named = [], pullRequest, from, to = [], by }: Backport): Promise<BackportRecord> {
    const tree = await branchTree(this.parts.registry);
    const source = tree.find(from);
    if (source.host === 'bitbucket') throw noPicks(source.repositoryName);
    const receivers = to.map(name => tree.find(name, source));
    const target = targetOf(tree, source, receivers);
    const references = [...named, ...await this.commitsOf(source, pullRequest)];
    if (references.length === 0) throw nothingNamed();
    const commits = await this.checked(references, source);
    const branches = receivers.length > 0 ? receivers : tree.descendants(source, target);
    return this.recordOf(source, by, {
      from: source.branchName,
      target,
      commits,
      step: 'pick',
      state: 'picking',
      branches: waiting(branches.filter(({ branchName }) => branchName !== target)),
    });
  }

  private async commitsOf(source: TreeBranch, pullRequest: string | undefined): Promise<readonly string[]> {
    if (pullRequest === undefined) return [];
    return commitsOfPullRequest(this.parts.hosts(source), source.repositoryName, pullRequest);
  }

  private async absorb({ branch: name, to = [], by }: Absorb): Promise<BackportRecord> {
    const tree = await branchTree(this.parts.registry);
    const source = tree.branches.some(({ parentName }) => parentName === name) && !isKnown(tree, name)
      ? rootOf(tree, name)
      : tree.find(name);
    const { repositoryName, branchName } = source;
    const descendants = tree.descendants(source, branchName);
    const receivers = to.map(other => tree.find(other, source));
    const foreign = receivers.find(receiver => !descendants.includes(receiver));
    if (foreign) throw noCommonBranch([foreign.branchName, branchName]);
    const head = await this.parts.hosts(source).resolve(repositoryName, `refs/heads/${branchName}`);
    if (head === undefined) throw noSuchCommit(branchName, repositoryName);
    return this.recordOf(source, by, {
      from: branchName,
      target: branchName,
      commits: [],
      step: 'absorb',
      state: 'absorbing',
      mergedCommit: head,
      branches: waiting(receivers.length > 0 ? receivers : descendants),
    });
  }

  /** Full ids of commits that can be applied one by one. */
  private async checked(references: readonly string[], source: TreeBranch): Promise<readonly string[]> {
    const { repositoryName, branchName } = source;
    const host = this.parts.hosts(source);
    const head = await host.resolve(repositoryName, `refs/heads/${branchName}`);
    if (head === undefined) throw noSuchCommit(branchName, repositoryName);
    const found: string[] = [];
    for (const reference of references) {
      const commitId = await host.resolve(repositoryName, reference);
      const commit = commitId === undefined ? undefined : await host.commit(repositoryName, commitId);
      if (!commit) throw noSuchCommit(reference, repositoryName);
      const isOnBranch = await host.contains(repositoryName, head, commit.commitId);
      if (isOnBranch !== true) throw notOnBranch(reference, branchName);
      if (commit.parents.length > 1) throw mergeCommit(reference, commit.parents.length);
      if (commit.parents.length === 0) throw rootCommit(reference);
      found.push(commit.commitId);
    }
    return [...new Set(found)];
  }

  private recordOf(
    { host, repositoryName, repositoryArn, credentialsArn }: TreeBranch, by: string,
    record: Pick<BackportRecord, 'from' | 'target' | 'commits' | 'step' | 'state' | 'branches' | 'mergedCommit'>,
  ): BackportRecord {
    const { newId, now } = this.parts;
    const backportId = newId();
    return {
      ...record,
      backportId,
      repository: { host, repositoryName, repositoryArn, ...credentialsArn !== undefined && { credentialsArn } },
      by,
      startedAt: new Date(now()).toISOString(),
      // outside of the names of environments, so that no trigger starts a pipeline
      workBranch: `${NAMES.workBranchPrefix}${backportId}`,
      temporaryBranch: `${NAMES.workBranchPrefix}temporary/${backportId}`,
      position: 0,
      looks: 0,
      failures: 0,
      deleteAfter: Math.floor(now() / 1000) + KEPT_SECONDS,
    };
  }

  private async started(
    record: BackportRecord, by: string, requestId: string,
  ): Promise<OperationResponse<never>> {
    const { registry, machine, history, now } = this.parts;
    await registry.write<BackportRecord>(backportKey(record.backportId), record, undefined);
    await machine.start(record.backportId);
    await history.record({
      at: new Date(now()).toISOString(),
      change: record.commits.length > 0 ? CHANGES.backport : CHANGES.absorb,
      outcome: 'succeeded',
      by,
      requestId,
      subject: `${record.from} to ${record.target} (${record.backportId})`,
    });
    return response(backportStatus(record));
  }
}

/** The lowest branch from which the source and the receivers come; without receivers, the parent of the source. */
function targetOf(tree: BranchTree, source: TreeBranch, receivers: readonly TreeBranch[]): string {
  if (receivers.length === 0) return source.parentName;
  const target = tree.lowestCommonAncestor([source, ...receivers]);
  const names = receivers.map(({ branchName }) => branchName);
  if (target === undefined) throw noCommonBranch([source.branchName, ...names]);
  if (target === source.branchName) throw alreadyBelow(source.branchName, names);
  return target;
}

function isKnown(tree: BranchTree, name: string): boolean {
  return tree.branches.some(({ branchName, environmentName }) => [branchName, environmentName].includes(name));
}

/** A branch without an environment, from which branches come: `main`. */
function rootOf(tree: BranchTree, name: string): TreeBranch {
  const children = tree.branches.filter(({ parentName }) => parentName === name);
  const [child] = children;
  const repositories = new Set(children.map(repositoryId));
  if (!child || repositories.size > 1) {
    throw new Error(
      `the branch '${name}' is in more than one repository (${[...repositories].join(', ')}): name an environment`,
    );
  }
  return { ...child, branchName: name };
}

function waiting(branches: readonly TreeBranch[]): readonly AbsorbRecord[] {
  return branches.map(({ branchName, review, checks }) => ({
    branchName, state: 'waiting', isReviewed: review !== undefined || checks !== undefined,
  }));
}

function response(backport: BackportStatus): OperationResponse<never> {
  return { pipelines: [], backport };
}
