import type { ReleaseContext } from './context';
import type { Side } from './ports';
import type { SideName } from '../../src/blue-green/contract';
import type { SingletonRequest } from '../../src/blue-green/release/contract';
import type { PipelineExecution } from '../pipeline-control/control';
import type { CurrentRelease } from '../registry/release';
import { deployOrReconcile } from '../shared/advice';
import type { Shares } from '../traffic/traffic';

/** The release cannot go on: traffic returns to the side that served before. */
export class ReleaseFailedError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'ReleaseFailedError';
  }
}

/** The application of a side does not define its endpoint. */
export class EndpointMissingError extends ReleaseFailedError {}

/** The text of the error for a side that the registry does not know. */
export function sideWithoutPipeline(name: SideName, environmentName: string): string {
  const advice = deployOrReconcile('the app that declares it');
  return `side ${name} of environment '${environmentName}' has no pipeline: ${advice}`;
}

export function pipelineFailed({ to, current }: ReleaseContext, executionId: string, status: string): Error {
  const { pipelineName, accountId } = to.pipeline;
  return new ReleaseFailedError(
    `pipeline '${pipelineName}' of side ${to.name} in account ${accountId} did not deploy commit ${commitOf(current)}: `
      + `execution ${executionId} is ${status}: fix the cause, then release again`,
  );
}

export function otherCommit(
  { to, current }: ReleaseContext, { commitId, executionId, status }: PipelineExecution,
): Error {
  const { pipelineName, accountId, branchName } = to.pipeline;
  return new ReleaseFailedError(
    `commit ${commitId ?? 'of an unknown id'} was pushed to branch '${branchName}' while commit ${current.head} was `
      + `deployed, and has passed pipeline '${pipelineName}' in account ${accountId} (execution ${executionId}, `
      + `${status}): release again`,
  );
}

export function deploymentTimedOut({ to, config, current }: ReleaseContext): Error {
  const { pipelineName, accountId } = to.pipeline;
  return new ReleaseFailedError(
    `pipeline '${pipelineName}' of side ${to.name} in account ${accountId} has not deployed commit `
      + `${commitOf(current)} within ${minutes(config.deploySeconds)}: see what it waits for, then release again`,
  );
}

export function notHealthy({ to, config }: ReleaseContext, problem: string): Error {
  return new ReleaseFailedError(
    `side ${to.name} in account ${to.pipeline.accountId} was not healthy within ${minutes(config.healthSeconds)}: `
      + `${problem}: fix the cause, then release again`,
  );
}

export function alarmsFiring(side: ReleaseContext['to'], names: readonly string[], share: number): Error {
  const list = names.map(name => `'${name}'`).join(', ');
  return new ReleaseFailedError(
    `alarm ${list} of side ${side.name} in account ${side.pipeline.accountId} is not in the state OK, `
      + `with ${share} percent of the traffic on the new side`,
  );
}

export function notInEffect({ blue, green }: Shares): Error {
  return new ReleaseFailedError(
    `the traffic with ${blue} percent on blue and ${green} percent on green is not in effect within 30 minutes: see `
      + 'the status page of the service that divides the traffic, then release again',
  );
}

export function rejected({ by, reason }: { readonly by: string; readonly reason?: string }): Error {
  return new ReleaseFailedError(`rejected by ${by}${reason === undefined ? '' : `: ${reason}`}`);
}

export function approvalTimedOut({ config, environmentName }: ReleaseContext): Error {
  return new ReleaseFailedError(
    `the release was not approved within ${minutes(config.approvalSeconds ?? 0)}: `
      + `release again, and approve it with: org-environments approve ${environmentName}`,
  );
}

export function hookFailed(when: 'before' | 'after', why: string): Error {
  return new ReleaseFailedError(`the hook ${when} the shift failed: ${why}`);
}

export function singletonMissing({ name, pipeline: { accountId } }: Side, singleton: SingletonRequest): Error {
  return new ReleaseFailedError(
    `${textOf(singleton)}, which must run on the active side only, does not exist on side ${name} in account `
      + `${accountId}: let the application define it, turned off, then release again`,
  );
}

export function singletonTimedOut(
  { name, pipeline: { accountId } }: Side, singletons: readonly SingletonRequest[], state: 'on' | 'off',
): Error {
  return new ReleaseFailedError(
    `${singletons.map(textOf).join(', ')} of side ${name} in account ${accountId} did not turn ${state} within `
      + '30 minutes: see what keeps it, then release again',
  );
}

function textOf(singleton: SingletonRequest): string {
  const name = 'service' in singleton ? `${singleton.cluster}/${singleton.service}` : singleton.name;
  return `${singleton.kind} '${name}'`;
}

export function hookTimedOut(when: 'before' | 'after', seconds: number): Error {
  return new ReleaseFailedError(`the hook ${when} the shift has not ended within ${minutes(seconds)}`);
}

/** The registry named the wrong side as active, for example because it was lost: nothing is moved. */
export class WrongSideError extends ReleaseFailedError {
  public constructor(
    environmentName: string,
    { serving, recorded }: { readonly serving: SideName; readonly recorded: SideName },
    /** Fence of the change that has set the traffic. */
    public readonly fence: number,
  ) {
    super(
      `side ${serving} of environment '${environmentName}' has all traffic, but the registry had side ${recorded} as `
        + 'the active one; the registry is corrected now, and nothing was released: release again',
    );
  }
}

export function haltedDuring(environmentName: string, { by, reason }: { by: string; reason: string }): Error {
  return new ReleaseFailedError(
    `environment '${environmentName}' was halted by ${by}: ${reason}: resume it, then release again`,
  );
}

function minutes(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
}

/** The head of the branch of the side, and what was requested, if it is a merge of that. */
function commitOf({ head, commitId, requested }: CurrentRelease): string {
  if (head === undefined || head === commitId) return commitId;
  return `${head} (the merge of ${requested === commitId ? commitId : `${requested}, ${commitId},`} into its branch)`;
}
