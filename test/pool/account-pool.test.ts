import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Account, AccountPool, AccountRemoval, OnExistingAccount } from '../../src';
import type { AccountPoolProps, AccountProps } from '../../src';
import { CICD_ACCOUNT, Cicd, quickApp, REGION } from '../fixtures/app';

const PROPS = {
  poolName: 'sandbox',
  maximum: 10,
  email: 'aws+sandbox-{n}@example.com',
  waitingUnit: 'Pool/Waiting',
  quarantineUnit: 'Pool/Quarantine',
} satisfies Partial<AccountPoolProps>;

function poolIn(cicd: Cicd, props: Partial<AccountPoolProps> = {}): AccountPool {
  return new AccountPool(cicd.stack, 'Pool', { organization: cicd.organization, ...PROPS, ...props });
}

function accountIn(cicd: Cicd, props: Partial<AccountProps> = {}): Account {
  return new Account(cicd.stack, 'Dev', { organization: cicd.organization, ...props });
}

const POOL_TYPE = 'Custom::OrgEnvironmentsAccountPool';
const ACCOUNT_TYPE = 'Custom::OrgEnvironmentsAccount';

describe('an account pool', () => {
  const cicd = new Cicd(quickApp());
  const cleaner = LambdaFunction.fromFunctionArn(
    cicd.stack, 'Cleaner', `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:lakes`,
  );
  const pool = poolIn(cicd, {
    minimum: 2,
    secondLook: Duration.hours(36),
    requireBoundary: true,
    cleaners: [{ function: cleaner, types: ['Example::Data::Lake'] }],
    spare: [{ resourceType: 'AWS::IAM::Role', resourceId: 'audit-*', reason: 'the auditors' }],
  });
  new Account(cicd.stack, 'Dev', { organization: cicd.organization, pool, accountTags: { team: 'shop' } });
  const template = Template.fromStack(cicd.stack);

  test('passes its settings to the provider', () => {
    expect(() => template.hasResourceProperties(POOL_TYPE, {
      kind: 'pool',
      poolName: 'sandbox',
      minimum: '2',
      maximum: '10',
      email: 'aws+sandbox-{n}@example.com',
      accountName: 'sandbox-{n}',
      waitingUnit: 'Pool/Waiting',
      quarantineUnit: 'Pool/Quarantine',
      secondLookSeconds: '129600',
      maxCleanSeconds: '172800',
      protectingTag: 'org-environments:protect',
      spare: [{ type: 'AWS::IAM::Role', id: 'audit-*', why: 'the auditors' }],
      cleaners: [{
        functionArn: `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:lakes`, types: ['Example::Data::Lake'],
      }],
      accessRoleName: 'OrganizationAccountAccessRole',
      requireBoundary: 'true',
      cleaning: 'true',
    })).not.toThrow();
  });

  test('lends accounts that depend on it', () => {
    const [[poolId]] = Object.entries(template.findResources(POOL_TYPE));
    expect(() => template.hasResourceProperties(ACCOUNT_TYPE, {
      kind: 'pooled',
      poolName: { 'Fn::GetAtt': [poolId, 'poolName'] },
      tags: { team: 'shop' },
      region: REGION,
      accountName: Match.absent(),
      organizationalUnit: Match.absent(),
      email: Match.absent(),
    })).not.toThrow();
  });

  test('checks its units before the first account', () => {
    expect(() => template.hasResourceProperties('Custom::OrgEnvironmentsPreconditions', {
      organizationalUnits: ['Pool/Waiting', 'Pool/Quarantine'], emails: [],
    })).not.toThrow();
  });

  test('has its accounts maintained by the account function every minute', () => {
    expect(() => template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)', Targets: [Match.objectLike({ Input: '{"maintain":"pools"}' })],
    })).not.toThrow();
    expect(() => template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ CLEAN_MACHINE_ARN: Match.anyValue() }) },
    })).not.toThrow();
  });

  test('adds 10 resources to the organization, of which further pools add none', () => {
    const without = new Cicd(quickApp());
    const count = (one: Cicd) => Object.keys(Template.fromStack(one.stack).toJSON().Resources).length;
    const two = new Cicd(quickApp());
    poolIn(two);
    new AccountPool(two.stack, 'Second', {
      organization: two.organization, ...PROPS, poolName: 'second', email: 'aws+second-{n}@example.com',
    });
    // with the two pools and their preconditions
    expect(count(two) - count(without)).toBe(11);
  });
});

