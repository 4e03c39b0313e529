import { Simulation } from '../../../../rehearsal/simulation';
import { MANAGEMENT, World } from '../world';

let world: World;

beforeAll(async () => { world = await World.start(); });
afterAll(async () => { await world.stop(); });

const ALLOWED = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const TRUSTED = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } };
const SIDS = 'Statement IDs (SID) in a single policy must be unique.';
const VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
const OPERATOR = 'Invalid Condition type : StringEqual.';
const MISSPELT = { StringEqual: { 'aws:PrincipalAccount': MANAGEMENT } };

let count = 0;
const name = (): string => `name-${++count}`;
const document = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });

async function create(type: string, properties: Record<string, unknown>): Promise<unknown> {
  return world.type(type).create(properties, world.context(MANAGEMENT));
}

async function role(trust: object, more: object = {}): Promise<string> {
  const RoleName = name();
  await create('AWS::IAM::Role', { RoleName, AssumeRolePolicyDocument: trust, ...more });
  return RoleName;
}

/** All resource types with an identity policy. */
const WRITERS: Readonly<Record<string, (policy: object) => Promise<unknown>>> = {
  'the policy of a role': async policy =>
    role(document(TRUSTED), { Policies: [{ PolicyName: 'own', PolicyDocument: policy }] }),
  'AWS::IAM::Policy': async policy => {
    const Roles = [await role(document(TRUSTED))];
    return create('AWS::IAM::Policy', { PolicyName: 'own', PolicyDocument: policy, Roles });
  },
  'AWS::IAM::RolePolicy': async policy => {
    const RoleName = await role(document(TRUSTED));
    return create('AWS::IAM::RolePolicy', { PolicyName: 'own', PolicyDocument: policy, RoleName });
  },
  'AWS::IAM::ManagedPolicy': async policy =>
    create('AWS::IAM::ManagedPolicy', { ManagedPolicyName: name(), PolicyDocument: policy }),
};

describe.each(Object.entries(WRITERS))('as %s', (_writer, write) => {
  test.each([
    [
      'a resource that is no ARN',
      [{ ...ALLOWED, Resource: ['arn:aws:s3:::a', 'bucket/*'] }],
      'Resource bucket/* must be in ARN format or "*".',
    ],
    ['an empty resource', [{ ...ALLOWED, Resource: '' }], 'Resource  must be in ARN format or "*".'],
    [
      'one Sid twice',
      [
        { ...ALLOWED, Sid: 'Read' },
        { ...ALLOWED, Sid: 'Read' },
      ],
      SIDS,
    ],
    ['no resource', [{ ...ALLOWED, Resource: undefined }], 'Policy statement must contain resources.'],
    ['an empty list of resources', [{ ...ALLOWED, Resource: [] }], 'Policy statement must contain resources.'],
    ['no action', [{ ...ALLOWED, Action: undefined }], 'Policy statement must contain actions.'],
    ['a misspelt operator', [{ ...ALLOWED, Condition: MISSPELT }], OPERATOR],
    ['an action without its service', [{ ...ALLOWED, Action: ['s3:Get*', 'GetObject'] }], VENDOR],
  ])('rejects a document with %s', async (_mistake, statements, message) => {
    await expect(write(document(...statements))).rejects.toMatchObject({ code: 'MalformedPolicyDocument', message });
  });

  test.each([
    ['a misspelt element', { ...ALLOWED, Conditions: { Bool: { 'aws:SecureTransport': 'true' } } }, 'Conditions'],
    ['another effect', { ...ALLOWED, Effect: 'allow' }, 'Effect'],
  ])('rejects a document with %s, and says where it is', async (_mistake, statement, element) => {
    await expect(write({ Version: '2012-10-17', Statement: [ALLOWED, statement] })).rejects.toThrow(
      `PolicyDocument.Statement.1.${element}: Syntax errors in policy.`,
    );
  });

  test('accepts what AWS accepts', async () => {
    await expect(write(document(
      { ...ALLOWED, Sid: '' },
      { ...ALLOWED, Sid: '', Action: '*', Condition: { 'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': 'a' } } },
      { ...ALLOWED, Condition: { Null: { 'aws:TagKeys': 'false' } } },
      { Effect: 'Deny', NotAction: ['s3:*'], NotResource: ['arn:aws:s3:::my-bucket', 'arn:*:s3:::${aws:username}/*'] },
    ))).resolves.toBeDefined();
  });
});

