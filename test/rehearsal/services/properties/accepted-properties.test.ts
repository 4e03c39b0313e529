import { TYPES, VariantWorld } from './variants';
import { failureOf } from '../cloudformation/schema-world';

/** What services say about values that their own rules forbid, beside others or at all. */
const RULES = [
  / (does not|doesn't|do not) exist\b/,
  /^You specified a (target|destination parent) that doesn't exist/,
  /from s3:\/\/\S+: no such key$/,
  /^Error occurred while GetObject\. S3 Error Code: NoSuchKey\./,
  /^One or more parameter values were invalid: /,
  /^Invalid request: (Missing field 'SetIdentifier'|Expected exactly one of) /,
  /^Rollback and entry conditions are not allowed in the first stage$/,
  /^Stage \w+ has conditions, which need a pipeline of type V2$/,
  /^Triggers need a pipeline of type V2$/,
  /^The pipeline has no stage \w+$/,
  /^Unable to validate the following destination configurations$/,
];

let world: VariantWorld;
beforeAll(async () => { world = await VariantWorld.start(); });
afterAll(async () => { await world.stop(); });

test('all simulated types are tested here, except nested stacks', () => {
  const simulated = world.world.simulation.cloudformation.simulatedTypes.filter(type => type.startsWith('AWS::'));
  expect(simulated.filter(type => !TYPES.includes(type))).toEqual(['AWS::CloudFormation::Stack']);
});

describe('a simulated type accepts all properties of its schema, in all their forms', () => {
  test.each(TYPES)('%s', async type => {
    const rejections: string[] = [];
    for (const { path, after } of world.variantsOf(type).filter(({ isSample }) => !isSample)) {
      const stack = await world.deploy(world.stackName(), type, after);
      const reason = failureOf(stack);
      const isOfService = RULES.some(rule => rule.test(reason ?? ''));
      if (stack.status !== 'CREATE_COMPLETE' && !isOfService) rejections.push(`${path}: ${reason}`);
    }
    expect(rejections).toEqual([]);
  });
});
