import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { reasons, Harness } from './harness';
import { Reconciliation } from './reconcile';
import type { AccountProps } from '../../src';
import { Account, AccountRemoval, AccountStack, OrganizationalUnit, OrganizationFeature } from '../../src';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const ALL = { features: Object.values(OrganizationFeature) };
const BILLING = { contactName: 'Finance', title: 'Team', email: 'finance@example.com', phoneNumber: '+49 30 1' };
const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;

/** Defines nested units, and an account in the lower one. */
function inUnits(cicd: Cicd, props: Partial<AccountProps> = {}): Account {
  const { stack, organization } = cicd;
  const upper = new OrganizationalUnit(stack, 'Upper', { organization, unitName: 'Shops' });
  const lower = new OrganizationalUnit(stack, 'Lower', {
    organization, unitName: 'Test', parent: upper.organizationalUnitId,
  });
  return cicd.account('dev', { organizationalUnit: lower.organizationalUnitId, ...props });
}

const settings: Partial<AccountProps> = {
  alternateContacts: { billing: BILLING },
  accountAlias: 'shop-dev',
  optInRegions: ['eu-south-2'],
  iamUserAccessToBilling: false,
};

describe('organizational units and settings of an account', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
  });
  afterAll(() => harness.stop());

  const account = () => harness.simulation.organizations.account(harness.vended['shop-dev']);

  test('an account is created in units of the same deployment, with all settings', async () => {
    expect(reasons(await harness.deploy(cicd => inUnits(cicd, settings), ALL))).toBe('');
    const { organizations, iam, accounts } = harness.simulation;
    const accountId = harness.vended['shop-dev'];
    expect(organizations.unitPath(accountId)).toBe('Shops/Test');
    expect(account()).toMatchObject({ iamUserAccessToBilling: 'DENY' });
    expect(iam.aliases.get(accountId)).toBe('shop-dev');
    expect(accounts.regions.status(accountId, 'eu-south-2')).toBe('ENABLED');
    expect(harness.calls('account:PutAlternateContact')).toBe(1);
  });

  test('a second deployment changes nothing', async () => {
    const before = { ...harness.simulation.calls };
    expect(reasons(await harness.deploy(cicd => inUnits(cicd, settings), ALL))).toBe('');
    for (const call of ['account:PutAlternateContact', 'iam:CreateAccountAlias', 'account:EnableRegion',
      'organizations:CreateOrganizationalUnit']) {
      expect(harness.calls(call)).toBe(before[call]);
    }
  });

  test('a check names a unit that was renamed by hand', async () => {
    const reconciliation = new Reconciliation(harness);
    expect(await reconciliation.check()).toEqual([]);
    const { tree } = harness.simulation.organizations;
    const [shops] = tree.unitsIn(tree.rootId).filter(({ name }) => name === 'Shops');
    tree.updateUnit(shops.id, { name: 'Stores' });
    expect(await reconciliation.check()).toMatchObject([
      { what: `organizational unit 'Shops' (${shops.id}) was renamed to 'Stores'`, isRepairable: false },
    ]);
    tree.updateUnit(shops.id, { name: 'Shops' });
    expect(await reconciliation.check()).toEqual([]);
  });

  test('a change of the access to billing fails before anything is changed', async () => {
    const result = await harness.deploy(cicd => inUnits(cicd, { accountName: 'shop-other' }), ALL);
    expect(reasons(result)).toContain(
      "the access of IAM users to billing cannot be changed for account 'shop-other'",
    );
    expect(account()).toMatchObject({ name: 'shop-dev' });
  });

  test('units with accounts are kept when they are removed, and empty ones are deleted', async () => {
    expect(reasons(await harness.deploy(() => undefined, ALL))).toBe('');
    const { tree } = harness.simulation.organizations;
    expect(harness.simulation.organizations.unitPath(harness.vended['shop-dev'])).toBe('Shops/Test');
    expect(tree.unitsIn(tree.rootId).map(({ name }) => name)).toContain('Shops');

    expect(reasons(await harness.deploy(cicd => {
      new OrganizationalUnit(cicd.stack, 'Empty', { organization: cicd.organization, unitName: 'Empty' });
    }, ALL))).toBe('');
    const empty = () => tree.unitsIn(tree.rootId).filter(({ name }) => name === 'Empty').map(({ id }) => id);
    expect(empty()).toHaveLength(1);

    const reconciliation = new Reconciliation(harness);
    tree.removeUnit(empty()[0]);
    expect(await reconciliation.check()).toMatchObject([{ what: expect.stringContaining('does not exist') }]);
    expect(await reconciliation.repair()).toEqual([]);
    expect(empty()).toHaveLength(1);
    expect(reasons(await harness.deploy(() => undefined, ALL))).toBe('');
    expect(tree.unitsIn(tree.rootId).map(({ name }) => name)).not.toContain('Empty');
  });
});

