import type { Bar, Lane, Row } from './lane';
import type { PipelineSummary } from '../../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../../rehearsal/simulation';
import type { Execution } from '../../report/pipelines';

/** Converts a simulated time to seconds since the start. */
type Seconds = (time: number) => number;

/** Returns a lane for each pipeline that was started: its executions and their actions. */
export function pipelineLanes({ codepipeline, clock }: Simulation, startedAt: number): Lane[] {
  const seconds: Seconds = time => (time - startedAt) / 1000;
  const started = codepipeline.all.filter(({ executions }) => executions.length > 0);
  return started.map(pipeline => laneOf(pipeline, seconds, clock.now()));
}

function laneOf(pipeline: PipelineSummary, seconds: Seconds, now: number): Lane {
  const { name, accountId, region, removed, executions } = pipeline;
  const inOrder = [...executions].reverse();
  const bars = inOrder.map((execution, index) => {
    const { startedAt: from, updatedAt, isOver, isRollback, status, statusSummary } = execution;
    const pushed = pushedCommit(execution, inOrder.slice(0, index));
    return {
      ...bar(seconds(from), seconds(isOver ? updatedAt : now), status, statusSummary ?? commitOf(execution)),
      ...isRollback && { operation: 'rollback' as const },
      ...pushed !== undefined && { pushed },
    };
  });
  const rows = rowsOf(inOrder, seconds, now);
  return { name: `pipeline ${name}${removed ? ' (deleted)' : ''}`, accountId, region, bars, rows };
}

/** The commit of an execution, if it is new to the pipeline. The first execution follows from the creation. */
function pushedCommit(execution: Execution, earlier: readonly Execution[]): string | undefined {
  const commit = commitOf(execution);
  const isNew = earlier.length > 0 && !execution.isRollback && !earlier.some(other => commitOf(other) === commit);
  return isNew ? commit : undefined;
}

function commitOf({ found, revisions }: Execution): string | undefined {
  return found.at(0)?.revisionId ?? revisions.at(0)?.revisionValue;
}

function rowsOf(executions: readonly Execution[], seconds: Seconds, now: number): Map<string, Row> {
  const rows = new Map<string, Row>();
  const runs = executions.flatMap(({ executionId, actionRuns }) => (
    [...actionRuns].reverse().map(run => ({ executionId, run }))
  ));
  for (const { executionId, run } of runs) {
    const { Name: action, ActionTypeId: { Category: category, Provider: provider } } = run.action;
    const key = `${run.stageName}-${action}`;
    const row = rows.get(key) ?? { name: `${run.stageName}/${action}`, type: `${category} by ${provider}`, bars: [] };
    rows.set(key, row);
    const isRunning = run.status === 'InProgress';
    const reason = run.error?.message ?? run.summary;
    row.bars.push({
      ...bar(seconds(run.startedAt), seconds(isRunning ? now : run.updatedAt), run.status, reason),
      isWaiting: isRunning && category === 'Approval',
      executionId,
    });
  }
  return rows;
}

function bar(from: number, to: number, status: string, reason: string | undefined): Bar {
  return { from, to, operation: 'run', failed: status === 'Failed', reason, critical: false };
}
