import { ACCOUNTS, FakePipelines } from './fake-pipelines';
import { FakeTraffic } from './fake-traffic';
import { RegistryHistory } from '../../lambda/history/history';
import { Releases } from '../../lambda/operations/releases/releases';
import { blueGreenKey } from '../../lambda/registry/blue-green';
import type { BlueGreenRecord } from '../../lambda/registry/blue-green';
import type { EnvironmentPipeline, EnvironmentRecord } from '../../lambda/registry/environment';
import { environmentKey } from '../../lambda/registry/environment';
import type { Versioned } from '../../lambda/registry/registry';
import type { ReleaseRecord } from '../../lambda/registry/release';
import { releaseKey } from '../../lambda/registry/release';
import type { Health, Hooks, HookState, SideAccess, SingletonState } from '../../lambda/release/ports';
import { ReleaseRunner } from '../../lambda/release/runner';
import type { ReleaseOutcome } from '../../lambda/release/runner';
import type { ReleaseMachine } from '../../lambda/shared/release-machine';
import { MergeConflictError } from '../../lambda/sources/source';
import type { MergeRequest, SourceHost } from '../../lambda/sources/source';
import type { SideName } from '../../src/blue-green/contract';
import { SIDES } from '../../src/blue-green/contract';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import { FakeEvents } from '../history/fake-events';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

export const ENVIRONMENT = 'prod';
export const ANNA = 'arn:aws:iam::222222222222:role/Anna';
const MACHINE = 'arn:aws:states:eu-west-1:222222222222:stateMachine:releases';

const CONFIG: ReleaseConfig = {
  repository: {
    host: 'codecommit',
    repositoryName: 'shop',
    repositoryArn: 'arn:aws:codecommit:eu-west-1:222222222222:shop',
  },
  traffic: { kind: 'parameter', parameterName: '/prod/active' },
  roleArn: 'arn:aws:iam::222222222222:role/prod',
  machineArn: MACHINE,
  shift: [{ percent: 100, seconds: 0 }],
  health: [],
  alarms: [],
  bakeSeconds: 0,
  deploySeconds: 3600,
  healthSeconds: 600,
  singletons: [],
  inEffectSeconds: 5,
  holdSeconds: 0,
};

function pipelineOf(side: SideName): EnvironmentPipeline {
  const accountId = ACCOUNTS[side];
  return {
    ...CONFIG.repository,
    environmentName: ENVIRONMENT,
    branchName: `env/prod-${side}`,
    pipelineName: ENVIRONMENT,
    gate: 'Deploy',
    state: 'enabled',
    applications: 'keep',
    pipelineKey: `pipeline#${accountId}#eu-west-1#${ENVIRONMENT}`,
    stackId: 'stack',
    accountId,
    region: 'eu-west-1',
  };
}

/** Branches whose commits are texts: a branch contains what its head's text contains. */
class FakeSource implements Pick<SourceHost, 'resolve' | 'merge' | 'contains'> {
  public readonly references = new Map<string, string>([['main', 'c1']]);
  public readonly heads = new Map<string, string>();
  public readonly conflicts = new Map<string, readonly string[]>();
  /** Called when a branch of a side gets a commit. */
  public onMerge?: (side: SideName) => void;

  public constructor(private readonly world: ReleaseWorld) {}

  public async resolve(_: string, reference: string): Promise<string | undefined> {
    const isCommit = [...this.references.values()].includes(reference);
    const name = reference.replace('refs/heads/', '');
    return this.references.get(name) ?? this.heads.get(name) ?? (isCommit ? reference : undefined);
  }

  public async merge({ branchName, commitId }: MergeRequest): Promise<string> {
    const files = this.conflicts.get(commitId);
    if (files) throw new MergeConflictError(branchName, files);
    const head = this.heads.get(branchName) ?? '';
    if (head.split('+').includes(commitId)) return head;
    const merged = head === '' ? commitId : `${head}+${commitId}`;
    this.heads.set(branchName, merged);
    this.world.pipelines.push(branchName.endsWith('blue') ? 'blue' : 'green', merged);
    this.onMerge?.(branchName.endsWith('blue') ? 'blue' : 'green');
    return merged;
  }

