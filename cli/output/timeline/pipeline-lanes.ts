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
  const bars = inOrder.map(({ startedAt: from, updatedAt, isOver, isRollback, status, statusSummary, found }) => ({
    ...bar(seconds(from), seconds(isOver ? updatedAt : now), status, statusSummary ?? found.at(0)?.revisionId),
    ...isRollback && { operation: 'rollback' as const },
  }));
  const rows = rowsOf(inOrder, seconds, now);
  return { name: `pipeline ${name}${removed ? ' (deleted)' : ''}`, accountId, region, bars, rows };
}

function rowsOf(executions: readonly Execution[], seconds: Seconds, now: number): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const run of executions.flatMap(({ actionRuns }) => [...actionRuns].reverse())) {
    const { Name: action, ActionTypeId: { Category: category, Provider: provider } } = run.action;
    const key = `${run.stageName}-${action}`;
    const row = rows.get(key) ?? { name: `${run.stageName}/${action}`, type: `${category} by ${provider}`, bars: [] };
    rows.set(key, row);
    const isRunning = run.status === 'InProgress';
    const reason = run.error?.message ?? run.summary;
    row.bars.push({
      ...bar(seconds(run.startedAt), seconds(isRunning ? now : run.updatedAt), run.status, reason),
      isWaiting: isRunning && category === 'Approval',
    });
  }
  return rows;
}

function bar(from: number, to: number, status: string, reason: string | undefined): Bar {
  return { from, to, operation: 'run', failed: status === 'Failed', reason, critical: false };
}
