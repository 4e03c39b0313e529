import { FakeAccounts } from './fake-accounts';
import { FakePipelines } from './fake-pipelines';
import { isTransient } from '../../lambda/shared/errors';
import type { Owner } from '../../lambda/shared/lifecycle';
import { AccountStackLifecycle } from '../../lambda/stack/lifecycle';
import type { AccountStackRequest, AccountStackResult, LeaseRequest } from '../../src/stack/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate } from '../shared/fate';

export const ONE = '111111111111';
export const TWO = '333333333333';
export const SHOP = 'arn:aws:codecommit:eu-central-1:222222222222:shop';

export const request: AccountStackRequest = {
  accountId: ONE,
  region: 'eu-central-1',
  stackName: 'net',
  qualifier: 'hnb659fds',
  templateBucket: 'assets',
  templateKey: 'template.json',
  parameters: { Size: '1' },
  tags: { team: 'shop' },
  outputs: [],
};
const GATE = { gate: 'Synth', state: 'enabled', applications: 'delete' } as const;
export const lease: LeaseRequest = {
  host: 'codecommit', repositoryName: 'shop', repositoryArn: SHOP, environmentName: 'test1', branchName: 'env/test1', pipelineName: 'test1', ...GATE,
};
export const pipeline: AccountStackRequest = { ...request, stackName: 'pipe', lease };

export function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return { id: `${logicalId}-${stack}`, logicalId, stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/uuid` };
}
export const owner = ownerOf('Stack');

/** A registry, accounts and a provider over them, with a clock that the test moves. */
export class World {
  public readonly registry = new FakeRegistry();
  public readonly fate = new Fate();
  public readonly accounts = new FakeAccounts(this.fate, () => new Date(this.time));
  public readonly pipelines = new FakePipelines(this.accounts);
  public time = 0;
  public readonly lifecycle: AccountStackLifecycle;
  private attempts = 0;

  public constructor() {
    const home = { partition: 'aws', accountId: '222222222222' };
    const now = () => this.time;
    this.lifecycle = new AccountStackLifecycle(
      this.fate.over(this.registry), this.fate.over(this.accounts), this.fate.over(this.pipelines), home, now, () => `attempt-${++this.attempts}`,
    );
  }

  public async create(wanted: AccountStackRequest = request, by: Owner = owner): Promise<AccountStackResult> {
    await this.lifecycle.create(by, wanted);
    return this.finish(wanted, by);
  }

  public async update(wanted: AccountStackRequest, before: AccountStackRequest = request, by: Owner = owner): Promise<AccountStackResult> {
    await this.lifecycle.update(by, wanted, before);
    return this.finish(wanted, by);
  }

  public async delete(wanted: AccountStackRequest = request, by: Owner = owner): Promise<void> {
    await this.lifecycle.remove(by, wanted);
    for (let polls = 0; polls < 50; polls++) {
      if (await this.lifecycle.finishRemoval(by, wanted).catch((error: unknown) => this.passing(error))) return;
    }
    throw new Error('never gone');
  }

  public async finish(wanted: AccountStackRequest, by: Owner = owner): Promise<AccountStackResult> {
    for (let polls = 0; polls < 50; polls++) {
      const progress = await this.lifecycle.advance(by, wanted);
      if (progress.done) return progress.result;
    }
    throw new Error('never done');
  }

  /** What passes is tried again later. */
  private passing(error: unknown): false {
    if (!isTransient(error)) throw error;
    this.time += 5000;
    return false;
  }

  /** Where pushes to a branch lead. */
  public async route(branchName = 'env/test1'): Promise<unknown> {
    const record = await this.registry.read<{ targets: readonly { accountId: string; pipelineName: string }[] }>(`route#${SHOP}#${branchName}`);
    return record?.targets.map(({ accountId, pipelineName }) => `${accountId}/${pipelineName}`);
  }

  public async leaseOf(accountId: string): Promise<{ fence: number; holder?: { environmentName: string; expiresAt?: number } } | undefined> {
    return this.registry.read(`lease#${accountId}`);
  }
}

/** Kills the process at its first call, its second and so on, runs the step it was in again, and looks at the world afterwards. */
export async function dieEverywhere(
  when: 'before' | 'after', steps: (world: World) => readonly (() => Promise<unknown>)[], look: (world: World, death: string) => Promise<void>,
): Promise<void> {
  for (let call = 1, died = true; died; call++) {
    const world = new World();
    died = false;
    world.fate.dieAt(call, when);
    for (const step of steps(world)) {
      await step().catch((error: unknown) => {
        // what a process says when it dies nobody hears
        if (!world.fate.revive()) throw error;
        died = true;
        return step();
      });
    }
    await look(world, `${when} call ${call}: ${world.fate.calls[call - 1]}`);
  }
}
