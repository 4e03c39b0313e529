import * as fc from 'fast-check';
import { FakeAccount } from './fake-account';
import type { Planted } from './fake-account';
import { CleanWorld, PROTECT, requestOf } from './world';
import { keyOf } from '../../lambda/clean/model';

const REGIONS = ['us-east-1', 'eu-west-1', 'eu-central-1'];
const TYPES = [
  'AWS::DynamoDB::Table', 'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::Instance', 'AWS::RDS::DBInstance',
  'AWS::IAM::Role', 'AWS::Logs::LogGroup', 'AWS::AutoScaling::AutoScalingGroup', 'AWS::SQS::Queue',
];

/** How a resource behaves. References are indices of other resources. */
interface RandomResource {
  readonly type: string;
  readonly region: string;
  readonly after: readonly number[];
  readonly creates?: number;
  readonly how: Partial<Planted>;
  readonly isSeen: boolean;
  readonly isForeign: boolean;
}

interface RandomStack {
  readonly region: string;
  readonly resources: readonly { readonly index: number; readonly isRetained: boolean }[];
  readonly imports: readonly number[];
  readonly isProtected: boolean;
  readonly fails: number;
}

export interface CleanSchedule {
  readonly resources: readonly RandomResource[];
  readonly stacks: readonly RandomStack[];
  /** Calls after which the function is killed, again and again. */
  readonly deaths: readonly { readonly after: number; readonly when: 'before' | 'after' }[];
  readonly secondLook: boolean;
}

const index = fc.integer({ min: 0, max: 11 });

const how: fc.Arbitrary<Partial<Planted>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ slow: fc.integer({ min: 1, max: 4000 }) }) },
  { weight: 1, arbitrary: fc.constant({ slow: 10_000_000 }) },
  { weight: 2, arbitrary: fc.record({ throttled: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.constantFrom({ lock: 'protection' as const }, { lock: 'for good' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ until: '2027-01-01' }, { managedBy: 'a service' }) },
);

const resource: fc.Arbitrary<RandomResource> = fc.record({
  type: fc.constantFrom(...TYPES),
  region: fc.constantFrom(...REGIONS),
  after: fc.array(index, { maxLength: 2 }),
  creates: fc.option(index, { nil: undefined, freq: 6 }),
  how,
  isSeen: fc.boolean(),
  isForeign: fc.integer({ min: 0, max: 9 }).map(number => number === 0),
}, { requiredKeys: ['type', 'region', 'after', 'how', 'isSeen', 'isForeign'] });

const stack: fc.Arbitrary<RandomStack> = fc.record({
  region: fc.constantFrom(...REGIONS),
  resources: fc.array(fc.record({ index, isRetained: fc.boolean() }), { maxLength: 3 }),
  imports: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  isProtected: fc.boolean(),
  fails: fc.integer({ min: 0, max: 3 }),
});

export const cleanSchedules: fc.Arbitrary<CleanSchedule> = fc.record({
  resources: fc.array(resource, { maxLength: 12 }),
  stacks: fc.array(stack, { maxLength: 4 }),
  deaths: fc.array(
    fc.record({ after: fc.integer({ min: 1, max: 80 }), when: fc.constantFrom('before' as const, 'after' as const) }),
    { maxLength: 6 },
  ),
  secondLook: fc.boolean(),
});

/** Cleans a random account; returns one message per violated invariant. */
export async function violationsOf(schedule: CleanSchedule): Promise<string[]> {
  const { account, foreign } = accountOf(schedule);
  const request = requestOf({ secondLookSeconds: schedule.secondLook ? 86_400 : 0 });
  const world = new CleanWorld(account, request);
  const [first, ...later] = schedule.deaths;
  if (first) world.fate.dieAt(first.after, first.when, ...later.map(({ after, when }) => [after, when] as const));
  const startedAt = account.time;
  const outcome = await world.run();
  const violations = [...world.violations];
  const hours = (account.time - startedAt) / 3_600_000;
  if (hours > 48 + 2 * 24 + 1) violations.push(`it took ${hours} hours`);
  for (const key of foreign) if (!account.resources.has(key)) violations.push(`foreign ${key} was deleted`);
  violations.push(...endViolations(world, foreign));
  // the end may be repeated after the account was handed over
  if (outcome.state === 'waiting') violations.push('it did not end');
  return violations;
}

/** An account is available only if nothing visible remains; in quarantine, all that costs money is named. */
function endViolations(world: CleanWorld, foreign: ReadonlySet<string>): readonly string[] {
  const { account, hold } = world;
  const remaining = [...account.resources].filter(([key]) => !foreign.has(key));
  if (hold.state === 'available') {
    const isVisible = ({ type, region }: Planted) =>
      COSTLY.test(type) || account.events.get(region)?.some(({ types }) => types.includes(type));
    return remaining.filter(([, one]) => isVisible(one)).map(([key]) => `available, but ${key} remains`);
  }
  if (hold.state !== 'quarantined') return [`the account is ${hold.state}`];
  const named = new Set(hold.leftovers.map(keyOf));
  const unnamed = remaining.filter(([key, one]) => COSTLY.test(one.type) && !named.has(key));
  if (hold.leftovers.length === 0) return ['quarantined without a reason'];
  return hold.leftovers.some(({ verdict }) => verdict === 'slow' || verdict === 'recreated')
    ? []
    : unnamed.map(([key]) => `${key} remains and is not named`);
}

const COSTLY = /^AWS::(EC2::Instance|RDS::DBInstance)$/;

function accountOf({ resources, stacks }: CleanSchedule) {
  const account = new FakeAccount(TYPES);
  const foreign = new Set<string>();
  const idAt = (position: number) => `r${position % Math.max(1, resources.length)}`;
  const planted = resources.map(({ type, region, after, how: behaviour, isForeign }, position): Planted => ({
    type,
    region,
    id: `r${position}`,
    after: after.map(idAt).filter(id => id !== `r${position}`),
    ...(isForeign ? { tags: { [PROTECT]: 'x' } } : behaviour),
  }));
  for (const [position, one] of planted.entries()) {
    const { isForeign, isSeen, creates } = resources[position] as RandomResource;
    const created = creates === undefined ? undefined : planted[creates % planted.length];
    const isCreator = created !== undefined && created !== one && !isForeign && created.tags === undefined;
    account.plant({ ...one, ...(isCreator && { creates: created }) }, isSeen);
    if (isForeign) foreign.add(keyOf(one));
  }
  for (const [position, { region, resources: members, imports, isProtected, fails }] of stacks.entries()) {
    account.deploy({
      stackName: `s${position}`,
      region,
      isProtected,
      fails,
      // a stack imports from earlier ones only: CloudFormation has no circles
      imports: imports.filter(other => other < position).map(other => `s${other}`),
      resources: members
        .map(member => ({ ...member, planted: planted[member.index] }))
        .filter(member => member.planted?.region === region)
        .map(({ planted: member, isRetained }) => ({ id: member?.id ?? '', ...(isRetained && { isRetained: true }) })),
    });
  }
  return { account, foreign };
}
