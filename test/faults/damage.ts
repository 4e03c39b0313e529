import type { NAMES } from './apps';

export const DAMAGE_KINDS = [
  'account suspended', 'account reinstated', 'account closed', 'account moved', 'account untagged',
  'access role deleted', 'bootstrap deleted', 'baseline deleted', 'pipeline stack deleted',
  'branch deleted', 'branch overwritten',
  'lease record deleted', 'route record deleted', 'account record deleted', 'stack record deleted',
  'environment record deleted', 'registry emptied', 'registry restored',
] as const;
/** After these, an account cannot be changed. */
export const UNUSABLE_KINDS = [
  'account suspended', 'account closed', 'access role deleted', 'bootstrap deleted', 'baseline deleted',
] as const;
export type DamageKind = typeof DAMAGE_KINDS[number];

/** What a person or AWS does to an environment behind our back. */
export interface Damage {
  readonly kind: DamageKind;
  /** The environment that it hits; the registry is that of all. */
  readonly name: typeof NAMES[number];
  /** Number of the step before which it happens, from 1; after the last step if there is no such step. */
  readonly beforeStep: number;
}
