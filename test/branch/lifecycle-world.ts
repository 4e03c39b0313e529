import { FakeRepositories } from './fake-repositories';
import { BranchLifecycle } from '../../lambda/branch/lifecycle';
import type { BranchRecord } from '../../lambda/registry/branch';
import { branchKey } from '../../lambda/registry/branch';
import type { Owner } from '../../lambda/shared/lifecycle';
import type { BranchRequest, BranchResult } from '../../src/branch/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';

export const DESCRIBED = 'chore(environment): describe test1';
const NOW = Date.UTC(2026, 10, 29, 12);

export const request: BranchRequest = {
  host: 'codecommit',
  repositoryName: 'shop',
  repositoryArn: 'arn:aws:codecommit:eu-central-1:222222222222:shop',
  branchName: 'env/test1',
  parentName: 'main',
  environmentName: 'test1',
  accountId: '111111111111',
  region: 'eu-central-1',
};
export const descriptor = {
  name: 'test1',
  accountId: '111111111111',
  region: 'eu-central-1',
  parent: 'main',
  branch: 'env/test1',
};
export const owner = ownerOf('Branch');

export function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/uuid`,
  };
}

export function world() {
  const registry = new FakeRegistry();
  const repositories = new FakeRepositories();
  const fate = new Fate();
  repositories.push('main', { 'README.md': 'hello' }, 'first');
  const host = fate.over(repositories);
  const lifecycle = new BranchLifecycle(fate.over(registry), () => host, {
    accountId: '222222222222',
    region: 'eu-central-1',
  }, () => NOW);
  return { registry, repositories, fate, lifecycle };
}

export async function finish(lifecycle: BranchLifecycle, of: Owner, wanted: BranchRequest): Promise<BranchResult> {
  for (let polls = 0; polls < 20; polls++) {
    const progress = await lifecycle.reconcile(of, wanted);
    if (progress.done) return progress.result;
  }
  throw new Error('never done');
}

export async function make(
  lifecycle: BranchLifecycle,
  wanted: BranchRequest = request,
  of: Owner = owner,
): Promise<BranchResult> {
  await lifecycle.requestCreate(of, wanted);
  return finish(lifecycle, of, wanted);
}

export async function change(
  lifecycle: BranchLifecycle,
  wanted: BranchRequest,
  before: BranchRequest = request,
  of: Owner = owner,
): Promise<BranchResult> {
  await lifecycle.requestUpdate(of, wanted, before);
  return finish(lifecycle, of, wanted);
}

export async function remove(
  lifecycle: BranchLifecycle, before: BranchRequest = request, of: Owner = owner,
): Promise<void> {
  await lifecycle.requestDelete(of, before);
  await finishDelete(lifecycle, before, of);
}

export async function finishDelete(
  lifecycle: BranchLifecycle, before: BranchRequest = request, of: Owner = owner,
): Promise<void> {
  for (let polls = 0; polls < 20; polls++) {
    if ((await lifecycle.reconcileDelete(of, before)).done) return;
  }
  throw new Error('never done');
}

export async function branchRecord(registry: FakeRegistry, branchName: string): Promise<BranchRecord | undefined> {
  return registry.read<BranchRecord>(branchKey({ ...request, branchName }));
}

export function descriptorAt(repositories: FakeRepositories, commitId: string): unknown {
  return JSON.parse(repositories.text(commitId, 'environment.json') ?? 'null');
}
