import type { Registry, Versioned } from './registry';
import { RECORDS } from '../../src/registry/contract';
import { isNamed } from '../shared/errors';

/** Record of the requests of CloudFormation for one custom resource. */
export interface RequestRecord {
  /** Ids of the last requests, oldest first. */
  readonly ids: readonly string[];
  /** Id of the request that was started last. */
  readonly started?: string;
  /** When the last request arrived, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** Where the response to a request goes. The URL is a secret: who has it can respond in our name. */
export interface ResponseRecord {
  readonly responseUrl: string;
  /** DynamoDB deletes the record after this time, in seconds since 1970. */
  readonly deleteAfter: number;
}

/** Lambda may deliver a request twice, but not after so many others. */
const MAX_IDS = 20;

/** The response URL is valid for a shorter time. */
const RESPONSE_SECONDS = 24 * 3600;

export function requestKey(ownerId: string): string {
  return `${RECORDS.request}${ownerId}`;
}

export function responseKey(requestId: string): string {
  return `${RECORDS.response}${requestId}`;
}

/** When the request arrived, in milliseconds since 1970. */
export function arrivalOf({ deleteAfter }: ResponseRecord): number {
  return (deleteAfter - RESPONSE_SECONDS) * 1000;
}

interface Arrival {
  readonly ownerId: string;
  readonly requestId: string;
  readonly responseUrl: string;
  /** The resource most probably has no record yet, so it is not read. */
  readonly isFirst?: boolean;
}

interface RecordedRequest {
  /** When the last request of the resource arrived, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** Appends a request to those of its resource, and saves its response URL. A second delivery changes nothing. */
export async function recordRequest(registry: Registry, arrival: Arrival, now: number): Promise<RecordedRequest> {
  const { ownerId, requestId, responseUrl, isFirst } = arrival;
  const key = requestKey(ownerId);
  const record = isFirst ? undefined : await registry.read<RequestRecord>(key);
  if (record?.ids.includes(requestId)) return { arrivedAt: record.arrivedAt };
  const ids = [...(record?.ids ?? []), requestId].slice(-MAX_IDS);
  const deleteAfter = Math.floor(now / 1000) + RESPONSE_SECONDS;
  const saved = registry.transaction(async () => {
    await registry.write<ResponseRecord>(responseKey(requestId), { responseUrl, deleteAfter }, undefined);
    await registry.write<RequestRecord>(key, { ...record, ids, arrivedAt: now }, record?.version);
  });
  try {
    await saved;
    return { arrivedAt: now };
  } catch (error) {
    if (!isFirst || !isNamed(error, 'RecordChangedError')) throw error;
    return recordRequest(registry, { ownerId, requestId, responseUrl }, now);
  }
}

/**
 * Returns the record if the request is the last one of its resource, or the one that was started last. Lambda may
 * deliver an old request after a newer one, which must not stop the newer one.
 * @throws if a newer request supersedes it
 */
export function currentRequest(
  record: Versioned<RequestRecord> | undefined,
  requestId: string,
  logicalId: string,
): Versioned<RequestRecord> {
  if (record && (record.started === requestId || record.ids.at(-1) === requestId)) return record;
  throw new Error(
    `superseded by a newer request of CloudFormation for '${logicalId}', such as a rollback: `
      + 'when its stack is stable, deploy again if the change is missing',
  );
}
