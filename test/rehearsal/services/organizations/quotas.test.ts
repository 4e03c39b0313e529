import {
  AccountState,
  CreateAccountCommand,
  CreateAccountFailureReason,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { Clock } from '../../../../rehearsal/core/clock';
import { Throttle } from '../../../../rehearsal/services/organizations/call-rates';
import { AccountClosure, isPermanentlyClosed } from '../../../../rehearsal/services/organizations/closure';
import { AccountCreation, type CreationStatus } from '../../../../rehearsal/services/organizations/creation';
import { OrganizationTree, type SimulatedAccount } from '../../../../rehearsal/services/organizations/tree';
import { MANAGEMENT, World } from '../world';

const DAY = 86_400;

/** A manual clock; setting it wakes the sleepers that are due. */
class SetClock extends Clock {
  private time = 0;
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  public override now(): number {
    return this.time;
  }

  public override async sleep(seconds: number): Promise<void> {
    await new Promise<void>(wake => this.sleepers.push({ at: this.time + seconds * 1000, wake }));
  }

  public async pass(seconds: number): Promise<void> {
    this.time += seconds * 1000;
    const due = this.sleepers.filter(({ at }) => at <= this.time);
    this.sleepers = this.sleepers.filter(({ at }) => at > this.time);
    due.forEach(({ wake }) => wake());
    await new Promise(resolve => setImmediate(resolve));
  }
}

describe('the rate of an operation', () => {
  test('allows a burst, and then single calls as simulated time passes', async () => {
    const clock = new SetClock();
    const throttle = new Throttle(clock);
    const create = (): void => throttle.take('CreateAccount');
    for (let count = 0; count < 3; count++) create();
    expect(create).toThrow(expect.objectContaining({ name: 'TooManyRequestsException' }));
    await clock.pass(10);
    create();
    expect(create).toThrow(/already in progress/);
    await clock.pass(600);
    for (let count = 0; count < 3; count++) create();
    expect(create).toThrow();
  });

  test('is not defined for every operation', () => {
    const throttle = new Throttle(new SetClock());
    expect(() => {
      for (let count = 0; count < 1000; count++) throttle.take('DescribeOrganization');
    }).not.toThrow();
  });
});

describe('closing accounts', () => {
  const clock = new SetClock();
  const tree = new OrganizationTree('aws', MANAGEMENT);
  const closure = new AccountClosure(clock, tree, MANAGEMENT);
  const accounts = Array.from({ length: 260 }, (_, index) => add(index));

  function add(index: number): SimulatedAccount {
    const [name, joinedAt] = [`a${index}`, 0];
    return tree.putAccount({
      accountId: tree.newAccountId(),
      name,
      email: `${name}@example.com`,
      state: 'ACTIVE',
      joined: 'CREATED',
      joinedAt,
      parentId: tree.rootId,
      tags: {},
    });
  }
  const reason = (account: SimulatedAccount): unknown => {
    try {
      closure.close(account);
      return undefined;
    } catch (error) {
      return Reflect.get(Object(error), 'details');
    }
  };

  test('is limited to three concurrent closures', async () => {
    expect(accounts.slice(0, 4).map(reason)).toEqual([
      undefined,
      undefined,
      undefined,
      { Reason: 'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED' },
    ]);
    await clock.pass(60);
    expect(tree.account(accounts[0].accountId)?.state).toBe('CLOSED');
    expect(reason(accounts[3])).toBeUndefined();
    await clock.pass(60);
  });

  test('is limited to 250 in thirty days', async () => {
    for (const account of accounts.slice(4, 250)) {
      expect(reason(account)).toBeUndefined();
      await clock.pass(60);
    }
    expect(reason(accounts[250])).toEqual({ Reason: 'CLOSE_ACCOUNT_QUOTA_EXCEEDED' });
    await clock.pass(30 * DAY);
    expect(reason(accounts[250])).toBeUndefined();
  });

  test('is permanent after ninety days', async () => {
    await clock.pass(60);
    const closed = tree.account(accounts[250].accountId);
    await clock.pass(89 * DAY);
    expect(closed && isPermanentlyClosed(closed, clock.now())).toBe(false);
    await clock.pass(DAY);
    expect(closed && isPermanentlyClosed(closed, clock.now())).toBe(true);
  });
});

describe('creating accounts', () => {
  const clock = new SetClock();
  const tree = new OrganizationTree('aws', MANAGEMENT);
  const options = { accountLimit: 3, creationSeconds: 60, onCreated: () => undefined };
  const creation = new AccountCreation(clock, tree, new Throttle(clock), options);
  const closure = new AccountClosure(clock, tree, MANAGEMENT);

  async function create(email: string): Promise<CreationStatus | undefined> {
    const { id } = creation.start({ name: 'a', email, roleName: 'access', tags: {} });
    await clock.pass(60);
    return creation.status(id);
  }

  test.each(Object.values(CreateAccountFailureReason))(
    'can fail with %s and releases the email address',
    async failure => {
      creation.failNext([failure]);
      await expect(create('free@example.com')).resolves.toMatchObject({ state: 'FAILED', failureReason: failure });
    },
  );

  test('reserves an email address permanently, even if the account is closed', async () => {
    const created = await create('Free@example.com');
    expect(created).toMatchObject({ state: 'SUCCEEDED' });
    const account = tree.account(created?.accountId ?? '');
    if (account) closure.close(account);
    await clock.pass(60);
    await clock.pass(91 * DAY);
    expect(isPermanentlyClosed(tree.accounts[0], clock.now())).toBe(true);
    await expect(create('free@example.com')).resolves.toMatchObject({
      state: 'FAILED',
      failureReason: 'EMAIL_ALREADY_EXISTS',
    });
  });

  test(
    'fails beyond the quota of accounts, which includes closed accounts until they are permanently closed',
    async () => {
      const first = await create('one@example.com');
      for (const email of ['two@example.com', 'three@example.com']) await create(email);
      await expect(create('four@example.com')).resolves.toMatchObject({ failureReason: 'ACCOUNT_LIMIT_EXCEEDED' });
      const account = tree.account(first?.accountId ?? '');
      if (account) closure.close(account);
      await clock.pass(60);
      await expect(create('four@example.com')).resolves.toMatchObject({ failureReason: 'ACCOUNT_LIMIT_EXCEEDED' });
      await clock.pass(91 * DAY);
      await expect(create('four@example.com')).resolves.toMatchObject({ state: 'SUCCEEDED' });
    },
  );
});

describe('a new account', () => {
  let world: World;
  let organizations: OrganizationsClient;
  beforeEach(async () => {
    world = await World.start({ creationSeconds: 10 }, 600);
    organizations = new OrganizationsClient(world.as(MANAGEMENT));
  });
  afterEach(() => world.stop());

  test('reports through the SDK why its creation failed', async () => {
    world.organizations.creation.failNext(['MISSING_PAYMENT_INSTRUMENT']);
    const { CreateAccountStatus } = await organizations.send(
      new CreateAccountCommand({ AccountName: 'a', Email: 'a@example.com' }),
    );
    await world.clock.sleep(30);
    const question = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id });
    const { CreateAccountStatus: status } = await organizations.send(question);
    expect(status).toMatchObject({ State: 'FAILED', FailureReason: 'MISSING_PAYMENT_INSTRUMENT' });
  });

  test.each(Object.values(AccountState))('has the state %s', async state => {
    const { tree } = world.organizations;
    const accountId = tree.newAccountId();
    tree.putAccount({
      accountId,
      name: 'a',
      email: 'a@example.com',
      state,
      joined: 'CREATED',
      joinedAt: 0,
      parentId: tree.rootId,
      tags: {},
    });
    const { Account: account } = await organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
    expect(account).toMatchObject({ Id: accountId, State: state });
  });

  test('fails as a resource of a template beside another one', async () => {
    const type = world.type('AWS::Organizations::Account');
    const create = async (name: string): Promise<unknown> =>
      type.create({ AccountName: name, Email: `${name}@example.com` }, world.context(MANAGEMENT));
    const [one, two] = await Promise.allSettled([create('one'), create('two')]);
    expect(one.status).toBe('fulfilled');
    expect(two).toMatchObject({
      status: 'rejected',
      reason: { name: 'ConcurrentModificationException', message: expect.stringContaining('DependsOn') },
    });
  });
});

