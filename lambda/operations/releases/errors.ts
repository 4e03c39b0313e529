import type { SideName } from '../../../src/blue-green/contract';
import type { Halt } from '../../../src/operations/contract';
import type { CurrentRelease, DeployedCommit, EndedRelease, ReleaseIdentity } from '../../registry/release';

export function notBlueGreen(environmentName: string): Error {
  return new Error(
    `environment '${environmentName}' cannot be released, because it does not have a blue and a green side: `
      + 'declare it as a BlueGreenEnvironment and deploy',
  );
}

/** @param known names of the blue/green environments */
export function noBlueGreen(environmentName: string, known: readonly string[]): Error {
  const advice = known.length > 0 ? `use one of ${known.join(', ')}` : 'no blue/green environment exists';
  return new Error(`there is no blue/green environment '${environmentName}': ${advice}; nothing was done`);
}

export function noSuchCommit(requested: string, repositoryName: string): Error {
  return new Error(
    `repository '${repositoryName}' has no commit, branch or tag '${requested}': push it, or name another one`,
  );
}

export function alreadyActive(
  environmentName: string,
  { requested, commitId }: Pick<ReleaseIdentity, 'requested' | 'commitId'>,
  side: SideName,
  deployed: DeployedCommit | undefined,
): Error {
  const what = commitId === requested ? commitId : `${requested} (${commitId})`;
  if (!deployed || deployed.commitId === commitId || deployed.head === commitId) {
    return new Error(
      `nothing to do: commit ${what} is already active in environment '${environmentName}', on side ${side}`,
    );
  }
  return new Error(
    `nothing to do: side ${side} of environment '${environmentName}' runs ${deployed.requested} `
      + `(${deployed.commitId}), which contains commit ${what}: a release never removes commits; to go back, run `
      + `org-environments rollback ${environmentName}, or release a commit that reverts the later ones`,
  );
}

export function lockHeld(environmentName: string, { releaseId, kind, by, startedAt, step }: CurrentRelease): Error {
  return new Error(
    `environment '${environmentName}' is locked by the ${kind} ${releaseId} that ${by} started at ${iso(startedAt)} `
      + `(step ${step}): wait until it ends, or stop it with: org-environments abort ${environmentName} `
      + '--reason <text>',
  );
}

export function unfinished(environmentName: string, { releaseId, by, to, step }: CurrentRelease): Error {
  return new Error(
    `environment '${environmentName}' cannot be rolled back, because release ${releaseId} of ${by} to side ${to} has `
      + `not ended (step ${step}), although its execution has: return its traffic first, with: org-environments abort `
      + `${environmentName} --reason <text>`,
  );
}

export function anotherRelease(
  environmentName: string, meant: string, { releaseId, kind, by, requested, commitId, to }: CurrentRelease,
): Error {
  return new Error(
    `release ${meant} of environment '${environmentName}' is not in progress: ${kind} ${releaseId} of ${requested} `
      + `(${commitId}) to side ${to} by ${by} is; nothing was done`,
  );
}

export function removed(environmentName: string): Error {
  return new Error(`environment '${environmentName}' is being removed: deploy the app with it, then release`);
}

export function haltedBefore(environmentName: string, { by, reason }: Pick<Halt, 'by' | 'reason'>): Error {
  return new Error(
    `environment '${environmentName}' is halted by ${by}: ${reason}: `
      + `resume it first, with: org-environments resume --environment ${environmentName}`,
  );
}

export function noRollback(environmentName: string, last: EndedRelease | undefined): Error {
  if (!last) {
    return new Error(
      `environment '${environmentName}' cannot be rolled back, because no release has ended yet: `
        + 'release a commit first',
    );
  }
  if (last.outcome === 'succeeded') {
    return new Error(
      `environment '${environmentName}' cannot be rolled back, because its first release was the last one: no other `
        + 'side has served; release the commit that you want',
    );
  }
  return new Error(
    `environment '${environmentName}' cannot be rolled back, because release ${last.releaseId} has changed side `
      + `${last.to} and ended as '${last.outcome}' (${last.failure ?? 'no reason'}): release the commit that you want`,
  );
}

export function nothingToAbort(environmentName: string, last: EndedRelease | undefined): Error {
  const ended = last ? `: the last one, ${last.releaseId}, ended at ${iso(last.endedAt)} (${last.outcome})` : '';
  return new Error(`no release of environment '${environmentName}' is in progress${ended}`);
}

export function notWaiting(environmentName: string, { releaseId, step, failure }: CurrentRelease): Error {
  const state = failure === undefined ? `is at step ${step}` : `returns the traffic (${failure})`;
  return new Error(
    `release ${releaseId} of environment '${environmentName}' does not wait for approval: it ${state}`,
  );
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
