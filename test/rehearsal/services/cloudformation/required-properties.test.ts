import { failureOf, SchemaWorld, type Resource } from './schema-world';

let world: SchemaWorld;

beforeAll(async () => { world = await SchemaWorld.start({ uncheckedTypes: ['AWS::SSM::Parameter'] }); });
afterAll(async () => { await world.stop(); });

const WINDOW = { Name: 'night', Schedule: 'rate(7 days)', Duration: 2, Cutoff: 1, AllowUnassociatedTargets: true };
const ROLE = { AssumeRolePolicyDocument: { Statement: [] } };

/** The message of a type with a schema in the registry. */
const missing = (...names: readonly string[]): string => {
  const violations = names.map(name => `#: required key [${name}] not found`);
  return `Properties validation failed for resource Wrong with message: ${violations.join('\n')}`;
};

let stacks = 0;
async function reasonFor(wrong: Resource, others: Record<string, Resource> = {}): Promise<string | undefined> {
  const stack = await world.deploy(`required-${++stacks}`, { ...others, Wrong: wrong });
  return failureOf(stack);
}

describe('a resource without a required property is rejected with the message of CloudFormation', () => {
  test.each<[type: string, properties: Record<string, unknown>, message: string]>([
    ['AWS::Lambda::Function', {}, missing('Code', 'Role')],
    ['AWS::Lambda::Function', { Code: { ZipFile: '//' } }, missing('Role')],
    ['AWS::IAM::Role', { RoleName: 'shop' }, missing('AssumeRolePolicyDocument')],
    ['AWS::DynamoDB::Table', { TableName: 'rows' }, missing('KeySchema')],
    ['AWS::Glue::Job', { Role: 'job' }, missing('Command')],
    ['AWS::EC2::Subnet', { CidrBlock: '10.0.0.0/24' }, missing('VpcId')],
    ['AWS::SSM::PatchBaseline', { OperatingSystem: 'WINDOWS' }, missing('Name')],
    ['AWS::IAM::Policy', { PolicyName: 'own' }, 'Property PolicyDocument cannot be empty'],
    ['AWS::CodeBuild::Project', { Name: 'shop' }, 'Property Artifacts cannot be empty'],
    ['AWS::Route53::RecordSet', { Name: 'www.example.com' }, 'Property Type cannot be empty'],
  ])('%s with %j', async (Type, Properties, message) => {
    expect(await reasonFor({ Type, Properties })).toBe(message);
  });

  test.each<[type: string, properties: Record<string, unknown>, ...violations: readonly string[]]>([
    [
      'AWS::DynamoDB::Table',
      {
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'size' }],
        Tags: [{ Key: 'shop' }],
      },
      '#/AttributeDefinitions/1: required key [AttributeType] not found',
      '#/Tags/0: required key [Value] not found',
    ],
    [
      'AWS::CodePipeline::Pipeline',
      { RoleArn: 'arn:aws:iam::222222222222:role/run', Stages: [{ Name: 'Build', Actions: [{}] }] },
      '#/Stages/0/Actions/0: required key [ActionTypeId] not found',
      '#/Stages/0/Actions/0: required key [Name] not found',
    ],
    ['AWS::S3::Bucket', { VersioningConfiguration: {} }, '#/VersioningConfiguration: required key [Status] not found'],
    [
      'AWS::ECS::Service',
      { VolumeConfigurations: [{ Name: 'data', ManagedEBSVolume: {} }] },
      '#/VolumeConfigurations/0/ManagedEBSVolume: required key [RoleArn] not found',
    ],
  ])('in an object of it: %s with %j', async (Type, Properties, ...violations) => {
    expect(await reasonFor({ Type, Properties }))
      .toBe(`Properties validation failed for resource Wrong with message: ${violations.join('\n')}`);
  });

  test('a nested property that is AWS::NoValue is missing, and one that is a function is not', async () => {
    const versioned = (Status: unknown): Resource => (
      { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status } } }
    );
    expect(await reasonFor(versioned({ Ref: 'AWS::NoValue' }))).toMatch(/required key \[Status\] not found$/);
    expect(await reasonFor(versioned({ 'Fn::Select': [1, ['Suspended', 'Enabled']] }))).toBeUndefined();
  });

  test('a resource without Properties', async () => {
    expect(await reasonFor({ Type: 'AWS::EC2::RouteTable' })).toBe(missing('VpcId'));
  });

  test('a property whose value is AWS::NoValue is missing', async () => {
    const Properties = { ...WINDOW, Name: { Ref: 'AWS::NoValue' } };
    expect(await reasonFor({ Type: 'AWS::SSM::MaintenanceWindow', Properties })).toBe(missing('Name'));
  });

  test('a property whose value is a reference is not missing', async () => {
    const Role = { Type: 'AWS::IAM::Role', Properties: ROLE };
    const Properties = { ...WINDOW, Name: { Ref: 'Role' } };
    expect(await reasonFor({ Type: 'AWS::SSM::MaintenanceWindow', Properties }, { Role })).toBeUndefined();
  });

  test('an empty text, list, zero and false are values', async () => {
    const Properties = { ...WINDOW, Cutoff: 0, AllowUnassociatedTargets: false, Name: '' };
    expect(await reasonFor({ Type: 'AWS::SSM::MaintenanceWindow', Properties })).toBeUndefined();
  });

  test('an update leaves the resource as it was', async () => {
    const Type = 'AWS::EC2::NetworkInterface';
    await world.deploy('changed', { Wrong: { Type, Properties: { SubnetId: 'subnet-1', Description: 'one' } } });
    const stack = await world.deploy('changed', { Wrong: { Type, Properties: { Description: 'two' } } });
    expect([stack.status, failureOf(stack)]).toEqual(['UPDATE_ROLLBACK_COMPLETE', missing('SubnetId')]);
    expect(stack.resources.get('Wrong')?.properties).toEqual({ SubnetId: 'subnet-1', Description: 'one' });
  });

  test('an unchecked type may lack them', async () => {
    expect(await reasonFor({ Type: 'AWS::SSM::Parameter', Properties: { Value: 'b' } })).toBeUndefined();
  });
});