  public async contains(_: string, commitId: string, ancestorId: string): Promise<boolean> {
    return commitId.split('+').includes(ancestorId);
  }
}

class FakeSides implements SideAccess {
  public readonly problems = new Map<SideName, string>();
  public readonly alarms = new Map<SideName, string[]>();
  public readonly running = new Set<string>();
  /** Singletons that do not change. */
  public readonly stuck = new Set<string>();
  /** Sides whose application defines no singletons. */
  public readonly missing = new Set<SideName>();
  /** Called at every change of a singleton. */
  public onTurn?: () => void;

  public async health({ name }: { name: SideName }): Promise<Health> {
    const problem = this.problems.get(name);
    return problem === undefined ? { isGood: true } : { isGood: false, problem };
  }

  public async firing({ name }: { name: SideName }, alarms: readonly string[]): Promise<readonly string[]> {
    return (this.alarms.get(name) ?? []).filter(alarm => alarms.includes(alarm));
  }

  public async stateOf({ name }: { name: SideName }, singleton: object): Promise<SingletonState> {
    if (this.missing.has(name)) return 'missing';
    return this.running.has(`${name} ${JSON.stringify(singleton)}`) ? 'on' : 'off';
  }

  public async turn({ name }: { name: SideName }, singleton: object, state: 'on' | 'off'): Promise<void> {
    const key = `${name} ${JSON.stringify(singleton)}`;
    if (this.stuck.has(key)) return;
    if (state === 'on') this.running.add(key);
    else this.running.delete(key);
    this.onTurn?.();
  }
}

class FakeHooks implements Hooks {
  public readonly started: { readonly token: string; readonly event: object }[] = [];
  public failure?: string;

  public async start(_: object, token: string, event: object): Promise<string> {
    if (!this.started.some(other => other.token === token)) this.started.push({ token, event });
    return token;
  }

  public async state(): Promise<HookState> {
    return this.failure === undefined ? { state: 'succeeded' } : { state: 'failed', why: this.failure };
  }
}

/** Executions that a test drives. */
class FakeMachine implements ReleaseMachine {
  public readonly outcomes = new Map<string, ReleaseOutcome>();

  public async start(_: string, releaseId: string): Promise<boolean> {
    const outcome = this.outcomes.get(releaseId) ?? { state: 'waiting', seconds: 0 };
    this.outcomes.set(releaseId, outcome);
    return outcome.state === 'waiting';
  }

  public isRunning(releaseId: string): boolean {
    return this.outcomes.get(releaseId)?.state === 'waiting';
  }
}

/** A blue/green environment whose releases run in virtual time, and whose processes may die at every call. */
export class ReleaseWorld {
  public static async start(config: Partial<ReleaseConfig> = {}): Promise<ReleaseWorld> {
    const world = new ReleaseWorld(config);
    const environment: EnvironmentRecord = {
      environmentName: ENVIRONMENT,
      stackId: 'stack',
      active: 'blue',
      sides: Object.fromEntries(SIDES.map(side => [side, { pipelines: [pipelineOf(side)] }])),
    };
    await world.registry.write<EnvironmentRecord>(environmentKey(ENVIRONMENT), environment, undefined);
    await world.registry.write<BlueGreenRecord>(
      blueGreenKey(ENVIRONMENT),
      { environmentName: ENVIRONMENT, owners: [], firstSide: 'blue', config: world.config },
      undefined,
    );
    return world;
  }

  public readonly fate = new Fate();
  public readonly registry = new FakeRegistry();
  public readonly source = new FakeSource(this);
  public readonly pipelines: FakePipelines = new FakePipelines(
    () => this.time, side => this.source.heads.get(`env/prod-${side}`),
  );
  public readonly traffic = new FakeTraffic(() => this.time);
  public readonly sides = new FakeSides();
  public readonly hooks = new FakeHooks();
  public readonly machine = new FakeMachine();
  public readonly config: ReleaseConfig;
  private time = Date.parse('2026-01-01T10:00:00Z');
  private ids = 0;

