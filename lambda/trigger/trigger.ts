import { createHash } from 'node:crypto';
import type { Pipelines, PushRelease, PushReleases } from './aws';
import { NAMES } from '../../src/private/contract';
import type { Registry } from '../registry/registry';
import type { RouteRecord, RouteTarget } from '../registry/route';
import { routeKey } from '../registry/route';
import { reconcileAdvice } from '../shared/advice';
import { isAccessDenied } from '../shared/errors';
import type { Hosts } from '../sources/hosts';
import { movedBranch } from '../sources/pushes';
import type { HostEvent } from '../sources/source';

export type Outcome =
  | { readonly started: false; readonly reason: string }
  | { readonly started: true; readonly pipeline?: StartedPipeline; readonly releases?: readonly string[] };

interface StartedPipeline {
  readonly environmentName: string;
  readonly pipelineName: string;
  readonly accountId: string;
  readonly executionId: string;
}

export interface TriggerParts {
  readonly registry: Registry;
  readonly hosts: Hosts<'head'>;
  readonly pipelines: Pipelines;
  readonly releases: PushReleases;
}

/** Starts the pipeline of a branch at its new head, and the releases of the environments that release its commits. */
export async function trigger(event: HostEvent, parts: TriggerParts): Promise<Outcome> {
  const moved = movedBranch(event);
  if (!moved) return { started: false, reason: 'the event updates no branch' };
  const { repository, branchName, commitId } = moved;
  const { repositoryName, repositoryArn } = repository;
  const route = await parts.registry.read<RouteRecord>(routeKey(repositoryArn, branchName));
  const target = route?.targets.at(-1);
  const names = route?.releasedBy ?? [];
  if (!target && names.length === 0) {
    return { started: false, reason: `branch '${branchName}' of ${repositoryArn} has no pipeline` };
  }

  // events arrive in any order, and again after a failure: an old commit must not be deployed after a newer one
  const head = await parts.hosts(repository).head(repositoryName, branchName);
  if (head !== commitId) {
    const reason =
      `the head of branch '${branchName}' of ${repositoryArn} is no longer ${commitId}, `
      + `but ${head ?? 'no commit'}`;
    return { started: false, reason };
  }
  // EventBridge delivers at least once: with the token, the same event starts one execution
  const token = createHash('sha256').update(event.id).digest('hex');
  // all of them, even if one fails; then Lambda retries the event
  const [pipeline, ...releases] = await Promise.allSettled([
    target && startPipeline(parts.pipelines, target, { branchName, commitId, token }),
    ...names.map(async environmentName => startRelease(parts.releases, { environmentName, branchName, commitId })),
  ]);
  const failed = [pipeline, ...releases].find(result => result.status === 'rejected');
  if (failed) throw failed.reason;
  const started = pipeline.status === 'fulfilled' ? pipeline.value : undefined;
  return { started: true, ...(started && { pipeline: started }), ...(names.length > 0 && { releases: names }) };
}

async function startPipeline(
  pipelines: Pipelines,
  { environmentName, pipelineName, accountId, region }: RouteTarget,
  { branchName, commitId, token }: { readonly branchName: string; readonly commitId: string; readonly token: string },
): Promise<StartedPipeline> {
  try {
    const executionId = await pipelines.start({ accountId, region, pipelineName, commitId, token });
    return { environmentName, pipelineName, accountId, executionId };
  } catch (error) {
    throw new Error(
      `cannot start pipeline '${pipelineName}' of environment '${environmentName}' in account ${accountId} at commit `
        + `${commitId} of branch '${branchName}': ${explain(error, environmentName)}`,
      { cause: error },
    );
  }
}

async function startRelease(releases: PushReleases, push: PushRelease): Promise<void> {
  try {
    await releases.start(push);
  } catch (error) {
    const { environmentName, branchName, commitId } = push;
    throw new Error(
      `cannot release commit ${commitId} of branch '${branchName}' to environment '${environmentName}': `
        + `${error instanceof Error ? error.message : String(error)}; Lambda retries the event; if it fails again, `
        + `run: org-environments release ${environmentName} --to ${branchName}`,
      { cause: error },
    );
  }
}

function explain(error: unknown, environmentName: string): string {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const advice = isAccessDenied(error)
    ? `the role '${NAMES.startRole}' there must trust '${NAMES.triggerFunctionRole}': `
      + `${reconcileAdvice(environmentName)} (if only a part of its stack is missing, delete the stack first)`
    : 'Lambda retries the event; if it fails again, push another commit';
  return `${cause}; ${advice}`;
}
