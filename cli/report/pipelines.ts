import type { ExecutionReport, PipelineReport } from './report';
import type { PipelineSummary } from '../../rehearsal/services/codepipeline/service';
import type { Simulation } from '../../rehearsal/simulation';
import { AWAITS_APPROVAL } from '../../src/operations/contract';

/** An execution of a simulated pipeline. */
export type Execution = PipelineSummary['executions'][number];

type ActionRun = Execution['actionRuns'][number];

/** Reports the pipelines of all accounts with their executions, deleted pipelines included. */
export function reportPipelines({ codepipeline }: Simulation): PipelineReport[] {
  return codepipeline.all.map(({ name, accountId, region, removed, executions }) => (
    { name, accountId, region, deleted: removed, executions: executions.map(reportExecution) }
  ));
}

export function reportExecution(execution: Execution): ExecutionReport {
  return {
    id: execution.executionId,
    status: statusOf(execution),
    trigger: execution.request.trigger.triggerType,
    commitId: execution.found.at(0)?.revisionId ?? execution.revisions.at(0)?.revisionValue,
    statusReason: execution.statusSummary,
    actions: [...execution.actionRuns].reverse().map(({ stageName, action, status }) => (
      { stageName, actionName: action.Name, status: statusOfAction(action, status) }
    )),
  };
}

/** Returns the status of an execution; one whose running actions are approvals waits for them. */
export function statusOf({ status, actionRuns }: Execution): string {
  const running = actionRuns.filter(run => run.status === 'InProgress');
  if (status !== 'InProgress' || running.length === 0) return status;
  return running.every(({ action }) => isApproval(action)) ? AWAITS_APPROVAL : status;
}

function statusOfAction(action: ActionRun['action'], status: ActionRun['status']): string {
  return isApproval(action) && status === 'InProgress' ? AWAITS_APPROVAL : status;
}

function isApproval({ ActionTypeId }: ActionRun['action']): boolean {
  return ActionTypeId.Category === 'Approval';
}