test.each([
  ['ALTERNATE_CONTACTS', 'account:GetAlternateContact', (cicd: Cicd) => {
    cicd.account('dev', { alternateContacts: { billing: BILLING } });
  }],
  ['OPT_IN_REGIONS', 'account:GetRegionOptStatus', (cicd: Cicd) => {
    cicd.account('dev', { optInRegions: ['eu-south-2'] });
  }],
  ['ORGANIZATIONAL_UNITS', 'organizations:CreateOrganizationalUnit', (cicd: Cicd) => {
    new OrganizationalUnit(cicd.stack, 'Unit', { organization: cicd.organization, unitName: 'Shops' });
  }],
])('without the feature %s of the access role, the error names it', async (feature, action, define) => {
  const harness = await Harness.start();
  try {
    const result = await harness.deploy(define);
    expect(reasons(result)).toContain(`may not ${action}`);
    expect(reasons(result)).toContain(`its 'features' must contain OrganizationFeature.${feature}`);
  } finally {
    await harness.stop();
  }
});

describe('closing accounts', () => {
  let harness: Harness;
  const state = (name: string) => harness.simulation.organizations.account(harness.vended[name])?.state;
  beforeEach(async () => {
    harness = await Harness.start();
  });
  afterEach(() => harness.stop());

  const closed = (names: readonly string[]) => (cicd: Cicd): void => {
    for (const name of names) cicd.account(name, { onRemoval: AccountRemoval.CLOSE });
  };

  test('five accounts are closed, three at a time, although the removal requests all', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    expect(reasons(await harness.deploy(closed(names), ALL))).toBe('');
    expect(reasons(await harness.deploy(() => undefined, ALL))).toBe('');
    expect(names.map(name => state(`shop-${name}`))).toEqual(
      names.map(() => expect.stringMatching(/^(PENDING_CLOSURE|CLOSED)$/)),
    );
    expect(harness.simulation.organizations.closure.peak).toBeLessThanOrEqual(3);
  });

  test('an account that cannot be closed now is listed by the status, and closed by a daily check', async () => {
    expect(reasons(await harness.deploy(closed(['a']), ALL))).toBe('');
    const { closure } = harness.simulation.organizations;
    closure.exhaustQuota();
    expect(reasons(await harness.deploy(() => undefined, ALL))).toBe('');
    expect(state('shop-a')).toBe('ACTIVE');
    const operations = new Reconciliation(harness);
    expect((await operations.fullStatus()).closings).toMatchObject([{
      accountName: 'shop-a', reason: 'the organization has closed as many accounts in 30 days as AWS allows',
    }]);
    await operations.daily();
    expect(state('shop-a')).toBe('ACTIVE');
    await harness.simulation.clock.sleep(31 * 86_400);
    await operations.daily();
    expect(state('shop-a')).toMatch(/^(PENDING_CLOSURE|CLOSED)$/);
    expect((await operations.fullStatus()).closings).toEqual([]);
  });

  test('a creation that is rolled back closes no account', async () => {
    const result = await harness.deploy(cicd => {
      closed(['a'])(cicd);
      const failing = cicd.account('b', { email: 'management+999999999999@example.com' });
      failing.node.addDependency(cicd.stack.node.findChild('a-account'));
    }, ALL);
    expect(result.succeeded).toBe(false);
    expect(state('shop-a')).toBe('ACTIVE');
    expect(harness.calls('organizations:CloseAccount')).toBe(0);
  });
});

