import pc from 'picocolors';
import { formatStatus } from './format';
import { excerptOf, firstErrorOf } from './log-excerpt';
import type { Write } from './terminal';
import type { Build } from '../../rehearsal/services/codebuild/build';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../rehearsal/simulation';
import { reportExecution, statusOf, type Execution } from '../report/pipelines';

/** How many lines of a log are shown if the build failed outside its commands. */
const LOG_LINES = 15;

/** Prints each pipeline execution when it has ended or waits for approval. */
export class PipelineProgress {
  /** Printed status by the id of the execution. */
  private readonly printed = new Map<string, string>();

  public constructor(private readonly simulation: Simulation, private readonly write: Write) {}

  /** Prints the executions whose status has changed since the last call. */
  public update(): void {
    for (const pipeline of this.simulation.codepipeline.all) {
      for (const execution of [...pipeline.executions].reverse()) this.updateOne(pipeline, execution);
    }
  }

  private updateOne(pipeline: PipelineSummary, execution: Execution): void {
    const status = statusOf(execution);
    if (this.printed.get(execution.executionId) === status) return;
    this.printed.set(execution.executionId, status);
    const { statusReason, commitId = 'no commit', actions } = reportExecution(execution);
    const steps = actions.map(action => action.status === 'Succeeded'
      ? action.actionName
      : `${action.actionName} ${formatStatus(action.status)}`);
    const title = `${pipeline.accountId}  pipeline ${pipeline.name}  ${shortCommitId(commitId)}`;
    this.write(`${markOf(execution)} ${title}  ${formatStatus(status)}: ${steps.join(', ') || 'no action started'}`);
    if (statusReason === undefined) return;
    this.write(`  ${statusReason}`);
    this.writeLog(failedBuild(this.simulation, pipeline, execution));
  }

  private writeLog(build: Build | undefined): void {
    const { command, output } = build?.failedCommand ?? { output: build?.log.slice(-LOG_LINES) ?? [] };
    command?.split('\n').forEach((line, index) => this.write(pc.dim(`  ${index === 0 ? '$' : ' '} ${line}`)));
    for (const line of excerptOf(output)) this.write(pc.dim(`  | ${line}`));
  }
}

/** Describes each failed execution in a line: its stage, the cause, and the first error in the log. */
export function describeFailedExecutions(simulation: Simulation): string[] {
  return simulation.codepipeline.all.flatMap(pipeline => {
    const failed = pipeline.executions.filter(({ status }) => status === 'Failed').reverse();
    return failed.flatMap(execution => describeFailedExecution(simulation, pipeline, execution));
  });
}

function describeFailedExecution(simulation: Simulation, pipeline: PipelineSummary, execution: Execution): string[] {
  const { statusReason = 'no reason given', commitId = 'no commit' } = reportExecution(execution);
  const build = failedBuild(simulation, pipeline, execution);
  const action = failedAction(execution);
  const [cause] = (build?.failure?.message ?? action?.error?.message ?? statusReason).split('\n');
  const [last] = pipeline.executions;
  const outcome = last === execution ? '' : `; the last execution: ${formatStatus(statusOf(last))}`;
  const error = firstErrorOf(build?.failedCommand?.output ?? []);
  const stage = action?.stageName ?? [...execution.stages.keys()].at(-1);
  const title = `${pc.red('✗')} ${pc.bold(`pipeline ${pipeline.name}`)} in account ${pipeline.accountId}`;
  return [
    `${title}: ${shortCommitId(commitId)} failed in stage ${stage}: ${cause}${outcome}`,
    ...error === undefined ? [] : [`  | ${error}`],
  ];
}

function markOf({ status, isOver }: Execution): string {
  if (status === 'Succeeded') return pc.green('✓');
  if (status === 'Failed') return pc.red('✗');
  return pc.yellow(isOver ? '■' : '…');
}

function failedAction({ actionRuns }: Execution): Execution['actionRuns'][number] | undefined {
  return actionRuns.find(({ status }) => status === 'Failed');
}

function failedBuild(
  { codebuild }: Simulation, { accountId, region }: PipelineSummary, execution: Execution,
): Build | undefined {
  const id = failedAction(execution)?.externalExecutionId;
  return codebuild.builds(accountId, region).find(build => build.id === id);
}

function shortCommitId(commitId: string): string {
  return /^[0-9a-f]{40}$/.test(commitId) ? commitId.slice(0, 7) : commitId;
}
