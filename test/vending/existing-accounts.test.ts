import { reasons, Harness } from './harness';
import { Account } from '../../src';
import { Cicd, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';

const EXISTING = '555555555555';

function associate(cicd: Cicd, accessRoleName?: string): void {
  cicd.environment('legacy', {
    account: Account.fromAccountAttributes(cicd.stack, 'Legacy', { accountId: EXISTING, accessRoleName }),
  });
}

describe('account that was invited into the organization', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    harness.simulation.organizations.addAccount({
      accountId: EXISTING,
      name: 'legacy',
      email: 'legacy@example.com',
      joined: 'INVITED',
    });
  });
  afterAll(() => harness.stop());

  test('an invited account without the access role fails with an error that names the role', async () => {
    const result = await harness.deploy(associate);
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toMatch(
      new RegExp(
        `cannot assume role 'OrganizationAccountAccessRole' of account ${EXISTING}: `
          + 'invited accounts do not have it',
      ),
    );
    expect(reasons(result)).toContain('Account.fromAccountAttributes');
  });

  test('a suspended account fails with an error that says so', async () => {
    harness.simulation.organizations.suspend(EXISTING);
    const result = await harness.deploy(associate);
    expect(result.succeeded).toBe(false);
    expect(reasons(result)).toContain(
      `account ${EXISTING} cannot be used: it was suspended by AWS; `
        + 'ask AWS Support as its root user to reinstate it',
    );
    harness.simulation.organizations.reinstate(EXISTING);
  });

  test('an invited account with the access role becomes an environment, and outlives it', async () => {
    const roleName = 'OrganizationAccountAccessRole';
    harness.simulation.iam.putRole({
      arn: `arn:aws:iam::${EXISTING}:role/${roleName}`,
      roleName,
      roleId: 'AROALEGACY',
      accountId: EXISTING,
      trust: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` } },
        ],
      },
      policies: {},
      managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      tags: {},
    });
    expect(reasons(await harness.deploy(associate))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(EXISTING, REGION)).toMatchObject([{ name: 'legacy' }]);
    expect(await harness.descriptor('env/legacy')).toMatchObject({ accountId: EXISTING });
    expect(harness.calls('organizations:CreateAccount')).toBe(0);

    expect(reasons(await harness.deploy(() => undefined))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(EXISTING, REGION)).toEqual([]);
    expect(harness.simulation.organizations.account(EXISTING)).toMatchObject({ name: 'legacy', state: 'ACTIVE' });
  });
});
