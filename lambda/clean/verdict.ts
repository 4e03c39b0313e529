import type { Verdict } from './model';
import type { DeletionFailure } from './ports';

/** What a failure means for the next attempt. */
export type Meaning =
  | { readonly kind: 'deleted' }
  /** The same call may succeed later, and does not count as an attempt. */
  | { readonly kind: 'transient' }
  /** Something else must be deleted first. */
  | { readonly kind: 'blocked' }
  /** The next attempt may succeed with protections turned off. */
  | { readonly kind: 'refused'; readonly verdict: Exclude<Verdict, 'blocked' | 'recreated' | 'slow'>; until?: string };

const DELETED = /not.?found|NoSuch|does ?not ?exist|InvalidVolume\.NotFound|InvalidID|ResourceNotFound/i;
const TRANSIENT = new RegExp([
  'throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ConcurrentOperation|ConcurrentModification|',
  'ServiceInternalError|InternalFailure|InternalError|NetworkFailure|ServiceTimeout|Timeout|ServiceUnavailable|',
  'NotStabilized|OperationInProgress|OperationAborted|PriorRequestNotComplete',
].join(''), 'i');
const BLOCKED = new RegExp([
  'DependencyViolation|DeleteConflict|ResourceConflict|ResourceInUse|in use|has (?:a )?dependen|dependent|',
  'not empty|must (?:first )?(?:be )?(?:delete|remove|detach|empty)|associated with|attached to|still (?:has|contains)',
].join(''), 'i');
const MANAGED = new RegExp([
  'ManagedRule|managed by|linked to a service|service-linked|created by (?:a |an |the )?(?:aws )?service|',
  'owned by (?:a|an|the|another) |requester-managed|UnauthorizedOperation.*service',
].join(''), 'i');
const WAITS = /retention|Object ?Lock|compliance mode|legal hold|vault lock|minimum (?:age|commitment)|until \d{4}-/i;
const DATE = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?/;

/** Classifies the failure of a deletion by what AWS says. */
export function meaningOf({ code, message, until: known }: DeletionFailure): Meaning {
  const text = `${code}: ${message}`;
  // the message of a conflict may contain the words of all other kinds, so the most specific ones are first
  if (known !== undefined || WAITS.test(text)) {
    const until = known ?? DATE.exec(message)?.[0];
    return until === undefined ? { kind: 'refused', verdict: 'locked' } : { kind: 'refused', verdict: 'waits', until };
  }
  if (MANAGED.test(text)) return { kind: 'refused', verdict: 'managed' };
  if (TRANSIENT.test(code)) return { kind: 'transient' };
  if (DELETED.test(code)) return { kind: 'deleted' };
  if (BLOCKED.test(text)) return { kind: 'blocked' };
  return { kind: 'refused', verdict: 'locked' };
}
