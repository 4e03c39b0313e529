import { fingerprintOf } from './fingerprint';
import type { StackRequest } from '../../src/stack/contract';
import { owns, withOwner, withoutFormerOwners } from '../registry/owners';
import type { Versioned } from '../registry/registry';
import { FOUND } from '../registry/stack';
import type { StackRecord } from '../registry/stack';
import type { Owner } from '../shared/lifecycle';

export interface ClaimOptions<Request> {
  /** The request before, of another place. */
  readonly before?: Request;
  /** The stack is updated even if its definition has not changed. */
  readonly isForced?: boolean;
  /** How the stack was found without its record: by its mark, or by other records. */
  readonly found?: 'by mark' | 'by records';
  /** The resource is updated or repaired in its place, so the stack was complete before. */
  readonly isUpdate?: boolean;
}

interface Attempt<Request extends StackRequest> extends Pick<StackRecord, 'attempt' | 'requestedAt'> {
  /** The fields that a new attempt resets. */
  readonly reset: (record: StackRecord<Request>) => Partial<StackRecord<Request>>;
}

/** The record of a stack with another owner or another request of its owner. */
export function claimedRecord<Request extends StackRequest>(
  read: Versioned<StackRecord<Request>> | undefined,
  owner: Owner,
  request: Request,
  { before, isForced, found, isUpdate, attempt, requestedAt, reset }: ClaimOptions<Request> & Attempt<Request>,
): StackRecord<Request> {
  const known: Partial<Versioned<StackRecord<Request>>> = read ? { ...keptOf(read, owner), ...reset(read) } : {};
  const { version, successor, deletedBy, deletedFrom, isLeftover, applied, previous = [], ...kept } = known;
  return {
    ...kept,
    ...(found && { creationAttempt: found === 'by mark' ? FOUND : attempt, complete: true as const }),
    ...(isUpdate && !read && { isRecordLost: true as const }),
    owners: withOwner(kept.owners ?? [], owner, request),
    attempt,
    requestedAt,
    ...(!isForced && applied === fingerprintOf(request) && { applied }),
    previous: [...previous, ...(before ? [before] : [])],
  };
}

/**
 * What stays of a record. If its owners were removed from their stacks, the account may have a stack that they have
 * left there: only the mark says whose it is.
 */
function keptOf<Request extends StackRequest>(
  read: StackRecord<Request>, owner: Owner,
): Partial<StackRecord<Request>> {
  if (!read.owners.some(({ id }) => owner.formerOwners?.includes(id))) return read;
  // the mark changes with the owner
  const { applied, ...kept } = read;
  if (owns(read.owners, owner) || withoutFormerOwners(read.owners, owner).length > 0) return kept;
  const { creationAttempt, complete, createdAt, result, ...rest } = kept;
  return rest;
}
