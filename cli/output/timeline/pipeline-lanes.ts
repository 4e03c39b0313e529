import type { Bar, Lane, Row } from './recorder';
import type { Simulation } from '../../../rehearsal/simulation';

/** What the recorder of stacks does not see: the executions of each pipeline, and its actions. */
export function pipelineLanes({ codepipeline, clock }: Simulation, startedAt: number): Lane[] {
  const at = (time: number): number => (time - startedAt) / 1000;
  return codepipeline.all.filter(({ executions }) => executions.length > 0).map(({ name, accountId, region, removed, executions }) => {
    const rows = new Map<string, Row>();
    const inOrder = [...executions].reverse();
    for (const run of inOrder.flatMap(({ actionRuns }) => [...actionRuns].reverse())) {
      const { Name: action, ActionTypeId: { Category: category, Provider: provider } } = run.action;
      const row = rows.get(`${run.stageName}-${action}`) ?? { name: `${run.stageName}/${action}`, type: `${category} by ${provider}`, bars: [] };
      rows.set(`${run.stageName}-${action}`, row);
      const isOpen = run.status === 'InProgress';
      row.bars.push({
        ...bar(at(run.startedAt), at(isOpen ? clock.now() : run.updatedAt), run.status, run.error?.message ?? run.summary),
        waits: isOpen && category === 'Approval',
      });
    }
    const bars = inOrder.map(({ startedAt: from, updatedAt, isOver, isRollback, status, statusSummary, found }) => ({
      ...bar(at(from), at(isOver ? updatedAt : clock.now()), status, statusSummary ?? found.at(0)?.revisionId),
      ...isRollback && { doing: 'rollback' as const },
    }));
    return { stackName: `pipeline ${name}${removed ? ' (removed)' : ''}`, accountId, region, bars, rows };
  });
}

function bar(from: number, to: number, status: string, reason: string | undefined): Bar {
  return { from, to, doing: 'run', failed: status === 'Failed', reason, critical: false };
}
