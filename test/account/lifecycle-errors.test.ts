import { awsError } from './fake-directory';
import { owner, vended, Vending } from './vending';
import { cannotEnter, mayNot } from '../../lambda/account/access';
import { CREATION_QUEUE } from '../../lambda/account/creation';
import type { VendedAccountRequest } from '../../src/account/contract';

const dev = owner('Dev');
const access = { partition: 'aws', cicdAccount: '222222222222', roleArn: 'arn:aws:iam::999999999999:role/org-environments-access' };

interface Trouble {
  readonly words: string;
  readonly request?: Partial<VendedAccountRequest>;
  readonly mended?: Partial<VendedAccountRequest>;
  cause(vending: Vending): void;
  mend?(vending: Vending): void;
}

const TROUBLES: Record<string, Trouble> = {
  'the e-mail is taken outside of the organization': {
    cause: ({ directory }) => directory.takenElsewhere.add('aws+dev@example.com'),
    words: "the e-mail 'aws+dev@example.com' is taken by an account outside of the organization, or by one that was closed: "
      + "use another e-mail for account 'shop-dev', for example 'aws+dev2@example.com'",
    mended: { email: 'aws+dev2@example.com' },
  },
  'the e-mail belongs to an account of the organization': {
    cause: ({ directory }) => directory.add({ accountId: '444444444444', accountName: 'old', email: 'AWS+dev@example.com', roleName: 'OrganizationAccountAccessRole' }),
    request: { email: 'AWS+dev@example.com' },
    words: "the e-mail 'AWS+dev@example.com' belongs already to account 444444444444 ('old') of the organization: "
      + 'adopt it with onExisting: OnExistingAccount.ADOPT, or use another e-mail',
    mended: { email: 'AWS+dev@example.com', onExisting: 'adopt' },
  },
  'the account with the e-mail is closed': {
    cause: ({ directory }) => directory.add({ accountId: '444444444444', email: 'aws+dev@example.com', state: 'CLOSED' }),
    request: { onExisting: 'adopt' },
    words: "the e-mail 'aws+dev@example.com' belongs to account 444444444444, which is CLOSED and keeps it: "
      + "have AWS Support open it again, or use another e-mail, for example 'aws+dev2@example.com'",
    mended: { email: 'aws+dev2@example.com' },
  },
  'the account with the e-mail is suspended': {
    cause: ({ directory }) => directory.add({ accountId: '444444444444', email: 'aws+dev@example.com', state: 'SUSPENDED', roleName: 'OrganizationAccountAccessRole' }),
    request: { onExisting: 'adopt' },
    words: "the e-mail 'aws+dev@example.com' belongs to account 444444444444, which was suspended by AWS and keeps it: "
      + "have its root user ask AWS Support why and reinstate it, or use another e-mail, for example 'aws+dev2@example.com'",
    mend: ({ directory }) => directory.change('444444444444', { state: 'ACTIVE' }),
    mended: { onExisting: 'adopt' },
  },
  'the e-mail is that of the management account': {
    cause: ({ directory }) => directory.add({ accountId: '999999999999', email: 'aws+dev@example.com', managesOrganization: true }),
    request: { onExisting: 'adopt' },
    words: "the e-mail 'aws+dev@example.com' belongs to the management account 999999999999, which is never vended: use another e-mail",
    mended: { email: 'aws+dev2@example.com' },
  },
  'the limit of accounts is reached': {
    cause: ({ directory }) => directory.failures.push('ACCOUNT_LIMIT_EXCEEDED'),
    words: "account 'shop-dev' (aws+dev@example.com) cannot be created: the organization has reached its limit of accounts; ask AWS for a higher quota of "
      + "'Default maximum number of accounts' (AWS Organizations in Service Quotas of the management account, us-east-1), or adopt an account that is "
      + 'no longer used; then deploy again',
  },
  'the limit of accounts is reached before AWS begins': {
    cause: ({ directory }) => directory.refusals.set('createAccount', [
      awsError('ConstraintViolationException', 'You have exceeded the allowed number of AWS accounts', { Reason: 'ACCOUNT_NUMBER_LIMIT_EXCEEDED' }),
    ]),
    words: 'the organization has reached its limit of accounts',
  },
  'AWS does not accept the e-mail': {
    cause: ({ directory }) => directory.failures.push('INVALID_EMAIL'),
    words: "AWS does not accept the e-mail 'aws+dev@example.com' of account 'shop-dev': use one that receives mail",
  },
  'the address of the management account is not valid': {
    cause: ({ directory }) => directory.failures.push('INVALID_ADDRESS'),
    words: "account 'shop-dev' (aws+dev@example.com) cannot be created: the postal address of the management account is not valid; "
      + 'mend it in its account settings, then deploy again',
  },
  'the management account cannot pay': {
    cause: ({ directory }) => directory.failures.push('MISSING_PAYMENT_INSTRUMENT'),
    words: "account 'shop-dev' (aws+dev@example.com) cannot be created: AWS says MISSING_PAYMENT_INSTRUMENT: "
      + 'give the management account a payment method, then deploy again',
  },
  'AWS has a reason of its own': {
    cause: ({ directory }) => directory.failures.push('FAILED_BUSINESS_VALIDATION'),
    words: 'AWS says FAILED_BUSINESS_VALIDATION; mend it in the management account, then deploy again',
  },
  'AWS refuses for a reason of its own': {
    cause: ({ directory }) => directory.refusals.set('createAccount', [awsError('InvalidInputException', 'You provided a value that does not match the required pattern.')]),
    words: "account 'shop-dev' (aws+dev@example.com) cannot be created: InvalidInputException: You provided a value that does not match the required pattern.",
  },
  'the unit does not exist': {
    cause: () => undefined,
    request: { organizationalUnit: 'Workloads/Foo' },
    words: "organizational unit 'Workloads/Foo' does not exist: 'Workloads' has Prod, Test",
    mended: { organizationalUnit: 'Workloads/Prod' },
  },
  'the first level of the unit does not exist': {
    cause: () => undefined,
    request: { organizationalUnit: 'Work/Test' },
    words: "organizational unit 'Work/Test' does not exist: the root has Sandbox, Workloads",
    mended: {},
  },
  'the unit would have to lie deeper than there are units': {
    cause: () => undefined,
    request: { organizationalUnit: 'Sandbox/Test' },
    words: "organizational unit 'Sandbox/Test' does not exist: 'Sandbox' has no units",
    mended: {},
  },
  'the access role may not create accounts': {
    cause: ({ directory }) => directory.refusals.set('createAccount', Array.from({ length: 10 }, () => (
      mayNot(access, 'organizations:CreateAccount', awsError('AccessDeniedException', 'no identity-based policy allows it'))))),
    words: "the role 'arn:aws:iam::999999999999:role/org-environments-access' may not organizations:CreateAccount: deploy the OrganizationAccessRole of this "
      + 'version in the management account, then deploy again (no identity-based policy allows it)',
    mend: ({ directory }) => directory.refusals.clear(),
  },
  'the access role cannot be entered': {
    cause: ({ directory }) => directory.refusals.set('root', Array.from({ length: 10 }, () => cannotEnter(access, awsError('AccessDenied', 'not authorized')))),
    words: "cannot enter the management account through 'arn:aws:iam::999999999999:role/org-environments-access': not authorized; its trust must name the role "
      + "'org-environments-account-provider' of account 222222222222, with the external id that Organization was given: deploy its OrganizationAccessRole in "
      + 'the management account, then deploy again',
    mend: ({ directory }) => directory.refusals.clear(),
  },
};

