import type { Registry } from './registry';
import type { RequestedResource } from '../../src/kinds/contract';
import type { Drift } from '../../src/operations/contract';
import { LISTED, RECORDS } from '../../src/registry/contract';

/** A repair of a resource that was requested and has not ended. */
export interface Repair {
  readonly requestId: string;
  /** In milliseconds since 1970. */
  readonly since: number;
  /** Present when the first step was taken. */
  readonly isStarted?: true;
  /** Present if the resource was removed, so that its removal is completed. */
  readonly isRemoval?: true;
}

/** Record of the last check of a custom resource. */
export interface DriftRecord extends Pick<RequestedResource, 'ownerId' | 'resourceType' | 'logicalId'> {
  /** The environment that uses the resource; absent: none. */
  readonly environmentName?: string;
  /** In milliseconds since 1970. */
  readonly checkedAt: number;
  /** Empty: the resource is as the app declares it. */
  readonly drifts: readonly Drift[];
  /** Why the last check failed; the differences are those of the check before. */
  readonly problem?: string;
  readonly repair?: Repair;
  /** Why the last repair failed. */
  readonly failure?: string;
  /** What the history says last about the resource, as `findingsOf` returns it. @default - nothing */
  readonly reported?: readonly string[];
}

/** The reason of a failure may contain the time or the id of a request, so it is no other finding on each day. */
const UNCHECKED = 'could not be checked';

/** What a check has found, to be compared with what is in the history. */
export function findingsOf({ drifts, problem }: Pick<DriftRecord, 'drifts' | 'problem'>): readonly string[] {
  return [...drifts.map(({ what }) => what), ...problem === undefined ? [] : [UNCHECKED]];
}

/** The differences, and a check that failed, as one more. */
export function differencesOf(
  { drifts, problem, logicalId }: Pick<DriftRecord, 'drifts' | 'problem' | 'logicalId'>,
): readonly Drift[] {
  if (problem === undefined) return drifts;
  return [...drifts, {
    what: `'${logicalId}' ${UNCHECKED}: ${problem}`,
    remedy: 'correct the cause; the next check compares it',
    isRepairable: false,
    isUnchecked: true,
  }];
}

/** A repair that has not ended by then was killed. */
const MAX_REPAIR_TIME = 65 * 60_000;

export function driftKey(ownerId: string): string {
  return `${RECORDS.drift}${ownerId}`;
}

/** Whether a repair is in progress. */
export function isBeingRepaired({ repair }: Pick<DriftRecord, 'repair'>, now: number): boolean {
  return repair !== undefined && now - repair.since < MAX_REPAIR_TIME;
}

/**
 * What the last checks have found in each environment, and which of them failed; other environments are missing. The
 * key of what no environment uses is undefined.
 */
export async function driftsByEnvironment(
  registry: Registry,
): Promise<ReadonlyMap<string | undefined, readonly Drift[]>> {
  const found = new Map<string | undefined, readonly Drift[]>();
  for (const record of await registry.list<DriftRecord>(LISTED.drift)) {
    const { environmentName } = record;
    const differences = differencesOf(record);
    if (differences.length === 0) continue;
    found.set(environmentName, [...(found.get(environmentName) ?? []), ...differences]);
  }
  return found;
}
