import { FakeAccounts } from './fake-accounts';
import type { Accounts } from '../../lambda/cloudformation/accounts';
import type { CicdStack } from '../../lambda/cloudformation/cicd-stack';
import { pipelineLifecycle } from '../../lambda/pipeline/lifecycle';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { environmentKey } from '../../lambda/registry/environment';
import type { StackPlace } from '../../lambda/registry/stack';
import { isTransient } from '../../lambda/shared/errors';
import { IN_PROGRESS } from '../../lambda/shared/lifecycle';
import type { Lifecycle, Owner, Progress, Replacement } from '../../lambda/shared/lifecycle';
import { accountStackLifecycle } from '../../lambda/stack/lifecycle';
import type { EnvironmentRequest, PipelineRequest } from '../../src/pipeline/contract';
import type { AccountStackRequest, StackRequest } from '../../src/stack/contract';
import { FakePipelines } from '../pipeline/fake-pipelines';
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
export const environment: EnvironmentRequest = {
  host: 'codecommit',
  repositoryName: 'shop',
  repositoryArn: SHOP,
  environmentName: 'test1',
  branchName: 'env/test1',
  pipelineName: 'test1',
  ...GATE,
};
const { outputs, ...plain } = request;
export const pipeline: PipelineRequest = { ...plain, stackName: 'pipe', environment };

/** A plain stack, or one with a pipeline. */
export type Wanted = AccountStackRequest | PipelineRequest;

function isPipeline(wanted: StackRequest): wanted is PipelineRequest {
  return 'environment' in wanted;
}

