import type { Run } from '../registry/deployment';
import { leadTimeOf, timeToRestoreOf } from '../registry/deployment';

/** Metric values of an environment; times in seconds. */
export interface Measures {
  readonly at: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

export type MetricName = 'Deployments' | 'FailedDeployments' | 'LeadTime' | 'TimeToRestore';

/**
 * The metric values that are new between two states of the history. Each is returned once, in any order of the events.
 */
export function measuresOf(before: readonly Run[], after: readonly Run[], executionId: string): readonly Measures[] {
  const was = find(before, executionId);
  const run = find(after, executionId);
  const [deployedAt, failedAt] = [deploymentOf, failureOf].map(timeOf =>
    timeOf(was) === undefined ? timeOf(run) : undefined,
  );
  return [
    ...(deployedAt === undefined
      ? []
      : [{ at: deployedAt, values: { Deployments: 1, ...seconds('LeadTime', run && leadTimeOf(run)) } }]),
    ...(failedAt === undefined ? [] : [{ at: failedAt, values: { FailedDeployments: 1 } }]),
    ...after.flatMap(candidate => restored(candidate, before, after)),
  ];
}

function find(runs: readonly Run[], executionId: string): Run | undefined {
  return runs.find(run => run.executionId === executionId);
}

/** A rollback never has a commit, and the event that identifies it may arrive last. */
function deploymentOf(run: Run | undefined): number | undefined {
  return run?.commitId === undefined ? undefined : run.deployedAt;
}

function failureOf(run: Run | undefined): number | undefined {
  return run?.commitId === undefined ? undefined : run.failedAt;
}

/** The time to restore of a run, if it is new. The failure may be reported after the run that restored it. */
function restored(run: Run, before: readonly Run[], after: readonly Run[]): Measures[] {
  const was = find(before, run.executionId);
  const time = timeToRestoreOf(run, after);
  const isNew =
    run.deployedAt !== undefined
    && time !== undefined
    && (was === undefined || timeToRestoreOf(was, before) === undefined);
  return isNew ? [{ at: run.deployedAt, values: seconds('TimeToRestore', time) }] : [];
}

function seconds(name: MetricName, milliseconds: number | undefined): Partial<Record<MetricName, number>> {
  return milliseconds === undefined ? {} : { [name]: Math.max(0, Math.round(milliseconds / 1000)) };
}
