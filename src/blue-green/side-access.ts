import type { EndpointRequest } from './contract';
import type { SingletonRequest } from './release/contract';

/** What a release reads and changes in the accounts of the sides: the permissions of its role there. */
export interface SideAccess {
  readonly endpoints?: readonly EndpointRequest[];
  readonly alarmNames?: readonly string[];
  readonly singletons?: readonly SingletonRequest[];
}

export function combined(parts: readonly SideAccess[]): Required<SideAccess> {
  return {
    endpoints: unique(parts.flatMap(({ endpoints = [] }) => endpoints)),
    alarmNames: unique(parts.flatMap(({ alarmNames = [] }) => alarmNames)),
    singletons: unique(parts.flatMap(({ singletons = [] }) => singletons)),
  };
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map(value => [JSON.stringify(value), value])).values()];
}
