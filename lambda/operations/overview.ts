import { identityOf } from './environments';
import { problemOf } from './words';
import type { LastExecution, StatusOutcome } from '../../src/operations/contract';
import type { PipelineControl, PipelineExecution } from '../pipeline-control/control';
import type { EnvironmentPipeline } from '../registry/environment';
import type { HaltRecord } from '../registry/halt';
import { haltKey } from '../registry/halt';
import type { Registry } from '../registry/registry';
import type { Hosts } from '../sources/hosts';
import { SourceError } from '../sources/source';

/** What is to be seen of pipelines. */
export class Overview {
  public constructor(private readonly registry: Registry, private readonly control: PipelineControl, private readonly hosts: Hosts<'authorOf'>) {}

  public async describe(holder: EnvironmentPipeline): Promise<StatusOutcome> {
    const halt = await this.registry.read<HaltRecord>(haltKey(holder.environmentName));
    const known = {
      ...identityOf(holder), branchName: holder.branchName, ...(halt && { halt: { by: halt.by, at: halt.at, reason: halt.reason } }),
    };
    const expected = holder.suspendedFor ? 'suspended' : halt ? 'halted' : holder.state;
    try {
      const [{ disabledReason, waiting }, [execution]] = await Promise.all([this.control.state(holder), this.control.executions(holder)]);
      const isDisabledByHand = expected === 'enabled' && disabledReason !== undefined;
      const waits = disabledReason !== undefined && waiting.includes(execution?.executionId ?? '');
      const last = execution && await this.lastOf(holder, execution, waits);
      return {
        ...known,
        state: isDisabledByHand ? 'disabled' : expected,
        ...(isDisabledByHand && { disabledByHand: disabledReason }),
        ...(last && { last }),
      };
    } catch (error) {
      return { ...known, state: expected, problem: problemOf(error, holder) };
    }
  }

  private async lastOf(holder: EnvironmentPipeline, execution: PipelineExecution, waits: boolean): Promise<LastExecution> {
    const { status, startedAt, updatedAt, commitId } = execution;
    const author = commitId && await this.authorOf(holder, commitId);
    return {
      status,
      ...(waits && { waits }),
      startedAt: startedAt.toISOString(),
      ...(status !== 'InProgress' && { seconds: Math.round((updatedAt.getTime() - startedAt.getTime()) / 1000) }),
      ...(commitId && { commitId }),
      ...(author && { author }),
    };
  }

  /** The whole repository may be gone: nothing else of a pipeline's state depends on it. */
  private async authorOf(holder: EnvironmentPipeline, commitId: string): Promise<string | undefined> {
    try {
      return (await this.hosts(holder).authorOf(holder.repositoryName, commitId))?.name;
    } catch (error) {
      if (error instanceof SourceError) return undefined;
      throw error;
    }
  }
}
