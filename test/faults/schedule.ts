import * as fc from 'fast-check';
import type { AppExtras, AppSpec, Variant } from './apps';
import { LIVE_NAME, NAMES, VARIANTS } from './apps';
import { DAMAGE_KINDS, LIVE_KINDS, UNIT_KINDS, UNUSABLE_KINDS } from './damage';
import type { Damage, DamageKind } from './damage';
import { SERVICES } from '../../rehearsal/faults/fault';
import type { Fault } from '../../rehearsal/faults/fault';
import type { CreationFailure } from '../../rehearsal/services/organizations/creation';

/** Halts or resumes all environments during a deployment. */
export interface OperatorRequest {
  readonly operation: 'halt' | 'resume';
  /** Simulated seconds after the start of the deployment. */
  readonly at: number;
}

export interface Step {
  /** The app to deploy; absent: the app is destroyed. */
  readonly app?: AppSpec;
  readonly faults: readonly Fault[];
  /** What the operator requests during the deployment. */
  readonly operator?: OperatorRequest;
  /** Simulated seconds until the next step. */
  readonly pause: number;
}

/** One run. It is deterministic: random numbers come from the seed. */
export interface Schedule {
  readonly seed: number;
  /** Simulated seconds until the role of a new account can be assumed. */
  readonly readySeconds: number;
  /** Simulated seconds until the role of a stack can be assumed. */
  readonly roleSeconds?: number;
  readonly steps: readonly Step[];
  /** What is done to the environments behind our back. */
  readonly damage?: readonly Damage[];
}

export type ScheduleKind = 'deployment' | 'damage';

/**
 * The first deployment of two environments makes about 500 calls. Most later ones make fewer, so that a fault at a late
 * call would never be injected.
 */
const at = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 120 }), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 450 }), weight: 1 },
);
const event = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 8 }), weight: 2 },
  { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 1 },
);
const times = fc.integer({ min: 1, max: 14 });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant('crash' as const), at, when: fc.constantFrom('before' as const, 'after' as const) }),
  fc.record({ kind: fc.constant('lost' as const), at, times }),
  fc.record({ kind: fc.constant('throttle' as const), at, times }),
  fc.record({ kind: fc.constant('conflict' as const), at, times }),
  fc.record({ kind: fc.constant('timeout' as const), at }),
  fc.record({ kind: fc.constant('twice' as const), at: event, seconds: fc.constantFrom(0, 1, 5, 60, 400) }),
  fc.record({ kind: fc.constant('late' as const), at: event }),
  fc.record({
    kind: fc.constant('outage' as const),
    at,
    service: fc.constantFrom(...SERVICES),
    seconds: fc.constantFrom(30, 300, 1800, 4500),
  }),
  fc.record({ kind: fc.constant('cancel' as const), at: fc.integer({ min: 5, max: 400 }) }),
  fc.record({
    kind: fc.constant('creation' as const),
    reason: fc.constantFrom<CreationFailure[]>(
      'INTERNAL_FAILURE',
      'CONCURRENT_ACCOUNT_MODIFICATION',
      'INVALID_ADDRESS',
    ),
  }),
);

const variant: fc.Arbitrary<Variant> = fc.constantFrom(...VARIANTS);
const inOwnAccount = variant.filter(other => other !== 'guest');
const app: fc.Arbitrary<AppSpec> = fc.oneof(
  { arbitrary: fc.record({ one: variant }), weight: 4 },
  { arbitrary: fc.record({ one: inOwnAccount, two: fc.constantFrom<Variant[]>('plain', 'renamed') }), weight: 3 },
  { arbitrary: fc.record({ two: fc.constantFrom<Variant[]>('plain', 'renamed') }), weight: 1 },
  { arbitrary: fc.constant({}), weight: 1 },
);

const pause = fc.constantFrom(0, 30, 600, 5000);

const step: fc.Arbitrary<Step> = fc.record({
  app: fc.option(app, { nil: undefined, freq: 8 }),
  faults: fc.array(fault, { minLength: 0, maxLength: 3 }),
  operator: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 3 },
    {
      arbitrary: fc.record({
        operation: fc.constantFrom('halt' as const, 'resume' as const),
        at: fc.integer({ min: 0, max: 400 }),
      }),
      weight: 1,
    },
  ),
  pause,
});

