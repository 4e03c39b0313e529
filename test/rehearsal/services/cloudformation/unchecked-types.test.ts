import { failureOf, SchemaWorld } from './schema-world';

const NEWER = 'AWS::Newest::Thing';

let world: SchemaWorld;

beforeAll(async () => {
  world = await SchemaWorld.start({ uncheckedTypes: [NEWER, 'AWS::S3::Bucket', 'AWS::SQS::Queue'] });
});
afterAll(async () => { await world.stop(); });

test('an unchecked type that is newer than the table is a placeholder', async () => {
  const stack = await world.deploy(
    'newer', { Thing: { Type: NEWER, Properties: { Size: 1 } } }, { Name: { 'Fn::GetAtt': ['Thing', 'Name'] } },
  );
  expect([stack.status, failureOf(stack)]).toEqual(['CREATE_COMPLETE', undefined]);
  expect(stack.outputs.map(({ value }) => value)).toEqual([stack.resources.get('Thing')?.id]);
  expect(world.simulation.cloudformation.placeholderTypes).toContain(NEWER);
});

test.each(['AWS::S3::Bucket', 'AWS::SQS::Queue'])('the unchecked type %s may have newer properties', async type => {
  const name = type.replaceAll('::', '-');
  const stack = await world.deploy(name, { Made: { Type: type, Properties: { NewestProperty: 1 } } });
  expect([stack.status, failureOf(stack)]).toEqual(['CREATE_COMPLETE', undefined]);
});

test('an unchecked type keeps its behaviour, and a named property that replaces is still known', async () => {
  const named = (FifoQueue: boolean): object => ({ QueueName: 'orders', FifoQueue, NewestProperty: 1 });
  await world.deploy('named', { Queue: { Type: 'AWS::SQS::Queue', Properties: { ...named(false) } } });
  const stack = await world.deploy('named', { Queue: { Type: 'AWS::SQS::Queue', Properties: { ...named(true) } } });
  expect(failureOf(stack)).toMatch(/^CloudFormation cannot update a stack when a custom-named resource requires/);
});

test('all other types are still checked', async () => {
  await expect(world.deploy('other', { A: { Type: NEWER }, B: { Type: 'AWS::Newest::Other' } }))
    .rejects.toThrow('Unrecognized resource types: [AWS::Newest::Other]');
  const Topic = { Type: 'AWS::SNS::Topic', Properties: { NewestProperty: 1 } };
  const stack = await world.deploy('property', { Topic });
  expect(failureOf(stack)).toBe('Encountered unsupported property NewestProperty');
});
