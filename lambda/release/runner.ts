import { Logger } from '@aws-lambda-powertools/logger';
import type { ReleaseContext, StepProgress } from './context';
import { Ending } from './ending';
import type { ReleaseInProgress } from './ending';
import { haltedDuring, ReleaseFailedError, sideWithoutPipeline, WrongSideError } from './errors';
import type { ReleaseParts } from './ports';
import { restore } from './restore';
import { STEPS } from './steps';
import type { SideName } from '../../src/blue-green/contract';
import { RELEASE_STEPS } from '../../src/blue-green/release/contract';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { haltKey, haltOf } from '../registry/halt';
import type { HaltRecord } from '../registry/halt';
import type { Versioned } from '../registry/registry';
import { releaseKey } from '../registry/release';
import type { ReleaseRecord } from '../registry/release';
import { stepsOf } from '../registry/release-steps';
import { isTransient } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

/** The result of one invocation of the function by the state machine. */
export type ReleaseOutcome =
  | { readonly state: 'waiting'; readonly seconds: number }
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly reason: string };

/** A step may end without waiting, so that the next one begins; but an invocation must end in time. */
const MAX_STEPS = 12;

const RETRY_SECONDS = 5;

/** Time after which the next step of an invocation reads again whether the environment is halted. */
const FRESH_MILLISECONDS = 5000;

const logger = new Logger({ serviceName: 'org-environments' });

/** The records that several steps of an invocation use. */
interface Records {
  readonly environment: Versioned<EnvironmentRecord> | undefined;
  readonly halt: HaltRecord | undefined;
  /** When they were read, in milliseconds since 1970. */
  readonly at: number;
}

/** Takes a release forward, step by step, or back to the side that served at its start. */
export class ReleaseRunner {
  private readonly ending: Ending;

  public constructor(
    private readonly environmentName: string,
    private readonly config: ReleaseConfig,
    private readonly parts: ReleaseParts,
  ) {
    this.ending = new Ending(environmentName, config, parts);
  }

  /** Does as many steps as are possible without waiting. */
  public async advance(releaseId: string): Promise<ReleaseOutcome> {
    const { registry, now } = this.parts;
    const { environmentName } = this;
    try {
      let read = await this.readRecords();
      for (let count = 0; count < MAX_STEPS; count++) {
        if (now() - read.at > FRESH_MILLISECONDS) read = await this.readRecords();
        const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
        if (!record?.current || record.current.releaseId !== releaseId) return await this.ended(record, releaseId);
        const seconds = await this.step({ ...record, current: record.current }, read);
        // Step Functions waits whole seconds only
        if (seconds > 0) return { state: 'waiting', seconds: Math.ceil(seconds) };
      }
      return { state: 'waiting', seconds: 1 };
    } catch (error) {
      if (!isTransient(error)) throw error;
      const cause = `${error.name}: ${error.message}`;
      logger.warn('transient error; retrying', { environmentName, releaseId, error: cause });
      return { state: 'waiting', seconds: RETRY_SECONDS };
    }
  }

  private async readRecords(): Promise<Records> {
    const { environmentName, parts: { registry, now } } = this;
    await registry.prefetch([releaseKey(environmentName), environmentKey(environmentName), haltKey(environmentName)]);
    const environment = await registry.read<EnvironmentRecord>(environmentKey(environmentName));
    return { environment, halt: await haltOf(registry, environmentName), at: now() };
  }

  /** Returns the seconds until the next step. */
  private async step(record: ReleaseInProgress, read: Records): Promise<number> {
    const { failure: earlier } = record.current;
    if (earlier !== undefined) return this.goBack(record, read, earlier);
    try {
      return await this.goForward(record, read);
    } catch (thrown) {
      const error = this.whileRolesPropagate(record, thrown);
      if (isTransient(error)) throw error;
      const failure = error instanceof Error ? error.message : String(error);
      const known = error instanceof ReleaseFailedError;
      logger.warn('the release fails', { releaseId: record.current.releaseId, failure, ...(!known && { error }) });
      if (error instanceof WrongSideError) {
        const fence = Math.max(record.fence, error.fence);
        await this.ending.failed({ ...record, fence }, 'returned', failure);
        return 0;
      }
      await this.save(record, { change: { failure, since: this.parts.now() } });
      return 0;
    }
  }

