import { BlueGreenLifecycle } from '../../lambda/pipeline/blue-green';
import { Routes } from '../../lambda/pipeline/branch-routes';
import { Environments } from '../../lambda/pipeline/environments';
import type { EnvironmentTraffic } from '../../lambda/pipeline/traffic';
import type { BlueGreenRecord } from '../../lambda/registry/blue-green';
import { blueGreenKey } from '../../lambda/registry/blue-green';
import type { EnvironmentRecord } from '../../lambda/registry/environment';
import { environmentKey } from '../../lambda/registry/environment';
import type { CurrentRelease, ReleaseRecord } from '../../lambda/registry/release';
import { releaseKey } from '../../lambda/registry/release';
import type { BlueGreenRequest, TrafficFinding, TrafficInput } from '../../src/blue-green/release/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';
import { ownerOf } from '../stack/world';

export const OWNER = ownerOf('Prod', 'Cicd');
export const REQUEST: BlueGreenRequest = {
  kind: 'blueGreen', environmentName: 'prod', firstSide: 'green', config: JSON.stringify({ machineArn: 'machine' }),
};
export const CURRENT: CurrentRelease = {
  releaseId: 'r1',
  kind: 'release',
  by: 'anna',
  startedAt: 0,
  requested: 'main',
  commitId: 'c1',
  from: 'blue',
  to: 'green',
  step: 'shift',
  since: 0,
  position: 0,
  goodChecks: 0,
};

/** A function of the releases, whose repair changes what `finding` is. */
export class FakeTraffic implements EnvironmentTraffic {
  public finding: TrafficFinding = {};
  public afterRepair: TrafficFinding = {};
  public readonly asked: (TrafficInput & { readonly functionArn: string })[] = [];
  public error?: Error;

  public async ask(functionArn: string, input: TrafficInput): Promise<TrafficFinding> {
    this.asked.push({ functionArn, ...input });
    if (this.error) throw this.error;
    if (input.traffic === 'repair') this.finding = this.afterRepair;
    return input.traffic === 'repair' ? {} : this.finding;
  }
}

/** A blue/green environment, with a registry and a process that may be killed at any call. */
export class BlueGreenWorld {
  public readonly registry = new FakeRegistry();
  public readonly traffic = new FakeTraffic();
  public readonly fate = new Fate();
  public now = 1_000_000;

  public get lifecycle(): BlueGreenLifecycle {
    const registry = this.fate.over(this.registry);
    const routes = new Routes(registry, new Environments(registry, Date.now));
    return new BlueGreenLifecycle(registry, routes, this.fate.over(this.traffic), () => this.now);
  }

  public async putEnvironment(active = 'blue'): Promise<void> {
    const environment = { environmentName: 'prod', stackId: OWNER.stackId, active, sides: {} };
    await this.registry.write<EnvironmentRecord>(environmentKey('prod'), environment, undefined);
  }

  /** Changes the active side behind the back of the lifecycle. */
  public async putActive(active: string): Promise<void> {
    const record = await this.registry.read<EnvironmentRecord>(environmentKey('prod'));
    if (!record) throw new Error('there is no environment');
    await this.registry.write<EnvironmentRecord>(environmentKey('prod'), { ...record, active }, record.version);
  }

  public async putRelease(rest: Partial<ReleaseRecord>): Promise<void> {
    const release = await this.release();
    const next = { environmentName: 'prod', fence: 1, ...rest };
    await this.registry.write<ReleaseRecord>(releaseKey('prod'), next, release?.version);
  }

  public async active(): Promise<string | undefined> {
    return (await this.registry.read<EnvironmentRecord>(environmentKey('prod')))?.active;
  }

  public async blueGreen() {
    return this.registry.read<BlueGreenRecord>(blueGreenKey('prod'));
  }

  public async release() {
    return this.registry.read<ReleaseRecord>(releaseKey('prod'));
  }

  /** Repeats an action until it is not killed any more, as CloudFormation and the waiter do. */
  public async survive<Result>(action: (lifecycle: BlueGreenLifecycle) => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await action(this.lifecycle);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        this.fate.revive();
      }
    }
  }
}
