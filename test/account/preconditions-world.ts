import { FakeDirectory } from './fake-directory';
import { owner } from './vending';
import { Preconditions } from '../../lambda/account/preconditions/lifecycle';
import type { NewBranch, PreconditionsRequest } from '../../src/account/contract';
import { FakeRepositories } from '../branch/fake-repositories';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';

export const who = owner('Preconditions');

export function newBranch(branchName: string, parentName = 'main', repositoryName = 'shop'): NewBranch {
  return { host: 'codecommit', repositoryName, branchName, parentName };
}

export function requestOf(changes: Partial<PreconditionsRequest> = {}): PreconditionsRequest {
  return {
    kind: 'preconditions',
    region: 'eu-central-1',
    emails: ['dev@example.com'],
    organizationalUnits: ['Workloads/Test'],
    newBranches: [newBranch('env/dev')],
    ...changes,
  };
}

/** An organization of two accounts, and a repository with one branch. */
export class World {
  public readonly clock = { now: 1_000_000_000 };
  public readonly fate = new Fate();
  public readonly registry = new FakeRegistry();
  public readonly directory = new FakeDirectory(this.clock);
  public readonly repositories = new FakeRepositories();
  public readonly preconditions: Preconditions;

  public constructor({ pushed = true } = {}) {
    for (const name of ['management', 'cicd']) this.directory.add({ email: `${name}@example.com` });
    if (pushed) this.repositories.push('main');
    const host = this.fate.over(this.repositories);
    this.preconditions = new Preconditions({
      organization: this.fate.over(this.directory),
      registry: this.fate.over(this.registry),
      hosts: () => host,
      cicdAccount: '222222222222',
      now: () => this.clock.now,
    });
  }

  public async check(request: PreconditionsRequest, before?: PreconditionsRequest): Promise<void> {
    if (before) await this.preconditions.requestUpdate(who, request);
    else await this.preconditions.requestCreate(who, request);
    for (let polls = 0; polls < 30; polls++) {
      const { done } = await this.preconditions.reconcile(who, request);
      if (done) return;
      this.clock.now += 3000;
    }
    throw new Error('never done');
  }
}