describe('a trust policy', () => {
  test.each([
    ['a resource', [{ ...TRUSTED, Resource: '*' }], 'Has prohibited field Resource'],
    ['one Sid twice', [{ ...TRUSTED, Sid: 'Trust' }, { ...TRUSTED, Sid: 'Trust' }], SIDS],
    ['no action', [{ ...TRUSTED, Action: undefined }], 'Policy statement must contain actions.'],
    ['a misspelt operator', [{ ...TRUSTED, Condition: MISSPELT }], OPERATOR],
    ['an action without its service', [{ ...TRUSTED, Action: 'AssumeRole' }], VENDOR],
  ])('with %s is rejected', async (_mistake, statements, message) => {
    await expect(role(document(...statements))).rejects.toMatchObject({ code: 'MalformedPolicyDocument', message });
  });
});

test.each([
  ['AWS::S3::BucketPolicy', { Bucket: 'bucket' }, 'PolicyDocument', 'MalformedPolicy'],
  ['AWS::KMS::Key', {}, 'KeyPolicy', 'MalformedPolicyDocumentException'],
])('%s with a misspelt operator is rejected', async (type, properties, property, code) => {
  const policy = document({ ...ALLOWED, Principal: '*', Condition: MISSPELT });
  await expect(create(type, { ...properties, [property]: policy })).rejects.toMatchObject({ code, message: OPERATOR });
});

test.each([
  ['a misspelt operator', { Condition: MISSPELT }, OPERATOR],
  ['an action without its service', { Action: 'GetObject' }, VENDOR],
])('a service control policy with %s is rejected', async (_mistake, statement, message) => {
  const Content = document({ ...ALLOWED, Effect: 'Deny', ...statement });
  await expect(
    create('AWS::Organizations::Policy', { Name: name(), Type: 'SERVICE_CONTROL_POLICY', Content }),
  ).rejects.toMatchObject({
    code: 'MalformedPolicyDocumentException',
    message: `The provided policy document does not meet the requirements of the specified policy type. ${message}`,
  });
});

test('AWS::IAM::Policy without a role, user or group is rejected', async () => {
  const policy = { PolicyName: 'own', PolicyDocument: document(ALLOWED) };
  await expect(create('AWS::IAM::Policy', { ...policy, Roles: [] })).rejects.toThrow(
    'At least one of [Groups,Roles,Users] must be non-empty.',
  );
  await expect(create('AWS::IAM::Policy', { ...policy, Users: ['anna'] })).resolves.toBeDefined();
});

test('a placeholder is accepted where AWS has an ARN', async () => {
  const simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 6000 });
  const Resource = [{ Ref: 'Queue' }, { 'Fn::Sub': '${Attachment}/*' }, { 'Fn::GetAtt': ['Queue', 'JobQueueArn'] }];
  const Resources = {
    Queue: { Type: 'AWS::Batch::JobQueue', Properties: { JobQueueName: 'jobs', Priority: 1 } },
    Attachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: 'secret', TargetId: 'db', TargetType: 'AWS::RDS::DBInstance' },
    },
    Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document({ ...ALLOWED, Resource }) } },
  };
  const body = JSON.stringify({ Resources });
  const request = { accountId: MANAGEMENT, region: 'eu-west-1', name: 'stack', body, capabilities: ['CAPABILITY_IAM'] };
  const { events } = await simulation.cloudformation.create(request);
  await simulation.stop();
  expect(events.filter(({ status }) => status.endsWith('FAILED'))).toEqual([]);
});
