import type { Leases } from './lease';
import { isDenied } from './words';
import { passingWhileYoung } from './young';
import { haltOf, haltReason, isHalted } from '../registry/halt';
import type { LeaseHolder } from '../registry/lease';
import type { Registry } from '../registry/registry';
import type { StackRecord } from '../registry/stack';
import { isNamed } from '../shared/errors';
import { reopenPipeline, runAgain, stopPipeline } from '../shared/pipeline-control';
import type { PipelineControl } from '../shared/pipeline-control';

interface Rest {
  /** The stack that takes its place, or its own one because it goes itself. */
  readonly restingFor: string;
  readonly reason: string;
  /** When that was asked for. */
  readonly since: number;
}

/** What is being done, and when it was asked for. */
type Attempt = Pick<StackRecord, 'attempt' | 'since'>;

/** Of the pipelines of an environment, or of those that a branch leads to, only the last one runs; the others rest, and may be woken. */
export class Turns {
  public constructor(
    private readonly registry: Registry, private readonly leases: Leases, private readonly control: PipelineControl,
    private readonly now: () => number,
  ) {}

  /** Stops the pipeline of a stack and lets nothing more through; answers false if there is none. @throws a passing error if its role may be unknown yet */
  public async rest(stackKey: string, { restingFor, reason, since }: Rest): Promise<boolean> {
    const holder = await this.leases.holder(stackKey);
    if (!holder) return false;
    // first the mark: whoever finds it knows that the pipeline must be woken
    await this.leases.rest(stackKey, restingFor);
    return this.unlessAbsent(since, async () => stopPipeline(this.control, holder, reason));
  }

  /**
   * Lets the pipeline of a stack work again, if it rests. What its environment says, and who has halted it, still counts.
   * @throws a passing error if its role may be unknown yet
   */
  public async wake(stackKey: string, { attempt: token, since }: Attempt): Promise<void> {
    const holder = await this.leases.holder(stackKey);
    if (!holder?.restingFor) return;
    const closedFor = async () => this.haltReason(holder);
    // its branch may have led to the one that had taken its place
    const reopening = { token, now: this.now(), missedPushes: true, closedFor };
    if (!await this.isFrozen(holder)) await this.unlessAbsent(since, async () => reopenPipeline(this.control, holder, reopening));
    await this.leases.wake(stackKey);
  }

  /** Starts the pipeline of a stack whose run was cancelled, as AWS does when the pipeline is changed. What must not run stays as it is. */
  public async goOn(stackKey: string, { attempt: token, since }: Attempt): Promise<void> {
    const holder = await this.leases.holder(stackKey);
    if (!holder || holder.restingFor || await this.isFrozen(holder)) return;
    await this.unlessAbsent(since, async () => runAgain(this.control, holder, { token, now: this.now() }));
  }

  private async isFrozen({ state, environmentName }: LeaseHolder): Promise<boolean> {
    return state === 'frozen' || isHalted(this.registry, environmentName);
  }

  private async haltReason({ environmentName }: LeaseHolder): Promise<string | undefined> {
    const halt = await haltOf(this.registry, environmentName);
    return halt && haltReason(halt);
  }

  /** A pipeline that was never made, and an account that was closed: nothing runs there. */
  private async unlessAbsent(since: number, action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (refused) {
      const error = passingWhileYoung(refused, this.now() - since);
      if (!isDenied(error) && !isNamed(error, 'PipelineNotFoundException', 'StageNotFoundException')) throw error;
      return false;
    }
  }
}
