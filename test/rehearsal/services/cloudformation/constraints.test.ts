import { failureOf, SchemaWorld } from './schema-world';
import constraints from '../../../../rehearsal/services/cloudformation/schemas/constraints.json';
import { schemas } from '../../../../rehearsal/services/cloudformation/schemas/table';

let world: SchemaWorld;
beforeAll(async () => { world = await SchemaWorld.start(); });
afterAll(async () => { await world.stop(); });

const FUNCTION = { Code: { ZipFile: '//' }, Role: 'arn:aws:iam::222222222222:role/run', Handler: 'index.handler' };
const PERMISSION = { FunctionName: 'shop', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' };
const STAGES = { RoleArn: 'arn:aws:iam::222222222222:role/run', Stages: [] };
let stacks = 0;

async function reasonOf(type: string, properties: object): Promise<string | undefined> {
  const Wrong = { Type: type, Properties: { ...properties } };
  return failureOf(await world.deploy(`constraint-${++stacks}`, { Wrong }));
}

describe('a value that violates a constraint of the schema is rejected with the message of CloudFormation', () => {
  test.each<[type: string, properties: object, violation: string]>([
    ['AWS::Lambda::Function', { ...FUNCTION, FunctionName: 'the shop' },
      '#/FunctionName: failed validation constraint for keyword [pattern]'],
    ['AWS::Lambda::Permission', { ...PERMISSION, SourceAccount: '1234' },
      '#/SourceAccount: expected minLength: 12, actual: 4'],
    ['AWS::Lambda::Function', { ...FUNCTION, Description: 'x'.repeat(257) },
      '#/Description: expected maxLength: 256, actual: 257'],
    ['AWS::Lambda::Function', { ...FUNCTION, MemorySize: 64 },
      '#/MemorySize: failed validation constraint for keyword [minimum]'],
    ['AWS::IAM::Role', { AssumeRolePolicyDocument: {}, MaxSessionDuration: '86400' },
      '#/MaxSessionDuration: failed validation constraint for keyword [maximum]'],
    ['AWS::CodePipeline::Pipeline', { ...STAGES, PipelineType: 'V3' },
      '#/PipelineType: failed validation constraint for keyword [enum]'],
    ['AWS::S3::Bucket', { BucketName: 'Shop_Files' },
      '#/BucketName: failed validation constraint for keyword [pattern]'],
    ['AWS::SSM::Parameter', { Type: 'SecureString', Value: 'b' },
      '#/Type: failed validation constraint for keyword [enum]'],
    ['AWS::KMS::Key', { PendingWindowInDays: 3 },
      '#/PendingWindowInDays: failed validation constraint for keyword [minimum]'],
    ['AWS::ECR::Repository', { RepositoryName: 'Shop' },
      '#/RepositoryName: failed validation constraint for keyword [pattern]'],
    ['AWS::Events::Rule', { ScheduleExpression: 'every day' },
      '#/ScheduleExpression: failed validation constraint for keyword [pattern]'],
  ])('%s with %j', async (type, properties, violation) => {
    expect(await reasonOf(type, properties))
      .toBe(`Properties validation failed for resource Wrong with message: ${violation}`);
  });

  test('all violations and missing properties are named', async () => {
    const { Principal: _, ...permission } = PERMISSION;
    expect(await reasonOf('AWS::Lambda::Permission', { ...permission, FunctionName: 'the shop' })).toBe(
      'Properties validation failed for resource Wrong with message: #: required key [Principal] not found\n'
        + '#/FunctionName: failed validation constraint for keyword [pattern]',
    );
  });

  test('a number can be text, and a dynamic reference is not checked', async () => {
    expect(await reasonOf('AWS::KMS::Key', { PendingWindowInDays: '7' })).toBeUndefined();
    expect(await reasonOf('AWS::KMS::Key', { Description: `{{resolve:ssm:${'x'.repeat(9000)}}}` }))
      .not.toMatch(/expected maxLength/);
  });
});

test('all constraints are of simulated types and of properties that they have', () => {
  const simulated = world.simulation.cloudformation.simulatedTypes;
  expect(Object.keys(constraints).filter(type => !simulated.includes(type))).toEqual([]);
  const unknown = Object.entries(constraints).flatMap(([type, properties]) => (
    Object.keys(properties).filter(name => schemas.find(type)?.properties.has(name) !== true)
  ));
  expect(unknown).toEqual([]);
});

test('all patterns can be read', () => {
  const patterns = Object.values(constraints).flatMap(properties => (
    Object.values(properties).flatMap((one: { pattern?: string }) => one.pattern ?? [])
  ));
  expect(patterns.length).toBeGreaterThan(30);
  expect(() => { patterns.forEach(pattern => new RegExp(pattern)); }).not.toThrow();
});
