import { AccountClient, GetAccountInformationCommand, PutAccountNameCommand } from '@aws-sdk/client-account';
import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListCreateAccountStatusCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  MoveAccountCommand,
  OrganizationsClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-organizations';
import type { CreateAccountStatus } from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CICD, MANAGEMENT, World } from '../world';

let world: World;
let organizations: OrganizationsClient;

async function begin(options = {}, scale?: number): Promise<void> {
  world = await World.start(options, scale);
  organizations = new OrganizationsClient(world.as(MANAGEMENT));
}

async function create(name: string, email = `aws+${name}@example.com`): Promise<string> {
  const { CreateAccountStatus: status } = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: email }),
  );
  return status?.Id ?? '';
}

async function finished(id: string): Promise<CreateAccountStatus> {
  for (;;) {
    const { CreateAccountStatus: status } = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: id }),
    );
    if (status !== undefined && status.State !== 'IN_PROGRESS') return status;
    await world.clock.sleep(5);
  }
}

afterEach(async () => { await world.stop(); });

describe('creating an account', () => {
  test('continues without further calls, and completes', async () => {
    await begin({ creationSeconds: 600 });
    await create('shop-test');
    await world.organizations.creation.ended();
    expect(world.organizations.accounts.map(({ name }) => name)).toContain('shop-test');
  });

  test('takes simulated time and adds the account to the root', async () => {
    await begin({ creationSeconds: 6000 });
    const id = await create('shop-test');
    expect(id).toMatch(/^car-[a-z0-9]{8,32}$/);
    const { CreateAccountStatuses: running } = await organizations.send(
      new ListCreateAccountStatusCommand({ States: ['IN_PROGRESS'] }),
    );
    expect(running).toMatchObject([{ Id: id, AccountName: 'shop-test', State: 'IN_PROGRESS' }]);

    const status = await finished(id);
    expect(status).toMatchObject({ State: 'SUCCEEDED', AccountId: expect.stringMatching(/^\d{12}$/) });
    const { Account: account } = await organizations.send(new DescribeAccountCommand({ AccountId: status.AccountId }));
    expect(account).toMatchObject({ Name: 'shop-test', Email: 'aws+shop-test@example.com', JoinedMethod: 'CREATED' });
    expect(account?.JoinedTimestamp).toBeInstanceOf(Date);
    expect(world.organizations.unitPath(status.AccountId ?? '')).toBe('');
  });

  test('gives the management account access only some time after it has succeeded', async () => {
    await begin({ readySeconds: 6000 });
    const { AccountId: accountId } = await finished(await create('late'));
    const sts = new STSClient(world.as(MANAGEMENT));
    const assume = new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      RoleSessionName: 'session',
    });
    await expect(sts.send(assume)).rejects.toThrow(/is not authorized to perform: sts:AssumeRole/);
    await world.clock.sleep(6600);
    await expect(sts.send(assume)).resolves.toMatchObject({
      AssumedRoleUser: { Arn: expect.stringContaining(`:${accountId}:assumed-role/`) },
    });
    await expect(new STSClient(world.as(CICD)).send(assume)).rejects.toThrow(/not authorized/);
  });

  test(
    'fails with EMAIL_ALREADY_EXISTS if the address is used here, elsewhere or by a request in progress',
    async () => {
      await begin();
      world.organizations.reserveEmail('taken@example.com');
      const ids = [await create('elsewhere', 'Taken@example.com'), await create('here', 'aws+cicd@example.com')];
      for (const id of ids) {
        await expect(finished(id)).resolves.toMatchObject({ State: 'FAILED', FailureReason: 'EMAIL_ALREADY_EXISTS' });
      }
      const first = await create('first', 'twice@example.com');
      const second = await create('second', 'twice@example.com');
      await expect(finished(first)).resolves.toMatchObject({ State: 'SUCCEEDED' });
      await expect(finished(second)).resolves.toMatchObject({ State: 'FAILED', FailureReason: 'EMAIL_ALREADY_EXISTS' });
    },
  );

  test('fails with ACCOUNT_LIMIT_EXCEEDED if the organization is full', async () => {
    await begin({ accountLimit: 3 });
    const [first, second] = [await create('third'), await create('fourth')];
    await expect(finished(first)).resolves.toMatchObject({ State: 'SUCCEEDED' });
    await expect(finished(second)).resolves.toMatchObject({ State: 'FAILED', FailureReason: 'ACCOUNT_LIMIT_EXCEEDED' });
  });

  test('is throttled after a burst of three', async () => {
    await begin({ creationSeconds: 1, readySeconds: 1 }, 5);
    await Promise.all(['one', 'two', 'three'].map(async name => create(name)));
    await expect(create('four')).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(world.server.calls.at(-1)).toMatchObject({
      service: 'organizations',
      operation: 'CreateAccount',
      error: 'TooManyRequestsException',
    });
  }, 5000);

  test('is rejected while five are in progress', async () => {
    await begin({ creationSeconds: 12000 });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      ids.push(await create(name));
      await world.clock.sleep(10);
    }
    await expect(create('six')).rejects.toMatchObject({
      name: 'ConstraintViolationException',
      Reason: 'ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED',
    });
    for (const id of ids) await expect(finished(id)).resolves.toMatchObject({ State: 'SUCCEEDED' });
    await expect(finished(await create('six'))).resolves.toMatchObject({ State: 'SUCCEEDED' });
  });

  test('rejects a malformed address immediately', async () => {
    await begin();
    await expect(create('broken', 'no-address')).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('the tree', () => {
  beforeEach(async () => { await begin(); });

  test('finds units by their parents and moves accounts between them', async () => {
    const unitId = world.organizations.addUnit('Workloads/Test');
    const { Roots: roots } = await organizations.send(new ListRootsCommand({}));
    const rootId = roots?.[0].Id ?? '';
    expect(rootId).toMatch(/^r-[0-9a-z]{4}$/);
    expect(unitId).toMatch(new RegExp(`^ou-${rootId.slice(2)}-[0-9a-z]{8}$`));
    const { OrganizationalUnits: units } = await organizations.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId: rootId }),
    );
    expect(units).toMatchObject([{ Name: 'Workloads' }]);
    await expect(organizations.send(new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unitId })))
      .resolves.toMatchObject({ OrganizationalUnit: { Name: 'Test' } });

    const move = new MoveAccountCommand({ AccountId: CICD, SourceParentId: rootId, DestinationParentId: unitId });
    await organizations.send(move);
    expect(world.organizations.unitPath(CICD)).toBe('Workloads/Test');
    await expect(organizations.send(new ListParentsCommand({ ChildId: CICD }))).resolves.toMatchObject({
      Parents: [{ Id: unitId, Type: 'ORGANIZATIONAL_UNIT' }],
    });
    await expect(organizations.send(new ListAccountsForParentCommand({ ParentId: unitId }))).resolves.toMatchObject({
      Accounts: [{ Id: CICD }],
    });
    await expect(organizations.send(move)).rejects.toMatchObject({ name: 'DuplicateAccountException' });
  });

  test('reports whether the source or destination of a move is wrong', async () => {
    const [one, other] = [world.organizations.addUnit('One'), world.organizations.addUnit('Other')];
    const move = (source: string, destination: string): MoveAccountCommand =>
      new MoveAccountCommand({ AccountId: CICD, SourceParentId: source, DestinationParentId: destination });
    await expect(organizations.send(move(one, other))).rejects.toMatchObject({ name: 'SourceParentNotFoundException' });
    await expect(organizations.send(move(world.organizations.tree.rootId, 'ou-aaaa-bbbbbbbb'))).rejects.toMatchObject({
      name: 'DestinationParentNotFoundException',
    });
  });

  test('creates units once', async () => {
    const command = new CreateOrganizationalUnitCommand({
      ParentId: world.organizations.tree.rootId,
      Name: 'Sandbox',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    await organizations.send(command);
    await expect(organizations.send(command)).rejects.toMatchObject({ name: 'DuplicateOrganizationalUnitException' });
  });

  test('lists twenty accounts per page', async () => {
    for (let index = 0; index < 25; index++) {
      world.organizations.addAccount({
        accountId: String(400000000000 + index),
        name: `a${index}`,
        email: `a${index}@example.com`,
        joined: 'INVITED',
      });
    }
    const first = await organizations.send(new ListAccountsCommand({}));
    const second = await organizations.send(new ListAccountsCommand({ NextToken: first.NextToken }));
    expect([first.Accounts?.length, second.Accounts?.length, second.NextToken]).toEqual([20, 7, undefined]);
  });

  test('merges and removes tags', async () => {
    const tag = (key: string, value: string): TagResourceCommand =>
      new TagResourceCommand({ ResourceId: CICD, Tags: [{ Key: key, Value: value }] });
    await organizations.send(tag('one', '1'));
    await organizations.send(tag('two', '2'));
    await organizations.send(new UntagResourceCommand({ ResourceId: CICD, TagKeys: ['one'] }));
    await expect(organizations.send(new ListTagsForResourceCommand({ ResourceId: CICD }))).resolves.toMatchObject({
      Tags: [{ Key: 'two', Value: '2' }],
    });
  });
});

