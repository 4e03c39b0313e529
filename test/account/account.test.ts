import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { AccountProps } from '../../src';
import { Account, AccountRemoval, OnExistingAccount, OrganizationAccess } from '../../src';
import { Cicd, quickApp, SERVICE_TOKEN } from '../fixtures/app';
import { onlyResource, synthesized } from '../fixtures/assembly';
import { textOf } from '../fixtures/policies';

const ACCOUNT = 'Custom::OrgEnvironmentsAccount';

function requestOf(props: Partial<AccountProps> = {}) {
  const cicd = new Cicd(quickApp(), { imported: true });
  cicd.account('dev', props);
  const [{ Properties }] = Object.values(Template.fromStack(cicd.stack).findResources(ACCOUNT));
  return Properties;
}

describe('an account', () => {
  test('requests strings only, with a default for each choice', () => {
    expect(requestOf()).toEqual({
      ServiceToken: SERVICE_TOKEN,
      registry: expect.anything(),
      ServiceTimeout: '3600',
      kind: 'vended',
      accountName: 'shop-dev',
      email: 'aws+shop-dev@example.com',
      tags: {},
      onExisting: 'fail',
      onRemoval: 'release',
      accessRoleName: 'OrganizationAccountAccessRole',
      region: 'eu-west-1',
      qualifier: 'hnb659fds',
      executionPolicyArns: [],
      artifactKeyArn: { 'Fn::Select': [15, expect.anything()] },
      templates: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('adopts or fails when the e-mail is taken', () => {
    expect(requestOf({ onExisting: OnExistingAccount.ADOPT })).toMatchObject({ onExisting: 'adopt' });
    expect(requestOf({ onExisting: OnExistingAccount.FAIL })).toMatchObject({ onExisting: 'fail' });
  });

  test('is released or retained when its construct is removed', () => {
    expect(requestOf({ onRemoval: AccountRemoval.RETAIN })).toMatchObject({ onRemoval: 'retain' });
    expect(requestOf({ onRemoval: AccountRemoval.RELEASE })).toMatchObject({ onRemoval: 'release' });
  });

  test.each([
    'ou-ab12-cdefgh34', 'r-ab12', 'Workloads', 'Workloads/Test', 'Shared Services/Network/EU', 'a/b/c/d/e',
  ])("is placed in the organizational unit '%s'", organizationalUnit => {
    expect(requestOf({ organizationalUnit })).toMatchObject({ organizationalUnit });
  });

  test('carries tags, another access role and another execution policy', () => {
    const { stack, organization } = new Cicd(quickApp(), { imported: true });
    new Account(stack, 'Account', {
      organization,
      accountName: 'dev',
      email: 'dev@example.com',
      accountTags: { team: 'shop' },
      accessRoleName: 'Entrance',
      executionPolicies: [ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess')],
    });
    expect(onlyResource(synthesized(stack), ACCOUNT).Properties).toMatchObject({
      tags: { team: 'shop' },
      accessRoleName: 'Entrance',
      executionPolicyArns: [
        { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/PowerUserAccess']] },
      ],
    });
  });

  test('has an id that is a result of the deployment', () => {
    const { stack, ...cicd } = new Cicd(quickApp(), { imported: true });
    const account = new Account(
      stack, 'Account', { organization: cicd.organization, accountName: 'dev', email: 'dev@example.com' },
    );
    expect(stack.resolve(account.accountId)).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^Account/), 'accountId'],
    });
  });

  test('takes values that are known only at deployment', () => {
    const { stack, organization } = new Cicd(quickApp(), { imported: true });
    const later = (id: string) => new CfnParameter(stack, id).valueAsString;
    expect(() => new Account(stack, 'Account', {
      organization,
      accountName: later('Name'),
      email: later('Email'),
      organizationalUnit: later('Unit'),
      accountTags: { team: later('Team') },
      accessRoleName: later('Role'),
    })).not.toThrow();
  });
});

describe('an account stops at synth', () => {
  const allowedEmail = 'an address of 6 to 64 characters like aws+shop-test@example.com';

  test.each([
    'shop', 'shop@', '@example.com', 'shop@example', 'shop dev@example.com', '"shop"@example.com',
    "o'shop@example.com", 'a@b@example.com', 'a..b@example.com',
    '.a@example.com', 'a.@example.com', 'a@-example.com', 'a@example..com', 'a@b.c', `${'a'.repeat(53)}@example.com`,
    'shöp@example.com', 'shop@example.com\n',
  ])('when the e-mail is %j', email => {
    expect(() => requestOf({ email })).toThrow(`[Cicd/dev-account] the e-mail must be ${allowedEmail}, got '${email}'`);
  });

  test.each([
    'a@b.io', `${'a'.repeat(52)}@example.com`, 'aws+shop_dev-1.eu@mail.example-shop.co.uk',
  ])('but not when it is %j', email => {
    expect(requestOf({ email })).toMatchObject({ email });
  });

  test.each(['', 'a'.repeat(51), 'shöp', 'a\tb'])('when the name is %j', accountName => {
    expect(() => requestOf({ accountName })).toThrow(
      `[Cicd/dev-account] the account name must be 1 to 50 printable ASCII characters, got '${accountName}'`,
    );
  });

  test.each([
    '/Workloads', 'Workloads/', 'Workloads//Test', 'a/b/c/d/e/f', ' Workloads', 'Workloads /Test', 'a'.repeat(129),
  ])('when the unit is %j', organizationalUnit => {
    expect(() => requestOf({ organizationalUnit })).toThrow(
      "[Cicd/dev-account] the organizational unit must be an id like 'ou-ab12-cdefgh34' or a path of at most five "
        + "names like 'Workloads/Test', "
      + `without slash at its ends, got '${organizationalUnit}'`);
  });

  test.each([
    'ou-ab12', 'ou-ab12-CDEFGH34', 'r-', 'ou-ab12-cdefgh34/Test',
  ])('when the id of the unit is %j', organizationalUnit => {
    expect(() => requestOf({ organizationalUnit })).toThrow(
      `[Cicd/dev-account] the organizational unit must be an id like 'ou-ab12-cdefgh34', got '${organizationalUnit}'`);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'there are fifty',
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`tag${index}`, 'x'])),
      'an account can have at most 49 tags (AWS allows 50, and one is set by this library), got 50',
    ],
    [
      'a key is too long',
      { ['k'.repeat(129)]: 'x' },
      "the key of a tag must be 1 to 128 letters, digits, spaces and '_.:/=+-@', "
        + `not beginning with 'aws:', got '${'k'.repeat(129)}'`,
    ],
    ['a key is empty', { '': 'x' }, "not beginning with 'aws:', got ''"],
    ['a key is reserved', { 'AWS:team': 'x' }, "not beginning with 'aws:', got 'AWS:team'"],
    [
      'a key is our own',
      { 'org-environments:registry-key': 'x' },
      "the tag 'org-environments:registry-key' is reserved, because this library identifies the "
        + 'account by it: choose another key',
    ],
    [
      'a key marks closures',
      { 'org-environments:closing': 'x' },
      "the tag 'org-environments:closing' is reserved, because this library marks accounts with it whose closure "
        + 'waits: choose another key',
    ],
    [
      'a key is that of a lease',
      { 'org-environments:leased-by': 'x' },
      "the tag 'org-environments:leased-by' is reserved, because this library identifies the account by it: choose "
        + 'another key',
    ],
    [
      'a value is too long',
      { team: 'v'.repeat(257) },
      "the value of the tag 'team' must be at most 256 letters, digits, spaces and '_.:/=+-@', got 'vvv",
    ],
    ['a value has a character that AWS refuses', { team: 'R&D' }, "got 'R&D'"],
  ])('when of its tags %s', (_, accountTags, message) => {
    expect(() => requestOf({ accountTags })).toThrow(message);
  });

  test('but not with the longest tags, and as many as AWS allows', () => {
    const accountTags = Object.fromEntries(
      Array.from({ length: 49 }, (_, index) => [`${index}`.padEnd(128, 'k'), 'v'.repeat(256)]),
    );
    expect(requestOf({ accountTags })).toMatchObject({ tags: accountTags });
  });

  test.each(['*', 'a/b', 'a'.repeat(65)])('when the access role is %j', accessRoleName => {
    expect(() => requestOf({ accessRoleName })).toThrow(
      `[Cicd/dev-account] the role name must be 1 to 64 letters, digits and '_+=,.@-', got '${accessRoleName}'`,
    );
  });

  test.each([
    'af-south-1', 'eu-south-1',
  ])('when its region %s is not one that every account has', region => {
    const { stack, organization } = new Cicd(quickApp(), { imported: true, env: { account: '222222222222', region } });
    expect(() => new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' })).toThrow(
      `[Cicd/Account] a new account cannot be used in the region '${region}', which must be enabled in each `
        + 'account: deploy the stack in a region that all '
      + 'accounts have (us-east-1, ');
    expect(() => Account.fromAccountId(stack, 'Existing', '123456789012')).not.toThrow();
  });

  test.each([
    ['one that every account has', 'sa-east-1'],
    ['one of China', 'cn-north-1'],
    ['one of the government', 'us-gov-west-1'],
    ['known only at deployment', undefined],
  ])('but not when its region is %s', (_, region) => {
    const { stack, organization } = new Cicd(quickApp(), { imported: true, env: { region } });
    expect(
      () => new Account(stack, 'Account', { organization, accountName: 'dev', email: 'dev@example.com' }),
    ).not.toThrow();
  });

  test('when the app has the e-mail already, in whatever case', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    cicd.account('dev', { email: 'aws+shop@example.com' });
    expect(() => cicd.account('test', { email: 'AWS+Shop@example.com' })).toThrow(
      "[Cicd/test-account] the e-mail 'aws+shop@example.com' is already used by 'Cicd/dev-account': "
        + 'every account needs its own e-mail; use a plus address like aws+shop-test2@example.com');
  });

  test('when another stack of the app has the e-mail already', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    cicd.account();
    const other = new Stack(cicd.stack.node.root, 'Other');
    expect(
      () => new Account(
        other, 'Account', { organization: cicd.organization, accountName: 'dev', email: 'aws+shop-dev@example.com' },
      ),
    ).toThrow(
      "[Other/Account] the e-mail 'aws+shop-dev@example.com' is already used by 'Cicd/dev-account'");
  });

  test('two apps in one process may use the same e-mail', () => {
    new Cicd(quickApp(), { imported: true }).account();
    expect(() => new Cicd(quickApp(), { imported: true }).account()).not.toThrow();
  });
});