export function ownerOf(logicalId: string, stack = 'Cicd'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/uuid`,
  };
}
export const owner = ownerOf('Stack');

/** A registry, accounts and a provider over them, with a clock that the test moves. */
export class World {
  public readonly registry = new FakeRegistry();
  public readonly fate = new Fate();
  public readonly accounts = new FakeAccounts(this.fate, () => new Date(this.time));
  public readonly pipelines = new FakePipelines(this.accounts);
  public time = 0;
  public readonly lifecycle: Lifecycle<Wanted, { readonly stackId: string }>;
  private attempts = 0;

  public constructor() {
    const options = {
      registry: this.fate.over<FakeRegistry>(this.registry),
      accounts: this.fate.over<FakeAccounts>(this.accounts),
      cicd: this.fate.over<CicdStack>(this.accounts),
      handlerAccount: { partition: 'aws', accountId: '222222222222' },
      now: () => this.time,
      newAttempt: () => `attempt-${++this.attempts}`,
    };
    const assets = async ({ accountId }: StackPlace) => this.fate.over(this.accounts.assetsOf(accountId));
    const stacks = accountStackLifecycle({ ...options, assets });
    const pipelines = pipelineLifecycle({
      ...options,
      applications: this.fate.over<Accounts>(this.accounts.throughBootstrap()),
      outbound: options.accounts,
      control: this.fate.over<FakePipelines>(this.pipelines),
    });
    this.lifecycle = {
      requestCreate: async (by, wanted) =>
        isPipeline(wanted) ? pipelines.requestCreate(by, wanted) : stacks.requestCreate(by, wanted),
      requestUpdate: async (by, wanted, before) =>
        isPipeline(wanted)
          ? pipelines.requestUpdate(by, wanted, before as PipelineRequest)
          : stacks.requestUpdate(by, wanted, before as AccountStackRequest),
      requestFormer: async (by, wanted, former, isCreation) =>
        isPipeline(wanted)
          ? pipelines.requestFormer(by, wanted, former as PipelineRequest, isCreation)
          : stacks.requestFormer(by, wanted, former as AccountStackRequest, isCreation),
      requestDelete: async (by, wanted) =>
        isPipeline(wanted) ? pipelines.requestDelete(by, wanted) : stacks.requestDelete(by, wanted),
      reconcile: async (by, wanted) =>
        isPipeline(wanted) ? pipelines.reconcile(by, wanted) : stacks.reconcile(by, wanted),
      reconcileDelete: async (by, wanted) =>
        isPipeline(wanted) ? pipelines.reconcileDelete(by, wanted) : stacks.reconcileDelete(by, wanted),
      recover: async (by, wanted, change) =>
        isPipeline(wanted)
          ? pipelines.recover(by, wanted, change as Replacement<PipelineRequest> | undefined)
          : stacks.recover(by, wanted, change as Replacement<AccountStackRequest> | undefined),
      check: async (by, wanted) => (isPipeline(wanted) ? pipelines.check(by, wanted) : stacks.check(by, wanted)),
      requestRepair: async (by, wanted) =>
        isPipeline(wanted) ? pipelines.requestRepair(by, wanted) : stacks.requestRepair(by, wanted),
    };
  }

  public async create(wanted: Wanted = request, by: Owner = owner): Promise<{ readonly stackId: string }> {
    await this.lifecycle.requestCreate(by, wanted);
    return this.finish(wanted, by);
  }

  public async update(
    wanted: Wanted,
    before: Wanted = request,
    by: Owner = owner,
  ): Promise<{ readonly stackId: string }> {
    await this.lifecycle.recover?.(by, before, { next: wanted, isRollback: false });
    await this.lifecycle.requestUpdate(by, wanted, before);
    return this.finish(wanted, by);
  }

  public async delete(wanted: Wanted = request, by: Owner = owner): Promise<void> {
    await this.lifecycle.recover?.(by, wanted);
    await this.lifecycle.requestDelete(by, wanted);
    for (let polls = 0; polls < 50; polls++) {
      const progress = await this.lifecycle.reconcileDelete(by, wanted).catch((error: unknown) => this.passing(error));
      if (progress.done) return;
    }
    throw new Error('never gone');
  }

  public async finish(wanted: Wanted, by: Owner = owner): Promise<{ readonly stackId: string }> {
    for (let polls = 0; polls < 50; polls++) {
      const progress = await this.lifecycle.reconcile(by, wanted);
      if (progress.done) return progress.result;
    }
    throw new Error('never done');
  }

  /** What passes is tried again later. */
  private passing(error: unknown): Progress<void> {
    if (!isTransient(error)) throw error;
    this.time += 5000;
    return IN_PROGRESS;
  }

  /** Removes records, as an operator does by mistake. */
  public async lose(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const record = await this.registry.read(key);
      if (!record) throw new Error(`there is no record '${key}'`);
      await this.registry.remove(key, record.version);
    }
  }

  /** Where pushes to a branch lead. */
  public async route(branchName = 'env/test1'): Promise<unknown> {
    const record = await this.registry.read<{ targets: readonly { accountId: string; pipelineName: string }[] }>(
      `route#${SHOP}#${branchName}`,
    );
    return record?.targets.map(({ accountId, pipelineName }) => `${accountId}/${pipelineName}`);
  }

  public async environment(environmentName = 'test1'): Promise<EnvironmentRecord | undefined> {
    return this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
  }

  public async leaseOf(
    accountId: string,
  ): Promise<{ fence: number; holder?: { environmentName: string; expiresAt?: number } } | undefined> {
    return this.registry.read(`lease#${accountId}`);
  }
}

/**
 * Kills the process at its first call, its second and so on, runs the step it was in again, and looks at the world
 * afterwards.
 */
export async function dieEverywhere(
  when: 'before' | 'after',
  steps: (world: World) => readonly (() => Promise<unknown>)[],
  look: (world: World, death: string) => Promise<void>,
  newWorld: () => Promise<World> = async () => new World(),
): Promise<void> {
  for (let call = 1, died = true; died; call++) {
    const world = await newWorld();
    const { length: before } = world.fate.calls;
    died = false;
    world.fate.dieAt(call, when);
    for (const step of steps(world)) {
      await step().catch((error: unknown) => {
        // a process that is killed reports no error
        if (!world.fate.revive()) throw error;
        died = true;
        return step();
      });
    }
    await look(world, `${when} call ${call}: ${world.fate.calls[before + call - 1]}`);
  }
}
