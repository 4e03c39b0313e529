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

interface Noted {
  /** When the request arrived, or one that came after it, in milliseconds since 1970. */
  readonly arrivedAt: number;
}

/** Notes a request behind the earlier ones of its resource, and where its answer goes; a second delivery changes nothing. */
export async function noteRequest(registry: Registry, arrival: Arrival, now: number): Promise<Noted> {
  const { ownerId, requestId, responseUrl, isFirst } = arrival;
  const key = requestKey(ownerId);
  const record = isFirst ? undefined : await registry.read<RequestRecord>(key);
  if (record?.ids.includes(requestId)) return { arrivedAt: record.arrivedAt };
  const ids = [...record?.ids ?? [], requestId].slice(-REMEMBERED);
  const deleteAfter = Math.floor(now / 1000) + ANSWER_SECONDS;
  const note = registry.together(async () => {
    await registry.write<AnswerRecord>(answerKey(requestId), { responseUrl, deleteAfter }, undefined);
    await registry.write<RequestRecord>(key, { ...record, ids, arrivedAt: now }, record?.version);
  });
  try {
    await note;
    return { arrivedAt: now };
  } catch (error) {
    if (!isFirst || !isNamed(error, 'RecordChangedError')) throw error;
    return noteRequest(registry, { ownerId, requestId, responseUrl }, now);
  }
}

/**
 * The request record, if the request is the last one of its resource, or the one that was begun last: Lambda may deliver an old request after
 * a newer one, which must not stop the newer one.
 * @throws if another request has taken its place
 */
export function currentRequest(
  record: Versioned<RequestRecord> | undefined, requestId: string, logicalId: string,
): Versioned<RequestRecord> {
  if (record && (record.begun === requestId || record.ids.at(-1) === requestId)) return record;
  throw new Error(`this request for '${logicalId}' was not completed, because CloudFormation has sent a newer one for the same resource: deploy again`);
}