describe('an account that exists', () => {
  test('is only looked at until something is to live in it', () => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    expect(Account.fromAccountId(stack, 'Existing', '123456789012').accountId).toBe('123456789012');
    Template.fromStack(stack).resourceCountIs(ACCOUNT, 0);
  });

  test('is prepared once, however much is to live in it', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const account = Account.fromAccountId(cicd.stack, 'Existing', '123456789012');
    cicd.environment('dev', { account });

    const template = Template.fromStack(cicd.stack);
    template.hasResourceProperties(ACCOUNT, {
      kind: 'existing',
      accountId: '123456789012',
      accessRoleName: 'OrganizationAccountAccessRole',
      email: Match
        .absent(),
    });
    const preparations = Object.keys(template.findResources(ACCOUNT));
    expect(preparations).toHaveLength(1);
    for (const type of ['Custom::OrgEnvironmentsBranch', 'Custom::OrgEnvironmentsPipeline']) {
      template.hasResourceProperties(type, { accountId: { 'Fn::GetAtt': [preparations[0], 'accountId'] } });
    }
  });

  test('is entered through a role of another name, if it was invited', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const account = Account.fromAccountAttributes(cicd.stack, 'Invited', {
      accountId: '123456789012',
      accessRoleName: 'InvitedAccess',
      executionPolicies: [
        ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'),
      ],
    });
    cicd.environment('dev', { account });
    expect(onlyResource(synthesized(cicd.stack), ACCOUNT).Properties).toMatchObject({
      accessRoleName: 'InvitedAccess',
      executionPolicyArns: [
        { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AdministratorAccess']] },
      ],
    });
  });

  test.each([
    '12345678901', '1234567890123', '12345678901a', ' 123456789012', '',
  ])('stops at synth when its id is %j', accountId => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    expect(() => Account.fromAccountId(stack, 'Existing', accountId)).toThrow(
      `[Cicd/Existing] the account id must be twelve digits, got '${accountId}'`,
    );
  });

  test('stops at synth when it is imported twice', () => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    Account.fromAccountId(stack, 'Existing', '123456789012');
    expect(() => Account.fromAccountId(stack, 'Again', '123456789012')).toThrow(
      "[Cicd/Again] the account '123456789012' is already used by 'Cicd/Existing': use that construct instead of a "
        + 'second import of the account');
  });

  test('may have an id that is known only at deployment', () => {
    const { stack } = new Cicd(quickApp(), { imported: true });
    const accountId = new CfnParameter(stack, 'Id').valueAsString;
    expect(Account.fromAccountId(stack, 'Existing', accountId).accountId).toBe(accountId);
  });
});

