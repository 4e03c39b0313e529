import { Logger } from '@aws-lambda-powertools/logger';
import type { ReleaseContext, StepProgress } from './context';
import { haltedDuring, ReleaseFailedError, WrongSideError } from './errors';
import type { ReleaseParts } from './ports';
import { restore } from './restore';
import { STEPS } from './steps';
import type { SideName } from '../../src/blue-green/contract';
import { RELEASE_STEPS } from '../../src/blue-green/release/contract';
import type { ReleaseConfig } from '../../src/blue-green/release/contract';
import { CHANGES } from '../../src/history/contract';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { haltKey, haltOf } from '../registry/halt';
import type { Versioned } from '../registry/registry';
import { releaseKey } from '../registry/release';
import type { CurrentRelease, EndedRelease, ReleaseRecord } from '../registry/release';
import { stepsOf } from '../registry/release-steps';
import { isTransient } from '../shared/errors';

/** The result of one invocation of the function by the state machine. */
export type ReleaseOutcome =
  | { readonly state: 'waiting'; readonly seconds: number }
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly reason: string };

/** A step may end without waiting, so that the next one begins; but an invocation must end in time. */
const MAX_STEPS = 12;

const RETRY_SECONDS = 5;

const logger = new Logger({ serviceName: 'org-environments' });

type Read = Versioned<ReleaseRecord> & { readonly current: CurrentRelease };

/** Takes a release forward, step by step, or back to the side that served at its start. */
export class ReleaseRunner {
  public constructor(
    private readonly environmentName: string,
    private readonly config: ReleaseConfig,
    private readonly parts: ReleaseParts,
  ) {}

