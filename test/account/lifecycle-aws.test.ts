import { owner, vended } from './vending';
import { accessFromEnvironment } from '../../lambda/account/access';
import { AwsOrganization } from '../../lambda/account/aws';
import { AwsBaselinePort } from '../../lambda/account/baselines/port';
import { AwsCloser } from '../../lambda/account/closing/aws';
import { AccountLifecycle } from '../../lambda/account/lifecycle';
import { ManagementAccount } from '../../lambda/account/management';
import { AwsAccountSettings } from '../../lambda/account/settings-aws';
import { isTransient } from '../../lambda/shared/errors';
import { Simulation } from '../../rehearsal/simulation';
import type { VendedAccountRequest } from '../../src/account/contract';
import { ACCESS_ENVIRONMENT, NAMES } from '../../src/private/contract';
import { awsVariables } from '../fixtures/aws-variables';
import { FakeRegistry } from '../registry/fake-registry';

const MANAGEMENT = '999999999999';
const CICD = '222222222222';
const ACCESS_ROLE = `arn:aws:iam::${MANAGEMENT}:role/${NAMES.accessRole}`;
const PROVIDER_ROLE = `arn:aws:iam::${CICD}:role/${NAMES.accountProviderRole}`;
const environment = { ...process.env };
let simulation: Simulation;
let directory: AwsOrganization;
let lifecycle: AccountLifecycle;

beforeAll(async () => {
  simulation = await Simulation.start({
    managementAccountId: MANAGEMENT,
    scale: 400,
    organizationalUnits: ['Workloads/Test', 'Workloads/Prod'],
    accountLimit: 5,
  });
  simulation.organizations.addAccount({ accountId: CICD, name: 'cicd', email: 'cicd@example.com', joined: 'CREATED' });
  const role = (arn: string, accountId: string, principal: object, condition?: object) =>
    simulation.iam.putRole({
      arn,
      accountId,
      roleName: arn.split('/')[1] ?? '',
      roleId: 'AROA',
      managedPolicyArns: [],
      tags: {},
      policies: { all: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } },
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: principal,
            ...(condition && { Condition: condition }),
          },
        ],
      },
    } as Parameters<typeof simulation.iam.putRole>[0]);
  role(PROVIDER_ROLE, CICD, { Service: 'lambda.amazonaws.com' });
  role(ACCESS_ROLE, MANAGEMENT, { AWS: PROVIDER_ROLE }, { StringEquals: { 'sts:ExternalId': 'secret-word' } });
  const provider = { accountId: CICD, arn: `arn:aws:sts::${CICD}:assumed-role/${NAMES.accountProviderRole}/function` };
  Object.assign(process.env, awsVariables(simulation, provider, 'eu-central-1'), {
    PARTITION: 'aws',
    CICD_ACCOUNT: CICD,
    [ACCESS_ENVIRONMENT.ACCESS_ROLE_ARN]: ACCESS_ROLE,
    [ACCESS_ENVIRONMENT.ACCESS_EXTERNAL_ID]: 'secret-word',
  });
  directory = new AwsOrganization(accessFromEnvironment());
  const bootstrapTemplate = () =>
    JSON.stringify({
      Parameters: Object.fromEntries(
        ['TrustedAccounts', 'CloudFormationExecutionPolicies']
          .map(name => [name, { Type: 'CommaDelimitedList' }])
          .concat(
            [
              'Qualifier',
              'FileAssetsBucketKmsKeyId',
              'InputPermissionsBoundary',
              'ApplyPermissionsBoundaryToAllRoles',
            ].map(name => [name, { Type: 'String' }]),
          ),
      ),
      Resources: {
        CdkBootstrapVersion: {
          Type: 'AWS::SSM::Parameter',
          Properties: { Type: 'String', Name: '/cdk-bootstrap/hnb659fds/version', Value: '33' },
        },
      },
      Outputs: { BootstrapVersion: { Value: '33' } },
    });
  lifecycle = new AccountLifecycle({
    organization: directory,
    settings: new AwsAccountSettings(new ManagementAccount(accessFromEnvironment())),
    closer: new AwsCloser(new ManagementAccount(accessFromEnvironment())),
    baselines: new AwsBaselinePort(new ManagementAccount(accessFromEnvironment())),
    cicdStack: { isRollingBack: async () => false },
    registry: new FakeRegistry(),
    partition: 'aws',
    cicdAccount: CICD,
    bootstrapTemplate,
    now: () => simulation.clock.now(),
  });
});

