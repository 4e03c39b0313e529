import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { awsError } from './fake-directory';
import { existing, owner, TEMPLATE, vended, Vending } from './vending';
import { BASELINE } from '../../lambda/account/baseline';
import { toolkitName } from '../../lambda/account/toolkit';
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
    ['is begun once the baseline has its policies, before its other resources are there', { ExecutionPolicy: 'CREATE_COMPLETE', Boundary: 'CREATE_COMPLETE' }, true],
    ['waits for the policies of the baseline', { ExecutionPolicy: 'CREATE_COMPLETE', Boundary: 'CREATE_IN_PROGRESS' }, false],
  ])('%s', async (_, resources, isBegun) => {
    const vending = withExisting();
    const stacks = vending.directory.stacksOf(ID);
    await vending.begin(dev, existing());
    while (stacks.begun.length === 0) await vending.lifecycle.reconcile(dev, existing());
    stacks.resourcesOf.set(NAMES.baselineStack, resources);
    await vending.lifecycle.reconcile(dev, existing());
    expect(stacks.begun).toEqual([`create ${NAMES.baselineStack}`, ...isBegun ? ['create CDKToolkit'] : []]);
    await vending.finish(dev, existing());
    expect(stacks.begun).toEqual([`create ${NAMES.baselineStack}`, 'create CDKToolkit']);
  });

  test('of a new account trusts the CICD account and has the narrow policy', async () => {
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

  test('has the policies that were asked for, and the narrow one again when they are not asked for any more', async () => {
    const vending = new Vending();
    const wide = vended({ executionPolicyArns: ['arn:aws:iam::aws:policy/PowerUserAccess', 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'] });
    const accountId = await vending.create(dev, wide);
    const policies = () => vending.directory.stacksOf(accountId).definition('CDKToolkit')?.parameters.CloudFormationExecutionPolicies;
    expect(policies()).toBe('arn:aws:iam::aws:policy/PowerUserAccess,arn:aws:iam::aws:policy/IAMReadOnlyAccess');
    await vending.update(dev, vended(), wide);
    expect(policies()).toBe(`arn:aws:iam::${accountId}:policy/org-environments-execution-eu-central-1`);
  });

  test('that is there already keeps what others have set, and trusts the CICD account besides', async () => {
    const vending = withExisting({ TrustedAccounts: '111111111111', CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess', Qualifier: 'hnb659fds' });
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')).toMatchObject({
      template: { body: TEMPLATE },
      parameters: { TrustedAccounts: '111111111111,222222222222', CloudFormationExecutionPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess', Qualifier: 'hnb659fds' },
    });
  });

  test('that was made without trust keeps the administrator it had', async () => {
    const vending = withExisting({ TrustedAccounts: '', CloudFormationExecutionPolicies: '', Qualifier: 'hnb659fds' });
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')?.parameters.CloudFormationExecutionPolicies).toBe('arn:aws:iam::aws:policy/AdministratorAccess');
  });

  test.each([
    ['is newer', { Qualifier: 'hnb659fds', TrustedAccounts: '' }, '34'],
    ['was customised', { Qualifier: 'hnb659fds', TrustedAccounts: '', BootstrapVariant: 'ours' }, '20'],
  ])('that %s keeps its template', async (_, parameters, version) => {
    const vending = withExisting(parameters, version);
    await vending.create(dev, existing());
    expect(vending.directory.stacksOf(ID).definition('CDKToolkit')).toMatchObject({ template: 'previous', parameters: { TrustedAccounts: '222222222222' } });
  });

  test('of another qualifier under the default name is left alone', async () => {
    const vending = withExisting({ Qualifier: 'theirs', TrustedAccounts: '' });
    await expect(vending.create(dev, existing())).rejects.toThrow(`account ${ID} is bootstrapped for CDK with the qualifier 'theirs', not 'hnb659fds', `
      + "in its stack 'CDKToolkit': use the qualifier 'theirs', or bootstrap the account under another --toolkit-stack-name");
    expect(toolkitName('my_own')).toBe('CDKToolkit-my-own');
  });

  test('is updated when the library brings other templates, and not otherwise', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    const stacks = vending.directory.stacksOf(accountId);
    await vending.update(dev, vended({ tags: {} }), vended());
    expect(vending.fate.calls).not.toContain('update');
    await vending.update(dev, vended({ templates: 'second' }), vended());
    expect(vending.fate.calls.filter(call => call === 'update')).toHaveLength(2);
    expect(stacks.begun).toEqual(['create org-environments-baseline', 'create CDKToolkit']);
  });

  test('is made again when somebody has deleted it', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    const stacks = vending.directory.stacksOf(accountId);
    await stacks.delete({ stackName: 'CDKToolkit' }, 'somebody');
    await vending.update(dev, vended({ tags: {} }), vended());
    expect(stacks.begun.at(-1)).toBe('create CDKToolkit');
  });
});

describe('a stack that fails', () => {
  test('is reported with its reason; deploying again deletes and creates it', async () => {
    const vending = new Vending();
    const accountId = vending.directory.add({ email: 'aws+dev@example.com', roleName: 'OrganizationAccountAccessRole' });
    const stacks = vending.directory.stacksOf(accountId);
    stacks.failures.set('org-environments-baseline', 'ArtifactBucket (AWS::S3::Bucket): it exists already');
    const request = vended({ onExisting: 'adopt' });
    await expect(vending.create(dev, request)).rejects.toThrow(`stack 'org-environments-baseline' in account ${accountId} (eu-central-1) could not be created: `
      + 'ArtifactBucket (AWS::S3::Bucket): it exists already');
    await vending.remove(dev, request);
    expect(await vending.create(dev, request)).toBe(accountId);
    expect(stacks.begun).toEqual(['create org-environments-baseline', 'delete org-environments-baseline', 'create org-environments-baseline', 'create CDKToolkit']);
  });

  test('because the account is too young is made again', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    vending.clock.now += 60_000;
    await vending.look(dev, vended());
    const stacks = vending.directory.stacksOf('100000000001');
    stacks.failures.set('CDKToolkit', 'StagingBucket (AWS::S3::Bucket): Your account is not signed up for the S3 service (NotSignedUp)');
    await vending.finish(dev, vended());
    expect(stacks.begun).toEqual(['create org-environments-baseline', 'create CDKToolkit', 'delete CDKToolkit', 'create CDKToolkit']);
  });
});

describe('an account that cannot be entered', () => {
  test('is waited for when it is new', async () => {
    const vending = new Vending();
    vending.directory.usableAfter = 14 * 60_000;
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('is waited for as long as AWS has not activated it', async () => {
    const vending = new Vending();
    vending.directory.usableAfter = 35 * 60_000;
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('is given up after a quarter of an hour, and deploying again goes on', async () => {
    const vending = new Vending();
    vending.directory.refusals.set('enter', Array.from({ length: 100 }, () => awsError('AccessDenied')));
    await expect(vending.create(dev, vended())).rejects.toThrow("account 'shop-dev' (aws+dev@example.com) cannot be entered through its role "
      + "'OrganizationAccountAccessRole' (AccessDenied): it was deleted or does not trust the management account; create it again, or name another one with "
      + "Account.fromAccountAttributes({ accountId: '100000000001', accessRoleName })");
    await vending.remove(dev, vended());
    vending.directory.refusals.clear();
    await expect(vending.create(dev, vended())).resolves.toBe('100000000001');
  });

  test('because AWS has suspended it is explained', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', state: 'SUSPENDED' });
    await expect(vending.create(dev, existing())).rejects.toThrow(`account ${ID} cannot be used: it was suspended by AWS; `
      + 'have its root user ask AWS Support why and reinstate it, or use another account');
  });

  test('because it was invited is explained', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', joined: 'INVITED' });
    await expect(vending.create(dev, existing())).rejects.toThrow(`account ${ID} cannot be entered through its role 'OrganizationAccountAccessRole': accounts that `
      + 'were invited do not have it; create the role there (it must trust the management account), or name another one with '
      + `Account.fromAccountAttributes({ accountId: '${ID}', accessRoleName })`);
  });

  test('because it manages the organization is refused', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: ID, email: 'x@example.com', managesOrganization: true });
    await expect(vending.create(dev, existing())).rejects.toThrow(`account ${ID} is the management account of the organization: an environment cannot live in it; `
      + 'use another account');
    expect(vending.directory.stacksOf(ID).begun).toEqual([]);
    await vending.remove(dev, existing());
    expect(vending.registry.keys).toEqual([]);
  });

  test('because it is not in the organization is explained', async () => {
    await expect(new Vending().create(dev, existing())).rejects.toThrow(`account ${ID} cannot be entered through its role 'OrganizationAccountAccessRole': `
      + `account ${ID} is not in the organization; invite it first`);
  });

  test('because AWS is busy is tried again', async () => {
    const vending = withExisting();
    vending.directory.refusals.set('enter', [awsError('ThrottlingException'), awsError('ServiceUnavailable')]);
    await expect(vending.create(dev, existing())).resolves.toBe(ID);
  });
});

