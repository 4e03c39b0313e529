import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { awsError } from './fake-directory';
import { existing, owner, TEMPLATE, vended, Vending } from './vending';
import { BASELINE } from '../../lambda/account/baseline';
import { bootstrapStackName } from '../../lambda/account/bootstrap';
import { NAMES } from '../../src/private/contract';

const dev = owner('Dev');
const ID = '333333333333';

function withExisting(parameters?: Record<string, string>, bootstrapVersion = '20'): Vending {
  const vending = new Vending();
  vending.directory.add({ accountId: ID, email: 'x@example.com', roleName: 'OrganizationAccountAccessRole' });
  const stacks = vending.directory.stacksOf(ID);
  if (parameters) {
    stacks.outputs.set('CDKToolkit', { BootstrapVersion: bootstrapVersion });
    stacks.put('CDKToolkit', 'CREATE_COMPLETE', parameters);
  }
  return vending;
}

describe('the bootstrap', () => {
  test.each([
    [
      'is begun once the baseline has its policies, before its other resources are there',
      { ExecutionPolicy: 'CREATE_COMPLETE', Boundary: 'CREATE_COMPLETE' },
      true,
    ],
    [
      'waits for the policies of the baseline',
      { ExecutionPolicy: 'CREATE_COMPLETE', Boundary: 'CREATE_IN_PROGRESS' },
      false,
    ],
  ])('%s', async (_, resources, isBegun) => {
    const vending = withExisting();
    const stacks = vending.directory.stacksOf(ID);
    await vending.begin(dev, existing());
    while (stacks.begun.length === 0) await vending.lifecycle.reconcile(dev, existing());
    stacks.resourcesOf.set(NAMES.baselineStack, resources);
    await vending.lifecycle.reconcile(dev, existing());
    expect(stacks.begun).toEqual([`create ${NAMES.baselineStack}`, ...(isBegun ? ['create CDKToolkit'] : [])]);
    await vending.finish(dev, existing());
    expect(stacks.begun).toEqual([`create ${NAMES.baselineStack}`, 'create CDKToolkit']);
  });

  test('of a new account trusts the CICD account and has the execution policy of the baseline', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    expect(vending.directory.stacksOf(accountId).definition('CDKToolkit')).toMatchObject({
      template: { body: TEMPLATE },
      parameters: {
        TrustedAccounts: '222222222222',
        Qualifier: 'hnb659fds',
        FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY',
        CloudFormationExecutionPolicies: `arn:aws:iam::${accountId}:policy/org-environments-execution-eu-central-1`,
      },
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  });

  test('has the requested policies, and that of the baseline when they are no longer requested', async () => {
    const vending = new Vending();
    const wide = vended({
      executionPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess', 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'],
    });
    const accountId = await vending.create(dev, wide);
    const policies = () =>
      vending.directory.stacksOf(accountId).definition('CDKToolkit')?.parameters.CloudFormationExecutionPolicies;
    expect(policies()).toBe('arn:aws:iam::aws:policy/PowerUserAccess,arn:aws:iam::aws:policy/IAMReadOnlyAccess');
    await vending.update(dev, vended(), wide);
    expect(policies()).toBe(`arn:aws:iam::${accountId}:policy/org-environments-execution-eu-central-1`);
  });

  test('that exists keeps its parameters, and also trusts the CICD account', async () => {
    const vending = withExisting({
      TrustedAccounts: '111111111111',
      CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      Qualifier: 'hnb659fds',
    });
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')).toMatchObject({
      template: { body: TEMPLATE },
      parameters: {
        TrustedAccounts: '111111111111,222222222222',
        CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        Qualifier: 'hnb659fds',
      },
    });
  });

  test('that was created without trust keeps AdministratorAccess', async () => {
    const vending = withExisting({ TrustedAccounts: '', CloudFormationExecutionPolicies: '', Qualifier: 'hnb659fds' });
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')?.parameters.CloudFormationExecutionPolicies).toBe(
      'arn:aws:iam::aws:policy/AdministratorAccess',
    );
  });

  test.each([
    ['is newer', { Qualifier: 'hnb659fds', TrustedAccounts: '' }, '34'],
    ['was customised', { Qualifier: 'hnb659fds', TrustedAccounts: '', BootstrapVariant: 'ours' }, '20'],
  ])('that %s keeps its template', async (_, parameters, version) => {
    const vending = withExisting(parameters, version);
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')).toMatchObject({
      template: 'previous',
      parameters: { TrustedAccounts: '222222222222' },
    });
  });

  test('of another qualifier under the default name is rejected', async () => {
    const vending = withExisting({ Qualifier: 'theirs', TrustedAccounts: '' });
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `account ${ID} is bootstrapped for CDK with the qualifier 'theirs', not 'hnb659fds', in its stack 'CDKToolkit': `
        + "use the qualifier 'theirs', or bootstrap the account under another --toolkit-stack-name",
    );
    expect(bootstrapStackName('my_own')).toBe('CDKToolkit-my-own');
  });

  test('is updated only when the library has other templates', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    const stacks = vending.directory.stacksOf(accountId);
    await vending.update(dev, vended({ tags: {} }), vended());
    expect(vending.fate.calls).not.toContain('update');
    await vending.update(dev, vended({ templates: 'second' }), vended());
    expect(vending.fate.calls.filter(call => call === 'update')).toHaveLength(2);
    expect(stacks.begun).toEqual(['create org-environments-baseline', 'create CDKToolkit']);
  });

  test('is created again after it was deleted by hand', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    const stacks = vending.directory.stacksOf(accountId);
    await stacks.delete({ stackName: 'CDKToolkit' }, 'manual');
    await vending.update(dev, vended({ tags: {} }), vended());
    expect(stacks.begun.at(-1)).toBe('create CDKToolkit');
  });
});

