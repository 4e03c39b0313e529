import { failureOf, SchemaWorld } from './schema-world';

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

const RESOURCES = {
  Topic: { Type: 'AWS::SNS::Topic' },
  Database: { Type: 'AWS::RDS::DBInstance', Properties: { DBInstanceClass: 'db.t4g.micro' } },
  Cluster: { Type: 'AWS::ECS::Cluster' },
};
const parameter = (value: unknown) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } });

test.each([
  ['simulated', 'Topic', 'TopicUrl', { 'Fn::GetAtt': ['Topic', 'TopicUrl'] }],
  ['placed', 'Cluster', 'Name', { 'Fn::GetAtt': 'Cluster.Name' }],
  ['placed', 'Database', 'Address', { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': ['Database', 'Address'] }]] }],
  ['simulated', 'Topic', 'Url', { 'Fn::Sub': 'to ${Topic.Url}' }],
])('an attribute that the %s type of %s does not have is rejected before anything begins: %s', async (
  _kind, logicalId, attribute, value,
) => {
  const message = `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`;
  await expect(world.deploy('wrong', { ...RESOURCES, Read: parameter(value) })).rejects.toThrow(message);
  expect(world.simulation.cloudformation.all.map(({ name }) => name)).not.toContain('wrong');
});

test.each([
  ['an attribute of a type', { 'Fn::GetAtt': ['Topic', 'TopicName'] }],
  ['a nested attribute', { 'Fn::GetAtt': ['Database', 'Endpoint.Address'] }],
  ['a property, which some types allow', { 'Fn::GetAtt': ['Database', 'DBInstanceClass'] }],
  ['text of Fn::Sub that is no reference', { 'Fn::Sub': 'to ${!Topic.Url} in ${AWS::Region}' }],
  ['an attribute of a custom resource', { 'Fn::GetAtt': ['Custom', 'Anything'] }],
])('%s is accepted', async (_what, value) => {
  const custom = { Type: 'Third::Party::Type', Properties: {} };
  const stack = await world.deploy('right', { ...RESOURCES, Custom: custom, Read: parameter(value) });
  expect([stack.status, failureOf(stack)]).toEqual(['CREATE_COMPLETE', undefined]);
  await world.simulation.cloudformation.remove(stack.accountId, stack.region, 'right');
});
