import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateAccountCommand, DescribeCreateAccountStatusCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { MANAGEMENT, World } from './world';
import { Clock } from '../../../rehearsal/clock';
import { AccountClosure, isGone } from '../../../rehearsal/organizations/closure';
import { Throttle } from '../../../rehearsal/organizations/rates';
import { OrganizationTree, type SimulatedAccount } from '../../../rehearsal/organizations/tree';
import { Simulation } from '../../../rehearsal/simulation';

const DAY = 86_400;

/** A clock that somebody sets; who sleeps on it is woken when that time has come. */
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
  test('is a burst, and then one after another as simulated time passes', async () => {
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

  test('is not known of every operation', () => {
    const throttle = new Throttle(new SetClock());
    for (let count = 0; count < 1000; count++) throttle.take('DescribeOrganization');
  });
});

describe('closing accounts', () => {
  const clock = new SetClock();
  const tree = new OrganizationTree('aws', MANAGEMENT);
  const closure = new AccountClosure(clock, tree, MANAGEMENT);
  const accounts = Array.from({ length: 260 }, (_, index) => add(index));

  function add(index: number): SimulatedAccount {
    const [name, joinedAt] = [`a${index}`, 0];
    return tree.putAccount({ accountId: tree.newAccountId(), name, email: `${name}@example.com`, state: 'ACTIVE', joined: 'CREATED', joinedAt, parentId: tree.rootId, tags: {} });
  }
  const reason = (account: SimulatedAccount): unknown => {
    try {
      closure.close(account);
      return undefined;
    } catch (error) {
      return Reflect.get(Object(error), 'details');
    }
  };

  test('is done three at a time', async () => {
    expect(accounts.slice(0, 4).map(reason)).toEqual([undefined, undefined, undefined, { Reason: 'CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED' }]);
    await clock.pass(60);
    expect(tree.account(accounts[0].accountId)?.state).toBe('CLOSED');
    expect(reason(accounts[3])).toBeUndefined();
    await clock.pass(60);
  });

  test('is done 250 times in thirty days', async () => {
    for (const account of accounts.slice(4, 250)) {
      expect(reason(account)).toBeUndefined();
      await clock.pass(60);
    }
    expect(reason(accounts[250])).toEqual({ Reason: 'CLOSE_ACCOUNT_QUOTA_EXCEEDED' });
    await clock.pass(30 * DAY);
    expect(reason(accounts[250])).toBeUndefined();
  });

  test('is final after ninety days', async () => {
    await clock.pass(60);
    const closed = tree.account(accounts[250].accountId);
    await clock.pass(89 * DAY);
    expect(closed && isGone(closed, clock.now())).toBe(false);
    await clock.pass(DAY);
    expect(closed && isGone(closed, clock.now())).toBe(true);
  });
});

describe('an account that is created', () => {
  let world: World;
  let organizations: OrganizationsClient;
  beforeEach(async () => {
    world = await World.start({ creationSeconds: 10 }, 600);
    organizations = new OrganizationsClient(world.as(MANAGEMENT));
  });
  afterEach(() => world.stop());

  test.each(['INTERNAL_FAILURE', 'INVALID_ADDRESS', 'MISSING_PAYMENT_INSTRUMENT'] as const)('can fail with %s', async failure => {
    world.organizations.creation.failNext([failure]);
    const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand({ AccountName: 'a', Email: 'a@example.com' }));
    await world.clock.sleep(30);
    const question = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id });
    const { CreateAccountStatus: status } = await organizations.send(question);
    expect(status).toMatchObject({ State: 'FAILED', FailureReason: failure });
  });

  test('as a resource of a template fails beside another one', async () => {
    const type = world.type('AWS::Organizations::Account');
    const create = async (name: string): Promise<unknown> => type.create({ AccountName: name, Email: `${name}@example.com` }, world.context(MANAGEMENT));
    const [one, two] = await Promise.allSettled([create('one'), create('two')]);
    expect(one.status).toBe('fulfilled');
    expect(two).toMatchObject({ status: 'rejected', reason: { name: 'ConcurrentModificationException', message: expect.stringContaining('DependsOn') } });
  });
});

test('the services know a created account some time after its role', async () => {
  const simulation = await Simulation.start({ managementAccountId: MANAGEMENT, scale: 600, creationSeconds: 1 });
  try {
    const started = simulation.organizations.creation.start({ name: 'new', email: 'new@example.com', roleName: 'access', tags: {} });
    const accountId = await until(() => simulation.organizations.creation.status(started.id)?.accountId);
    const credentials = simulation.iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` });
    const client = new CloudFormationClient({ endpoint: simulation.server.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
    await expect(client.send(new ListStacksCommand({}))).rejects.toMatchObject({ name: 'OptInRequired' });
    await simulation.clock.sleep(26);
    await expect(client.send(new ListStacksCommand({}))).resolves.toBeDefined();
  } finally {
    await simulation.stop();
  }
});

async function until<Type>(look: () => Type | undefined): Promise<Type> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}