  private async goForward(record: ReleaseInProgress, { environment, halt }: Records): Promise<number> {
    const { current } = record;
    const context = this.contextOf(record, environment);
    if (halt) throw haltedDuring(this.environmentName, halt);
    if (current.step === 'commit') {
      await this.ending.succeeded(record, current.to, environment);
      return 0;
    }
    const progress = await STEPS[current.step](context);
    if (!progress.isDone) return this.wait(record, progress);
    const next = { ...current, ...progress.change };
    const position = RELEASE_STEPS.indexOf(current.step);
    const step = stepsOf(this.config, next).find(other => RELEASE_STEPS.indexOf(other) > position) ?? 'commit';
    logger.info('step of a release', { environmentName: this.environmentName, releaseId: current.releaseId, step });
    await this.save(record, { ...progress, change: { ...progress.change, step, since: this.parts.now() } });
    return 0;
  }

  /** A release may begin right after the deployment that has created its roles. */
  private whileRolesPropagate({ current: { startedAt } }: ReleaseInProgress, error: unknown): unknown {
    return retryWhileRolePropagates(error, this.parts.now() - startedAt);
  }

  private async goBack(record: ReleaseInProgress, { environment }: Records, failure: string): Promise<number> {
    try {
      const progress = await restore(this.contextOf(record, environment));
      if (!progress.isDone) return await this.wait(record, progress);
      await this.ending.failed(record, 'returned', failure);
    } catch (thrown) {
      const error = this.whileRolesPropagate(record, thrown);
      if (isTransient(error)) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      await this.ending.failed(record, 'stuck', `${failure}; not all could be restored: ${problem}`);
    }
    return 0;
  }

  private async wait(record: ReleaseInProgress, progress: StepProgress & { readonly isDone: false }): Promise<number> {
    if (progress.change || progress.trafficChange) await this.save(record, progress);
    return progress.seconds;
  }

  private async save(
    { version, ...record }: ReleaseInProgress,
    { change, trafficChange }: Pick<StepProgress, 'change' | 'trafficChange'>,
  ): Promise<void> {
    const next: ReleaseRecord = {
      ...record,
      ...(trafficChange && { change: trafficChange, fence: Math.max(record.fence, trafficChange.fence) }),
      current: { ...record.current, ...change },
    };
    await this.parts.registry.write<ReleaseRecord>(releaseKey(this.environmentName), next, version);
  }

  private contextOf(
    { current, fence, last, change, hasStrayTraffic }: ReleaseInProgress, environment: EnvironmentRecord | undefined,
  ): ReleaseContext {
    const side = (name: SideName) => {
      const pipeline = environment?.sides[name]?.pipelines.at(-1);
      if (pipeline) return { name, pipeline };
      throw new ReleaseFailedError(sideWithoutPipeline(name, this.environmentName));
    };
    const { environmentName, config, parts } = this;
    const [from, to] = [side(current.from), side(current.to)];
    return { environmentName, config, current, fence, last, hasStrayTraffic, trafficChange: change, from, to, parts };
  }

  private async ended(record: ReleaseRecord | undefined, releaseId: string): Promise<ReleaseOutcome> {
    const { last, current } = record ?? {};
    if (last?.releaseId === releaseId) {
      if (current?.isSuccessor) {
        await this.parts.machine.start(this.config.machineArn, current.releaseId, this.environmentName);
      }
      return last.outcome === 'succeeded'
        ? { state: 'succeeded' }
        : { state: 'failed', reason: last.failure ?? 'the traffic was returned' };
    }
    const holder = current ? `: release ${current.releaseId} of ${current.by} has the lock` : '';
    return { state: 'failed', reason: `another release has taken its place${holder}` };
  }
}
