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
  {
    what: 'a creation whose waiter was started without the framework hearing of it leaves no second owner',
    schedule: {
      seed: 19,
      readySeconds: 5,
      steps: [
        { app: { one: 'name', two: 'renamed' }, faults: [{ kind: 'twice', at: 1, seconds: 0 }], pause: 0 },
        { app: { one: 'unit', two: 'plain' }, faults: [{ kind: 'lost', at: 64, times: 7 }], pause: 0 },
        { faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'a removal outlasts calls of the framework that are throttled',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { faults: [{ kind: 'throttle', at: 1, times: 6 }], pause: 0 },
        { app: {}, faults: [{ kind: 'throttle', at: 1, times: 6 }], pause: 0 },
      ],
    },
  },
  {
    what: 'a stack that could not be deleted twice is deleted in the end',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { faults: [{ kind: 'crash', at: 4, when: 'before' }], pause: 0 },
        { app: { two: 'plain' }, faults: [{ kind: 'crash', at: 6, when: 'before' }], pause: 0 },
      ],
    },
  },
  {
    what: 'an environment goes whose account was without the registry for more than an hour',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'unit' }, faults: [{ kind: 'outage', at: 24, service: 'dynamodb', seconds: 4500 }], pause: 0 },
      ],
    },
  },
  {
    what: 'the application of an environment stays where it is when its account is changed and its construct renamed at once',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'renamed' }, faults: [], pause: 0 },
        { app: { one: 'moved', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'of an environment that moves to another account and another branch, one pipeline works at a time',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'branch' }, faults: [], pause: 0 },
        { app: { one: 'moved' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'an environment that goes back while its new pipeline is still being made has one pipeline at work',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'guest' }, faults: [], pause: 0 },
        { app: { one: 'plain', two: 'renamed' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'what was cancelled in a pipeline whose roles are young runs again',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 45,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'branch' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'an environment that goes a moment after it came stops its pipeline before its application goes',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 45,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'the application of an environment stays when its construct, account and branch are others',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'anew', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'a pipeline comes into an account whose roles are not known everywhere yet',
    schedule: { seed: 1, readySeconds: 5, roleSeconds: 45, steps: [{ app: { one: 'plain', two: 'plain' }, faults: [], pause: 600 }] },
  },
  {
    what: 'an account stack that CloudFormation gave up to delete is named to whoever deploys its app anew',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 45,
      steps: [
        { app: { one: 'plain', two: 'renamed' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
        { app: { one: 'kept', two: 'plain' }, faults: [{ kind: 'outage', at: 67, service: 'lambda', seconds: 1800 }], pause: 0 },
        { faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'one that an update has left behind is named as well',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'renamed' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
        { app: { one: 'plain', two: 'plain' }, faults: [{ kind: 'outage', at: 70, service: 'dynamodb', seconds: 4500 }], pause: 0 },
        { faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
      ],
    },
  },
  {
    what: 'a request that comes when another deployment is under way stops that in words, and not the next one',
    schedule: {
      seed: 1,
      readySeconds: 700,
      roleSeconds: 45,
      steps: [
        { app: { one: 'anew' }, faults: [], pause: 0 },
        {
          app: { one: 'plain', two: 'plain' },
          faults: [{ kind: 'timeout', at: 1 }, { kind: 'creation', reason: 'INVALID_ADDRESS' }],
          operator: { operation: 'halt', at: 112 },
          pause: 30,
        },
      ],
    },
  },
  {
    what: 'an account is not made for a request that comes once more when CloudFormation has given it up',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 30 },
        { app: { one: 'anew' }, faults: [{ kind: 'cancel', at: 5 }, { kind: 'timeout', at: 1 }], pause: 5000 },
        { app: {}, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'what becomes of applications is what the construct says that is there after a rollback',
    schedule: {
      seed: 222895919,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'renamed' }, faults: [], operator: { operation: 'halt', at: 34 }, pause: 0 },
        { app: { one: 'kept', two: 'plain' }, faults: [{ kind: 'crash', at: 86, when: 'after' }], pause: 0 },
        { app: { one: 'renamed' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    what: 'what was asked of an app that has gone meanwhile is not asked of the next one',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [{ kind: 'crash', at: 12, when: 'before' }], pause: 0 },
        {
          app: { one: 'plain', two: 'plain' },
          faults: [{ kind: 'cancel', at: 249 }, { kind: 'creation', reason: 'INTERNAL_FAILURE' }],
          operator: { operation: 'halt', at: 186 },
          pause: 0,
        },
      ],
    },
  },
  {
    what: 'what is still being made in an account when everything goes comes to its end by itself',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'plain' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
        { faults: [], pause: 0 },
        { app: { one: 'parent', two: 'plain' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
      ],
    },
  },
];
