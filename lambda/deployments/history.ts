import type { Change } from './change';
import { DEPLOY_STAGE } from './change';
import type { Run, RunState } from '../registry/deployment';

/** Number of runs that are kept for an environment. */
export const MAX_RUNS = 50;

/**
 * Adds the change of an event to the runs. The result does not depend on the order of the events, nor on repetitions.
 */
export function withChange(
  runs: readonly Run[],
  run: Pick<Run, 'executionId' | 'accountId'>,
  change: Change,
): readonly Run[] {
  const known = runs.find(({ executionId }) => executionId === run.executionId);
  const changed = withKind(applyChange(known ?? { ...run, startedAt: change.at }, change));
  return [changed, ...runs.filter(other => other !== known)]
    .sort((one, other) => other.startedAt - one.startedAt)
    .slice(0, MAX_RUNS);
}

function applyChange(run: Run, change: Change): Run {
  const startedAt = Math.min(run.startedAt, change.at, (change.of === 'run' && change.startedAt) || Infinity);
  switch (change.of) {
    case 'source':
      return { ...run, startedAt, commitId: change.commitId };
    case 'deployment':
      return { ...run, startedAt, deployingSince: earliest(run.deployingSince, change.at) };
    case 'artifacts':
      return { ...run, startedAt, artifacts: [...new Set([...(run.artifacts ?? []), ...change.artifacts])].sort() };
    case 'approval':
      return { ...run, startedAt, approval: laterApproval(run.approval, change) };
    case 'failure':
      return { ...run, startedAt, ...withFailure(run, change) };
    case 'run':
      return { ...run, startedAt, ...withState(run, change) };
  }
}

/** A rollback has no source. Only its first event says that it is a rollback, and that event may be missing. */
function withKind({ rollback, ...run }: Run): Run {
  const isRollback = run.commitId === undefined && (rollback === true || run.deployingSince !== undefined);
  return { ...run, ...(isRollback && { rollback: true }) };
}

function withState(run: Run, { name, at, attempt, rollback }: Change & { of: 'run' }): Partial<Run> {
  const state = { name, at, attempt };
  return {
    ...((run.state === undefined || isLater(state, run.state)) && { state }),
    ...(rollback && { rollback }),
    ...(name === 'SUCCEEDED' && { deployedAt: earliest(run.deployedAt, at) }),
  };
}

/** Events have a resolution of one second: within a second, an approval that is given is the later one. */
function laterApproval(known: Run['approval'], { at, isOpen }: Change & { of: 'approval' }): Run['approval'] {
  const counts = known === undefined || at > known.at || (at === known.at && !isOpen);
  return counts ? { at, isOpen } : known;
}

function withFailure(run: Run, { at, stage, action, message }: Change & { of: 'failure' }): Partial<Run> {
  const hasChanged = stage === DEPLOY_STAGE || (run.deployingSince !== undefined && run.deployingSince <= at);
  const known = run.failure;
  // the action of a failed stage has more details than the stage; of different failures the later one counts
  const sameStage = known?.stage === stage;
  const isBetter =
    known === undefined
    || (sameStage && action === undefined ? false : at > known.at || (sameStage && known.action === undefined));
  return {
    ...(isBetter && { failure: { at, stage, ...(action && { action }), ...(message && { message }) } }),
    ...(hasChanged && { failedAt: earliest(run.failedAt, at) }),
  };
}

/** Events have a resolution of one second: within a second, a final state is the later one. */
function isLater(state: RunState, known: RunState): boolean {
  return (state.attempt - known.attempt || state.at - known.at || rank(state) - rank(known)) > 0;
}

function rank({ name }: RunState): number {
  const before = ['STARTED', 'RESUMED', 'STOPPING'];
  return before.includes(name) ? before.indexOf(name) : before.length;
}

function earliest(known: number | undefined, at: number): number {
  return Math.min(known ?? Infinity, at);
}