describe('the deployment of baseline and bootstrap', () => {
  test('describes each stack at most once in a step', async () => {
    const vending = withExisting();
    const describeStack = jest.spyOn(vending.directory.stacksOf(ID), 'describe');
    await vending.begin(dev, existing());
    const steps: string[][] = [];
    for (let isDone = false; !isDone;) {
      describeStack.mockClear();
      isDone = (await vending.look(dev, existing())) !== undefined;
      steps.push(describeStack.mock.calls.map(([stackName]) => stackName));
    }
    expect(steps.flat()).toContain('CDKToolkit');
    expect(steps).toEqual(steps.map(stackNames => [...new Set(stackNames)]));
  });

  test('is checked eleven seconds after the creation of the baseline was started', async () => {
    const vending = withExisting();
    await vending.begin(dev, existing());
    await expect(vending.lifecycle.reconcile(dev, existing())).resolves.toMatchObject({ done: false, seconds: 11 });
  });
});

describe('a stack that fails', () => {
  test('is reported with its reason, and is deleted and created by the next deployment', async () => {
    const vending = new Vending();
    const accountId = vending.directory.add({
      email: 'aws+dev@example.com',
      roleName: 'OrganizationAccountAccessRole',
    });
    const stacks = vending.directory.stacksOf(accountId);
    stacks.failures.set('org-environments-baseline', 'ArtifactBucket (AWS::S3::Bucket): it exists already');
    const request = vended({ onExisting: 'adopt' });
    await expect(vending.create(dev, request)).rejects.toThrow(
      `stack 'org-environments-baseline' in account ${accountId} (eu-central-1) could not be created: `
        + 'ArtifactBucket (AWS::S3::Bucket): it exists already',
    );
    await vending.remove(dev, request);
    expect(await vending.create(dev, request)).toBe(accountId);
    expect(stacks.begun).toEqual([
      'create org-environments-baseline',
      'delete org-environments-baseline',
      'create org-environments-baseline',
      'create CDKToolkit',
    ]);
  });

  test('is reported with its reason if it cannot be deleted before it is created again', async () => {
    const vending = withExisting();
    const stacks = vending.directory.stacksOf(ID);
    stacks.put(NAMES.baselineStack, 'ROLLBACK_COMPLETE');
    stacks.failures.set(NAMES.baselineStack, 'ArtifactBucket (AWS::S3::Bucket): it is not empty');
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `stack 'org-environments-baseline' in account ${ID} (eu-central-1) could not be deleted: `
        + 'ArtifactBucket (AWS::S3::Bucket): it is not empty; remove the cause and deploy again',
    );
  });

  test('because the account is too new is created again without another placement of the account', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += 60_000;
    await vending.look(dev, vended());
    const placementCalls = () => vending.fate.calls.filter(call => ['describeAccount', 'parentOf'].includes(call));
    expect(placementCalls()).toEqual(['describeAccount', 'parentOf']);
    const stacks = vending.directory.stacksOf('100000000001');
    stacks.failures.set(NAMES.baselineStack, 'Your account is not signed up for the S3 service (NotSignedUp)');
    await vending.finish(dev, vended());
    expect(stacks.begun.filter(operation => operation === `create ${NAMES.baselineStack}`)).toHaveLength(2);
    expect(placementCalls()).toEqual(['describeAccount', 'parentOf']);
  });

  test('because the account is too new is created again', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += 60_000;
    await vending.look(dev, vended());
    const stacks = vending.directory.stacksOf('100000000001');
    stacks.failures.set(
      'CDKToolkit',
      'StagingBucket (AWS::S3::Bucket): Your account is not signed up for the S3 service (NotSignedUp)',
    );
    await vending.finish(dev, vended());
    expect(stacks.begun).toEqual([
      'create org-environments-baseline',
      'create CDKToolkit',
      'delete CDKToolkit',
      'create CDKToolkit',
    ]);
  });
});

