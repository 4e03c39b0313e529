import { existing, owner, vended, Vending } from './vending';
import { CREATION_QUEUE } from '../../lambda/account/creation';

const dev = owner('Dev');
const renamed = owner('Renamed');
const stranger = owner('Dev', 'strangers');

test('creates an account, moves it to its unit, tags it, prepares it and records it', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  expect(vending.directory.accounts).toEqual([
    expect.objectContaining({ accountId, accountName: 'shop-dev', email: 'aws+dev@example.com' }),
  ]);
  expect(vending.directory.unitOf(accountId)).toBe('Test');
  expect(await vending.directory.tags(accountId)).toEqual({
    'team': 'shop',
    'org-environments:registry-key': '222222222222/account/aws+dev@example.com',
  });
  expect(vending.directory.stacksOf(accountId).begun).toEqual([
    'create org-environments-baseline',
    'create CDKToolkit',
  ]);
});

test('does not move an account without a unit', async () => {
  const vending = new Vending();
  const { organizationalUnit, ...request } = vended();
  await vending.create(dev, request);
  expect(vending.directory.moves).toEqual([]);
  expect(vending.fate.calls).not.toContain('unitsBelow');
});

test('an update without changes only reads the account', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  const before = vending.fate.calls.length;
  await vending.update(dev, vended({ onRemoval: 'retain' }), vended());
  const calls = vending.fate.calls.slice(before);
  for (const change of ['createAccount', 'move', 'tag', 'untag', 'rename', 'create', 'update', 'delete']) {
    expect(calls).not.toContain(change);
  }
});

test('returns a ready account from the registry alone', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  const before = vending.fate.calls.length;
  await vending.look(dev, vended());
  expect(vending.fate.calls.slice(before)).toEqual(['read', 'dequeue']);
});

test('the calls for an account do not depend on the number of accounts', async () => {
  const alone = new Vending();
  await alone.create(dev, vended());
  const crowded = new Vending();
  for (let count = 0; count < 500; count++) crowded.directory.add({ email: `other${count}@example.com` });
  await crowded.create(dev, vended());
  expect(crowded.fate.calls).toEqual(alone.fate.calls);
  expect(alone.fate.calls).not.toContain('findAccount');
});

test('keeps tags of other principals, even with a key that was ours before', async () => {
  const vending = new Vending();
  const accountId = vending.directory.add({
    email: 'aws+dev@example.com',
    roleName: 'OrganizationAccountAccessRole',
    tags: { team: 'shop', cost: '7' },
  });
  await vending.create(dev, vended({ onExisting: 'adopt', tags: { team: 'shop', stage: 'dev' } }));
  await vending.update(
    dev,
    vended({ onExisting: 'adopt', tags: {} }),
    vended({ onExisting: 'adopt', tags: { team: 'shop', stage: 'dev' } }),
  );
  expect(await vending.directory.tags(accountId)).toMatchObject({ team: 'shop', cost: '7' });
  expect(await vending.directory.tags(accountId)).not.toHaveProperty('stage');
});

describe('a construct that is renamed in code', () => {
  test('changes the account to the former declaration when its update fails', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    await vending.create(renamed, vended({ accountName: 'new-name', tags: {} }));
    await vending.remove(renamed, vended({ accountName: 'new-name', tags: {} }));
    expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [dev] });
    const [{ accountId, accountName }] = vending.directory.accounts;
    expect(accountName).toBe('shop-dev');
    expect(await vending.directory.tags(accountId)).toMatchObject({ team: 'shop' });
  });

  test('does not wait for an owner in another stack', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    const adopted = vended({ accountName: 'new-name', onExisting: 'adopt' });
    await vending.create(stranger, adopted);
    const before = vending.fate.calls.length;
    await vending.remove(stranger, adopted);
    expect(vending.fate.calls.slice(before)).toEqual(['read', 'write', 'read']);
  });

  test('becomes the owner of the account, and the Delete of the former construct changes nothing', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    expect(await vending.create(renamed, vended({ accountName: 'new-name' }))).toBe(accountId);
    await vending.remove(dev, vended());
    expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [renamed] });
    expect(vending.directory.accounts).toEqual([expect.objectContaining({ accountId, accountName: 'new-name' })]);
  });

  test('releases the account to the former construct when the update is rolled back', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    await vending.create(renamed, vended());
    await vending.remove(renamed, vended());
    expect(await vending.record(vended())).toMatchObject({ owners: [dev], accountId });
    expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
  });

  test('also becomes the owner of an account that is being created', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.look(dev, vended());
    const accountId = await vending.create(renamed, vended());
    await vending.remove(dev, vended());
    expect(vending.directory.accounts).toHaveLength(1);
    expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [renamed], accountId });
  });
});

