import type { Run } from '../shared/deployments';
import { leadTimeOf, restoredAfter } from '../shared/deployments';

/** Values that CloudWatch keeps of an environment; times in seconds. */
export interface Measures {
  readonly at: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

export type MetricName = 'Deployments' | 'FailedDeployments' | 'LeadTime' | 'TimeToRestore';

/** What has come true of a run between two states of the history: each is measured once, however often its event comes. */
export function measuresOf(before: readonly Run[], after: readonly Run[], executionId: string): readonly Measures[] {
  const was = before.find(run => run.executionId === executionId);
  const run = after.find(candidate => candidate.executionId === executionId);
  if (run === undefined) return [];
  return [
    ...was?.deployedAt === undefined && run.deployedAt !== undefined ? [deployed(run, run.deployedAt, after)] : [],
    ...was?.failedAt === undefined && run.failedAt !== undefined && !run.rollback ? [{ at: run.failedAt, values: { FailedDeployments: 1 } }] : [],
    ...was?.deployedAt !== undefined && leadTimeOf(was) === undefined ? lateLeadTime(run, was.deployedAt) : [],
  ];
}

function deployed(run: Run, at: number, runs: readonly Run[]): Measures {
  return { at, values: { ...!run.rollback && { Deployments: 1 }, ...seconds('LeadTime', leadTimeOf(run)), ...seconds('TimeToRestore', restoredAfter(run, runs)) } };
}

/** The commit was told after the end. */
function lateLeadTime(run: Run, at: number): Measures[] {
  const leadTime = leadTimeOf(run);
  return leadTime === undefined ? [] : [{ at, values: seconds('LeadTime', leadTime) }];
}

function seconds(name: MetricName, milliseconds: number | undefined): Partial<Record<MetricName, number>> {
  return milliseconds === undefined ? {} : { [name]: Math.max(0, Math.round(milliseconds / 1000)) };
}