describe('control policies', () => {
  let world: World;
  beforeAll(async () => { world = await World.start(); });
  afterAll(() => world.stop());

  /** A policy with the given number of characters including white space. */
  function sized(length: number): string {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'ec2:*', Resource: '*' }],
    });
    return text + ' '.repeat(length - text.length);
  }
  const attach = async (Type: string, Name: string, length: number, TargetIds: string[] = []) =>
    world
      .type('AWS::Organizations::Policy')
      .create({ Name, Type, Content: sized(length), TargetIds }, world.context(MANAGEMENT));
  const refused = (reason: string, message: string): object => ({
    code: 'ConstraintViolationException',
    message,
    details: { Reason: reason },
  });

  test.each([
    ['SERVICE_CONTROL_POLICY', 10_240, 10],
    ['RESOURCE_CONTROL_POLICY', 5120, 5],
  ])('of the type %s have %i characters, and a target has %i of them', async (type, size, count) => {
    const { rootId } = world.organizations.tree;
    const tooLong = refused('POLICY_CONTENT_LIMIT_EXCEEDED', 'You have exceeded the maximum policy size.');
    await expect(attach(type, 'long', size + 1)).rejects.toMatchObject(tooLong);
    for (let index = 0; index < count; index++) await attach(type, `policy-${index}`, size, [rootId]);
    await expect(attach(type, 'more', size)).resolves.toBeDefined();
    await expect(attach(type, 'one too many', size, [rootId])).rejects.toMatchObject(
      refused(
        'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
        'You have attached the maximum number of policies to the specified target.',
      ),
    );
  });
});

describe('units', () => {
  const reasonOf = (act: () => unknown): unknown => {
    try {
      act();
      return undefined;
    } catch (error) {
      return Reflect.get(Object(error), 'details');
    }
  };

  test('are limited to five levels', () => {
    const tree = new OrganizationTree('aws', MANAGEMENT);
    let parentId = tree.rootId;
    for (let level = 1; level <= 5; level++) parentId = tree.createUnit(parentId, `level-${level}`).id;
    expect(reasonOf(() => tree.createUnit(parentId, 'level-6'))).toEqual({ Reason: 'OU_DEPTH_LIMIT_EXCEEDED' });
  });

  test('are limited to 2,000', () => {
    const tree = new OrganizationTree('aws', MANAGEMENT);
    for (let index = 0; index < 2000; index++) tree.createUnit(tree.rootId, `unit-${index}`);
    expect(reasonOf(() => tree.createUnit(tree.rootId, 'more'))).toEqual({ Reason: 'OU_NUMBER_LIMIT_EXCEEDED' });
  });
});
