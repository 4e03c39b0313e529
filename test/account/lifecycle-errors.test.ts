import { awsError } from './fake-directory';
import { owner, vended, Vending } from './vending';
import { accessRoleNotAssumable, actionDenied } from '../../lambda/account/access';
import { CREATION_QUEUE } from '../../lambda/account/creation';
import type { VendedAccountRequest } from '../../src/account/contract';

const dev = owner('Dev');
const access = {
  partition: 'aws',
  cicdAccount: '222222222222',
  roleArn: 'arn:aws:iam::999999999999:role/org-environments-access',
};

interface Trouble {
  readonly message: string;
  readonly request?: Partial<VendedAccountRequest>;
  readonly corrected?: Partial<VendedAccountRequest>;
  cause(vending: Vending): void;
  correct?(vending: Vending): void;
}

const TROUBLES: Record<string, Trouble> = {
  'the e-mail is taken outside of the organization': {
    cause: ({ directory }) => directory.takenElsewhere.add('aws+dev@example.com'),
    message:
      "the e-mail 'aws+dev@example.com' is taken by an account outside of the organization, or by one that was closed: "
      + "use another e-mail for account 'shop-dev', for example 'aws+dev2@example.com'",
    corrected: { email: 'aws+dev2@example.com' },
  },
  'the e-mail belongs to an account of the organization': {
    cause: ({ directory }) =>
      directory.add({
        accountId: '444444444444',
        accountName: 'old',
        email: 'AWS+dev@example.com',
        roleName: 'OrganizationAccountAccessRole',
      }),
    request: { email: 'AWS+dev@example.com' },
    message:
      "the e-mail 'AWS+dev@example.com' already belongs to account 444444444444 ('old') of the organization: "
      + 'adopt it with onExisting: OnExistingAccount.ADOPT, or use another e-mail',
    corrected: { email: 'AWS+dev@example.com', onExisting: 'adopt' },
  },
  'the account with the e-mail is closed': {
    cause: ({ directory }) =>
      directory.add({ accountId: '444444444444', email: 'aws+dev@example.com', state: 'CLOSED' }),
    request: { onExisting: 'adopt' },
    message:
      "the e-mail 'aws+dev@example.com' belongs to account 444444444444, which is CLOSED and keeps it: "
      + "ask AWS Support to reopen it, or use another e-mail, for example 'aws+dev2@example.com'",
    corrected: { email: 'aws+dev2@example.com' },
  },
  'the account with the e-mail is suspended': {
    cause: ({ directory }) =>
      directory.add({
        accountId: '444444444444',
        email: 'aws+dev@example.com',
        state: 'SUSPENDED',
        roleName: 'OrganizationAccountAccessRole',
      }),
    request: { onExisting: 'adopt' },
    message:
      "the e-mail 'aws+dev@example.com' belongs to account 444444444444, which was suspended by AWS and keeps it: "
      + "ask AWS Support as its root user to reinstate it, or use another e-mail, for example 'aws+dev2@example.com'",
    correct: ({ directory }) => directory.change('444444444444', { state: 'ACTIVE' }),
    corrected: { onExisting: 'adopt' },
  },
  'the e-mail is that of the management account': {
    cause: ({ directory }) =>
      directory.add({ accountId: '999999999999', email: 'aws+dev@example.com', managesOrganization: true }),
    request: { onExisting: 'adopt' },
    message:
      "the e-mail 'aws+dev@example.com' belongs to account 999999999999, which is the management account "
      + 'and cannot be vended: use another e-mail',
    corrected: { email: 'aws+dev2@example.com' },
  },
  'the limit of accounts is reached': {
    cause: ({ directory }) => directory.failures.push('ACCOUNT_LIMIT_EXCEEDED'),
    message:
      "account 'shop-dev' (aws+dev@example.com) cannot be created: the organization has reached its limit of accounts; "
      + 'ask AWS for a higher quota of '
      + "'Default maximum number of accounts' (AWS Organizations in Service Quotas of the management account, "
      + 'us-east-1), or adopt an account that is '
      + 'no longer used; then deploy again',
  },
  'the limit of accounts is reached before AWS begins': {
    cause: ({ directory }) =>
      directory.refusals.set('createAccount', [
        awsError('ConstraintViolationException', 'You have exceeded the allowed number of AWS accounts', {
          Reason: 'ACCOUNT_NUMBER_LIMIT_EXCEEDED',
        }),
      ]),
    message: 'the organization has reached its limit of accounts',
  },
  'AWS does not accept the e-mail': {
    cause: ({ directory }) => directory.failures.push('INVALID_EMAIL'),
    message: "AWS does not accept the e-mail 'aws+dev@example.com' of account 'shop-dev': use one that receives mail",
  },
  'the address of the management account is not valid': {
    cause: ({ directory }) => directory.failures.push('INVALID_ADDRESS'),
    message:
      "account 'shop-dev' (aws+dev@example.com) cannot be created: the postal address of the management account is not "
      + 'valid; correct it in its account settings, then deploy again',
  },
  'the management account cannot pay': {
    cause: ({ directory }) => directory.failures.push('MISSING_PAYMENT_INSTRUMENT'),
    message:
      "account 'shop-dev' (aws+dev@example.com) cannot be created: AWS returned MISSING_PAYMENT_INSTRUMENT: "
      + 'give the management account a payment method, then deploy again',
  },
  'AWS has a reason of its own': {
    cause: ({ directory }) => directory.failures.push('FAILED_BUSINESS_VALIDATION'),
    message: 'AWS returned FAILED_BUSINESS_VALIDATION; remove the cause in the management account, then deploy again',
  },
  'AWS refuses for a reason of its own': {
    cause: ({ directory }) =>
      directory.refusals.set('createAccount', [
        awsError('InvalidInputException', 'You provided a value that does not match the required pattern.'),
      ]),
    message:
      "account 'shop-dev' (aws+dev@example.com) cannot be created: InvalidInputException: You provided a value that "
      + 'does not match the required pattern.',
  },
  'the unit does not exist': {
    cause: () => undefined,
    request: { organizationalUnit: 'Workloads/Foo' },
    message: "organizational unit 'Workloads/Foo' does not exist: 'Workloads' has Prod, Test: create it, or use ",
    corrected: { organizationalUnit: 'Workloads/Prod' },
  },
  'the unit has a typing error in its first level': {
    cause: () => undefined,
    request: { organizationalUnit: 'workload/Test' },
    message: "organizational unit 'workload/Test' does not exist: the root has Sandbox, Workloads: "
      + "did you mean 'Workloads'? Otherwise create it",
    corrected: {},
  },
  'the first level of the unit does not exist': {
    cause: () => undefined,
    request: { organizationalUnit: 'Work/Test' },
    message: "organizational unit 'Work/Test' does not exist: the root has Sandbox, Workloads",
    corrected: {},
  },
  'the unit would have to lie deeper than there are units': {
    cause: () => undefined,
    request: { organizationalUnit: 'Sandbox/Test' },
    message: "organizational unit 'Sandbox/Test' does not exist: 'Sandbox' has no units",
    corrected: {},
  },
  'the access role may not create accounts': {
    cause: ({ directory }) =>
      directory.refusals.set(
        'createAccount',
        Array.from({ length: 10 }, () =>
          actionDenied(
            access,
            'organizations:CreateAccount',
            awsError('AccessDeniedException', 'no identity-based policy allows it'),
          ),
        ),
      ),
    message:
      "the role 'arn:aws:iam::999999999999:role/org-environments-access' may not organizations:CreateAccount: deploy "
      + 'the OrganizationAccessRole of this '
      + 'version in the management account, then deploy again (no identity-based policy allows it)',
    correct: ({ directory }) => directory.refusals.clear(),
  },
  'the access role cannot be assumed': {
    cause: ({ directory }) =>
      directory.refusals.set(
        'root',
        Array.from({ length: 10 }, () => accessRoleNotAssumable(access, awsError('AccessDenied', 'not authorized'))),
      ),
    message:
      "cannot assume role 'arn:aws:iam::999999999999:role/org-environments-access' of the management account: not "
      + 'authorized; its trust must name the role '
      + "'org-environments-account-provider' of account 222222222222, with the external id that Organization was "
      + "given, by default its 'organizationId': check that this is the id that 'aws organizations "
      + "describe-organization' shows there, deploy its OrganizationAccessRole in "
      + 'the management account, then deploy again',
    correct: ({ directory }) => directory.refusals.clear(),
  },
};