const seconds = {
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  readySeconds: fc.constantFrom(5, 20, 120, 700),
  roleSeconds: fc.constantFrom(0, 5, 45),
};

const withoutDamage: fc.Arbitrary<Schedule> = fc.record({
  ...seconds,
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
});

/** Variants that have the same account, branch and constructs, so that one becomes the other by updates. */
const inPlace = fc.constantFrom<Variant[]>('plain', 'name', 'unit', 'tags', 'approval', 'parent', 'disabled', 'kept');
const changedInPlace: fc.Arbitrary<AppSpec> = fc.record({
  one: inPlace,
  two: fc.constantFrom<Variant[]>('plain', 'renamed'),
});

/** Without faults, what was damaged must not fail the deployment of what was not. */
const stepAfterDamage: fc.Arbitrary<Step> = fc.record({
  app: fc.oneof(
    { arbitrary: changedInPlace, weight: 6 },
    { arbitrary: app, weight: 6 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  ),
  faults: fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }), weight: 1 },
  ),
  pause,
});

/** What is damaged must exist, so the first step deploys both environments, or one. */
const firstStep: fc.Arbitrary<Step> = fc.record({
  app: fc.oneof(
    { arbitrary: changedInPlace, weight: 2 },
    { arbitrary: fc.record({ one: inOwnAccount, two: fc.constantFrom<Variant[]>('plain', 'renamed') }), weight: 1 },
    { arbitrary: fc.record({ one: inOwnAccount }), weight: 1 },
  ),
  faults: fc.constant([]),
  pause,
});

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.oneof(
    { arbitrary: fc.constantFrom(...UNUSABLE_KINDS), weight: 1 },
    { arbitrary: fc.constantFrom(...DAMAGE_KINDS), weight: 2 },
  ),
  name: fc.constantFrom(...NAMES, 'one' as const),
  // most of it before a step that may change what is damaged
  beforeStep: fc.constantFrom(1, 1, 2, 3),
});

/** A share of the schedules has a unit or a blue/green environment, which take more time. */
const extras: fc.Arbitrary<AppExtras> = fc.oneof(
  { arbitrary: fc.constant({}), weight: 5 },
  { arbitrary: fc.constant({ unit: true as const }), weight: 2 },
  { arbitrary: fc.constant({ live: true as const }), weight: 2 },
  { arbitrary: fc.constant({ unit: true as const, live: true as const }), weight: 1 },
);

const ofExtra = (name: Damage['name'], kinds: readonly DamageKind[]): fc.Arbitrary<readonly Damage[]> => fc.array(
  fc.record({ kind: fc.constantFrom(...kinds), name: fc.constant(name), beforeStep: fc.constantFrom(1, 1, 2, 3) }),
  { minLength: 1, maxLength: 2 },
);

/**
 * Extras are drawn last: the other parts of the schedule of a seed are what they were before there were extras. A seed
 * without extras has the same schedule as before.
 */
const withDamage: fc.Arbitrary<Schedule> = fc.record({
  ...seconds,
  first: firstStep,
  rest: fc.array(stepAfterDamage, { minLength: 1, maxLength: 2 }),
  damage: fc.array(damage, { minLength: 1, maxLength: 3 }),
  extras,
  ofUnit: ofExtra('one', UNIT_KINDS),
  ofLive: ofExtra(LIVE_NAME, LIVE_KINDS),
}).map(({ first, rest, damage: ofAll, extras: { unit, live }, ofUnit, ofLive, ...schedule }) => ({
  ...schedule,
  damage: [...ofAll, ...unit ? ofUnit : [], ...live ? ofLive : []],
  steps: [first, ...rest].map(each => ({ ...each, ...each.app && { app: { ...each.app, unit, live } } })),
}));

/** Generates schedules of each kind. */
export const schedules: Readonly<Record<ScheduleKind, fc.Arbitrary<Schedule>>> = {
  deployment: withoutDamage,
  damage: withDamage,
};