describe('an account whose role cannot be assumed', () => {
  test('is retried while it is new', async () => {
    const vending = new Vending();
    vending.directory.usableAfter = 14 * 60_000;
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('is retried while AWS has not activated it', async () => {
    const vending = new Vending();
    vending.directory.usableAfter = 35 * 60_000;
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('fails after 15 minutes, and continues in the next deployment', async () => {
    const vending = new Vending();
    vending.directory.refusals.set(
      'stacksIn',
      Array.from({ length: 100 }, () => awsError('AccessDenied')),
    );
    await expect(vending.create(dev, vended())).rejects.toThrow(
      "cannot assume role 'OrganizationAccountAccessRole' of account "
        + "'shop-dev' (aws+dev@example.com) (AccessDenied): it was deleted or does not trust the management account; "
        + 'create it again, or name another role with '
        + "Account.fromAccountAttributes({ accountId: '100000000001', accessRoleName })",
    );
    await vending.remove(dev, vended());
    vending.directory.refusals.clear();
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('because AWS has suspended it fails with an explanation', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', state: 'SUSPENDED' });
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `account ${ID} cannot be used: it was suspended by AWS; `
        + 'ask AWS Support as its root user to reinstate it, or use another account',
    );
  });

  test('because it was invited fails with an explanation', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', joined: 'INVITED' });
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `cannot assume role 'OrganizationAccountAccessRole' of account ${ID}: invited accounts `
        + 'do not have it; create the role there with trust for the management account, or name another role with '
        + `Account.fromAccountAttributes({ accountId: '${ID}', accessRoleName })`,
    );
  });

  test('because the account provider may not assume its role fails after a minute, and names the option', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', joined: 'INVITED' });
    const denial = Object.assign(
      new Error('User: me is not authorized because no identity-based policy allows the sts:AssumeRole action'),
      { name: 'AccessDenied' },
    );
    vending.directory.refusals.set('stacksIn', Array.from({ length: 10 }, () => denial));
    const started = vending.clock.now;
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `cannot assume role 'OrganizationAccountAccessRole' of account ${ID}: the account provider may not assume it; `
        + "add 'OrganizationAccountAccessRole' to the accessRoleNames of OrganizationAccess.sameAccount(), then deploy "
        + `again (${denial.message})`,
    );
    expect(vending.clock.now - started).toBe(60_000);
  });

  test('because it is the management account is rejected', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', managesOrganization: true });
    await expect(vending.create(dev, existing())).rejects.toThrow(
      `account ${ID} is the management account of the organization, which cannot `
        + 'have an environment: use another account',
    );
    expect(vending.directory.stacksOf(ID).begun).toEqual([]);
    await vending.remove(dev, existing());
    expect(vending.registry.keys).toEqual([]);
  });

  test('because it is not in the organization fails with an explanation', async () => {
    await expect(new Vending().create(dev, existing())).rejects.toThrow(
      `cannot assume role 'OrganizationAccountAccessRole' of account ${ID}: `
        + `account ${ID} is not in the organization; invite it, then deploy again`,
    );
  });

  test('because AWS is busy is retried', async () => {
    const vending = withExisting();
    vending.directory.refusals.set('stacksIn', [awsError('ThrottlingException'), awsError('ServiceUnavailable')]);
    await expect(vending.create(dev, existing())).resolves.toBe(ID);
  });
});

describe('the templates', () => {
  const resolved = (value: unknown) =>
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'object' && item !== null && 'Fn::Sub' in item
        ? String(item['Fn::Sub']).replace(/\$\{[^}]+\}/g, 'x'.repeat(28))
        : item,
    );

  test.each(['ExecutionPolicy', 'Boundary'] as const)('have a %s below the size limit of managed policies', name => {
    expect(resolved(BASELINE.Resources[name].Properties.PolicyDocument).length).toBeLessThanOrEqual(6144);
  });

  test('have an execution policy that allows roles, but neither users, keys nor the organization', () => {
    const [services, roles] = BASELINE.Resources.ExecutionPolicy.Properties.PolicyDocument.Statement;
    expect(services?.NotAction).toEqual(expect.arrayContaining(['iam:*', 'organizations:*', 'account:*', 'billing:*']));
    expect(roles?.Action).toEqual(expect.arrayContaining(['iam:CreateRole', 'iam:PassRole']));
    expect(JSON.stringify(roles?.Action)).not.toMatch(/User|AccessKey|LoginProfile|Provider|Group/);
  });

  test('include a bootstrap template that CloudFormation accepts inline', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bootstrap-'));
    const tool = path.join(__dirname, '../../tools/bootstrap-template.mjs');
    const file = path.join(folder, 'deeper/template.json');
    try {
      execFileSync(process.execPath, [
        '--input-type=module',
        '-e',
        `import { writeBootstrapTemplate } from ${JSON.stringify(tool)}; `
          + `writeBootstrapTemplate(${JSON.stringify(file)})`,
      ]);
      const text = readFileSync(file, 'utf8');
      expect(Buffer.byteLength(text)).toBeLessThan(51_200);
      const template = JSON.parse(text);
      expect(template.Parameters).toHaveProperty('TrustedAccounts');
      expect(template.Resources.CdkBootstrapVersion.Properties.Value).toMatch(/^\d+$/);
      expect(template.Resources.StagingBucket.DeletionPolicy).toBe('RetainExceptOnCreate');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
