import { createHash } from 'node:crypto';
import type { StackPlace } from './place';
import type { AccountStackRequest } from '../../src/stack/contract';
import type { Holder } from '../shared/owners';

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
  /** Id of the owner that deletes the stack. */
  readonly removing?: string;
  /** How far the deletion has come with what belongs to a pipeline. */
  readonly leaving?: 'pipeline at rest' | 'applications gone' | 'artifacts gone';
  /** The attempt to delete it that could not enter the account. */
  readonly unreachable?: string;
}

/**
 * Whether an earlier attempt to delete has said that the account cannot be entered. One that was closed never can be again, and nothing tells that from
 * a trust that was withdrawn: whoever deletes again has read it, and must not be stuck for ever.
 */
export function wasTold({ unreachable, attempt }: StackRecord): boolean {
  return unreachable !== undefined && unreachable !== attempt;
}

/** The template counts by its key, which is made of its content. */
export function fingerprintOf(request: AccountStackRequest): string {
  const { qualifier, templateKey, parameters = {}, tags = {} } = request;
  return createHash('sha256').update(JSON.stringify([qualifier, templateKey, sorted(parameters), sorted(tags)])).digest('hex');
}

function sorted(values: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([one], [other]) => one < other ? -1 : 1);
}
