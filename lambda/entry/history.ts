import type { CloudFormationResponse } from './response';
import type { ChangeKind, HistoryEntry } from '../../src/history/contract';
import { CHANGES } from '../../src/history/contract';
import type { ResourceRequest, ResponseRequest } from '../../src/kinds/contract';
import { RESOURCE_TYPES } from '../../src/private/contract';

type RequestType = ResourceRequest['requestType'];

/** Checks of preconditions change nothing, so they are not listed. */
const KINDS: Readonly<Record<string, Readonly<Record<RequestType, ChangeKind>>>> = {
  [RESOURCE_TYPES.account]: {
    Create: CHANGES.accountCreation, Update: CHANGES.accountUpdate, Delete: CHANGES.accountRemoval,
  },
  [RESOURCE_TYPES.organizationalUnit]: {
    Create: CHANGES.unitCreation, Update: CHANGES.unitUpdate, Delete: CHANGES.unitRemoval,
  },
  [RESOURCE_TYPES.repository]: {
    Create: CHANGES.repositoryCreation, Update: CHANGES.repositoryUpdate, Delete: CHANGES.repositoryRemoval,
  },
  [RESOURCE_TYPES.branch]: {
    Create: CHANGES.branchCreation, Update: CHANGES.branchUpdate, Delete: CHANGES.branchRemoval,
  },
  [RESOURCE_TYPES.stack]: {
    Create: CHANGES.stackCreation, Update: CHANGES.stackUpdate, Delete: CHANGES.stackDeletion,
  },
  [RESOURCE_TYPES.pipeline]: {
    Create: CHANGES.pipelineCreation, Update: CHANGES.pipelineUpdate, Delete: CHANGES.pipelineDeletion,
  },
  [RESOURCE_TYPES.blueGreen]: {
    Create: CHANGES.blueGreenCreation, Update: CHANGES.blueGreenUpdate, Delete: CHANGES.blueGreenRemoval,
  },
  [RESOURCE_TYPES.pool]: {
    Create: CHANGES.poolCreation, Update: CHANGES.poolUpdate, Delete: CHANGES.poolRemoval,
  },
  [RESOURCE_TYPES.baseline]: {
    Create: CHANGES.baselineCreation, Update: CHANGES.baselineUpdate, Delete: CHANGES.baselineRemoval,
  },
  [RESOURCE_TYPES.network]: {
    Create: CHANGES.networkCreation, Update: CHANGES.networkUpdate, Delete: CHANGES.networkRemoval,
  },
  [RESOURCE_TYPES.transitAttachment]: {
    Create: CHANGES.attachmentCreation, Update: CHANGES.attachmentUpdate, Delete: CHANGES.attachmentRemoval,
  },
  [RESOURCE_TYPES.addressSpace]: {
    Create: CHANGES.addressSpaceCreation, Update: CHANGES.addressSpaceUpdate, Delete: CHANGES.addressSpaceRemoval,
  },
  [RESOURCE_TYPES.addressRange]: {
    Create: CHANGES.addressRangeCreation, Update: CHANGES.addressRangeUpdate, Delete: CHANGES.addressRangeRemoval,
  },
};

/** The entry of the history for a request that is answered; undefined: it changes nothing that the history keeps. */
export function historyEntry(
  { request, outcome }: ResponseRequest,
  response: CloudFormationResponse,
  arrivedAt: number,
): HistoryEntry | undefined {
  const change = KINDS[request.resourceType ?? '']?.[request.requestType];
  if (!change) return undefined;
  const data = outcome?.state === 'complete' ? { ...outcome.data } : {};
  const { deferred, note } = outcome?.state === 'complete' ? outcome : {};
  const failed = response.Status === 'FAILED';
  return {
    // of the arrival, so that a second response of the same request has the same key
    at: new Date(arrivedAt).toISOString(),
    change,
    outcome: failed ? 'failed' : deferred === undefined ? 'succeeded' : 'deferred',
    by: request.stackId,
    requestId: request.requestId,
    ...texts({
      ...subjectOf(request.properties),
      ...chosen(data),
      ...givenRange(request, data),
      reason: failed ? response.Reason : deferred ?? note,
    }),
  };
}

type Subject = Partial<Pick<HistoryEntry, 'environmentName' | 'accountId' | 'subject'>>;

/** The environment, the account, and the name of what is changed. */
function subjectOf(properties: ResourceRequest['properties']): Subject {
  const { environment, environmentName, accountId, accountName, branchName, stackName, unitName } = properties;
  const { networkName, spaceName, poolName, target, name, repositoryName, roleArn, tableArn } = properties;
  const pipeline = isObject(environment) ? environment : {};
  return texts({
    environmentName: environmentName ?? pipeline.environmentName,
    accountId: accountId ?? accountOf(roleArn ?? tableArn),
    subject: [
      accountName, branchName, stackName, unitName, networkName, spaceName, poolName, target, name,
      repositoryName,
    ].find(isText),
  });
}

/** Networks and address spaces name the account of a role or a table. */
function accountOf(arn: unknown): string | undefined {
  return typeof arn === 'string' ? arn.split(':')[4] : undefined;
}

/** Attributes of a result that the history keeps. */
function chosen(data: { readonly accountId?: unknown; readonly commitId?: unknown }) {
  return { ...(data.accountId !== undefined && { accountId: data.accountId }), commitId: data.commitId };
}

/** The name of an address range with the range that it was given. */
function givenRange({ resourceType, properties: { name } }: ResourceRequest, data: { readonly cidr?: unknown }) {
  const isGiven = resourceType === RESOURCE_TYPES.addressRange && data.cidr !== undefined;
  return isGiven ? { subject: `${String(name)} ${String(data.cidr)}` } : {};
}

function texts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
