import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { fullDiff, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { failureOf, SchemaWorld } from './schema-world';
import { randomOf } from '../../../../rehearsal/faults/random';

/** Random property changes, compared with `cdk diff`. */
const seed = Number(process.env.SEED ?? 20261130);
const [TYPES, CHANGES] = [50, 200];
const random = randomOf(seed);
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)];
const REJECTED = /^CloudFormation cannot update a stack when a custom-named resource requires replacing\./;

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

interface Change {
  readonly type: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** Types without simulated behaviour: they accept any value, except policies, which `cdk diff` reads. */
function changes(): Change[] {
  const simulated = new Set(world.simulation.cloudformation.simulatedTypes);
  const all = [...loadAwsServiceSpecSync().all('resource')].filter(({ cloudFormationType: type, properties, ...one }) =>
    /^AWS::(?!CloudFormation|Serverless)/.test(type) && one.scrutinizable === undefined && !simulated.has(type)
    && Object.keys(properties).length > 1);
  const types = Array.from({ length: TYPES }, () => pick(all));
  const made: Change[] = [];
  for (let index = 0; made.length < CHANGES; index++) {
    const { cloudFormationType: type, properties } = types[index % TYPES];
    const names = Object.keys(properties);
    const given = names.filter(name => random() < 0.5 || properties[name].required === true);
    const before = Object.fromEntries(given.map(name => [name, `before ${index}`]));
    const change = { type, before, after: { ...before, [pick(names)]: `after ${index}` } };
    if (isComparable(change)) made.push(change);
  }
  return made;
}

/** `cdk diff` fails on texts in place of policies and rules of security groups, whose contents it compares. */
function isComparable(change: Change): boolean {
  try {
    return expected(change) !== undefined;
  } catch {
    return false;
  }
}

/** The verdict of `cdk diff`. */
function expected({ type, before, after }: Change): ResourceImpact {
  const template = (Properties: object) => ({ Resources: { Made: { Type: type, Properties } } });
  return fullDiff(template(before), template(after)).resources.get('Made').changeImpact;
}

/** What the rehearsal does. */
async function actual({ type, before, after }: Change, name: string): Promise<'in place' | 'replaced' | 'rejected'> {
  const stack = await world.deploy(name, { Made: { Type: type, Properties: before } });
  if (stack.status !== 'CREATE_COMPLETE') throw new Error(`${type}: ${failureOf(stack)}`);
  const old = stack.resources.get('Made')?.id;
  const { status } = await world.deploy(name, { Made: { Type: type, Properties: after } });
  const reason = failureOf(stack);
  if (reason !== undefined && REJECTED.test(reason)) return 'rejected';
  if (status !== 'UPDATE_COMPLETE') throw new Error(`${type}: ${reason}`);
  return stack.resources.get('Made')?.id === old ? 'in place' : 'replaced';
}

test(`replaces what cdk diff says for ${CHANGES} random changes (seed ${seed}, SEED=… for others)`, async () => {
  const wrong: unknown[] = [];
  const seen = new Map<string, number>();
  for (const [index, change] of changes().entries()) {
    const [impact, verdict] = [expected(change), await actual(change, `change-${index}`)];
    const isRight = {
      [ResourceImpact.WILL_UPDATE]: verdict === 'in place',
      [ResourceImpact.WILL_REPLACE]: verdict !== 'in place',
      [ResourceImpact.MAY_REPLACE]: true,
    }[impact as string];
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
    if (isRight !== true) wrong.push({ ...change, impact, verdict });
  }
  expect(wrong).toEqual([]);
  // the changes are of all kinds
  expect([...seen.keys()].sort()).toEqual(['in place', 'rejected', 'replaced']);
});
