import { specsOf } from './samples';
import { TYPES, VariantWorld, type Variant } from './variants';
import { failureOf } from '../cloudformation/schema-world';

const REJECTED = /^CloudFormation cannot update a stack when a custom-named resource requires replacing\. Rename \S+ and/;
const NEW = /^Requested update required the provider to create a new physical resource$/;

let world: VariantWorld;
beforeAll(async () => { world = await VariantWorld.start(); });
afterAll(async () => { await world.stop(); });

/** What an update does with the resource; undefined if the service forbids the value. */
async function verdictOn(type: string, { before, after }: Variant): Promise<string | undefined> {
  const [name, logicalId] = [world.stackName(), world.idOf(type)];
  const stack = await world.deploy(name, type, before);
  if (stack.status !== 'CREATE_COMPLETE') throw new Error(`${type}: ${failureOf(stack)}`);
  await world.deploy(name, type, after);
  const reason = failureOf(stack);
  if (reason !== undefined) return REJECTED.test(reason) ? 'rejected' : undefined;
  const announced = stack.events.flatMap(({ replaces = [] }) => replaces);
  const isNew = stack.events.some(event => event.logicalId === logicalId && NEW.test(event.reason ?? ''));
  const announcement = announced.find(one => one.logicalId === logicalId);
  if (isNew && announcement === undefined) return 'replaced without a word';
  if (!isNew && announcement !== undefined && !announcement.isUncertain) return 'announced, but not replaced';
  return isNew ? 'replaced' : 'in place';
}

describe('a change replaces a simulated resource only if the data behind cdk diff says so', () => {
  test.each(TYPES)('%s', async type => {
    const wrong: string[] = [];
    for (const variant of world.variantsOf(type)) {
      const { causesReplacement: says = 'no' } = specsOf(type)[variant.property];
      const verdict = await verdictOn(type, variant);
      const right = { yes: ['replaced', 'rejected'], no: ['in place'], maybe: ['replaced', 'in place'] }[says];
      if (verdict !== undefined && !right.includes(verdict)) wrong.push(`${variant.path} (${says}): ${verdict}`);
    }
    expect(wrong).toEqual([]);
  });
});
