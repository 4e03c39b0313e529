import type { LIVE_NAME, NAMES } from './apps';
import type { Simulation } from '../../rehearsal/simulation';

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
/** What is done to the organizational unit of an app that declares one. */
export const UNIT_KINDS = [
  'unit renamed', 'unit emptied', 'unit deleted', 'unit replaced', 'unit record deleted',
] as const;
export type UnitKind = typeof UNIT_KINDS[number];
/** What is done to the blue/green environment of an app that has one. */
export const LIVE_KINDS = [
  'traffic moved', 'traffic overwritten', 'traffic deleted', 'active side changed', 'active side record deleted',
  'release record deleted', 'blue/green record deleted',
] as const;
export type LiveKind = typeof LIVE_KINDS[number];
export type DamageKind = typeof DAMAGE_KINDS[number] | UnitKind | LiveKind;

/** What a person or AWS does to an environment behind our back. */
export interface Damage {
  readonly kind: DamageKind;
  /** The environment that it hits; the registry is that of all. */
  readonly name: typeof NAMES[number] | typeof LIVE_NAME;
  /** Number of the step before which it happens, from 1; after the last step if there is no such step. */
  readonly beforeStep: number;
}

/** What damage is done to. */
export interface World {
  readonly simulation: Simulation;
  /** Name of the registry's table; undefined while there is none. */
  readonly tableName: string | undefined;
  readonly registry: readonly Readonly<Record<string, unknown>>[];
}