describe.each(Object.entries(TROUBLES))('when %s', (_, trouble) => {
  test('the error says what to do, the stack rolls back, and a deployment after the correction succeeds', async () => {
    const vending = new Vending();
    trouble.cause(vending);
    const request = vended(trouble.request);
    await expect(vending.create(dev, request)).rejects.toThrow(trouble.message);
    expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
    const accounts = vending.directory.accounts.length;

    await vending.remove(dev, request);
    expect(vending.registry.keys).toEqual([]);

    trouble.correct?.(vending);
    const accountId = await vending.create(dev, vended(trouble.corrected ?? trouble.request));
    expect(vending.directory.accounts.length - accounts).toBe(accountId === '444444444444' ? 0 : 1);
  });
});

test('rejects the id of a unit that does not exist when the account is moved', async () => {
  const vending = new Vending();
  const wrong = vended({ organizationalUnit: 'ou-root-nowhere1' });
  await expect(vending.create(dev, wrong)).rejects.toThrow(
    "organizational unit 'ou-root-nowhere1' of account "
      + "'shop-dev' (aws+dev@example.com) does not exist: use the id or path of an existing unit",
  );
  await vending.remove(dev, wrong);
  expect(await vending.create(dev, vended())).toBe('100000000001');
});

test('retries for a minute while the access role propagates', async () => {
  const vending = new Vending();
  vending.directory.refusals.set(
    'root',
    [1, 2].map(() => accessRoleNotAssumable(access, awsError('AccessDenied'))),
  );
  await vending.create(dev, vended());
  expect(vending.directory.accounts).toHaveLength(1);
});

