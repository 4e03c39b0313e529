import type { RecordedOwner } from './owners';
import { RECORDS } from '../../src/registry/contract';
import type { StackRequest } from '../../src/stack/contract';

/** In place of the attempt that created a stack that was found without its record. */
export const FOUND = 'found';

/** Where a stack is deployed. */
export type StackPlace = Pick<StackRequest, 'accountId' | 'region' | 'stackName' | 'qualifier'>;

/** Record of a stack in an account. */
export interface StackRecord<Request extends StackRequest = StackRequest> {
  readonly owners: readonly RecordedOwner<Request>[];
  /** Identifies the current attempt. It is the client request token, which distinguishes old failures from new ones. */
  readonly attempt: string;
  /** When the attempt was requested, in milliseconds since 1970. */
  readonly requestedAt: number;
  /** The attempt that started to create the stack: from then on the account may have it. */
  readonly creationAttempt?: string;
  /**
   * When the stack was created that was complete first, in milliseconds since 1970. It stays when the stack is deleted
   * by hand and created again.
   */
  readonly createdAt?: number;
  /** Fingerprint of the request that was deployed last. */
  readonly applied?: string;
  /** Former places of the stack. It is deleted there if the record of that place names this one as its successor. */
  readonly previous?: readonly Request[];
  /** Key of the record of the place that the stack moves to. */
  readonly successor?: string;
  /** Present once the stack has been complete. */
  readonly complete?: true;
  /** Present until an update that has found no record is made: the stack was complete, but its attributes are lost. */
  readonly isRecordLost?: true;
  /** Attributes of the resource after the last deployment. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Present while the stack is not as requested, because its account cannot be reached. */
  readonly deferral?: Deferral;
  /** Progress of the copy of its assets. */
  readonly assets?: AssetProgress;
  /** Id of the owner that deletes the stack. */
  readonly deletedBy?: string;
  /** The stack of the CICD account that this owner was in, if its resource was moved to another one since. */
  readonly deletedFrom?: string;
  /** Present while it remains in the account although its deletion was requested. */
  readonly isLeftover?: true;
  /** The operation of the CICD stack in which the account could not be reached to delete the stack. */
  readonly unreachableIn?: string;
}

/** An update that waits until its account can be reached. */
export interface Deferral {
  /** Why the account cannot be reached, and what to do. */
  readonly reason: string;
  /** In milliseconds since 1970. */
  readonly at: number;
}

export function stackKey({ accountId, region, stackName }: StackPlace): string {
  return `${RECORDS.stack}${accountId}#${region}#${stackName}`;
}

interface AssetProgress {
  /** The attempt that it belongs to. */
  readonly attempt: string;
  /** Number of assets that are in the account, in the order of the request. */
  readonly copied: number;
  /** The layer of the next asset that is being uploaded. */
  readonly upload?: LayerUpload;
}

/** A layer of an image that is uploaded in parts. */
export interface LayerUpload {
  readonly digest: string;
  readonly uploadId: string;
  /** Number of bytes uploaded. */
  readonly received: number;
}