describe('the attributes of an account', () => {
  test('are its name and its e-mail address as they are declared', () => {
    const account = new Cicd(quickApp(), { imported: true }).account('dev');
    expect(account).toMatchObject({ accountName: 'shop-dev', email: 'aws+shop-dev@example.com' });
  });

  test('are the ARN that AWS Organizations gives it, in the organization and of the management account', () => {
    const cicd = new Cicd(quickApp());
    const account = cicd.account('dev');
    expect(textOf(cicd.stack.resolve(account.accountArn))).toBe(
      `arn:<AWS::Partition>:organizations::999999999999:account/o-exampleorgid/${textOf(
        cicd.stack.resolve(account.accountId),
      )}`);
  });

  test('are an ARN of the CICD account where that is the management account', () => {
    const cicd = new Cicd(quickApp(), { access: OrganizationAccess.sameAccount() });
    expect(textOf(cicd.stack.resolve(cicd.account('dev').accountArn))).toContain(
      'arn:<AWS::Partition>:organizations::<AWS::AccountId>:account/o-exampleorgid/');
  });

  test('are an ARN also where the organization is imported', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    const arn = JSON.stringify(cicd.stack.resolve(cicd.account('dev').accountArn));
    expect(arn).toContain('"Fn::Select":[19,');
    expect(arn).toContain('"Fn::Select":[7,');
  });
});

test('an account rejects a removal policy and names onRemoval', () => {
  const account = new Cicd(quickApp(), { imported: true }).account('dev');
  expect(() => account.applyRemovalPolicy(RemovalPolicy.RETAIN)).toThrow(
    "[Cicd/dev-account] the removal policy 'retain' cannot be applied: set 'onRemoval' to AccountRemoval.RELEASE or "
    + 'AccountRemoval.RETAIN, which keep the account, or to AccountRemoval.CLOSE');
});

test('an account that exists rejects a removal policy and says that it is never closed', () => {
  const { stack } = new Cicd(quickApp(), { imported: true });
  const account = Account.fromAccountId(stack, 'Existing', '123456789012');
  expect(() => account.applyRemovalPolicy(RemovalPolicy.DESTROY)).toThrow(
    "[Cicd/Existing] the removal policy 'destroy' cannot be applied: an account that exists is always kept, with all "
    + 'its contents');
});
