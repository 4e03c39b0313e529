import { createHash } from 'node:crypto';
import { isTransient } from '../../shared/errors';
import { keyOf } from '../context';
import type { CleanContext } from '../context';
import type { Resource, Verdict } from '../model';
import type { Cleaner, Deletion } from '../ports';
import { meaningOf } from '../verdict';

/** Attempts that AWS rejects before a resource is classified. */
const MAX_ATTEMPTS = 2;

/** How far the deletion of a resource is. */
export interface ItemProgress {
  readonly state: 'open' | 'running' | 'deleted' | 'left';
  /** Attempts that AWS has rejected. */
  readonly attempts: number;
  /** Calls that have started a deletion, because the token of a failed one is used up. */
  readonly calls: number;
  readonly request?: string;
  /** Whether the last call failed with an error that ends by itself. */
  readonly isDelayed?: true;
  /** Why the last attempt failed. It is kept while another one is running that may fail for the same reason. */
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly until?: string;
}

const START: ItemProgress = { state: 'open', attempts: 0, calls: 0 };

/** Starts the deletion of a resource, or looks how far it is. */
export async function attempt(
  context: CleanContext, resource: Resource, before: ItemProgress = START,
): Promise<ItemProgress> {
  const { attempts, calls } = before;
  const cleaner = context.parts.cleaners.named(resource.cleaner);
  if (!cleaner) {
    const reason = `there is no cleaner '${resource.cleaner}' any more`;
    return { state: 'left', attempts, calls, verdict: 'unknown', reason };
  }
  try {
    const deletion = before.request === undefined
      ? await cleaner.delete(resource, tokenOf(context, resource, calls))
      : await cleaner.status(resource, before.request);
    return await progressOf(cleaner, resource, before, deletion);
  } catch (error) {
    if (!isTransient(error)) throw error;
    return { ...before, isDelayed: true, reason: `${error.name}: ${error.message}` };
  }
}

async function progressOf(
  cleaner: Cleaner, resource: Resource, before: ItemProgress, deletion: Deletion,
): Promise<ItemProgress> {
  const { attempts, calls } = before;
  if (deletion.state === 'deleted') return { state: 'deleted', attempts, calls };
  if (deletion.state === 'running') {
    const running = { state: 'running', attempts, calls, request: deletion.request } as const;
    return wasBlocked(before) ? { ...running, verdict: 'blocked', reason: before.reason } : running;
  }
  const meaning = meaningOf(deletion.failure);
  const reason = `${deletion.failure.code}: ${deletion.failure.message}`.slice(0, 500);
  const next = { attempts, calls: calls + 1, reason };
  switch (meaning.kind) {
    case 'deleted': return { state: 'deleted', attempts, calls };
    case 'transient': return { ...next, state: 'open', isDelayed: true };
    case 'blocked': return { ...next, state: 'open', verdict: 'blocked' };
    case 'refused': break;
  }
  const { verdict, until } = meaning;
  const refused = { ...next, attempts: attempts + 1, verdict, ...(until !== undefined && { until }) };
  const isFinal = verdict !== 'locked' || refused.attempts >= MAX_ATTEMPTS;
  if (isFinal) return { ...refused, state: 'left' };
  await cleaner.unlock(resource);
  return { ...refused, state: 'open' };
}

/** Whether something else had to be deleted first when a deletion was attempted the last time. */
export function wasBlocked({ verdict }: ItemProgress): boolean {
  return verdict === 'blocked';
}

/** The same call has the same token after a crash. */
function tokenOf({ record }: CleanContext, resource: Resource, calls: number): string {
  return createHash('sha256').update(`${record.cleanId} ${record.round} ${keyOf(resource)} ${calls}`).digest('hex');
}