describe('permissions of callers', () => {
  beforeEach(async () => { await begin({}, 60); });

  test('a member can only describe the organization', async () => {
    const member = new OrganizationsClient(world.as(CICD));
    await expect(member.send(new DescribeOrganizationCommand({}))).resolves.toMatchObject({
      Organization: { MasterAccountId: MANAGEMENT, Id: expect.stringMatching(/^o-[a-z0-9]{10,32}$/) },
    });
    await expect(member.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException', message: "You don't have permissions to access this resource.",
    });
  });

  test('an account outside has no organization', async () => {
    const stranger = new OrganizationsClient(world.as('555555555555'));
    await expect(stranger.send(new DescribeOrganizationCommand({}))).rejects.toMatchObject({
      name: 'AWSOrganizationsNotInUseException',
    });
  });

  test('the management account renames members', async () => {
    const account = new AccountClient(world.as(MANAGEMENT));
    await account.send(new PutAccountNameCommand({ AccountId: CICD, AccountName: 'renamed' }));
    await expect(account.send(new GetAccountInformationCommand({ AccountId: CICD }))).resolves.toMatchObject({
      AccountName: 'renamed',
      AccountState: 'ACTIVE',
    });
    const member = new AccountClient(world.as(CICD));
    await expect(
      member.send(new PutAccountNameCommand({ AccountId: MANAGEMENT, AccountName: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('a closed account stays closed', async () => {
    await organizations.send(new CloseAccountCommand({ AccountId: CICD }));
    expect(world.organizations.account(CICD)?.state).toBe('PENDING_CLOSURE');
    await world.clock.sleep(70);
    expect(world.organizations.account(CICD)?.state).toBe('CLOSED');
    await expect(organizations.send(new CloseAccountCommand({ AccountId: CICD }))).rejects.toMatchObject({
      name: 'AccountAlreadyClosedException',
    });
    // AWS allows one of these calls in twenty seconds
    await world.clock.sleep(21);
    await expect(organizations.send(new CloseAccountCommand({ AccountId: MANAGEMENT }))).rejects.toMatchObject({
      name: 'ConstraintViolationException',
    });
  });
});

describe('resources of a template', () => {
  beforeEach(async () => { await begin(); });

  test('a unit is renamed in place and replaced under another parent', async () => {
    const type = world.type('AWS::Organizations::OrganizationalUnit');
    const context = world.context(MANAGEMENT);
    const properties = { Name: 'One', ParentId: world.organizations.tree.rootId };
    const made = await type.create(properties, context);
    const renamed = await type.update(made.id, { ...properties, Name: 'Two' }, properties, context);
    expect(renamed.id).toBe(made.id);
    const moved = await type.update(
      made.id,
      { Name: 'Two', ParentId: made.id },
      { ...properties, Name: 'Two' },
      context,
    );
    expect(moved.id).not.toBe(made.id);
    await expect(type.remove(made.id, {}, context)).rejects.toThrow(/not empty/);
  });

  test('the creation of an account is completed before its dependents', async () => {
    const type = world.type('AWS::Organizations::Account');
    const unitId = world.organizations.addUnit('Workloads');
    const made = await type.create(
      { AccountName: 'native', Email: 'native@example.com', ParentIds: [unitId] },
      world.context(MANAGEMENT),
    );
    expect(made.attributes.AccountId).toBe(made.id);
    expect(world.organizations.unitPath(made.id)).toBe('Workloads');
  });

  test('an account with a missing parent is created nevertheless, and CloudFormation receives its id', async () => {
    const type = world.type('AWS::Organizations::Account');
    const properties = { AccountName: 'native', Email: 'lost@example.com', ParentIds: ['ou-none-11111111'] };
    const failure = await type.create(properties, world.context(MANAGEMENT)).catch((error: unknown) => error);
    const made = world.organizations.accounts.find(({ email }) => email === 'lost@example.com');
    expect(failure).toMatchObject({
      id: made?.accountId,
      message: expect.stringContaining("a destination parent that doesn't exist: ou-none-11111111"),
    });
  });
});