describe.each(Object.entries(TROUBLES))('when %s', (_, trouble) => {
  test('the user is told what to do; the stack rolls back, and deploying again after mending succeeds', async () => {
    const vending = new Vending();
    trouble.cause(vending);
    const request = vended(trouble.request);
    await expect(vending.create(dev, request)).rejects.toThrow(trouble.words);
    expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
    const accounts = vending.directory.accounts.length;

    await vending.remove(dev, request);
    expect(vending.registry.keys).toEqual([]);

    trouble.mend?.(vending);
    const accountId = await vending.create(dev, vended(trouble.mended ?? trouble.request));
    expect(vending.directory.accounts.length - accounts).toBe(accountId === '444444444444' ? 0 : 1);
  });
});

test('an id of a unit that does not exist is found out when the account is moved there', async () => {
  const vending = new Vending();
  const wrong = vended({ organizationalUnit: 'ou-root-nowhere1' });
  await expect(vending.create(dev, wrong)).rejects.toThrow("organizational unit 'ou-root-nowhere1' does not exist: "
    + "give account 'shop-dev' (aws+dev@example.com) the id or the path of one that does");
  await vending.remove(dev, wrong);
  expect(await vending.create(dev, vended())).toBe('100000000001');
});

test('a role that was deployed a moment ago is given a minute', async () => {
  const vending = new Vending();
  vending.directory.refusals.set('root', [1, 2].map(() => cannotEnter(access, awsError('AccessDenied'))));
  await vending.create(dev, vended());
  expect(vending.directory.accounts).toHaveLength(1);
});

