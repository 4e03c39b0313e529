import type { Schedule } from './schedule';

/** Schedules that once broke something, in their shortest form, and what must hold since. */
export const ONCE_BROKEN: readonly { readonly what: string; readonly schedule: Schedule }[] = [
  {
    what: 'a stack whose creation was cancelled is not left behind in its account',
    schedule: { seed: 1249844600, readySeconds: 20, steps: [{ app: { one: 'plain' }, faults: [{ kind: 'cancel', at: 227 }], pause: 600 }] },
  },
  {
    what: 'what waited for a removal that succeeds at the second attempt is removed as well',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: {}, faults: [{ kind: 'crash', at: 11, when: 'before' }], pause: 0 },
        { app: { one: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'an event that comes twice leaves no place in the queue of creations',
    schedule: {
      seed: 22,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [{ kind: 'conflict', at: 63, times: 5 }, { kind: 'creation', reason: 'INVALID_ADDRESS' }], pause: 0 },
        { app: { one: 'plain', two: 'plain' }, faults: [{ kind: 'throttle', at: 68, times: 6 }, { kind: 'twice', at: 2, seconds: 5 }], pause: 0 },
      ],
    },
  },
  {
    what: 'an account that a renamed construct has changed is given back when the update fails',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'renamed' }, faults: [], pause: 0 },
        { app: { one: 'name', two: 'plain' }, faults: [{ kind: 'cancel', at: 5 }], pause: 0 },
        { app: { one: 'renamed', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'a branch that a renamed construct has described is given back when the update fails',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'renamed' }, faults: [], pause: 0 },
        { app: { one: 'parent' }, faults: [{ kind: 'timeout', at: 39 }], pause: 0 },
        { app: { one: 'renamed' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'a removal outlasts half a minute without the registry',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: {}, faults: [{ kind: 'outage', at: 1, service: 'dynamodb', seconds: 30 }], pause: 0 },
        { app: { one: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
];