  public constructor(config: Partial<ReleaseConfig> = {}) {
    this.config = { ...CONFIG, ...config };
  }

  public now = (): number => this.time;

  private readonly newId = (): string => `release-${++this.ids}`;

  public get releases(): Releases {
    const { fate, registry, source, machine, now, newId } = this;
    return new Releases({
      registry: fate.over(registry),
      hosts: () => fate.over(source),
      machine: fate.over(machine),
      now,
      newId,
    });
  }

  /** The state machine: invokes the function until the release has ended. It retries a function that has died. */
  public async run(
    releaseId: string, beforeStep: (count: number) => Promise<void> | void = () => {},
  ): Promise<ReleaseOutcome> {
    for (let count = 0; count < 1000; count++) {
      await beforeStep(count);
      const outcome = await this.advance(releaseId);
      this.machine.outcomes.set(releaseId, outcome);
      if (outcome.state !== 'waiting') return outcome;
      // Step Functions waits whole seconds only
      if (!Number.isInteger(outcome.seconds)) throw new Error(`the release waits ${outcome.seconds} seconds`);
      this.time += outcome.seconds * 1000;
    }
    throw new Error('the release has not ended after 1000 steps');
  }

  public async record(): Promise<Versioned<ReleaseRecord> | undefined> {
    return this.registry.read<ReleaseRecord>(releaseKey(ENVIRONMENT));
  }

  public async active(): Promise<string | undefined> {
    return (await this.registry.read<EnvironmentRecord>(environmentKey(ENVIRONMENT)))?.active;
  }

  public async setActive(active: SideName): Promise<void> {
    await this.change<EnvironmentRecord>(environmentKey(ENVIRONMENT), { active });
  }

  public async requestRemoval(): Promise<void> {
    await this.change<BlueGreenRecord>(blueGreenKey(ENVIRONMENT), { removalRequestedAt: this.now() });
  }

  public async removeRecord(): Promise<void> {
    await this.registry.remove(releaseKey(ENVIRONMENT), (await this.record())?.version ?? 0);
  }

  /** Releases a commit, and waits until the release has ended. */
  public async release(reference: string): Promise<ReleaseOutcome> {
    const { releaseId } = await this.releases.release(ENVIRONMENT, reference, ANNA);
    return this.run(releaseId);
  }

  /** Releases a commit, and approves it. */
  public async approved(reference: string): Promise<ReleaseOutcome> {
    const { releaseId } = await this.releases.release(ENVIRONMENT, reference, ANNA);
    return this.run(releaseId, async () => {
      const { current } = (await this.record()) ?? {};
      if (current?.step !== 'approve' || current.approval) return;
      await this.releases.approve(ENVIRONMENT, ANNA, { isApproved: true });
    });
  }

  public async rollback(): Promise<ReleaseOutcome> {
    const { releaseId } = await this.releases.rollback(ENVIRONMENT, ANNA);
    return this.run(releaseId);
  }

  public sleep(seconds: number): void {
    this.time += seconds * 1000;
  }

  private async change<Kind extends object>(key: string, changed: Partial<Kind>): Promise<void> {
    const { version, ...rest } = (await this.registry.read<Kind>(key)) ?? {};
    await this.registry.write(key, { ...rest, ...changed }, version);
  }

  private async advance(releaseId: string): Promise<ReleaseOutcome> {
    const { fate, registry, source, pipelines, traffic, sides, hooks, machine, now, newId } = this;
    const runner = new ReleaseRunner(ENVIRONMENT, this.config, {
      registry: fate.over(registry),
      source: fate.over(source),
      control: fate.over(pipelines),
      traffic: fate.over(traffic),
      sides: fate.over(sides),
      hooks: fate.over(hooks),
      history: new RegistryHistory(fate.over(registry), new FakeEvents()),
      machine: fate.over(machine),
      now,
      newId,
    });
    try {
      return await runner.advance(releaseId);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      fate.revive();
      return { state: 'waiting', seconds: 2 };
    }
  }
}
