import type { Schedule } from './schedule';

/** Schedules that violated an invariant once, in their shortest form. The title says what must hold since. */
export const REGRESSIONS: readonly { readonly title: string; readonly schedule: Schedule }[] = [
  {
    title: 'deletes a stack whose creation was cancelled from its account',
    schedule: {
      seed: 1249844600,
      readySeconds: 20,
      steps: [{ app: { one: 'plain' }, faults: [{ kind: 'cancel', at: 227 }], pause: 600 }],
    },
  },
  {
    title: 'deletes the resources that waited for a deletion that succeeds at the second attempt',
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
    title: 'leaves no entry in the creation queue when an event is delivered twice',
    schedule: {
      seed: 22,
      readySeconds: 5,
      steps: [
        {
          app: { one: 'plain', two: 'plain' },
          faults: [{ kind: 'conflict', at: 63, times: 5 }, { kind: 'creation', reason: 'INVALID_ADDRESS' }],
          pause: 0,
        },
        {
          app: { one: 'plain', two: 'plain' },
          faults: [{ kind: 'throttle', at: 68, times: 6 }, { kind: 'twice', at: 2, seconds: 5 }],
          pause: 0,
        },
      ],
    },
  },
  {
    title: 'restores the account that a renamed construct changed when the update fails',
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
    title: 'restores the descriptor of the branch that a renamed construct changed when the update fails',
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
    title: 'finishes a deletion when the registry is unavailable for 30 seconds',
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
    title: 'leaves no second owner when the response to the start of the waiter is lost',
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
    title: 'finishes a deletion when calls of the provider framework are throttled',
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
    title: 'deletes a stack whose deletion failed twice',
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
    title: 'removes an environment when the registry is unavailable for more than an hour',
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
    title: 'keeps the application of an environment whose account and construct id change in one deployment',
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
    title: 'enables one pipeline at a time when an environment moves to another account and branch',
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
    title: 'enables one pipeline when an environment moves back while its new pipeline is being created',
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
    title: 'restarts a cancelled execution of a pipeline whose new roles cannot be assumed yet',
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
    title: 'stops the pipeline before it deletes the application of an environment that was just created',
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
    title: 'keeps the application of an environment whose construct id, account and branch change in one deployment',
    schedule: {
      seed: 1,
      readySeconds: 5,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'replaced', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'creates a pipeline in an account whose new roles cannot be assumed yet',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 45,
      steps: [{ app: { one: 'plain', two: 'plain' }, faults: [], pause: 600 }],
    },
  },
  {
    title: 'names an account stack that CloudFormation failed to delete when its app is deployed again',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 45,
      steps: [
        { app: { one: 'plain', two: 'renamed' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
        {
          app: { one: 'kept', two: 'plain' },
          faults: [{ kind: 'outage', at: 67, service: 'lambda', seconds: 1800 }],
          pause: 0,
        },
        { faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'names an account stack that an update failed to delete when its app is deployed again',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'renamed' }, faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
        {
          app: { one: 'plain', two: 'plain' },
          faults: [{ kind: 'outage', at: 70, service: 'dynamodb', seconds: 4500 }],
          pause: 0,
        },
        { faults: [], operator: { operation: 'halt', at: 0 }, pause: 0 },
      ],
    },
  },
  {
    title: 'fails only the next deployment when a late request of the previous one supersedes it',
    schedule: {
      seed: 1,
      readySeconds: 700,
      roleSeconds: 45,
      steps: [
        { app: { one: 'replaced' }, faults: [], pause: 0 },
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
    title: 'creates no account for a request that is delivered again after CloudFormation cancelled it',
    schedule: {
      seed: 1,
      readySeconds: 5,
      roleSeconds: 0,
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 30 },
        { app: { one: 'replaced' }, faults: [{ kind: 'cancel', at: 5 }, { kind: 'timeout', at: 1 }], pause: 5000 },
        { app: {}, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'decides by the construct that remains after a rollback whether applications are kept',
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
    title: 'ignores a halt that was requested of an app that was destroyed and deployed again',
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
    title: 'finishes the operations that run in an account when the app is destroyed',
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
