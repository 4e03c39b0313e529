import pc from 'picocolors';
import type { PipelineSummary } from '../rehearsal/codepipeline/codepipeline';
import type { Simulation } from '../rehearsal/simulation';

type Execution = PipelineSummary['executions'][number];

export interface ExecutionReport {
  readonly id: string;
  readonly status: string;
  readonly trigger: string;
  readonly commitId?: string;
  /** Why it failed. */
  readonly reason?: string;
  readonly actions: readonly { readonly stage: string; readonly action: string; readonly status: string }[];
}

export interface PipelineReport {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** The newest first. */
  readonly executions: readonly ExecutionReport[];
}

/** So much of the log of a failed build is shown. */
const LINES = 15;

export function reportPipelines({ codepipeline }: Simulation): PipelineReport[] {
  return codepipeline.all.map(({ name, accountId, region, executions }) => ({ name, accountId, region, executions: executions.map(describe) }));
}

/** Tells of executions that have ended or wait for somebody, each once. */
export class PipelineProgress {
  private readonly told = new Map<string, string>();

  public constructor(private readonly simulation: Simulation, private readonly write: (line: string) => void) {}

  public tell(): void {
    for (const pipeline of this.simulation.codepipeline.all) {
      for (const execution of [...pipeline.executions].reverse()) this.tellOne(pipeline, execution);
    }
  }

  private tellOne({ name, accountId, region }: PipelineSummary, execution: Execution): void {
    if (this.told.get(execution.executionId) === execution.status) return;
    this.told.set(execution.executionId, execution.status);
    const { status, reason, commitId = 'no commit', actions } = describe(execution);
    const mark = status === 'Succeeded' ? pc.green('✓') : status === 'Failed' ? pc.red('✗') : pc.yellow('…');
    const steps = actions.map(({ action, status: how }) => how === 'Succeeded' ? action : `${action} ${words(how)}`).join(', ');
    this.write(`${mark} ${accountId}  pipeline ${name}  ${commitId.slice(0, 7)}  ${words(status)}: ${steps || 'nothing has begun'}`);
    if (reason === undefined) return;
    this.write(`  ${reason}`);
    const failed = execution.actionRuns.find(run => run.status === 'Failed');
    const build = this.simulation.codebuild.builds(accountId, region).find(({ id }) => id === failed?.externalExecutionId);
    for (const line of build?.log.slice(-LINES) ?? []) this.write(pc.dim(`  | ${line}`));
  }
}

/** What pipelines would still do has been done, but for what waits for somebody. */
export async function settled(simulation: Simulation): Promise<void> {
  let quiet = 0;
  // an event may just be on its way from one service to the next
  while (quiet < 3) {
    await new Promise(resolve => setTimeout(resolve, 50));
    quiet = simulation.codepipeline.isBusy || simulation.lambda.isBusy ? 0 : quiet + 1;
  }
}

/** `InProgress` as one reads it. */
function words(status: string): string {
  return status.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function describe(execution: Execution): ExecutionReport {
  return {
    id: execution.executionId,
    status: execution.status,
    trigger: execution.request.trigger.triggerType,
    commitId: execution.found.at(0)?.revisionId ?? execution.revisions.at(0)?.revisionValue,
    reason: execution.statusSummary,
    actions: [...execution.actionRuns].reverse().map(run => ({ stage: run.stageName, action: run.action.Name, status: run.status })),
  };
}
