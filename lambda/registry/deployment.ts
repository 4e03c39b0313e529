import { RECORDS } from '../../src/registry/contract';
/** What is known of one execution of a pipeline. Events come in any order, so that any of it may be missing. */
export interface Run {
  readonly executionId: string;
  /** Where it deploys. */
  readonly accountId: string;
  /** The earliest that was heard of it, in milliseconds since 1970, as all times. */
  readonly startedAt: number;
  readonly state?: RunState;
  readonly commitId?: string;
  /** When the commit was written. */
  readonly authoredAt?: number;
  /** It goes back to what was deployed before, because another run has failed. */
  readonly rollback?: true;
  /** Keys of what it deploys. */
  readonly artifacts?: readonly string[];
  /** Since when it has been changing the account. */
  readonly deployingSince?: number;
  readonly deployedAt?: number;
  /** When it first failed after it had begun to change the account: a run that fails before has done no harm. */
  readonly failedAt?: number;
  readonly failure?: RunFailure;
}

/** The last that was heard of the whole run. */
export interface RunState {
  /** In the words of CodePipeline. */
  readonly name: string;
  readonly at: number;
  /** Grows when a failed stage is tried again. */
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

/** What has run in an account: the environment may have moved there, or been made anew under its name, and runs elsewhere say nothing of it. */
export function runsIn(accountId: string, runs: readonly Run[]): readonly Run[] {
  return runs.filter(run => run.accountId === accountId);
}

export function deploymentKey(environmentName: string): string {
  return `${RECORDS.deployment}${environmentName}`;
}

/** No event tells the commit that a rollback deploys again: it is that of the run with the same artifacts, or else of the last deployment. */
export function commitOf(run: Run, runs: readonly Run[]): string | undefined {
  if (!run.rollback) return run.commitId;
  const { artifacts = [] } = run;
  if (artifacts.length > 0) return runs.find(other => !other.rollback && other.artifacts?.some(key => artifacts.includes(key)))?.commitId;
  const before = runs.filter(other => !other.rollback && other.deployedAt !== undefined && other.deployedAt <= run.startedAt);
  return latest(before, other => other.deployedAt)?.commitId;
}

/** The failures that a deployment has ended begin after the deployment before it; answers how long the environment was broken. */
export function restoredAfter({ deployedAt }: Run, runs: readonly Run[]): number | undefined {
  if (deployedAt === undefined) return undefined;
  const before = runs.flatMap(other => other.deployedAt !== undefined && other.deployedAt < deployedAt ? [other.deployedAt] : []);
  const since = Math.max(-Infinity, ...before);
  const failures = runs.flatMap(({ failedAt }) => failedAt !== undefined && failedAt > since && failedAt <= deployedAt ? [failedAt] : []);
  return failures.length > 0 ? deployedAt - Math.min(...failures) : undefined;
}

/** How long a commit took to be deployed. */
export function leadTimeOf({ rollback, deployedAt, authoredAt }: Run): number | undefined {
  return rollback || deployedAt === undefined || authoredAt === undefined ? undefined : deployedAt - authoredAt;
}

export function latest<T>(items: readonly T[], timeOf: (item: T) => number | undefined): T | undefined {
  return items.reduce<T | undefined>((best, item) => best === undefined || (timeOf(item) ?? 0) > (timeOf(best) ?? 0) ? item : best, undefined);
}