describe('the templates', () => {
  const resolved = (value: unknown) => JSON.stringify(value, (_, item: unknown) => (
    typeof item === 'object' && item !== null && 'Fn::Sub' in item ? String(item['Fn::Sub']).replace(/\$\{[^}]+\}/g, 'x'.repeat(28)) : item));

  test.each(['ExecutionPolicy', 'Boundary'] as const)('the %s stays below the size of a managed policy', name => {
    expect(resolved(BASELINE.Resources[name].Properties.PolicyDocument).length).toBeLessThanOrEqual(6144);
  });

  test('the execution policy allows roles, and neither users nor keys nor the organization', () => {
    const [services, roles] = BASELINE.Resources.ExecutionPolicy.Properties.PolicyDocument.Statement;
    expect(services?.NotAction).toEqual(expect.arrayContaining(['iam:*', 'organizations:*', 'account:*', 'billing:*']));
    expect(roles?.Action).toEqual(expect.arrayContaining(['iam:CreateRole', 'iam:PassRole']));
    expect(JSON.stringify(roles?.Action)).not.toMatch(/User|AccessKey|LoginProfile|Provider|Group/);
  });

  test('the bootstrap template of aws-cdk can be given to CloudFormation in one piece', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'bootstrap-'));
    const tool = path.join(__dirname, '../../tools/bootstrap-template.mjs');
    const file = path.join(folder, 'deeper/template.json');
    try {
      execFileSync(process.execPath, ['--input-type=module', '-e', `import { writeBootstrapTemplate } from ${JSON.stringify(tool)}; writeBootstrapTemplate(${JSON.stringify(file)})`]);
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