  /** Does as many steps as are possible without waiting. */
  public async advance(releaseId: string): Promise<ReleaseOutcome> {
    const { registry } = this.parts;
    const { environmentName } = this;
    await registry.prefetch([releaseKey(environmentName), environmentKey(environmentName), haltKey(environmentName)]);
    try {
      for (let count = 0; count < MAX_STEPS; count++) {
        const record = await registry.read<ReleaseRecord>(releaseKey(environmentName));
        if (!record?.current || record.current.releaseId !== releaseId) return ended(record, releaseId);
        const seconds = await this.step({ ...record, current: record.current });
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

  /** Returns the seconds until the next step. */
  private async step(record: Read): Promise<number> {
    const { failure: earlier } = record.current;
    if (earlier !== undefined) return this.goBack(record, earlier);
    try {
      return await this.goForward(record);
    } catch (error) {
      if (isTransient(error)) throw error;
      const failure = error instanceof Error ? error.message : String(error);
      const known = error instanceof ReleaseFailedError;
      logger.warn('the release fails', { releaseId: record.current.releaseId, failure, ...(!known && { error }) });
      if (error instanceof WrongSideError) {
        const fence = Math.max(record.fence, error.fence);
        await this.endFailed({ ...record, fence }, 'returned', failure);
        return 0;
      }
      await this.save(record, { change: { failure } });
      return 0;
    }
  }

  private async goForward(record: Read): Promise<number> {
    const { current } = record;
    const context = await this.contextOf(record);
    const halt = await haltOf(this.parts.registry, this.environmentName);
    if (halt) throw haltedDuring(this.environmentName, halt);
    if (current.step === 'commit') return this.commit(record, context);
    const progress = await STEPS[current.step](context);
    if (!progress.isDone) return this.wait(record, progress);
    const next = { ...current, ...progress.change };
    const position = RELEASE_STEPS.indexOf(current.step);
    const step = stepsOf(this.config, next).find(other => RELEASE_STEPS.indexOf(other) > position) ?? 'commit';
    logger.info('step of a release', { environmentName: this.environmentName, releaseId: current.releaseId, step });
    await this.save(record, { ...progress, change: { ...progress.change, step, since: this.parts.now() } });
    return 0;
  }

  private async goBack(record: Read, failure: string): Promise<number> {
    try {
      const progress = await restore(await this.contextOf(record));
      if (!progress.isDone) return await this.wait(record, progress);
      await this.endFailed(record, 'returned', failure);
    } catch (error) {
      if (isTransient(error)) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      await this.endFailed(record, 'stuck', `${failure}; the traffic could not be returned: ${problem}`);
    }
    return 0;
  }

  private async endFailed(
    { current, fence, last: earlier, change, heads, version }: Read, outcome: 'returned' | 'stuck', failure: string,
  ): Promise<void> {
    const heldUntil = Math.max(this.heldUntil(change !== undefined), earlier?.heldUntil ?? 0);
    const last = { ...this.endOf(current, heldUntil), outcome, failure };
    await this.recordEnd(last);
    // a first release that failed has left no side that serves: the next one is the first again
    const kept = { ...(change && !current.isFirst && { change }), ...(heads && { heads }) };
    await this.end({ fence, ...kept, last }, version);
  }

  /** The registry and the lock change in one transaction. */
  private async commit(record: Read, { to }: ReleaseContext): Promise<number> {
    const { registry } = this.parts;
    const key = environmentKey(this.environmentName);
    const environment = await registry.read<EnvironmentRecord>(key);
    if (!environment) throw new ReleaseFailedError(`environment '${this.environmentName}' was removed`);
    const { version, ...rest } = environment;
    const last: EndedRelease = { ...this.endOf(record.current, this.heldUntil(true)), outcome: 'succeeded' };
    await this.recordEnd(last);
    await registry.transaction(async () => {
      await registry.write<EnvironmentRecord>(key, { ...rest, active: to.name }, version);
      const { fence, change, heads, current: { head }, version: releaseVersion } = record;
      const deployed = head === undefined ? heads : { ...heads, [to.name]: head };
      await this.end({ fence, change, ...(deployed && { heads: deployed }), last }, releaseVersion);
    });
    return 0;
  }

  /** Before the lock ends, so that it is recorded also after a crash; a repeated step may record it twice. */
  private async recordEnd({ releaseId, by, commitId, to, outcome, failure }: EndedRelease): Promise<void> {
    await this.parts.history.record({
      at: new Date(this.parts.now()).toISOString(),
      change: CHANGES.releaseEnd,
      outcome: outcome === 'succeeded' ? 'succeeded' : 'failed',
      by,
      requestId: releaseId,
      environmentName: this.environmentName,
      subject: `side ${to}`,
      commitId,
      ...(failure !== undefined && { reason: failure }),
    });
  }

  /** Writes the record without a current release, which ends the lock. */
  private async end(after: Pick<ReleaseRecord, 'fence' | 'change' | 'heads' | 'last'>, version: number): Promise<void> {
    const { environmentName, parts: { registry } } = this;
    await registry.write<ReleaseRecord>(releaseKey(environmentName), { environmentName, ...after }, version);
  }

  private endOf(current: CurrentRelease, heldUntil: number) {
    const { releaseId, kind, by, startedAt, requested, commitId, from, to, isFirst } = current;
    const identity = { releaseId, kind, by, startedAt, requested, commitId, from, to, ...(isFirst && { isFirst }) };
    return { ...identity, endedAt: this.parts.now(), heldUntil };
  }

  private async wait(record: Read, progress: StepProgress & { readonly isDone: false }): Promise<number> {
    if (progress.change || progress.trafficChange) await this.save(record, progress);
    return progress.seconds;
  }

  private async save(
    { version, ...record }: Read, { change, trafficChange }: Pick<StepProgress, 'change' | 'trafficChange'>,
  ): Promise<void> {
    const next: ReleaseRecord = {
      ...record,
      ...(trafficChange && { change: trafficChange, fence: Math.max(record.fence, trafficChange.fence) }),
      current: { ...record.current, ...change },
    };
    await this.parts.registry.write<ReleaseRecord>(releaseKey(this.environmentName), next, version);
  }

  /** Until when clients may reach the side without traffic, in milliseconds since 1970; 0 if no traffic has moved. */
  private heldUntil(hasMoved: boolean): number {
    return hasMoved ? this.parts.now() + this.config.holdSeconds * 1000 : 0;
  }

  private async contextOf({ current, fence, last, change }: Read): Promise<ReleaseContext> {
    const environment = await this.parts.registry.read<EnvironmentRecord>(environmentKey(this.environmentName));
    const side = (name: SideName) => {
      const pipeline = environment?.sides[name]?.pipelines.at(-1);
      if (pipeline) return { name, pipeline };
      throw new ReleaseFailedError(
        `side ${name} of environment '${this.environmentName}' has no pipeline: deploy the app that declares it`,
      );
    };
    const { environmentName, config, parts } = this;
    const [from, to] = [side(current.from), side(current.to)];
    return { environmentName, config, current, fence, last, trafficChange: change, from, to, parts };
  }
}

function ended(record: ReleaseRecord | undefined, releaseId: string): ReleaseOutcome {
  const { last, current } = record ?? {};
  if (last?.releaseId === releaseId) {
    return last.outcome === 'succeeded'
      ? { state: 'succeeded' }
      : { state: 'failed', reason: last.failure ?? 'the traffic was returned' };
  }
  const holder = current ? `: release ${current.releaseId} of ${current.by} has the lock` : '';
  return { state: 'failed', reason: `another release has taken its place${holder}` };
}