describe('an e-mail that belongs to another stack', () => {
  test('is rejected', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    await expect(vending.create(stranger, vended())).rejects.toThrow(
      "the e-mail 'aws+dev@example.com' belongs to 'Dev' of stack 'environments' (account 100000000001): "
        + 'remove it there first, adopt it with onExisting: OnExistingAccount.ADOPT, or use another e-mail',
    );
    await vending.remove(stranger, vended());
    expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [dev] });
  });

  test('is adopted on request, and the other stack can still be updated and deleted', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    expect(await vending.create(stranger, vended({ onExisting: 'adopt', accountName: 'mine' }))).toBe(accountId);
    expect(await vending.update(dev, vended({ accountName: 'theirs' }), vended())).toBe(accountId);
    expect(vending.directory.accounts[0]?.accountName).toBe('mine');
    await vending.remove(dev, vended());
    expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [stranger] });
  });

  test('is available after its release', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    await vending.remove(dev, vended());
    await vending.remove(dev, vended());
    expect(await vending.create(stranger, vended({ organizationalUnit: 'Sandbox' }))).toBe(accountId);
    expect(vending.directory.unitOf(accountId)).toBe('Sandbox');
  });
});

describe('removal', () => {
  test('of an account with AccountRemoval.RETAIN removes its record', async () => {
    const vending = new Vending();
    await vending.create(dev, vended({ onRemoval: 'retain' }));
    await vending.remove(dev, vended({ onRemoval: 'retain' }));
    expect(vending.registry.keys).toEqual([]);
    expect(vending.directory.accounts).toHaveLength(1);
  });

  test('of an account that was never requested leaves no record', async () => {
    const vending = new Vending();
    await vending.begin(dev, vended());
    await vending.remove(dev, vended());
    expect(vending.registry.keys).toEqual([]);
    expect(vending.directory.requests.size).toBe(0);
  });

  test.each(['release', 'retain'] as const)('of an unfinished account (%s) keeps its record', async onRemoval => {
    const vending = new Vending();
    await vending.begin(dev, vended({ onRemoval }));
    await vending.look(dev, vended({ onRemoval }));
    await vending.remove(dev, vended({ onRemoval }));
    expect(vending.registry.members(CREATION_QUEUE)).toEqual([]);
    expect(await vending.record(vended())).toMatchObject({
      state: 'available',
      owners: [],
      creation: { requestId: 'car-1' },
    });
    expect(await vending.create(stranger, vended())).toBe('100000000001');
    expect(vending.directory.requests.size).toBe(1);
  });

  test('of an unknown account succeeds', async () => {
    await expect(new Vending().remove(dev, vended())).resolves.toBeUndefined();
  });

  test('of an existing account removes its record', async () => {
    const vending = new Vending();
    vending.directory.add({
      accountId: '333333333333',
      email: 'x@example.com',
      roleName: 'OrganizationAccountAccessRole',
    });
    await vending.create(dev, existing());
    await vending.create(stranger, existing());
    await vending.remove(dev, existing());
    expect(vending.registry.keys).toEqual(['account#333333333333']);
    await vending.remove(stranger, existing());
    expect(vending.registry.keys).toEqual([]);
  });
});

describe('an update of an account', () => {
  test('rejects another e-mail, and modifies nothing', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    const before = await vending.record(vended());
    await expect(vending.update(dev, vended({ email: 'b@example.com' }), vended())).rejects.toThrow(
      "the e-mail of account 'shop-dev' cannot be changed "
        + "from 'aws+dev@example.com' to 'b@example.com': AWS still has the former one; change it there first with "
        + "'org-environments change-account-email <account> --email b@example.com', or define another Account instead",
    );
    expect(vending.registry.keys).toEqual(['account#aws+dev@example.com']);
    expect(await vending.record(vended())).toEqual(before);
  });

  test('that was rejected for another e-mail can be rolled back', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    await expect(vending.update(dev, vended({ email: 'b@example.com' }), vended())).rejects.toThrow(
      'cannot be changed',
    );
    expect(await vending.update(dev, vended(), vended({ email: 'b@example.com' }))).toBe(accountId);
  });

  test('cannot replace a vended account by an existing one', async () => {
    const vending = new Vending();
    await vending.create(dev, vended());
    await expect(vending.update(dev, existing(), vended())).rejects.toThrow(
      "account 'shop-dev' (aws+dev@example.com) cannot be replaced by account 333333333333: "
        + 'define another Account instead',
    );
  });

  test('accepts another case of the e-mail', async () => {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    expect(await vending.update(dev, vended({ email: 'AWS+Dev@example.com' }), vended())).toBe(accountId);
  });
});

test('a resource that was removed concurrently creates nothing', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  await vending.remove(dev, vended());
  await expect(vending.look(dev, vended())).rejects.toThrow(
    "account 'shop-dev' (aws+dev@example.com) no longer belongs to 'Dev', "
      + 'because it was removed concurrently: deploy again',
  );
  expect(vending.directory.requests.size).toBe(0);
});