test.each(['CONCURRENT_ACCOUNT_MODIFICATION', 'INTERNAL_FAILURE'])('a creation that fails with %s is tried again', async reason => {
  const vending = new Vending();
  vending.directory.failures.push(reason, reason);
  await vending.create(dev, vended());
  expect(vending.directory.accounts).toHaveLength(1);
  expect(vending.directory.requests.size).toBe(3);
});

test('a limit on how fast accounts are created only costs time', async () => {
  const vending = new Vending();
  vending.directory.refusals.set('createAccount', [
    awsError('ConstraintViolationException', 'slow', { Reason: 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED' }),
    awsError('FinalizingOrganizationException'),
    awsError('ConcurrentModificationException'),
  ]);
  await vending.create(dev, vended());
  expect(vending.directory.requests.size).toBe(1);
});

test('an answer that was lost on the network is looked for before anybody asks again', async () => {
  const vending = new Vending();
  vending.directory.refusals.set('createAccount', [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })]);
  await vending.create(dev, vended());
  expect(vending.fate.calls).toContain('listCreations');
  expect(vending.directory.accounts).toHaveLength(1);
});

test.each([['at once', 15_000], ['after minutes', 600_000]])('an answer that was lost and asked for once more before anybody could look (%s) leads to the account', async (_, pause) => {
  const vending = new Vending();
  vending.directory.creationTime = pause + 120_000;
  const createAccount = vending.directory.createAccount.bind(vending.directory);
  jest.spyOn(vending.directory, 'createAccount').mockImplementationOnce(async account => {
    await createAccount(account);
    // what answers is the second request: the e-mail is taken, by the first
    return createAccount(account);
  });
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  expect(vending.directory.requests.get('car-2')?.creation).toMatchObject({ state: 'FAILED', failureReason: 'EMAIL_ALREADY_EXISTS' });
  vending.clock.now += pause;
  const accountId = await vending.finish(dev, vended());
  expect(vending.directory.accounts).toEqual([expect.objectContaining({ accountId, email: 'aws+dev@example.com' })]);
  expect(vending.directory.requests.size).toBe(2);
});

test('a request that AWS has forgotten is found by the account it made', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  vending.clock.now += 120_000;
  vending.directory.forgetRequests();
  expect(await vending.create(dev, vended())).toBe('100000000001');
  expect(vending.directory.accounts).toHaveLength(1);
});

test('an account of ours that AWS has not activated yet is found again by its e-mail', async () => {
  const vending = new Vending();
  vending.directory.usableAfter = 10 * 60_000;
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  vending.clock.now += 61_000;
  vending.directory.forgetRequests();
  expect(await vending.create(dev, vended())).toBe('100000000001');
  expect(vending.directory.accounts).toMatchObject([{ state: 'ACTIVE' }]);
});

test('an account of the same name that somebody else creates is not taken for ours', async () => {
  const vending = new Vending();
  vending.fate.dieAt(9, 'before');
  await vending.begin(dev, vended());
  const other = vending.directory.createAccount({ accountName: 'shop-dev', email: 'other@example.com', roleName: 'r', tags: {} });
  await other;
  const accountId = await vending.create(dev, vended());
  expect(vending.directory.accounts.find(account => account.accountId === accountId)?.email).toBe('aws+dev@example.com');
});

test.each([
  ['SUSPENDED', 'was suspended by AWS; have its root user ask AWS Support why and reinstate it'],
  ['PENDING_CLOSURE', 'is being closed; have AWS Support open it again'],
  ['CLOSED', 'is CLOSED; have AWS Support open it again'],
])('an account of ours that is %s is named', async (state, words) => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  vending.directory.change(accountId, { state });
  await expect(vending.update(dev, vended({ tags: {} }), vended())).rejects.toThrow("account 'shop-dev' (aws+dev@example.com) cannot be used: "
    + `account ${accountId} ${words}, or use another e-mail`);
});

test('the words of AWS get the account they are about', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  vending.directory.refusals.set('tag', [awsError('TagPolicyViolationException', "the tag 'team' has a value that is not allowed")]);
  await expect(vending.update(dev, vended({ tags: { team: 'x' } }), vended())).rejects.toThrow("account 'shop-dev' (aws+dev@example.com): TagPolicyViolationException: the tag 'team' has a value");
});