describe('the e-mail of an account', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
  });
  afterAll(() => harness.stop());

  const change = async (request: object) => {
    const { failed, payload } = await harness.simulation.lambda.invoke(OPERATIONS, {
      operation: 'changeEmail', by: 'anna', ...request,
    });
    if (failed) throw new Error(payload);
  };

  test('is changed in AWS with the code, and then in the app: the account stays the same', async () => {
    expect(reasons(await harness.deploy(cicd => cicd.account('dev'), ALL))).toBe('');
    const accountId = harness.vended['shop-dev'];
    const email = 'aws+shop-renamed@example.com';
    await expect(change({ accountId, email, code: '000000' })).rejects.toThrow('was started, or it has expired');
    await change({ accountId, email });
    const { code } = harness.simulation.accounts.emailChanges.get(accountId) ?? {};
    // AWS accepts one AcceptPrimaryEmailUpdate per second, and the random delays of the retries can add up to less
    await harness.simulation.clock.sleep(1);
    await change({ accountId, email, code });
    expect(harness.simulation.organizations.account(accountId)?.email).toBe(email);

    expect(reasons(await harness.deploy(cicd => cicd.account('dev'), ALL))).toBe('');
    expect(reasons(await harness.deploy(cicd => cicd.account('dev', { email }), ALL))).toBe('');
    expect(harness.calls('organizations:CreateAccount')).toBe(1);
    expect(await harness.record(`account#${email}`)).toMatchObject({ accountId, state: 'ready' });
  });

  test('is not changed in the app before AWS has it', async () => {
    const result = await harness.deploy(cicd => cicd.account('dev', { email: 'aws+shop-new@example.com' }), ALL);
    expect(reasons(result)).toContain(
      "AWS still has the former one; change it there first with 'org-environments change-account-email <account> "
        + "--email aws+shop-new@example.com'",
    );
  });
});

describe('an account that is found by its name', () => {
  let harness: Harness;
  const EXISTING = '555555555555';
  beforeAll(async () => {
    harness = await Harness.start();
    harness.simulation.organizations.invite(EXISTING, 'OrganizationAccountAccessRole');
  });
  afterAll(() => harness.stop());

  const use = (name: string) => (cicd: Cicd): void => {
    const account = Account.fromAccountName(cicd.stack, 'Legacy', name);
    const stack = new AccountStack(cicd.stack, 'Shared', {
      organization: cicd.organization, account, stackName: 'shared',
    });
    new StringParameter(stack, 'Parameter', { stringValue: account.accountId });
  };
  const byName = use(`account-${EXISTING}`);

  test('gets the stack of the app', async () => {
    expect(reasons(await harness.deploy(use('unknown')))).toContain("has the name 'unknown': correct the name");
    expect(reasons(await harness.deploy(byName))).toBe('');
    expect(harness.stackStatus(EXISTING, 'shared')).toBe('CREATE_COMPLETE');
  });
});

test('an account that exists is used by its id without reading the list of all accounts', async () => {
  const harness = await Harness.start();
  try {
    harness.simulation.organizations.invite('555555555555', 'OrganizationAccountAccessRole');
    expect(reasons(await harness.deploy(cicd => cicd.environment('legacy', {
      account: Account.fromAccountId(cicd.stack, 'Legacy', '555555555555'),
    })))).toBe('');
    expect(harness.calls('organizations:ListAccounts')).toBe(0);
  } finally {
    await harness.stop();
  }
});
