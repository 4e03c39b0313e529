import { SERVICES } from './fault';
import type { Fault, FaultKind } from './fault';

/** How many faults of each kind one deployment gets. Kinds that can abort the deployment occur once. */
const TIMES: Readonly<Record<FaultKind, number>> = {
  throttle: 3, conflict: 3, lost: 3, crash: 3, timeout: 1, twice: 3, late: 1, outage: 1, cancel: 1, creation: 1,
};

/**
 * Returns the faults of the given kinds for one deployment. The same random numbers give the same faults.
 *
 * @param calls estimated number of calls to AWS of the deployment
 */
export function planFaults(kinds: readonly FaultKind[], random: () => number, calls: number): Fault[] {
  const integer = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const one = <Value>(values: readonly Value[]): Value => values[integer(0, values.length - 1)];
  // most deployments change little and make few calls
  const call = (): number => 1 + Math.floor(calls * random() ** 2);
  const event = (): number => integer(1, 4);
  const make: { readonly [Kind in FaultKind]: () => Fault } = {
    throttle: () => ({ kind: 'throttle', at: call(), times: integer(1, 14) }),
    conflict: () => ({ kind: 'conflict', at: call(), times: integer(1, 14) }),
    lost: () => ({ kind: 'lost', at: call(), times: integer(1, 14) }),
    crash: () => ({ kind: 'crash', at: call(), when: one(['before', 'after'] as const) }),
    timeout: () => ({ kind: 'timeout', at: call() }),
    twice: () => ({ kind: 'twice', at: event(), seconds: one([0, 1, 5, 60, 400]) }),
    late: () => ({ kind: 'late', at: event() }),
    outage: () => ({ kind: 'outage', at: call(), service: one(SERVICES), seconds: one([30, 300, 1800]) }),
    cancel: () => ({ kind: 'cancel', at: integer(5, 200) }),
    creation: () => ({
      kind: 'creation',
      reason: one(['INTERNAL_FAILURE', 'CONCURRENT_ACCOUNT_MODIFICATION'] as const),
    }),
  };
  return kinds.flatMap(kind => Array.from({ length: TIMES[kind] }, () => make[kind]()));
}
