import { createHash } from 'node:crypto';
import type { Pipelines } from './aws';
import { NAMES } from '../../src/private/contract';
import type { Registry } from '../registry/registry';
import type { RouteRecord } from '../registry/route';
import { routeKey } from '../registry/route';
import { RECONCILE } from '../shared/advice';
import { isAccessDenied } from '../shared/errors';
import type { Hosts } from '../sources/hosts';
import { movedBranch } from '../sources/hosts';
import type { HostEvent } from '../sources/source';

export type Outcome =
  | { readonly started: false; readonly reason: string }
  | {
    readonly started: true;
    readonly environmentName: string;
    readonly pipelineName: string;
    readonly accountId: string;
    readonly executionId: string;
  };

/** Starts the pipeline of a branch at its new head, if the branch has a pipeline. */
export async function trigger(
  event: HostEvent,
  registry: Registry,
  hosts: Hosts<'head'>,
  pipelines: Pipelines,
): Promise<Outcome> {
  const moved = movedBranch(event);
  if (!moved) return { started: false, reason: 'the event updates no branch' };
  const { repository, branchName, commitId } = moved;
  const { repositoryName, repositoryArn } = repository;
  const route = await registry.read<RouteRecord>(routeKey(repositoryArn, branchName));
  const target = route?.targets.at(-1);
  if (!target) return { started: false, reason: `branch '${branchName}' of ${repositoryArn} has no pipeline` };

  // events arrive in any order, and again after a failure: an old commit must not be deployed after a newer one
  const head = await hosts(repository).head(repositoryName, branchName);
  if (head !== commitId) {
    const reason =
      `the head of branch '${branchName}' of ${repositoryArn} is no longer ${commitId}, `
      + `but ${head ?? 'no commit'}`;
    return { started: false, reason };
  }

  const { environmentName, pipelineName, accountId, region } = target;
  // EventBridge delivers at least once: with the token, the same event starts one execution
  const token = createHash('sha256').update(event.id).digest('hex');
  try {
    const executionId = await pipelines.start({ accountId, region, pipelineName, commitId, token });
    return { started: true, environmentName, pipelineName, accountId, executionId };
  } catch (error) {
    throw new Error(
      `cannot start pipeline '${pipelineName}' of environment '${environmentName}' in account ${accountId} at commit `
        + `${commitId} of branch '${branchName}': ${explain(error)}`,
      { cause: error },
    );
  }
}

function explain(error: unknown): string {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const advice = isAccessDenied(error)
    ? `the role '${NAMES.startRole}' there must trust '${NAMES.triggerFunctionRole}': ${RECONCILE} `
      + '(if only a part of its stack is missing, delete the stack first)'
    : 'Lambda retries the event; if it fails again, push another commit';
  return `${cause}; ${advice}`;
}