describe('an account of a pool', () => {
  test('has the e-mail and the name that the pool gives', () => {
    const cicd = new Cicd(quickApp());
    const account = accountIn(cicd, { pool: poolIn(cicd) });
    const stack = Stack.of(account);
    expect(stack.resolve([account.email, account.accountName])).toEqual([
      { 'Fn::GetAtt': [expect.any(String), 'email'] }, { 'Fn::GetAtt': [expect.any(String), 'accountName'] },
    ]);
    const named = new Account(cicd.stack, 'Named', {
      organization: cicd.organization,
      pool: AccountPool.fromAccountPoolName(cicd.stack, 'Other', 'other'),
      accountName: 'shop',
    });
    expect(named.accountName).toBe('shop');
  });

  test('can have 48 tags of its own', () => {
    const cicd = new Cicd();
    const pool = poolIn(cicd);
    const tagged = (id: string, count: number) => new Account(cicd.stack, id, {
      organization: cicd.organization,
      pool,
      accountTags: Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x'])),
    }).node.validate();
    expect(tagged('Most', 48)).toEqual([]);
    expect(tagged('TooMany', 49)).toEqual([
      'an account can have at most 48 tags (AWS allows 50, and 2 are set by this library), got 49',
    ]);
  });

  test('is rejected if the pool belongs to another organization', () => {
    const [cicd, other] = [new Cicd(quickApp()), new Cicd(quickApp(), { id: 'Other' })];
    expect(() => accountIn(cicd, { pool: poolIn(other) })).toThrow(
      "[Cicd/Dev] the account pool 'Other/Pool' belongs to the organization 'Other/Organization', but the organization "
        + "here is 'Cicd/Organization': use the same organization for both",
    );
  });

  test('is leased from a pool of another app by its name', () => {
    const cicd = new Cicd(quickApp(), { imported: true });
    accountIn(cicd, { pool: AccountPool.fromAccountPoolName(cicd.stack, 'Pool', 'sandbox') });
    expect(() => Template.fromStack(cicd.stack).hasResourceProperties(ACCOUNT_TYPE, { poolName: 'sandbox' }))
      .not.toThrow();
  });

  const message = (props: (cicd: Cicd) => Partial<AccountProps>): string => {
    const cicd = new Cicd(quickApp());
    try {
      accountIn(cicd, props(cicd));
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };

  test.each<[(cicd: Cicd) => Partial<AccountProps>, string]>([
    [() => ({ accountName: 'shop' }), "an Account needs an 'email', with which it is created, or a 'pool', from which "
      + 'it is leased: got neither'],
    [cicd => ({ pool: poolIn(cicd), email: 'aws@example.com' }), "an Account has either an 'email' or a 'pool', got "
      + "both: omit the 'email', which the pool gives to its accounts"],
    [() => ({ email: 'aws@example.com' }), "an Account with an 'email' needs an 'accountName'"],
    [cicd => ({ pool: poolIn(cicd), onExisting: OnExistingAccount.ADOPT, onRemoval: AccountRemoval.RETAIN }),
      "the pool of an Account decides about 'onExisting', 'onRemoval': omit it here, and set it in the AccountPool if "
      + 'it exists there'],
  ])('is rejected with the words of what is wrong (%#)', (props, words) => {
    expect(message(props)).toBe(`[Cicd/Dev] ${words}`);
  });

  test('is rejected in another region than that of the pool', () => {
    const app = quickApp();
    const cicd = new Cicd(app);
    const other = new Stack(app, 'Other', { env: { account: CICD_ACCOUNT, region: 'eu-central-1' } });
    expect(() => new Account(other, 'Dev', { organization: cicd.organization, pool: poolIn(cicd) })).toThrow(
      "[Other/Dev] the account pool 'Cicd/Pool' bootstraps its accounts in its own region 'eu-west-1', but this stack "
        + "is in 'eu-central-1': define the Account, or another AccountPool, in a stack of the same region",
    );
  });
});

test.each<[Partial<AccountPoolProps>, string]>([
  [{ poolName: '1st' }, 'the name of an account pool must be 1 to 32 letters, digits and hyphens, beginning with a '
    + "letter, got '1st'"],
  [{ maximum: 0 }, "the 'maximum' of an account pool must be a number from 1 to 1000, got 0"],
  [{ minimum: 11 }, "the 'minimum' of an account pool must be a number from 0 to its 'maximum' (10), got 11"],
  [{ email: 'aws@example.com' }, "the 'email' of an account pool must contain {n}, which is replaced by the "
    + "number of an account, got 'aws@example.com'"],
  [{ email: '{n}' }, 'the e-mail must be an address of 6 to 64 characters like aws+shop-test@example.com, got \'10\''],
  [{ accountName: 'same' }, "the 'accountName' of an account pool must contain {n}, which is replaced by the "
    + "number of an account, got 'same'"],
  [{ maxCleaningTime: Duration.minutes(30) }, "the 'maxCleaningTime' must be at least an hour, because AWS needs 40 "
    + 'minutes to release the network interfaces of functions, got 1800 seconds'],
  [{ waitingUnit: '/Pool' }, "the organizational unit must be an id like 'ou-ab12-cdefgh34' or a path of at most five "
    + "names like 'Workloads/Test', without slash at its ends, got '/Pool'"],
])('an account pool is rejected with the words of what is wrong (%#)', (props, words) => {
  expect(() => poolIn(new Cicd(quickApp()), props)).toThrow(`[Cicd/Pool] ${words}`);
});

test('an account pool rejects cleaners without types, and a type that two cleaners have', () => {
  const cicd = new Cicd(quickApp());
  const cleaner = LambdaFunction.fromFunctionArn(
    cicd.stack, 'Cleaner', `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:lakes`,
  );
  expect(() => poolIn(cicd, { cleaners: [{ function: cleaner, types: [] }] })).toThrow(
    "[Cicd/Pool] cleaner 1 of the 'cleaners' has no types: name those that it cleans",
  );
  const twice = { function: cleaner, types: ['A::B::C'] };
  expect(() => poolIn(new Cicd(quickApp()), { cleaners: [twice, twice] })).toThrow(
    "[Cicd/Pool] two of the 'cleaners' have the type 'A::B::C': name each type once",
  );
});

test('an account with an e-mail of a pool is rejected', () => {
  const cicd = new Cicd(quickApp());
  poolIn(cicd);
  expect(() => accountIn(cicd, { accountName: 'shop', email: 'aws+sandbox-7@example.com' })).toThrow(
    "[Cicd/Dev] the e-mail 'aws+sandbox-7@example.com' is already used by 'Cicd/Pool'",
  );
});

test('an account pool of an imported organization is rejected, because only its own app can clean accounts', () => {
  expect(() => poolIn(new Cicd(quickApp(), { imported: true }))).toThrow(
    '[Cicd/Pool] the organization is imported, but only the app that defines it can clean accounts: define the '
      + 'AccountPool in that app, and lease from it here with AccountPool.fromAccountPoolName()',
  );
});

test('an account pool has no removal policy, because its accounts are always kept', () => {
  const pool = poolIn(new Cicd(quickApp()));
  expect(() => pool.applyRemovalPolicy('destroy' as never)).toThrow(/the accounts of a pool are always kept/);
});
