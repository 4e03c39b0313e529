import type { ReleaseReport } from './report';
import type { Simulation } from '../../rehearsal/simulation';
import { NAMES } from '../../src/private/contract';

/** An execution of the state machine that makes releases. */
export interface ReleaseExecution extends ReleaseReport {
  readonly stateMachineArn: string;
}

/** Returns the releases of blue/green environments, oldest first. */
export function releaseExecutions({ stepFunctions }: Simulation): ReleaseExecution[] {
  const executions = stepFunctions.all.filter(({ stateMachineArn }) =>
    stateMachineArn.includes(`:stateMachine:${NAMES.releaseMachine}`));
  return executions.map(({ stateMachineArn, input, name, status, cause }) => {
    const { environmentName } = JSON.parse(input) as { readonly environmentName: string };
    const state = status === 'RUNNING' ? 'in progress' : status === 'SUCCEEDED' ? 'succeeded' : 'failed';
    return { stateMachineArn, environmentName, releaseId: name, state, ...(cause !== undefined && { reason: cause }) };
  });
}

/** @param awaiting ids of the releases that wait for approval */
export function reportReleases(simulation: Simulation, awaiting: ReadonlySet<string>): ReleaseReport[] {
  return releaseExecutions(simulation).map(({ stateMachineArn, state, ...release }) => (
    { ...release, state: state === 'in progress' && awaiting.has(release.releaseId) ? 'waits for approval' : state }
  ));
}

/** The last release of each environment that failed, unless a person has ended it. */
export function failedReleases(releases: readonly ReleaseReport[]): ReleaseReport[] {
  const last = new Map(releases.map(release => [release.environmentName, release]));
  const isFailed = ({ state, reason = '' }: ReleaseReport) => state === 'failed' && !/^(aborted|rejected) by /.test(reason);
  return [...last.values()].filter(isFailed);
}
