import type { SpareRule } from './spare/rules';

/** The steps of a clean. A round is the steps from `stop` to `delete`; a pass is a round that has nothing to delete. */
export const CLEAN_STEPS = ['survey', 'stop', 'stacks', 'list', 'plan', 'delete', 'look', 'end'] as const;

export type CleanStep = (typeof CLEAN_STEPS)[number];

export interface CleanRequest {
  readonly cleanId: string;
  readonly accountId: string;
  /** Fence of the lease that has ended. With another one, the account belongs to another lease. */
  readonly fence: number;
  /** Start of the lease, in milliseconds since 1970. */
  readonly leasedAt: number;
  /** Whether all types are listed in all regions, and not only those that were used. */
  readonly full: boolean;
  /** Seconds until the second look; 0: there is none. */
  readonly secondLookSeconds: number;
  /** Seconds after which the account is quarantined with what is left. */
  readonly maxSeconds: number;
  /** What carries a tag with this key is not deleted. */
  readonly protectingTag: string;
  /** What the user spares besides the rules of this library. */
  readonly spare: readonly SpareRule[];
}

/** A clean and where it is. Larger lists are documents of the `PlanStore`. */
export interface CleanRecord extends CleanRequest {
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly step: CleanStep;
  /** Number of the current round, from 1. */
  readonly round: number;
  /** Consecutive lists that found nothing. */
  readonly emptyPasses: number;
  /** Index of what the current step does next. */
  readonly position: number;
  /** Page of a list at `position`. */
  readonly page?: string;
  readonly pages?: number;
  /** Regions that are enabled, the main region of the partition first. */
  readonly regions: readonly string[];
  /** Number of inspections that found nothing more to delete. */
  readonly looks: number;
  /** Not before this time the next step begins, in milliseconds since 1970. */
  readonly notBefore?: number;
  /** Number of consecutive failures of the current step. */
  readonly failures?: number;
  readonly outcome?: 'available' | 'quarantined' | 'abandoned';
}

/** Names of the documents of a clean. */
export const DOCUMENTS = {
  /** What the lease has used: `Scope`. */
  scope: 'scope',
  /** Resources that remain, and why: `Leftover[]`. */
  leftovers: 'leftovers',
  /** Resources that no plan contains: `Spared[]`. */
  spared: 'spared',
  /** What the last inspection has found: `Finding[]`. */
  findings: 'findings',
  /** The rounds in which findings were seen first. */
  seen: 'seen',
  stops: (round: number) => `stops-${round}`,
  stacks: (round: number) => `stacks-${round}`,
  found: (round: number) => `found-${round}`,
  plan: (round: number) => `plan-${round}`,
  progress: (round: number) => `progress-${round}`,
} as const;
