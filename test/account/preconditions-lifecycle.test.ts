import { awsError } from './fake-directory';
import { newBranch, requestOf, who, World } from './preconditions-world';
import { AccessError } from '../../lambda/account/access';
import { accountProvider } from '../../lambda/account/provider';
import { isTransient } from '../../lambda/shared/errors';
import { RepositoryLockedError, SourceAccessDeniedError } from '../../lambda/sources/source';
import type { PreconditionsRequest } from '../../src/account/contract';

describe('preconditions', () => {
  test('are met if everything exists, which one call for each resource finds out', async () => {
    const world = new World();
    world.directory.limit = 10;
    const names = ['a', 'b', 'c'];
    await world.check(
      requestOf({
        emails: names.map(name => `${name}@example.com`),
        organizationalUnits: ['Workloads/Test', 'Workloads/Prod', 'ou-root-sandbox1'],
        newBranches: names.map(name => newBranch(`env/${name}`)),
      }),
    );
    expect(world.fate.calls.filter(call => !/^(read|write)$/.test(call)).sort()).toEqual([
      'accountLimit',
      'head',
      'listAccounts',
      'root',
      'root',
      'unitsBelow',
      'unitsBelow',
      'unitsBelow',
    ]);
  });

  test.each<[string, World, Partial<PreconditionsRequest>, string]>([
    [
      'a repository does not exist',
      new World(),
      { newBranches: [newBranch('env/dev', 'main', 'warehouse')] },
      "no account was created: repository 'warehouse' does not exist in account 222222222222 in eu-central-1: "
        + 'create it there and push a first commit, or use an existing one, then deploy again',
    ],
    [
      'a start point does not exist',
      new World(),
      { newBranches: [{ ...newBranch('env/dev'), startPoint: 'v1' }] },
      "no account was created: branch 'env/dev' cannot begin at 'v1', which is no commit, tag or branch of repository "
        + "'shop': push it, or name one that exists, then deploy again",
    ],
    [
      'a repository has no commit',
      new World({ pushed: false }),
      { newBranches: [newBranch('env/dev'), newBranch('env/prod', 'release')] },
      "no account was created: repository 'shop' in account 222222222222 has no commit yet, so branches 'env/dev', "
        + "'env/prod' cannot be created: "
        + "push one to 'main', 'release' first, then deploy again",
    ],
    [
      'a parent branch does not exist',
      new World(),
      { newBranches: [newBranch('env/dev', 'develop')] },
      "no account was created: branch 'env/dev' has parent 'develop', which does not exist in repository 'shop': "
        + "it has 'main'; push 'develop' or use one of these",
    ],
    [
      'a parent branch has a typing error, and this stack creates the one that was meant',
      new World(),
      { newBranches: [newBranch('env/prod'), newBranch('env/dev', 'env/prd')] },
      "no account was created: branch 'env/dev' has parent 'env/prd', which does not exist in repository 'shop': "
        + "it has 'main': did you mean 'env/prod', which this app creates? Otherwise push 'env/prd' or use one of "
        + 'these',
    ],
    [
      'a parent branch has a typing error, and exists',
      new World(),
      { newBranches: [newBranch('env/dev', 'mian')] },
      "no account was created: branch 'env/dev' has parent 'mian', which does not exist in repository 'shop': "
        + "it has 'main': did you mean 'main'? Otherwise push 'mian' or use one of these",
    ],
    [
      'a parent branch does not exist, but this stack creates others in the same repository',
      new World(),
      {
        newBranches: [newBranch('env/prod'), newBranch('env/dev', 'develop')],
        definedBranches: [
          { repositoryName: 'shop', branchName: 'env/test' }, { repositoryName: 'other', branchName: 'env/other' },
        ],
      },
      "no account was created: branch 'env/dev' has parent 'develop', which does not exist in repository 'shop': "
        + "it has 'main', and this app creates 'env/prod', 'env/test'; push 'develop' or use one of these",
    ],
    [
      'a unit does not exist by its path',
      new World(),
      { organizationalUnits: ['Workloads/Tset'] },
      "no account was created: organizational unit 'Workloads/Tset' does not exist: 'Workloads' has Prod, Test: "
      + "did you mean 'Workloads/Test'? Otherwise create it, or use the path or id of an existing unit",
    ],
    [
      'a unit does not exist by its id',
      new World(),
      { organizationalUnits: ['ou-ab12-cdefgh34'] },
      "no account was created: organizational unit 'ou-ab12-cdefgh34' does not exist: "
        + 'use the id or path of an existing unit',
    ],
    [
      'new accounts cannot be used in the region',
      new World(),
      { region: 'ap-east-1' },
      "no account was created: a new account cannot be used in the region 'ap-east-1', "
        + 'which must be enabled in each account first',
    ],
  ])('are not met when %s', async (_, world, changes, message) => {
    await expect(world.check(requestOf(changes))).rejects.toThrow(message);
  });

  test('fail if the account quota is too low; existing accounts count once', async () => {
    const world = new World();
    world.directory.limit = 4;
    world.directory.add({ email: 'Dev@example.com' });
    const emails = ['dev@example.com', 'test@example.com'];
    await world.check(requestOf({ emails }));
    await expect(
      world.check(requestOf({ emails: [...emails, 'prod@example.com', 'demo@example.com'] }), requestOf({ emails })),
    ).rejects.toThrow(
      'no account was created: the organization has 3 accounts, and its limit of accounts is 4, so 2 more cannot '
        + 'be created: ask AWS for '
        + "a higher quota of 'Default maximum number of accounts' (AWS Organizations in Service Quotas of the "
        + 'management account, us-east-1), or adopt an account that is no longer used; then deploy again',
    );
  });

  test('name everything that is wrong at once', async () => {
    const world = new World();
    world.directory.limit = 2;
    const request = requestOf({
      organizationalUnits: ['Sandbox/X'],
      newBranches: [newBranch('env/dev', 'develop'), newBranch('env/x', 'main', 'other')],
    });
    await expect(world.check(request)).rejects.toThrow(
      new RegExp(
        '^no account was created, because of 4 problems: \\(1\\) .*develop.* \\(2\\) .*other.* ' +
          '\\(3\\) .*Sandbox/X.* \\(4\\) .*limit of accounts',
      ),
    );
  });

  test.each<[string, Partial<PreconditionsRequest>, (world: World) => void]>([
    [
      'the limit is reached, and no account is new',
      { emails: ['cicd@example.com'] },
      ({ directory }) => {
        directory.limit = 2;
      },
    ],
    [
      'the limit is not told',
      {},
      ({ directory }) => {
        directory.limit = undefined;
      },
    ],
    [
      'the region must be enabled, and no account is new',
      { region: 'ap-east-1', emails: ['cicd@example.com'] },
      () => {},
    ],
    [
      'the branch exists, and its parent does not any more',
      { newBranches: [newBranch('env/dev', 'develop')] },
      ({ repositories }) => repositories.fork('env/dev', 'main'),
    ],
  ])('are met when %s', async (_, changes, begin) => {
    const world = new World();
    begin(world);
    await expect(world.check(requestOf(changes))).resolves.toBeUndefined();
  });

  test.each([new SourceAccessDeniedError('no'), new RepositoryLockedError('no')])(
    'say nothing of a repository that only the branch provider may use: %p',
    async error => {
      const world = new World();
      world.repositories.errors.set('head', error);
      const since = world.clock.now;
      await world.check(requestOf());
      // the right may have been given a moment ago
      expect(world.clock.now - since).toBeGreaterThanOrEqual(60_000);
    },
  );

  test('wait for a right that was given a moment ago', async () => {
    const world = new World();
    world.directory.refusals.set('listAccounts', [
      new AccessError('not yet', undefined),
      new AccessError('not yet', undefined),
    ]);
    await expect(world.check(requestOf())).resolves.toBeUndefined();
  });

  test('are not met when the management account does not let us in', async () => {
    const world = new World();
    const refused = () => new AccessError("cannot assume role 'role' of the management account", undefined);
    world.directory.refusals.set('listAccounts', Array.from({ length: 30 }, refused));
    await expect(world.check(requestOf())).rejects.toThrow(
      "no account was created: cannot assume role 'role' of the management account",
    );
  });

  test('are looked up again when AWS is busy', async () => {
    const world = new World();
    await world.preconditions.requestCreate(who, requestOf());
    world.directory.refusals.set('listAccounts', [awsError('ThrottlingException')]);
    const error = await world.preconditions.reconcile(who, requestOf()).catch((reason: unknown) => reason);
    expect(isTransient(error)).toBe(true);
    expect(await world.preconditions.reconcile(who, requestOf())).toEqual({ done: true, result: {} });
  });
});

test('a resource does not change from preconditions into an account', async () => {
  const { preconditions } = new World();
  const never = async () => {
    throw new Error('never called');
  };
  const accounts = {
    requestCreate: never,
    requestUpdate: never,
    requestDelete: never,
    reconcile: never,
    reconcileDelete: never,
    check: never,
    requestRepair: never,
  };
  const provider = accountProvider({
    accounts, preconditions, units: accounts, pooledAccounts: accounts, pools: accounts, baselines: accounts,
  });
  const account = { kind: 'existing', accountId: '333333333333' } as const;
  const prepared = {
    ...account,
    accessRoleName: '',
    region: '',
    qualifier: '',
    executionPolicyArns: [],
    artifactKeyArn: '',
    templates: '',
  };
  for (const [after, before, change] of [
    [requestOf(), prepared, 'an existing account to preconditions'],
    [prepared, requestOf(), 'preconditions to an existing account'],
    [
      { kind: 'unit', unitName: 'Test', onRemoval: 'delete' }, prepared,
      'an existing account to an organizational unit',
    ],
  ] as const) {
    await expect(provider.requestUpdate(who, after, before)).rejects.toThrow(
      `resource 'Preconditions' cannot change from ${change}: give the construct another id`,
    );
  }
});
