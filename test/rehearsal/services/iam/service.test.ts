import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { PolicyDocument } from '../../../../rehearsal/core/policy-document';
import { CICD, MANAGEMENT, MEMBER, World } from '../world';

let world: World;

beforeEach(async () => { world = await World.start(); });
afterEach(async () => { await world.stop(); });

/** A role in the management account with the given trust statement. */
async function roleTrusting(statement: Partial<PolicyDocument['Statement'][number]>): Promise<string> {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }] };
  const made = await world
    .type('AWS::IAM::Role')
    .create({ AssumeRolePolicyDocument: trust }, world.context(MANAGEMENT, 'Access'));
  return String(made.attributes.Arn);
}

async function assume(roleArn: string, accountId: string, roleName = 'admin', externalId?: string): Promise<string> {
  const sts = new STSClient(world.as(accountId, roleName));
  const answer = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'session', ExternalId: externalId }),
  );
  return answer.AssumedRoleUser?.Arn ?? '';
}

describe('a trust policy', () => {
  test('allows every role of an account whose root it names', async () => {
    const arn = await roleTrusting({ Principal: { AWS: `arn:aws:iam::${CICD}:root` } });
    await expect(assume(arn, CICD)).resolves.toMatch(
      new RegExp(`^arn:aws:sts::${MANAGEMENT}:assumed-role/Stack-Access-[A-Z0-9]{12}/session$`),
    );
    await expect(assume(arn, MEMBER)).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        `User: arn:aws:sts::${MEMBER}:assumed-role/admin/session is not authorized to perform: `
        + `sts:AssumeRole on resource: ${arn}`,
    });
  });

  test('allows only the role that it names, whatever its path', async () => {
    const trusted = await world.type('AWS::IAM::Role').create(
      {
        RoleName: 'provider',
        Path: '/providers/',
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
      },
      world.context(CICD),
    );
    const arn = await roleTrusting({ Principal: { AWS: String(trusted.attributes.Arn) } });
    await expect(assume(arn, CICD, 'provider')).resolves.toContain(MANAGEMENT);
    await expect(assume(arn, CICD, 'other')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is rejected if it names a missing role', async () => {
    await expect(roleTrusting({ Principal: { AWS: `arn:aws:iam::${CICD}:role/later` } }))
      .rejects.toThrow(`Invalid principal in policy: "AWS":"arn:aws:iam::${CICD}:role/later"`);
  });

  test('can require the external id', async () => {
    const arn = await roleTrusting({
      Principal: { AWS: CICD },
      Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
    });
    await expect(assume(arn, CICD, 'admin', 'secret')).resolves.toContain(MANAGEMENT);
    await expect(assume(arn, CICD, 'admin', 'wrong')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(arn, CICD)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('can require the organization of the caller', async () => {
    const condition = { StringEquals: { 'aws:PrincipalOrgID': world.organizations.organizationId } };
    const arn = await roleTrusting({ Principal: '*', Condition: condition });
    await expect(assume(arn, CICD)).resolves.toContain(MANAGEMENT);
    await expect(assume(arn, '555555555555')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test.each([
    ['ArnLike', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${CICD}:role/prov*` } }, ['provider'], ['admin']],
    [
      'StringNotEquals',
      { StringNotEquals: { 'aws:PrincipalArn': `arn:aws:iam::${CICD}:role/admin` } },
      ['provider'],
      ['admin'],
    ],
    ['Null', { Null: { 'sts:ExternalId': 'true' } }, ['provider', 'admin'], []],
    ['IfExists', { StringEqualsIfExists: { 'sts:ExternalId': 'secret' } }, ['admin'], []],
    ['a list of values', { StringLike: { 'aws:PrincipalArn': ['*role/one', '*role/two'] } }, ['one', 'two'], ['three']],
  ])('supports the condition %s', async (_name, condition, admitted, refused) => {
    const arn = await roleTrusting({ Principal: { AWS: CICD }, Condition: condition });
    for (const roleName of admitted) await expect(assume(arn, CICD, roleName)).resolves.toContain(MANAGEMENT);
    for (const roleName of refused) {
      await expect(assume(arn, CICD, roleName)).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  test('with a matching Deny allows no caller', async () => {
    const statements = (['Allow', 'Deny'] as const).map(effect => ({
      Effect: effect,
      Action: 'sts:AssumeRole',
      Principal: { AWS: '*' },
    }));
    const made = await world
      .type('AWS::IAM::Role')
      .create({ AssumeRolePolicyDocument: { Statement: statements } }, world.context(MANAGEMENT));
    await expect(assume(String(made.attributes.Arn), CICD)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a new role', () => {
  const assertNew = async (): Promise<void> => {
    await world.stop();
    world = await World.start({ roleSeconds: 600 }, 600);
  };

  test('cannot be assumed until it is propagated', async () => {
    await assertNew();
    const arn = await roleTrusting({ Principal: { AWS: CICD } });
    await expect(assume(arn, CICD)).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        `User: arn:aws:sts::${CICD}:assumed-role/admin/session is not authorized to perform: `
        + `sts:AssumeRole on resource: ${arn}`,
    });
    await world.clock.sleep(600);
    await expect(assume(arn, CICD)).resolves.toContain(MANAGEMENT);
  });

  test('is not new after an update, and is after a replacement', async () => {
    await assertNew();
    const properties = {
      RoleName: 'access',
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: CICD } }],
      },
    };
    const [type, context, arn] = [
      world.type('AWS::IAM::Role'),
      world.context(MANAGEMENT),
      `arn:aws:iam::${MANAGEMENT}:role/access`,
    ];
    const { id } = await type.create(properties, context);
    await world.clock.sleep(600);
    await type.update(id, { ...properties, Tags: [{ Key: 'team', Value: 'shop' }] }, properties, context);
    await expect(assume(arn, CICD)).resolves.toContain(MANAGEMENT);
    await type.remove(id, properties, context);
    await type.create(properties, context);
    await expect(assume(arn, CICD)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('of the setup can be assumed immediately', async () => {
    await assertNew();
    world.organizations.invite('333333333333', 'access');
    await expect(assume('arn:aws:iam::333333333333:role/access', MANAGEMENT)).resolves.toContain('333333333333');
  });
});

describe('a role', () => {
  const trust = {
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  };

  test('cannot use a name that is in use', async () => {
    const type = world.type('AWS::IAM::Role');
    await type.create({ RoleName: 'one', AssumeRolePolicyDocument: trust }, world.context(CICD));
    await expect(
      type.create({ RoleName: 'one', AssumeRolePolicyDocument: trust }, world.context(CICD)),
    ).rejects.toMatchObject({ code: 'EntityAlreadyExists' });
    await expect(
      type.create({ RoleName: 'one', AssumeRolePolicyDocument: trust }, world.context(MEMBER)),
    ).resolves.toMatchObject({ id: 'one' });
  });

  test('gets a name of at most 64 characters', async () => {
    const context = { ...world.context(CICD, 'LogicalId'.repeat(10)), stackName: 'stack-name'.repeat(10) };
    const made = await world.type('AWS::IAM::Role').create({ AssumeRolePolicyDocument: trust }, context);
    expect(made.id).toMatch(/^stack-name[\w-]+-LogicalId\w*-[A-Z0-9]{12}$/);
    expect(made.id.length).toBeLessThanOrEqual(64);
  });

  test('keeps the policies of other resources when it is updated, and loses them with those resources', async () => {
    const role = world.type('AWS::IAM::Role');
    const policy = world.type('AWS::IAM::Policy');
    const document = { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    const made = await role.create(
      { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'inline', PolicyDocument: document }] },
      world.context(CICD),
    );
    const attachment = { PolicyName: 'attached', PolicyDocument: document, Roles: [made.id] };
    const attached = await policy.create(attachment, world.context(CICD));
    const before = { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'inline', PolicyDocument: document }] };
    await role.update(made.id, { AssumeRolePolicyDocument: trust }, before, world.context(CICD));
    const arn = String(made.attributes.Arn);
    expect(Object.keys(world.iam.role(arn)?.policies ?? {})).toEqual(['attached']);
    await policy.remove(attached.id, attachment, world.context(CICD));
    expect(world.iam.role(arn)?.policies).toEqual({});
    await role.remove(made.id, {}, world.context(CICD));
    expect(world.iam.role(arn)).toBeUndefined();
  });
});

describe('policies that exceed a quota', () => {
  const TRUST = {
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  };
  /** A policy with the given number of characters, plus spaces that do not count. */
  const sized = (length: number): object => {
    const document = (sid: string) => ({
      Version: '2012-10-17',
      Statement: [{ Sid: sid, Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    return document('x'.repeat(length - JSON.stringify(document('')).length) + ' '.repeat(100));
  };
  const trusting = (count: number): object => ({
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: Array.from({ length: count }, (_, index) => String(100000000000 + index)) },
      },
    ],
  });
  const role = async (name: string, properties: object) =>
    world
      .type('AWS::IAM::Role')
      .create({ RoleName: name, AssumeRolePolicyDocument: TRUST, ...properties }, world.context(CICD, name));
  const inline = (...lengths: number[]): object => ({
    Policies: lengths.map((length, index) => ({ PolicyName: `p${index}`, PolicyDocument: sized(length) })),
  });
  const managed = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `arn:aws:iam::aws:policy/Some${index}`);
  const refused = (message: string): object => ({ code: 'LimitExceeded', message });

  test('a trust policy of more than 2,048 characters is rejected', async () => {
    await expect(role('short', { AssumeRolePolicyDocument: trusting(130) })).resolves.toBeDefined();
    await expect(role('long', { AssumeRolePolicyDocument: trusting(140) })).rejects.toMatchObject(
      refused('Cannot exceed quota for ACLSizePerRole: 2048'),
    );
    expect(world.iam.roleNamed(CICD, 'long')).toBeUndefined();
  });

  test('a managed policy of more than 6,144 characters is rejected, also in an update', async () => {
    const type = world.type('AWS::IAM::ManagedPolicy');
    const { id } = await type.create({ PolicyDocument: sized(6144) }, world.context(CICD, 'Short'));
    const error = refused('Cannot exceed quota for PolicySize: 6144');
    await expect(
      type.create({ PolicyDocument: sized(6145), ManagedPolicyName: 'long' }, world.context(CICD, 'Long')),
    ).rejects.toMatchObject(error);
    expect(world.iam.managedPolicies.has(`arn:aws:iam::${CICD}:policy/long`)).toBe(false);
    await expect(
      type.update(id, { PolicyDocument: sized(6145) }, { PolicyDocument: sized(6144) }, world.context(CICD, 'Short')),
    ).rejects.toMatchObject(error);
  });

  test(
    'inline policies of a role of more than 10,240 characters in total are rejected, whatever resource adds them',
    async () => {
      const error = refused('Maximum policy size of 10240 bytes exceeded for role worker');
      await expect(role('worker', inline(5000, 5241))).rejects.toMatchObject(error);
      await role('worker', inline(5000));
      const type = world.type('AWS::IAM::Policy');
      const policy = (length: number): Record<string, unknown> => ({
        PolicyName: 'more',
        PolicyDocument: sized(length),
        Roles: ['worker'],
      });
      await expect(type.create(policy(5241), world.context(CICD, 'More'))).rejects.toMatchObject(error);
      const { id } = await type.create(policy(5240), world.context(CICD, 'More'));
      await expect(type.update(id, policy(5241), policy(5240), world.context(CICD, 'More'))).rejects.toMatchObject(
        error,
      );
      expect(Object.keys(world.iam.roleNamed(CICD, 'worker')?.policies ?? {})).toEqual(['p0', 'more']);
    },
  );

  test('more than ten managed policies of a role are rejected, whatever resource attaches them', async () => {
    const error = refused('Cannot exceed quota for PoliciesPerRole: 10');
    await expect(role('worker', { ManagedPolicyArns: managed(11) })).rejects.toMatchObject(error);
    await role('worker', { ManagedPolicyArns: managed(10) });
    const policy = { PolicyDocument: sized(200), ManagedPolicyName: 'more', Roles: ['worker'] };
    await expect(
      world.type('AWS::IAM::ManagedPolicy').create(policy, world.context(CICD, 'More')),
    ).rejects.toMatchObject(error);
    expect(world.iam.managedPolicies.has(`arn:aws:iam::${CICD}:policy/more`)).toBe(false);
  });

  test.each([
    ['a policy', (arn: string) => ({ ManagedPolicyArns: [arn] })],
    ['a permissions boundary', (arn: string) => ({ PermissionsBoundary: arn })],
  ])('a managed policy cannot be deleted while a role has it as %s', async (_, attached) => {
    const type = world.type('AWS::IAM::ManagedPolicy');
    const properties = { PolicyDocument: sized(200), ManagedPolicyName: 'own', Roles: ['other'] };
    await role('other', {});
    const context = world.context(CICD, 'Own');
    const { id } = await type.create(properties, context);
    await role('worker', attached(id));
    await expect(type.remove(id, properties, context)).rejects.toMatchObject({
      code: 'DeleteConflict', message: 'Cannot delete a policy attached to entities.',
    });
    const worker = world.type('AWS::IAM::Role');
    if ('ManagedPolicyArns' in attached(id)) {
      await expect(worker.remove('worker', {}, world.context(CICD, 'worker'))).rejects.toMatchObject({
        code: 'DeleteConflict', message: 'Cannot delete entity, must detach all policies first.',
      });
    }
    await worker.remove('worker', { ManagedPolicyArns: [id] }, world.context(CICD, 'worker'));
    await type.remove(id, properties, context);
    expect(world.iam.managedPolicies.has(id)).toBe(false);
  });
});
