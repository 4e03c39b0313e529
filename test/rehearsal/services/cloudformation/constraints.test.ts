import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, failureOf, REGION, SchemaWorld, type Resource } from './schema-world';
import { types as constraints, version } from '../../../../rehearsal/services/cloudformation/schemas/constraints.json';
import { unsupportedProperty } from '../../../../rehearsal/services/cloudformation/schemas/unsupported';

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

describe('a nested value that violates a constraint is rejected with its place', () => {
  const KEY = { AttributeName: 'id', KeyType: 'HASH' };
  const GET = { Name: 'Get', ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'S3', Version: '1' } };

  test.each<[type: string, properties: object, violation: string]>([
    ['AWS::DynamoDB::Table', { KeySchema: [KEY], AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'X' }] },
      '#/AttributeDefinitions/0/AttributeType: failed validation constraint for keyword [enum]'],
    ['AWS::CodePipeline::Pipeline', { ...STAGES, Stages: [{ Name: 'S', Actions: [GET, { ...GET, Name: 'a b' }] }] },
      '#/Stages/0/Actions/1/Name: failed validation constraint for keyword [pattern]'],
    ['AWS::Lambda::Function', { ...FUNCTION, EphemeralStorage: { Size: 128 } },
      '#/EphemeralStorage/Size: failed validation constraint for keyword [minimum]'],
    ['AWS::IAM::Role', { AssumeRolePolicyDocument: {}, Tags: [{ Key: 'a', Value: 'ö' }, { Key: '!', Value: '' }] },
      '#/Tags/1/Key: failed validation constraint for keyword [pattern]'],
    ['AWS::S3::Bucket', { CorsConfiguration: { CorsRules: [{ AllowedMethods: ['GET', 'X'], AllowedOrigins: [] }] } },
      '#/CorsConfiguration/CorsRules/0/AllowedMethods/1: failed validation constraint for keyword [enum]'],
  ])('%s with %j', async (type, properties, violation) => {
    expect(await reasonOf(type, properties))
      .toBe(`Properties validation failed for resource Wrong with message: ${violation}`);
  });
});

describe('a value that the rehearsal made up is not checked', () => {
  const Layer = { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Bucket: 'box', S3Key: 'layer.zip' } } };
  const functionWith = (layer: unknown): Resource => (
    { Type: 'AWS::Lambda::Function', Properties: { ...FUNCTION, Layers: [layer] } }
  );

  test('in the same stack', async () => {
    const stack = await world.deploy('layered', { Layer, Function: functionWith({ Ref: 'Layer' }) });
    expect(failureOf(stack)).not.toMatch(/Layers/);
  });

  test('through an export', async () => {
    await world.deploy('layer', { Layer }, { Layer: { Ref: 'Layer' } });
    const [{ value }] = world.simulation.cloudformation.find(ACCOUNT, REGION, 'layer')?.outputs ?? [];
    expect(failureOf(await world.deploy('importing', { Function: functionWith(value) }))).not.toMatch(/Layers/);
    expect(failureOf(await world.deploy('wrong', { Function: functionWith('layer') }))).toMatch(/#\/Layers\/0: /);
  });
});

test('all constraints are of simulated types and of properties that they have', () => {
  const simulated = world.simulation.cloudformation.simulatedTypes;
  expect(Object.keys(constraints).filter(type => !simulated.includes(type))).toEqual([]);
  const objectWith = (path: string): unknown => path.split('/').reduceRight<unknown>(
    (value, step) => step === '*' ? [value] : { [step]: value }, 'value',
  );
  const unknown = Object.entries(constraints).flatMap(([type, properties]) => (
    Object.keys(properties).filter(path => unsupportedProperty(type, { ...objectWith(path) as object }) !== undefined)
  ));
  expect(unknown).toEqual([]);
});

test('CONTRIBUTING.md names the version of the schemas', () => {
  const text = readFileSync(join(__dirname, '../../../../CONTRIBUTING.md'), 'utf8');
  expect(text).toContain(`the file is from version ${version}.`);
  expect(text).toContain(`pip download cfn-lint==${version} `);
});

test('all patterns can be read', () => {
  const patterns = Object.values(constraints).flatMap(properties => (
    Object.values(properties).flatMap(one => ('pattern' in one ? [one.pattern] : []))
  ));
  expect(patterns.length).toBeGreaterThan(100);
  const flagsOf = (pattern: string): string => pattern.includes('\\p{') ? 'u' : '';
  expect(() => { patterns.forEach(pattern => new RegExp(pattern, flagsOf(pattern))); }).not.toThrow();
});
