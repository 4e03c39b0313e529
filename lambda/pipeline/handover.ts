import type { Environments } from './environments';
import type { PipelineControl } from '../pipeline-control/control';
import { enablePipeline, restartCancelled, stopPipeline } from '../pipeline-control/control';
import type { EnvironmentPipeline } from '../registry/environment';
import { haltOf, haltReason, isHalted } from '../registry/halt';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry } from '../registry/registry';
import { isAccessDenied, isNamed } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

interface Suspension {
  /** Key of the pipeline that takes its place, or its own key because it is removed. */
  readonly suspendedFor: string;
  readonly reason: string;
  /** When that was requested. */
  readonly since: number;
}

/** What is being done, and when it was requested. */
type Attempt = Pick<PipelineRecord, 'attempt' | 'requestedAt'>;

/** Of the pipelines of an environment, or of those of one branch, only the last one runs; the others are suspended. */
export class Handover {
  public constructor(
    private readonly registry: Registry, private readonly environments: Environments, private readonly control: PipelineControl,
    private readonly now: () => number,
  ) {}

  /** Stops a pipeline and disables it; returns false if there is none. @throws a transient error if its role may not be known yet */
  public async suspend(key: string, { suspendedFor, reason, since }: Suspension): Promise<boolean> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline) return false;
    // first the mark: it says that the pipeline must be resumed
    await this.environments.suspend(key, suspendedFor);
    return this.ignoreAbsent(since, async () => stopPipeline(this.control, pipeline, reason));
  }

  /**
   * Lets a suspended pipeline work again, unless its definition has disabled it or an operator has halted it.
   * @throws a transient error if its role may not be known yet
   */
  public async resume(key: string, { attempt: token, requestedAt }: Attempt): Promise<void> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline?.suspendedFor) return;
    const reasonToDisable = async () => this.haltReason(pipeline);
    // its branch may have led to the one that had taken its place
    const options = { token, now: this.now(), missedPushes: true, reasonToDisable };
    if (!await this.isDisabled(pipeline)) await this.ignoreAbsent(requestedAt, async () => enablePipeline(this.control, pipeline, options));
    await this.environments.resume(key);
  }

  /** Starts a pipeline whose run was cancelled, as AWS does when the pipeline is changed; one that must not run stays as it is. */
  public async restart(key: string, { attempt: token, requestedAt }: Attempt): Promise<void> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline || pipeline.suspendedFor || await this.isDisabled(pipeline)) return;
    await this.ignoreAbsent(requestedAt, async () => restartCancelled(this.control, pipeline, { token, now: this.now() }));
  }

  private async isDisabled({ state, environmentName }: EnvironmentPipeline): Promise<boolean> {
    return state === 'disabled' || isHalted(this.registry, environmentName);
  }

  private async haltReason({ environmentName }: EnvironmentPipeline): Promise<string | undefined> {
    const halt = await haltOf(this.registry, environmentName);
    return halt && haltReason(halt);
  }

  /** In a pipeline that was never made, and in an account that was closed, nothing runs. */
  private async ignoreAbsent(since: number, action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (refused) {
      const error = retryWhileRolePropagates(refused, this.now() - since);
      if (!isAccessDenied(error) && !isNamed(error, 'PipelineNotFoundException', 'StageNotFoundException')) throw error;
      return false;
    }
  }
}
