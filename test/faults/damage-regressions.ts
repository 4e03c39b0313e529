import type { Schedule } from './schedule';

const [readySeconds, roleSeconds] = [5, 0];

/** Schedules with damage that violated an invariant once. The title says what must hold since. */
export const DAMAGE_REGRESSIONS: readonly { readonly title: string; readonly schedule: Schedule }[] = [
  {
    title: 'an environment moves after its registry was emptied, and its former pipeline is deleted',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [{ kind: 'registry emptied', name: 'one', beforeStep: 1 }],
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 600 },
        { app: { one: 'moved' }, faults: [], pause: 600 },
      ],
    },
  },
  {
    title: 'an application is deleted with its environment after the stack of its pipeline was deleted by hand',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [{ kind: 'pipeline stack deleted', name: 'one', beforeStep: 1 }],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 600 },
        { app: { two: 'plain' }, faults: [], pause: 600 },
      ],
    },
  },
  ...(['bootstrap deleted', 'baseline deleted'] as const).map(kind => ({
    title: `an account can be changed and rolled back after its stack was deleted by hand: ${kind}`,
    schedule: {
      seed: 7,
      readySeconds,
      roleSeconds,
      damage: [{ kind, name: 'one' as const, beforeStep: 1 }],
      steps: [
        { app: { one: 'plain' as const, two: 'plain' as const }, faults: [], pause: 600 },
        { app: { one: 'tags' as const, two: 'renamed' as const }, faults: [], pause: 600 },
      ],
    },
  })),
  ...(['account suspended', 'account closed', 'access role deleted'] as const).map(kind => ({
    title: `an environment is changed although the account of another one cannot be used: ${kind}`,
    schedule: {
      seed: 3,
      readySeconds,
      roleSeconds,
      damage: [{ kind, name: 'one' as const, beforeStep: 1 }],
      steps: [
        { app: { one: 'plain' as const, two: 'plain' as const }, faults: [], pause: 600 },
        { app: { one: 'tags' as const, two: 'tags' as const }, faults: [], pause: 600 },
      ],
    },
  })),
  {
    title: 'a deployment that its rollback returns to a lost registry leaves no pipeline behind',
    schedule: {
      seed: 14,
      readySeconds: 20,
      roleSeconds: 45,
      damage: [{ kind: 'registry emptied', name: 'one', beforeStep: 2 }],
      steps: [
        { app: { one: 'unit' }, faults: [], pause: 30 },
        { app: { one: 'guest' }, faults: [], pause: 600 },
        {
          app: { one: 'unit', two: 'renamed' },
          faults: [
            { kind: 'lost', at: 88, times: 11 },
            { kind: 'outage', at: 92, service: 'codepipeline', seconds: 1800 },
          ],
          pause: 30,
        },
      ],
    },
  },
  ...(['account suspended', 'bootstrap deleted', 'baseline deleted'] as const).map(kind => ({
    title: `the update of an account whose record was lost does not fail, nor does its rollback: ${kind}`,
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account record deleted' as const, name: 'one' as const, beforeStep: 1 },
        { kind, name: 'one' as const, beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain' as const }, faults: [], pause: 0 },
        { app: { one: 'tags' as const }, faults: [], pause: 0 },
      ],
    },
  })),
  {
    title: 'the update of a pipeline whose record was lost and whose account was suspended does not fail',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account suspended', name: 'one', beforeStep: 1 },
        { kind: 'stack record deleted', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'approval', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an environment moves to the account of one that is removed, although the registry lost it',
    schedule: {
      seed: 720072,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'bootstrap deleted', name: 'one', beforeStep: 1 },
        { kind: 'registry restored', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'guest' }, faults: [], pause: 0 },
      ],
    },
  },
  ...(['unit deleted', 'unit renamed'] as const).map(kind => ({
    title: `the update of an account whose unit a person has changed does not fail: ${kind}`,
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [{ kind, name: 'one' as const, beforeStep: 1 }],
      steps: [
        { app: { one: 'plain' as const, two: 'plain' as const, unit: true as const }, faults: [], pause: 0 },
        { app: { one: 'tags' as const, two: 'tags' as const, unit: true as const }, faults: [], pause: 0 },
      ],
    },
  })),
  {
    title: 'a pipeline whose record was repaired in two attempts is deleted with its environment',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'stack record deleted', name: 'one', beforeStep: 1 },
        { kind: 'baseline deleted', name: 'one', beforeStep: 1 },
        { kind: 'unit deleted', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain', unit: true, live: true }, faults: [], pause: 0 },
        { app: { one: 'plain', two: 'plain', unit: true, live: true }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'the rollback of an account succeeds although its record and its unit were lost',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account record deleted', name: 'one', beforeStep: 1 },
        { kind: 'unit deleted', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain', unit: true }, faults: [], pause: 0 },
        { app: { one: 'name', two: 'plain', unit: true }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an environment leaves an account without its baseline after the account was repaired',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'baseline deleted', name: 'one', beforeStep: 1 },
        { kind: 'account suspended', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'guest' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an environment leaves an account without its baseline after its registry was emptied',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'baseline deleted', name: 'one', beforeStep: 1 },
        { kind: 'registry emptied', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'parent', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'moved', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'a pipeline whose removal failed and whose registry was emptied is enabled when it is declared again',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'bootstrap deleted', name: 'one', beforeStep: 1 },
        { kind: 'unit renamed', name: 'one', beforeStep: 1 },
        { kind: 'registry emptied', name: 'one', beforeStep: 2 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain', unit: true }, faults: [], pause: 0 },
        { app: { unit: true }, faults: [], pause: 0 },
        { app: { one: 'plain', two: 'plain', unit: true }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'the update of an account whose record and whose tag were lost does not fail',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account record deleted', name: 'one', beforeStep: 1 },
        { kind: 'account untagged', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'tags' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an account is vended again although the restored registry has its owner in a stack that was deleted',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [{ kind: 'registry emptied', name: 'one', beforeStep: 1 }],
      steps: [
        { app: { two: 'plain' }, faults: [], pause: 0 },
        { faults: [], pause: 0 },
        {
          app: { two: 'plain' },
          faults: [{ kind: 'outage', at: 64, service: 'states', seconds: 4500 }],
          pause: 0,
        },
      ],
    },
  },
  {
    title: 'an account that CloudFormation has dropped with a pipeline that it could not delete counts as abandoned',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account suspended', name: 'one', beforeStep: 1 },
        { kind: 'traffic moved', name: 'live', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', live: true }, faults: [], pause: 0 },
        { app: { two: 'plain', live: true }, faults: [], pause: 0 },
        { app: { one: 'guest', live: true }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'a pipeline in an account that its environment has left is deleted after an older registry was restored',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'account suspended', name: 'one', beforeStep: 1 },
        { kind: 'registry restored', name: 'one', beforeStep: 3 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
        { app: { one: 'moved' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'a restored registry does not keep the record of a branch that was renamed since',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'registry restored', name: 'one', beforeStep: 2 },
        { kind: 'traffic moved', name: 'live', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'plain', two: 'plain', live: true }, faults: [], pause: 0 },
        { app: { one: 'branch', live: true }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an account that an environment has left is released after a registry without its pipeline was restored',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'stack record deleted', name: 'one', beforeStep: 1 },
        { kind: 'registry restored', name: 'one', beforeStep: 3 },
      ],
      steps: [
        { app: { one: 'moved' }, faults: [], pause: 0 },
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'an environment that is created again leaves no lease of an account that an older registry has',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'registry restored', name: 'one', beforeStep: 2 },
        { kind: 'unit renamed', name: 'one', beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'moved', two: 'plain', unit: true }, faults: [], pause: 0 },
        { app: { unit: true }, faults: [{ kind: 'crash', at: 1, when: 'before' }], pause: 0 },
        { app: { one: 'plain', two: 'plain', unit: true }, faults: [{ kind: 'throttle', at: 1, times: 1 }], pause: 0 },
      ],
    },
  },
  ...([[], [{ app: { one: 'plain' as const, live: true as const }, faults: [], pause: 0 }]]).map(changes => ({
    title: `an application is deleted whose pipeline and record were deleted by hand, after ${changes.length} changes`,
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'stack record deleted' as const, name: 'one' as const, beforeStep: 1 },
        { kind: 'pipeline stack deleted' as const, name: 'one' as const, beforeStep: 1 },
        { kind: 'traffic moved' as const, name: 'live' as const, beforeStep: 1 },
      ],
      steps: [
        { app: { one: 'branch' as const, live: true as const }, faults: [], pause: 0 },
        ...changes,
        { app: { two: 'plain' as const, live: true as const }, faults: [], pause: 0 },
      ],
    },
  })),
  {
    title: 'a branch that stayed is released by an environment with another one after an older registry was restored',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [{ kind: 'registry restored', name: 'one', beforeStep: 3 }],
      steps: [
        { app: { one: 'branch' }, faults: [], pause: 0 },
        { app: { one: 'renamed' }, faults: [], pause: 0 },
        { app: { one: 'plain', two: 'plain' }, faults: [], pause: 0 },
      ],
    },
  },
  {
    title: 'a removal that an older registry without the pipeline does not know is completed by a repair',
    schedule: {
      seed: 1,
      readySeconds,
      roleSeconds,
      damage: [
        { kind: 'stack record deleted', name: 'one', beforeStep: 1 },
        { kind: 'registry restored', name: 'one', beforeStep: 2 },
      ],
      steps: [
        { app: { one: 'plain' }, faults: [], pause: 0 },
        { app: {}, faults: [], pause: 0 },
      ],
    },
  },
];
