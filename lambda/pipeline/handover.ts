import type { Environments } from './environments';
import type { PipelineControl } from '../pipeline-control/control';
import { enablePipeline, restartCancelled, stopPipeline } from '../pipeline-control/control';
import { isSuspension } from '../pipeline-control/suspension';
import type { EnvironmentPipeline } from '../registry/environment';
import { whyClosed } from '../registry/gate';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry } from '../registry/registry';
import { isAccessDenied, isNamed } from '../shared/errors';
import { retryWhileRolePropagates } from '../shared/propagation';

interface Suspension {
  /** Key of the pipeline that takes its place, or its own key if it is removed. */
  readonly suspendedFor: string;
  readonly reason: string;
  /** When that was requested. */
  readonly since: number;
}

/** The current attempt, and when it was requested. */
type Attempt = Pick<PipelineRecord, 'attempt' | 'requestedAt'>;

/** Of the pipelines of an environment or of a branch, only the last one runs. The others are suspended. */
export class Handover {
  public constructor(
    private readonly registry: Registry,
    private readonly environments: Environments,
    private readonly control: PipelineControl,
    private readonly now: () => number,
  ) {}

  /**
   * Stops and disables a pipeline. Returns false if it does not exist.
   * @throws a transient error while its role may be propagating
   */
  public async suspend(key: string, { suspendedFor, reason, since }: Suspension): Promise<boolean> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline) return false;
    // the mark first: without it the pipeline would never be resumed
    await this.environments.suspend(key, suspendedFor);
    return this.ignoreAbsent(since, async () => stopPipeline(this.control, pipeline, reason));
  }

  /**
   * Enables a suspended pipeline, unless it is disabled by its definition, halted or reserved.
   * @throws a transient error while its role may be propagating
   */
  public async resume(key: string, { attempt: token, requestedAt }: Attempt): Promise<void> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline?.suspendedFor) return;
    const reasonToDisable = async () => whyClosed(this.registry, pipeline);
    // pushes to its branch may have started the pipeline that had taken its place
    const options = { token, now: this.now(), missedPushes: true, reasonToDisable };
    if (!(await this.isDisabled(pipeline))) {
      await this.ignoreAbsent(requestedAt, async () => enablePipeline(this.control, pipeline, options));
    }
    await this.environments.resume(key);
  }

  /** Marks a pipeline as suspended if it is, but the registry has lost the mark. */
  public async markLost(key: string, { requestedAt }: Pick<Attempt, 'requestedAt'>): Promise<void> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline || pipeline.suspendedFor) return;
    await this.ignoreAbsent(requestedAt, async () => {
      if (await this.suspensionOf(pipeline)) await this.environments.suspend(key, key);
    });
  }

  /** Why a pipeline is suspended although the registry has no mark of it; undefined: it is not, or cannot be read. */
  public async lostSuspension(pipeline: EnvironmentPipeline): Promise<string | undefined> {
    if (pipeline.suspendedFor) return undefined;
    try {
      return await this.suspensionOf(pipeline);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /**
   * Starts a pipeline whose execution AWS has cancelled because of an update; not if it is disabled, halted,
   * reserved or suspended.
   */
  public async restart(key: string, { attempt: token, requestedAt }: Attempt): Promise<void> {
    const pipeline = await this.environments.pipeline(key);
    if (!pipeline || pipeline.suspendedFor || (await this.isDisabled(pipeline))) return;
    await this.ignoreAbsent(requestedAt, async () =>
      restartCancelled(this.control, pipeline, { token, now: this.now() }),
    );
  }

  private async isDisabled(pipeline: EnvironmentPipeline): Promise<boolean> {
    return pipeline.state === 'disabled' || (await whyClosed(this.registry, pipeline)) !== undefined;
  }

  private async suspensionOf(pipeline: EnvironmentPipeline): Promise<string | undefined> {
    const { disabledReason = '' } = await this.control.state(pipeline);
    return isSuspension(disabledReason) ? disabledReason : undefined;
  }

  /** Returns false if the pipeline does not exist or its account was closed: then nothing runs there. */
  private async ignoreAbsent(since: number, action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (refused) {
      const error = retryWhileRolePropagates(refused, this.now() - since);
      if (!isAbsent(error)) throw error;
      return false;
    }
  }
}

function isAbsent(error: unknown): boolean {
  return isAccessDenied(error) || isNamed(error, 'PipelineNotFoundException', 'StageNotFoundException');
}
