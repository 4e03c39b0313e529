import { ACCOUNT, VirtualWorld } from '../virtual-world';

let world: VirtualWorld;
beforeEach(async () => {
  world = await VirtualWorld.start();
  const statement = (action: string) => [{ Effect: 'Allow', Action: action, Resource: '*' }];
  await world.deploy('app', {
    Policy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: 'p', PolicyDocument: { Statement: statement('s3:*') } },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'r',
        Path: '/app/',
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [{ PolicyName: 'inline', PolicyDocument: { Statement: statement('sqs:*') } }],
        ManagedPolicyArns: [{ Ref: 'Policy' }],
        Tags: [{ Key: 'team', Value: 'shop' }],
      },
    },
    User: { Type: 'AWS::IAM::User', Properties: { UserName: 'anna' } },
  });
});
afterEach(async () => world.stop());

const call = async (operation: string, input: object = {}) =>
  world.call({ service: 'iam', operation, input: { ...input } });

test('a role is deleted after its policies', async () => {
  const RoleName = 'r';
  expect(await call('ListRoleTags', { RoleName })).toMatchObject({ Tags: { member: { Key: 'team', Value: 'shop' } } });
  const conflict = (message: string) => ({ name: 'DeleteConflict', message: expect.stringContaining(message) });
  await expect(call('DeleteRole', { RoleName })).rejects.toMatchObject(conflict('must detach all policies first'));
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/p`;
  await call('DetachRolePolicy', { RoleName, PolicyArn });
  await expect(call('DetachRolePolicy', { RoleName, PolicyArn })).rejects.toMatchObject({ name: 'NoSuchEntity' });
  await expect(call('DeleteRole', { RoleName })).rejects.toMatchObject(conflict('must delete policies first'));
  await call('DeleteRolePolicy', { RoleName, PolicyName: 'inline' });
  await expect(call('DeleteRolePolicy', { RoleName, PolicyName: 'inline' })).rejects
    .toMatchObject({ name: 'NoSuchEntity' });
  await call('DeleteRole', { RoleName });
  await expect(call('ListInstanceProfilesForRole', { RoleName })).rejects.toMatchObject({ name: 'NoSuchEntity' });
});

test('a user is listed and deleted', async () => {
  const UserName = 'anna';
  expect(await call('ListUsers')).toMatchObject({ Users: { member: { UserName } } });
  await expect(call('DeleteLoginProfile', { UserName })).rejects.toMatchObject({ name: 'NoSuchEntity' });
  expect(await call('ListAccessKeys', { UserName })).toMatchObject({ IsTruncated: 'false' });
  await call('DeleteUser', { UserName });
  expect(await call('ListUsers')).toMatchObject({ Users: '' });
  await expect(call('ListAccessKeys', { UserName })).rejects.toMatchObject({ name: 'NoSuchEntity' });
});

test('a deny for the path of a role applies to its deletion', async () => {
  const { iam, server } = world.simulation;
  iam.putRole({
    arn: `arn:aws:iam::${ACCOUNT}:role/cleaner`,
    roleName: 'cleaner',
    roleId: 'AROA',
    accountId: ACCOUNT,
    trust: { Statement: [] },
    policies: {
      all: {
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          { Effect: 'Deny', Action: 'iam:Delete*', Resource: `arn:aws:iam::${ACCOUNT}:role/app/*` },
        ],
      },
    },
    managedPolicyArns: [],
    tags: {},
  });
  const { accessKeyId } = iam.issue(iam.sessionOf(`arn:aws:iam::${ACCOUNT}:role/cleaner`, 'test'));
  await expect(server.call({
    service: 'iam', operation: 'DeleteRole', region: 'us-east-1', accessKeyId, input: { RoleName: 'r' },
  })).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringContaining('role/app/r') });
});
