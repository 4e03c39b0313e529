import { createHash } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import type { Heads, Pipelines } from './aws';
import { NAMES } from '../../src/private/contract';
import type { Registry } from '../registry/registry';
import type { RouteRecord } from '../registry/route';
import { routeKey } from '../registry/route';
import { isNamed } from '../shared/errors';

/** What EventBridge says of a reference that has moved. */
export interface ReferenceChange {
  readonly event: string;
  readonly referenceType: string;
  readonly referenceName: string;
  /** Absent when the reference was deleted. */
  readonly commitId?: string;
}

export type ReferenceEvent = Pick<EventBridgeEvent<'CodeCommit Repository State Change', ReferenceChange>, 'id' | 'resources' | 'detail'>;

export type Outcome =
  | { readonly started: false; readonly reason: string }
  | {
    readonly started: true;
    readonly environmentName: string;
    readonly pipelineName: string;
    readonly accountId: string;
    readonly executionId: string;
  };

/** Starts the pipeline of a branch at the commit that its head has moved to, if the branch has a pipeline. */
export async function trigger({ id, resources, detail }: ReferenceEvent, registry: Registry, heads: Heads, pipelines: Pipelines): Promise<Outcome> {
  const [repositoryArn = ''] = resources;
  const { event, referenceType, referenceName, commitId } = detail;
  if (referenceType !== 'branch' || !commitId || !['referenceCreated', 'referenceUpdated'].includes(event)) {
    return { started: false, reason: `${event} of ${referenceType} '${referenceName}' starts nothing` };
  }
  const route = await registry.read<RouteRecord>(routeKey(repositoryArn, referenceName));
  const target = route?.targets.at(-1);
  if (!target) return { started: false, reason: `branch '${referenceName}' of ${repositoryArn} has no pipeline` };

  // events come in any order, and again after a failure: an old commit must not follow a newer one, which has an event of its own
  const head = await heads.head(repositoryArn.split(':').at(-1) ?? '', referenceName);
  if (head !== commitId) return { started: false, reason: `branch '${referenceName}' of ${repositoryArn} is not at ${commitId} any more, but at ${head ?? 'no commit'}` };

  const { environmentName, pipelineName, accountId, region } = target;
  // EventBridge delivers at least once: the token makes one start of the same event
  const token = createHash('sha256').update(id).digest('hex');
  try {
    const executionId = await pipelines.start({ accountId, region, pipelineName, commitId, token });
    return { started: true, environmentName, pipelineName, accountId, executionId };
  } catch (error) {
    const wayOut = isNamed(error, 'AccessDenied', 'AccessDeniedException')
      ? `: the role '${NAMES.startRole}' there must trust '${NAMES.triggerFunctionRole}': deploy the environment again`
      : '';
    throw new Error(`pipeline '${pipelineName}' of environment '${environmentName}' in account ${accountId} cannot be started at commit ${commitId} `
      + `of branch '${referenceName}': ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}${wayOut}`, { cause: error });
  }
}