test.each(['CONCURRENT_ACCOUNT_MODIFICATION', 'INTERNAL_FAILURE'])(
  'retries a creation that fails with %s',
  async reason => {
    const vending = new Vending();
    vending.directory.failures.push(reason, reason);
    await vending.create(dev, vended());
    expect(vending.directory.accounts).toHaveLength(1);
    expect(vending.directory.requests.size).toBe(3);
  },
);

test('retries while AWS limits the rate of account creations', async () => {
  const vending = new Vending();
  vending.directory.refusals.set('createAccount', [
    awsError('ConstraintViolationException', 'slow', { Reason: 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED' }),
    awsError('FinalizingOrganizationException'),
    awsError('ConcurrentModificationException'),
  ]);
  await vending.create(dev, vended());
  expect(vending.directory.requests.size).toBe(1);
});

test('looks for the account after a lost response, and does not request another one', async () => {
  const vending = new Vending();
  vending.directory.refusals.set('createAccount', [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })]);
  await vending.create(dev, vended());
  expect(vending.fate.calls).toContain('listCreations');
  expect(vending.directory.accounts).toHaveLength(1);
});

test.each([
  ['immediately', 15_000],
  ['after minutes', 600_000],
])('finds the account after a lost response and another deployment %s', async (_, pause) => {
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
  expect(vending.directory.requests.get('car-2')?.creation).toMatchObject({
    state: 'FAILED',
    failureReason: 'EMAIL_ALREADY_EXISTS',
  });
  vending.clock.now += pause;
  const accountId = await vending.finish(dev, vended());
  expect(vending.directory.accounts).toEqual([expect.objectContaining({ accountId, email: 'aws+dev@example.com' })]);
  expect(vending.directory.requests.size).toBe(2);
});

test('finds the account of a request that AWS no longer knows', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  vending.clock.now += 120_000;
  vending.directory.forgetRequests();
  expect(await vending.create(dev, vended())).toBe('100000000001');
  expect(vending.directory.accounts).toHaveLength(1);
});

test('finds an account that AWS has not activated yet by its e-mail', async () => {
  const vending = new Vending();
  vending.directory.usableAfter = 10 * 60_000;
  await vending.begin(dev, vended());
  await vending.look(dev, vended());
  vending.clock.now += 61_000;
  vending.directory.forgetRequests();
  expect(await vending.create(dev, vended())).toBe('100000000001');
  expect(vending.directory.accounts).toMatchObject([{ state: 'ACTIVE' }]);
});

test('ignores an account of the same name that another principal creates', async () => {
  const vending = new Vending();
  vending.fate.dieAt(9, 'before');
  await vending.begin(dev, vended());
  const other = vending.directory.createAccount({
    accountName: 'shop-dev',
    email: 'other@example.com',
    roleName: 'r',
    tags: {},
  });
  await other;
  const accountId = await vending.create(dev, vended());
  expect(vending.directory.accounts.find(account => account.accountId === accountId)?.email).toBe(
    'aws+dev@example.com',
  );
});

test('an account that was never ready fails with the reason', async () => {
  const vending = new Vending();
  const accountId = vending.directory.add({ email: 'aws+dev@example.com', state: 'SUSPENDED' });
  await expect(vending.create(dev, vended({ onExisting: 'adopt' }))).rejects.toThrow(accountId);
});

test('adds the name of the account to an error of AWS', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  vending.directory.refusals.set('tag', [
    awsError('TagPolicyViolationException', "the tag 'team' has a value that is not allowed"),
  ]);
  await expect(vending.update(dev, vended({ tags: { team: 'x' } }), vended())).rejects.toThrow(
    "account 'shop-dev' (aws+dev@example.com): TagPolicyViolationException: the tag 'team' has a value",
  );
});
