import type { Holder } from './owners';
import { RECORDS } from '../../src/registry/contract';
import type { StackRequest } from '../../src/stack/contract';

/** Where a stack is. */
export type StackPlace = Pick<StackRequest, 'accountId' | 'region' | 'stackName' | 'qualifier'>;

/** What the registry knows of a stack in an account. */
export interface StackRecord<Request extends StackRequest = StackRequest> {
  readonly owners: readonly Holder<Request>[];
  /** Names the request that is worked on; CloudFormation gets it as token, which tells old failures from new ones. */
  readonly attempt: string;
  /** When that was requested, in milliseconds since 1970. */
  readonly since: number;
  /** The attempt that began to create the stack: from then on the account may have it. */
  readonly begun?: string;
  /** Fingerprint of the request that the stack last fulfilled. */
  readonly applied?: string;
  /** Where the stack was before; it is deleted there if the record of that place names this one as its successor. */
  readonly previous?: readonly Request[];
  /** Key of the record of the place that the stack moves to. */
  readonly successor?: string;
  /** The stack was complete once. */
  readonly complete?: true;
  /** How far the copy of its assets has come. */
  readonly assets?: AssetProgress;
  /** Id of the owner that deletes the stack. */
  readonly removing?: string;
  /** The attempt to delete the stack that could not enter the account. */
  readonly unreachable?: string;
}

export function stackKey({ accountId, region, stackName }: StackPlace): string {
  return `${RECORDS.stack}${accountId}#${region}#${stackName}`;
}

interface AssetProgress {
  /** The attempt that it counts for. */
  readonly attempt: string;
  /** How many of the assets are in the account, in the order of the request. */
  readonly copied: number;
  /** The layer of the next one that is being uploaded. */
  readonly upload?: LayerUpload;
}

/** A layer of an image that is uploaded in parts. */
export interface LayerUpload {
  readonly digest: string;
  readonly uploadId: string;
  /** How many of its bytes have arrived. */
  readonly received: number;
}
