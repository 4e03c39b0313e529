import type { ExecutionReport, PipelineReport } from './report';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../rehearsal/simulation';

/** An execution of a simulated pipeline. */
export type Execution = PipelineSummary['executions'][number];

/** Reports the pipelines of all accounts with their executions, deleted pipelines included. */
export function reportPipelines({ codepipeline }: Simulation): PipelineReport[] {
  return codepipeline.all.map(({ name, accountId, region, removed, executions }) => (
    { name, accountId, region, deleted: removed, executions: executions.map(reportExecution) }
  ));
}

export function reportExecution(execution: Execution): ExecutionReport {
  return {
    id: execution.executionId,
    status: execution.status,
    trigger: execution.request.trigger.triggerType,
    commitId: execution.found.at(0)?.revisionId ?? execution.revisions.at(0)?.revisionValue,
    statusReason: execution.statusSummary,
    actions: [...execution.actionRuns].reverse().map(({ stageName, action, status }) => (
      { stageName, actionName: action.Name, status }
    )),
  };
}
