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
  readonly repair?: Repair;
  /** Why the last repair failed. */
  readonly failure?: string;
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
 * What the last checks have found in each environment; environments without drift are missing. The key of what no
 * environment uses is undefined.
 */
export async function driftsByEnvironment(
  registry: Registry,
): Promise<ReadonlyMap<string | undefined, readonly Drift[]>> {
  const found = new Map<string | undefined, readonly Drift[]>();
  for (const { environmentName, drifts } of await registry.list<DriftRecord>(LISTED.drift)) {
    if (drifts.length === 0) continue;
    found.set(environmentName, [...(found.get(environmentName) ?? []), ...drifts]);
  }
  return found;
}
