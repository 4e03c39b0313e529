import type { Registry, Versioned } from './registry';
import { RECORDS } from '../../src/registry/contract';
import { isNamed } from '../shared/errors';

/** What CloudFormation has requested of one custom resource. */
export interface RequestRecord {
  /** Ids of the requests, the last at the end. */
  readonly ids: readonly string[];
  /** The request that was begun last. */
  readonly begun?: string;
  /** When the last request arrived, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** Where the answer to a request goes. The address is a secret: its owner can answer in our name. */
export interface AnswerRecord {
  readonly responseUrl: string;
  /** DynamoDB deletes the record after this time, in seconds since 1970. */
  readonly deleteAfter: number;
}

/** Events come twice, but not after so many others. */
const REMEMBERED = 20;

/** The address of an answer is valid for less than that. */
const ANSWER_SECONDS = 24 * 3600;

export function requestKey(ownerId: string): string {
  return `${RECORDS.request}${ownerId}`;
}

export function answerKey(requestId: string): string {
  return `${RECORDS.answer}${requestId}`;
}

interface Arrival {
  readonly ownerId: string;
  readonly requestId: string;
  readonly responseUrl: string;
  /** Most probably there is no record of the resource yet, so that it need not be read. */
  readonly isFirst?: boolean;
}

/** Notes a request behind the earlier ones of its resource, and where its answer goes; a second delivery changes nothing. */
export async function noteRequest(registry: Registry, arrival: Arrival, now: number): Promise<void> {
  const { ownerId, requestId, responseUrl, isFirst } = arrival;
  const key = requestKey(ownerId);
  const record = isFirst ? undefined : await registry.read<RequestRecord>(key);
  if (record?.ids.includes(requestId)) return;
  const ids = [...record?.ids ?? [], requestId].slice(-REMEMBERED);
  const deleteAfter = Math.floor(now / 1000) + ANSWER_SECONDS;
  const note = registry.together(async () => {
    await registry.write<AnswerRecord>(answerKey(requestId), { responseUrl, deleteAfter }, undefined);
    await registry.write<RequestRecord>(key, { ...record, ids, arrivedAt: now }, record?.version);
  });
  await note.catch(async (error: unknown) => {
    if (!isFirst || !isNamed(error, 'RecordChangedError')) throw error;
    await noteRequest(registry, { ownerId, requestId, responseUrl }, now);
  });
}

/** The request record, if the request is the last one of its resource. @throws if a newer one arrived */
export function lastRequest(
  record: Versioned<RequestRecord> | undefined, requestId: string, logicalId: string,
): Versioned<RequestRecord> {
  if (record?.ids.at(-1) === requestId) return record;
  throw new Error(`superseded by a newer request for '${logicalId}': deploy again`);
}
