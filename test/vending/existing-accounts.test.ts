import { reasons, World } from './world';
import { Account } from '../../src';
import { Cicd, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';

const EXISTING = '555555555555';

function associate(cicd: Cicd, accessRoleName?: string): void {
  cicd.environment('legacy', { account: Account.fromAccountAttributes(cicd.stack, 'Legacy', { accountId: EXISTING, accessRoleName }) });
}

describe('an account that was invited into the organization', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    world.simulation.organizations.addAccount({ accountId: EXISTING, name: 'legacy', email: 'legacy@example.com', joined: 'INVITED' });
  });
  afterAll(() => world.stop());

  test('cannot be entered as long as it has no role for it, and the error says so', async () => {
    const result = await world.deploy(associate);
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toMatch(new RegExp(`account ${EXISTING} cannot be entered through its role 'OrganizationAccountAccessRole': accounts that were invited do not have it`));
    expect(reasons(result)).toContain('Account.fromAccountAttributes');
  });

  test('cannot be used while AWS has suspended it, and the error says so', async () => {
    world.simulation.organizations.suspend(EXISTING);
    const result = await world.deploy(associate);
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toContain(`account ${EXISTING} cannot be used: it was suspended by AWS; have its root user ask AWS Support why and reinstate it`);
    world.simulation.organizations.reinstate(EXISTING);
  });

  test('becomes an environment once it has the role, and is left as it is when the environment goes', async () => {
    const roleName = 'OrganizationAccountAccessRole';
    world.simulation.iam.putRole({
      arn: `arn:aws:iam::${EXISTING}:role/${roleName}`,
      roleName,
      roleId: 'AROALEGACY',
      accountId: EXISTING,
      trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` } }] },
      policies: {},
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: {},
    });
    expect(reasons(await world.deploy(associate))).toBe('');
    expect(world.simulation.codepipeline.pipelines(EXISTING, REGION)).toMatchObject([{ name: 'legacy' }]);
    expect(await world.descriptor('env/legacy')).toMatchObject({ accountId: EXISTING });
    expect(world.calls('organizations:CreateAccount')).toBe(0);

    expect(reasons(await world.deploy(() => undefined))).toBe('');
    expect(world.simulation.codepipeline.pipelines(EXISTING, REGION)).toEqual([]);
    expect(world.simulation.organizations.account(EXISTING)).toMatchObject({ name: 'legacy', state: 'ACTIVE' });
  });
});
