import type { Holder } from './owners';
import { RECORDS } from '../../src/registry/contract';
import type { AccountStackRequest } from '../../src/stack/contract';

/** Where a stack is. */
export type StackPlace = Pick<AccountStackRequest, 'accountId' | 'region' | 'stackName' | 'qualifier'>;

/** What the registry remembers of a stack in an account. */
export interface StackRecord {
  readonly owners: readonly Holder<AccountStackRequest>[];
  /** The event that is being worked on; CloudFormation is given it as token, which tells old failures from new ones. */
  readonly attempt: string;
  readonly since: number;
  /** A deployment was begun, so the account may have the stack. */
  readonly begun?: true;
  /** Fingerprint of the request that the stack was last seen to fulfil. */
  readonly applied?: string;
  /** Where the stack was before; it is deleted there if the record of that place still names this one as its successor. */
  readonly previous?: readonly StackPlace[];
  readonly successor?: string;
  /** Number of the lease under which the stack is deployed. */
  readonly fence?: number;
  /** Routes that may lead to the stack's pipeline. */
  readonly routes?: readonly string[];
  /** It was complete once: from then on there may be applications that its pipeline has deployed. */
  readonly complete?: true;
  /** How far the copy of its assets has come. */
  readonly assets?: AssetProgress;
  /** Id of the owner that deletes the stack. */
  readonly removing?: string;
  /** How far the deletion has come with what belongs to a pipeline. */
  readonly leaving?: 'pipeline at rest' | 'applications gone' | 'artifacts gone';
  /** The attempt to delete it that could not enter the account. */
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
