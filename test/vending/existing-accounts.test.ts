import { reasons, Harness } from './harness';
import type { Call } from '../../rehearsal/core/service';
import { Account } from '../../src';
import { Cicd, MANAGEMENT_ACCOUNT, REGION } from '../fixtures/app';

const EXISTING = '555555555555';

function associate(cicd: Cicd, accessRoleName?: string): void {
  cicd.environment('legacy', {
    account: Account.fromAccountAttributes(cicd.stack, 'Legacy', { accountId: EXISTING, accessRoleName }),
  });
}

function associateThroughEntry(cicd: Cicd): void {
  associate(cicd, 'VendingEntry');
}

/** Creates a role that trusts the management account. */
function putRole(harness: Harness, roleName: string): void {
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

  test('an invited account whose role the access role may not assume fails with an error that says so', async () => {
    const accessRoleName = 'VendingEntry';
    putRole(harness, accessRoleName);
    const result = await harness.deploy(associateThroughEntry);
    expect(reasons(result)).toContain(
      `cannot assume role '${accessRoleName}' of account ${EXISTING}: the role `
        + `'arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/org-environments-access' may not assume it; add `
        + `'${accessRoleName}' to the accessRoleNames of its OrganizationAccessRole and deploy that in the management `
        + 'account, then deploy again',
    );
    expect(reasons(result)).toContain('because no identity-based policy allows the sts:AssumeRole action');
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

  test('a delegated administrator is rejected before anything is created in it', async () => {
    const { organizations, cloudformation } = harness.simulation;
    const call = (operation: string) => organizations.operations[operation]({
      operation,
      region: 'us-east-1',
      caller: { accountId: MANAGEMENT_ACCOUNT, arn: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:root` },
      input: { AccountId: EXISTING, ServicePrincipal: 'guardduty.amazonaws.com' },
    } as unknown as Call);
    await call('RegisterDelegatedAdministrator');
    putRole(harness, 'OrganizationAccountAccessRole');
    expect(reasons(await harness.deploy(associate))).toContain(
      `account ${EXISTING} is a delegated administrator of the organization, which cannot be the account of an `
        + 'environment: use another account',
    );
    expect(cloudformation.all.filter(({ accountId }) => accountId === EXISTING)).toEqual([]);
    await call('DeregisterDelegatedAdministrator');
  });

  test('an invited account with the access role becomes an environment, and outlives it', async () => {
    putRole(harness, 'OrganizationAccountAccessRole');
    expect(reasons(await harness.deploy(associate))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(EXISTING, REGION)).toMatchObject([{ name: 'legacy' }]);
    expect(await harness.descriptor('env/legacy')).toMatchObject({ accountId: EXISTING });
    expect(harness.calls('organizations:CreateAccount')).toBe(0);

    expect(reasons(await harness.deploy(() => undefined))).toBe('');
    expect(harness.simulation.codepipeline.pipelines(EXISTING, REGION)).toEqual([]);
    expect(harness.simulation.organizations.account(EXISTING)).toMatchObject({ name: 'legacy', state: 'ACTIVE' });
  });
});
