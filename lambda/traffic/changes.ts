import { checkedShares, NewerChangeError } from './traffic';
import type { Shares } from './traffic';
import type { SideName } from '../../src/blue-green/contract';
import { SIDES } from '../../src/blue-green/contract';

/** A change of the shares. */
export interface Change {
  readonly shares: Shares;
  readonly fence: number;
}

/** A concurrent writer has changed what divides the traffic: read it again. */
export class ConcurrentChangeError extends Error {
  public readonly $retryable = {};

  public constructor(what: string) {
    super(`a concurrent writer changed ${what}: try again`);
    this.name = new.target.name;
  }
}

const MAX_ATTEMPTS = 5;

/** Repeats an attempt, which reads before it writes, while concurrent writers win. */
export async function untilUncontended<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConcurrentChangeError) || attempts === MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Whether the change was made before.
 * @param what names what divides the traffic
 * @throws NewerChangeError if another change replaced it
 */
export function isMade(current: Partial<Change>, wanted: Change, what: string): boolean {
  const { fence = 0, shares } = current;
  if (fence < wanted.fence) return false;
  if (fence === wanted.fence && shares && isSame(shares, wanted.shares)) return true;
  throw new NewerChangeError(
    `${what} was not set to ${inText(wanted.shares)} (change ${wanted.fence}), because change ${fence} has set it to `
      + `${shares ? inText(shares) : 'other shares'}: a newer release, rollback or abort is in charge, see `
      + '`org-environments release-status <environment>`',
  );
}

export function isSame(one: Shares, other: Shares): boolean {
  return SIDES.every(side => one[side] === other[side]);
}

/** For example `blue 90 %, green 10 %`. */
export function inText(shares: Shares): string {
  return SIDES.map(side => `${side} ${shares[side]} %`).join(', ');
}

/** All traffic for one side. */
export function allTo(side: SideName): Shares {
  return checkedShares(side === 'blue' ? { blue: 100, green: 0 } : { blue: 0, green: 100 });
}

/** Shares of two weights; undefined if both are zero. */
export function sharesOf(weights: Shares): Shares | undefined {
  const total = weights.blue + weights.green;
  if (total <= 0) return undefined;
  const blue = Math.round((100 * weights.blue) / total);
  return { blue, green: 100 - blue };
}
