import { RECORDS } from '../../src/registry/contract';

/** One execution of a pipeline. Events arrive in any order, so every optional field may be missing. */
export interface Run {
  readonly executionId: string;
  /** The account that it deploys to. */
  readonly accountId: string;
  /** Time of the earliest event, in milliseconds since 1970, as all times here. */
  readonly startedAt: number;
  readonly state?: RunState;
  readonly commitId?: string;
  /** When the commit was written. */
  readonly authoredAt?: number;
  /** It rolls back to the previous deployment, because another run failed. */
  readonly rollback?: true;
  /** S3 keys of the artifacts that it deploys. */
  readonly artifacts?: readonly string[];
  /** When it started to change the account. */
  readonly deployingSince?: number;
  readonly deployedAt?: number;
  /** When it first failed after it had started to change the account. */
  readonly failedAt?: number;
  readonly failure?: RunFailure;
  /** The last approval that it needed: whether it still waits, since or until when. */
  readonly approval?: { readonly at: number; readonly isOpen: boolean };
}

/** The latest state of the whole run. */
export interface RunState {
  /** The state's name in CodePipeline. */
  readonly name: string;
  readonly at: number;
  /** Grows when a failed stage is retried. */
  readonly attempt: number;
}

interface RunFailure {
  readonly at: number;
  readonly stage: string;
  /** Absent while only the stage is known. */
  readonly action?: string;
  readonly message?: string;
}

/** The last runs of an environment, newest first. */
export interface DeploymentRecord {
  readonly environmentName: string;
  readonly accountId: string;
  readonly region: string;
  readonly pipelineName: string;
  readonly runs: readonly Run[];
}

/** The runs in one account. The environment may have been in another account before; those runs do not count. */
export function runsInAccount(accountId: string, runs: readonly Run[]): readonly Run[] {
  return runs.filter(run => run.accountId === accountId);
}

export function deploymentKey(environmentName: string): string {
  return `${RECORDS.deployment}${environmentName}`;
}

/**
 * The commit that a run deploys. A rollback has no commit of its own: it is that of the run with the same artifacts, or
 * of the last deployment.
 */
export function commitOf(run: Run, runs: readonly Run[]): string | undefined {
  if (!run.rollback) return run.commitId;
  const { artifacts = [] } = run;
  if (artifacts.length > 0) {
    return runs.find(other => !other.rollback && other.artifacts?.some(key => artifacts.includes(key)))?.commitId;
  }
  const before = runs.filter(
    other => !other.rollback && other.deployedAt !== undefined && other.deployedAt <= run.startedAt,
  );
  return latest(before, other => other.deployedAt)?.commitId;
}

/** Time from the first failure since the previous deployment to this deployment; undefined if there was no failure. */
export function timeToRestoreOf({ deployedAt }: Run, runs: readonly Run[]): number | undefined {
  if (deployedAt === undefined) return undefined;
  const before = runs.flatMap(other =>
    other.deployedAt !== undefined && other.deployedAt < deployedAt ? [other.deployedAt] : [],
  );
  const since = Math.max(-Infinity, ...before);
  const failures = runs.flatMap(({ failedAt }) =>
    failedAt !== undefined && failedAt > since && failedAt <= deployedAt ? [failedAt] : [],
  );
  return failures.length > 0 ? deployedAt - Math.min(...failures) : undefined;
}

/** Time from commit to deployment. */
export function leadTimeOf({ rollback, deployedAt, authoredAt }: Run): number | undefined {
  return rollback || deployedAt === undefined || authoredAt === undefined ? undefined : deployedAt - authoredAt;
}

/** The item with the latest time. */
export function latest<T>(items: readonly T[], timeOf: (item: T) => number | undefined): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || (timeOf(item) ?? 0) > (timeOf(best) ?? 0) ? item : best),
    undefined,
  );
}
