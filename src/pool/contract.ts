import type { Preparation } from '../account/contract';
import type { CleanMachineInput } from '../clean/contract';

/** An account pool: how its accounts are created, kept and cleaned. */
export interface PoolRequest extends Preparation {
  readonly kind: 'pool';
  readonly poolName: string;
  /** Number of accounts that are kept ready. */
  readonly minimum: string;
  /** Number of accounts. */
  readonly maximum: string;
  /** Id or path of the unit of accounts that are not leased. */
  readonly waitingUnit: string;
  /** Id or path of the unit of accounts that could not be cleaned. */
  readonly quarantineUnit: string;
  /** E-mail of an account; `{n}` is replaced by its number. */
  readonly email: string;
  /** Name of an account that is not leased; `{n}` is replaced by its number. */
  readonly accountName: string;
  readonly secondLookSeconds: string;
  readonly maxCleanSeconds: string;
  readonly protectingTag: string;
  readonly spare: NonNullable<CleanMachineInput['spare']>;
  readonly cleaners: NonNullable<CleanMachineInput['cleaners']>;
}

export interface PoolResult {
  readonly poolName: string;
}

/** An account that is leased from a pool. */
export interface PooledAccountRequest {
  readonly kind: 'pooled';
  readonly poolName: string;
  /** Absent: the account keeps the name that the pool gives. */
  readonly accountName?: string;
  /** Id or path; absent: the account stays in the waiting unit. */
  readonly organizationalUnit?: string;
  readonly tags: { readonly [key: string]: string };
  /** Region of the stack; the accounts of the pool are bootstrapped there. */
  readonly region: string;
  /** As in `Preparation`. */
  readonly templates: string;
}

export interface PooledAccountResult {
  readonly accountId: string;
  readonly accountName: string;
  readonly email: string;
}

/** The text that is replaced by the number of an account. */
export const SLOT_PLACEHOLDER = '{n}';

/** Event by which the account function is invoked to maintain all pools. */
export const POOL_MAINTENANCE = { maintain: 'pools' } as const;

/** Environment variables of the account function if there are pools. */
export const POOL_ENVIRONMENT = {
  /** ARN of the state machine that cleans accounts. */
  CLEAN_MACHINE_ARN: 'CLEAN_MACHINE_ARN',
} as const;