afterAll(async () => {
  process.env = environment;
  await simulation.stop();
});

test('returns the number of accounts and their quota', async () => {
  expect((await directory.listAccounts()).map(({ email }) => email)).toContain('cicd@example.com');
  expect(await directory.accountLimit()).toBe(5);
});

async function finish(request: VendedAccountRequest): Promise<string> {
  for (;;) {
    try {
      const progress = await lifecycle.reconcile(owner('Dev'), request);
      if (progress.done) return progress.result.accountId;
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
    await simulation.clock.sleep(15);
  }
}

test('vends an account through the API, changes it and adopts it', async () => {
  await lifecycle.requestCreate(owner('Dev'), vended());
  const accountId = await finish(vended());
  expect(simulation.organizations.unitPath(accountId)).toBe('Workloads/Test');
  expect(await directory.describeAccount(accountId)).toEqual({
    accountId,
    accountName: 'shop-dev',
    email: 'aws+dev@example.com',
    state: 'ACTIVE',
    joined: 'CREATED',
    managesOrganization: false,
  });
  expect(await directory.tags(accountId)).toEqual({
    team: 'shop',
    [NAMES.ownerTag]: `${CICD}/account/aws+dev@example.com`,
  });
  const stacks = await directory.stacksIn(accountId, 'OrganizationAccountAccessRole', 'eu-central-1');
  expect(await stacks.describe('CDKToolkit')).toMatchObject({
    status: 'CREATE_COMPLETE',
    parameters: { TrustedAccounts: CICD },
  });

  const changed = vended({
    accountName: 'renamed',
    organizationalUnit: 'Workloads/Prod',
    tags: {},
    executionPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess'],
  });
  await lifecycle.requestUpdate(owner('Dev'), changed, vended());
  expect(await finish(changed)).toBe(accountId);
  expect(simulation.organizations.unitPath(accountId)).toBe('Workloads/Prod');
  expect((await directory.describeAccount(accountId))?.accountName).toBe('renamed');
  expect(await directory.tags(accountId)).not.toHaveProperty('team');
  expect(await stacks.describe('CDKToolkit')).toMatchObject({
    status: 'UPDATE_COMPLETE',
    parameters: { TrustedAccounts: CICD, CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/PowerUserAccess' },
  });
  expect((await directory.findAccount('AWS+dev@example.com'))?.accountId).toBe(accountId);
  expect(simulation.calls['organizations:CreateAccount']).toBe(1);
}, 60_000);

test('returns undefined for accounts and requests that do not exist', async () => {
  expect(await directory.describeAccount('123456789012')).toBeUndefined();
  expect(await directory.describeCreation('car-00000000000000000000000000000000')).toBeUndefined();
  expect(await directory.findAccount('nobody@example.com')).toBeUndefined();
  expect((await directory.describeAccount(MANAGEMENT))?.managesOrganization).toBe(true);
});

test('rejects an e-mail of an account outside of the organization', async () => {
  simulation.organizations.reserveEmail('taken@example.com');
  const request = vended({ email: 'taken@example.com' });
  await lifecycle.requestCreate(owner('Dev'), request);
  await expect(finish(request)).rejects.toThrow(
    "the e-mail 'taken@example.com' is taken by an account outside of the organization",
  );
}, 60_000);

test('names a role that cannot be assumed, and one without permission', async () => {
  const closed = new AwsOrganization({ ...accessFromEnvironment(), roleArn: `arn:aws:iam::${MANAGEMENT}:role/absent` });
  await expect(closed.root()).rejects.toThrow(
    `cannot assume role 'arn:aws:iam::${MANAGEMENT}:role/absent' of the management account`,
  );
  const elsewhere = new AwsOrganization({ partition: 'aws', cicdAccount: CICD });
  await expect(elsewhere.root()).rejects.toThrow(
    `account ${CICD} may not organizations:ListRoots: it is not the management account of an organization`,
  );
});
