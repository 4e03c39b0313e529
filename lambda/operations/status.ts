import { problemOf } from './errors';
import { identityOf } from './selection';
import { AWAITS_APPROVAL } from '../../src/operations/contract';
import type { LastExecution, StatusOutcome } from '../../src/operations/contract';
import type { PipelineControl, PipelineExecution } from '../pipeline-control/control';
import { environmentKey } from '../registry/environment';
import type { EnvironmentPipeline, EnvironmentRecord } from '../registry/environment';
import { isReserved } from '../registry/gate';
import type { HaltRecord } from '../registry/halt';
import { haltKey } from '../registry/halt';
import type { Registry } from '../registry/registry';
import type { Deferral } from '../registry/stack';
import type { Hosts } from '../sources/hosts';
import { SourceError } from '../sources/source';

/** Reads the status of pipelines. */
export class StatusReader {
  public constructor(
    private readonly registry: Registry,
    private readonly control: PipelineControl,
    private readonly hosts: Hosts<'authorOf'>,
  ) {}

  /** @param unreachable the update of the account that could not be made, if any */
  public async describe(pipeline: EnvironmentPipeline, unreachable?: Deferral): Promise<StatusOutcome> {
    const halt = await this.registry.read<HaltRecord>(haltKey(pipeline.environmentName));
    const { branchName, deferral = unreachable } = pipeline;
    const isActive = await this.isActive(pipeline);
    const known = {
      ...identityOf(pipeline),
      branchName,
      ...(isActive && { isActive }),
      ...(deferral && { pendingUpdate: { reason: deferral.reason, since: new Date(deferral.at).toISOString() } }),
      ...(halt && { halt: { by: halt.by, at: halt.at, reason: halt.reason } }),
    };
    const isClosed = !halt && (await isReserved(this.registry, pipeline));
    const expected = pipeline.suspendedFor ? 'suspended' : halt ? 'halted' : isClosed ? 'reserved' : pipeline.state;
    try {
      const [{ disabledReason, waiting, awaitingApproval }, [execution]] = await Promise.all([
        this.control.state(pipeline),
        this.control.executions(pipeline),
      ]);
      const isDisabledByHand = expected === 'enabled' && disabledReason !== undefined;
      const isWaiting = disabledReason !== undefined && waiting.includes(execution?.executionId ?? '');
      const awaits = awaitingApproval.includes(execution?.executionId ?? '');
      const lastExecution = execution && (await this.lastOf(pipeline, execution, isWaiting));
      return {
        ...known,
        state: isDisabledByHand ? 'disabled' : expected,
        ...(isDisabledByHand && { disabledByHand: disabledReason }),
        ...(lastExecution && { lastExecution: awaits ? { ...lastExecution, status: AWAITS_APPROVAL } : lastExecution }),
      };
    } catch (error) {
      return { ...known, state: expected, problem: problemOf(error, pipeline) };
    }
  }

  /** Whether it is the pipeline of the side that serves. */
  private async isActive({ environmentName, side }: EnvironmentPipeline): Promise<boolean> {
    if (side === undefined) return false;
    return (await this.registry.read<EnvironmentRecord>(environmentKey(environmentName)))?.active === side;
  }

  private async lastOf(
    pipeline: EnvironmentPipeline,
    execution: PipelineExecution,
    isWaiting: boolean,
  ): Promise<LastExecution> {
    const { status, startedAt, updatedAt, commitId } = execution;
    const durationSeconds = Math.round((updatedAt.getTime() - startedAt.getTime()) / 1000);
    const author = commitId && (await this.authorOf(pipeline, commitId));
    return {
      status,
      ...(isWaiting && { isWaiting }),
      startedAt: startedAt.toISOString(),
      ...(status !== 'InProgress' && { durationSeconds }),
      ...(commitId && { commitId }),
      ...(author && { author }),
    };
  }

  /** The repository may have been deleted; the rest of the status does not depend on it. */
  private async authorOf(pipeline: EnvironmentPipeline, commitId: string): Promise<string | undefined> {
    try {
      return (await this.hosts(pipeline).authorOf(pipeline.repositoryName, commitId))?.name;
    } catch (error) {
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  }
}
