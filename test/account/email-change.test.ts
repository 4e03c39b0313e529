import { owner, vended, Vending } from './vending';
import { runCommand } from '../../lambda/account/commands';
import type { AccountCommand } from '../../src/account/contract';

const dev = owner('Dev');
const former = vended();
const changed = vended({ email: 'aws+new@example.com' });

let vending: Vending;
let accountId: string;
beforeEach(async () => {
  vending = new Vending();
  accountId = await vending.create(dev, former);
});

test('an e-mail that AWS has already may be changed in the app: the account stays the same', async () => {
  vending.directory.change(accountId, { email: 'AWS+new@example.com' });
  expect(await vending.update(dev, changed, former)).toBe(accountId);
  expect(vending.registry.keys).toEqual(['account#aws+new@example.com']);
  expect(await vending.directory.tags(accountId)).toMatchObject({
    'org-environments:registry-key': '222222222222/account/aws+new@example.com',
  });
  expect(vending.directory.accounts).toHaveLength(1);
});

test('the app may keep the former e-mail after the change in AWS', async () => {
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  expect(await vending.update(dev, vended({ accountName: 'other' }), former)).toBe(accountId);
});

test('a rollback returns the account to the former e-mail', async () => {
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  await vending.update(dev, changed, former);
  expect(await vending.update(dev, former, changed)).toBe(accountId);
  expect(vending.registry.keys).toEqual(['account#aws+dev@example.com']);
});

/** A registry that was restored to a time before the change. */
async function restore(): Promise<void> {
  const { registry, directory } = vending;
  const before = await vending.record(former);
  directory.change(accountId, { email: 'aws+new@example.com' });
  await vending.update(dev, changed, former);
  const key = 'account#aws+new@example.com';
  await registry.remove(key, (await registry.read(key))?.version ?? 0);
  await registry.write('account#aws+dev@example.com', before ?? {}, undefined);
}

test('a registry that was restored to a time before the change keeps no record of the former e-mail', async () => {
  const { registry, lifecycle } = vending;
  const key = 'account#aws+new@example.com';
  await restore();
  await lifecycle.requestFormer(dev, changed, changed, false);
  await lifecycle.requestFormer(owner('Other'), changed, former, false);
  expect(registry.keys).toEqual(['account#aws+dev@example.com']);
  await lifecycle.requestFormer(dev, changed, former, false);
  expect(await vending.update(dev, vended({ email: 'aws+new@example.com', tags: {} }), changed)).toBe(accountId);
  expect(registry.keys).toEqual([key]);
});

test.each(['before', 'after'] as const)('nor if the function is killed at any call %s its effect', async when => {
  for (let n = 1, died = true; died; n++) {
    vending = new Vending();
    accountId = await vending.create(dev, former);
    await restore();
    const { registry, lifecycle, fate } = vending;
    fate.dieAt(n, when);
    const run = async () => lifecycle.requestFormer(dev, changed, former, false);
    died = await run().then(() => false, () => fate.revive());
    if (died) await run();
    await vending.update(dev, vended({ email: 'aws+new@example.com', tags: {} }), changed);
    expect([n, registry.keys]).toEqual([n, ['account#aws+new@example.com']]);
  }
});

test.each([true, false])('the record of an account that the resource has left is released, again: %s', async again => {
  vending.directory.add({ email: 'aws+new@example.com' });
  await vending.lifecycle.requestFormer(dev, changed, former, again);
  expect(vending.registry.keys).toEqual([]);
});

test('the record of an account is released if the resource is created again with another e-mail', async () => {
  await vending.lifecycle.requestFormer(dev, changed, former, true);
  expect(vending.registry.keys).toEqual([]);
});

test('the record of the e-mail that the account has stays if the rollback of the change was skipped', async () => {
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  await vending.update(dev, changed, former);
  await vending.lifecycle.requestFormer(dev, former, changed, false);
  expect(vending.registry.keys).toEqual(['account#aws+new@example.com']);
});

test('an account that was changed can be removed, and is used again by its new e-mail', async () => {
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  await vending.update(dev, changed, former);
  await vending.remove(dev, changed);
  expect(await vending.create(owner('Again'), changed)).toBe(accountId);
});

test('an e-mail of another record is rejected with an error that says so', async () => {
  await vending.create(owner('Other'), vended({ email: 'aws+new@example.com', accountName: 'other' }));
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  await expect(vending.update(dev, changed, former)).rejects.toThrow(
    "the e-mail of account 'shop-dev' cannot become 'aws+new@example.com', because the registry has another account "
      + 'with it: remove that Account from its app first',
  );
});

test('the e-mail of an account that two stacks declare is rejected with an error that names the other', async () => {
  await vending.create(owner('Dev', 'second'), { ...former, onExisting: 'adopt' });
  vending.directory.change(accountId, { email: 'aws+new@example.com' });
  await expect(vending.update(dev, changed, former)).rejects.toThrow(
    "the e-mail of account 'shop-dev' cannot become 'aws+new@example.com', because stack 'second' declares the account "
      + 'with the former one: remove it there first',
  );
});

describe('the commands', () => {
  const sent: string[] = [];
  let failure: Error | undefined;
  const attempt = async (action: string) => {
    if (failure) throw failure;
    sent.push(action);
  };
  const run = (command: AccountCommand) => runCommand({
    organization: vending.directory,
    registry: vending.registry,
    closer: vending.closer,
    costs: async () => ({}),
    cicdAccount: '222222222222',
    now: () => 0,
    rootEmail: {
      start: async (id, email) => attempt(`start ${id} ${email}`),
      accept: async (id, email, code) => attempt(`accept ${id} ${email} ${code}`),
    },
  }, command);
  const fails = (name: string) => Object.assign(new Error('not valid'), { name });
  const email = 'aws+new@example.com';

  beforeEach(() => {
    failure = undefined;
    sent.splice(0);
  });

  test('a change is started and completed', async () => {
    await run({ command: 'startEmailChange', accountId, email });
    await run({ command: 'acceptEmailChange', accountId, email, code: '123456' });
    expect(sent).toEqual([`start ${accountId} ${email}`, `accept ${accountId} ${email} 123456`]);
  });

  test.each([
    ['ConflictException', "the e-mail 'aws+new@example.com' is used by another AWS account: use another one; nothing "
      + 'was done'],
    ['ResourceNotFoundException', 'to \'aws+new@example.com\' was started, or it has expired: start it with '
      + "'org-environments change-account-email 100000000001 --email aws+new@example.com'"],
    ['ValidationException', "AWS rejects the e-mail 'aws+new@example.com' or the code: not valid; nothing was changed"],
  ])('the error %s of AWS is explained', async (name, message) => {
    failure = fails(name);
    await expect(run({ command: 'acceptEmailChange', accountId, email, code: '1' })).rejects.toThrow(message);
  });

  test('an error does not advise to deploy again, but to run the command again', async () => {
    failure = new Error('the role may not change it: deploy the role, then deploy again');
    await expect(run({ command: 'startEmailChange', accountId, email })).rejects.toThrow(
      'the role may not change it: deploy the role, then run the command again',
    );
  });

  test('an account that this organization does not manage is rejected', async () => {
    const other = vending.directory.add({ email: 'x@example.com' });
    await expect(run({ command: 'startEmailChange', accountId: other, email })).rejects.toThrow(
      `account ${other} does not carry the tag 'org-environments:registry-key', so this organization does not manage `
        + 'it: change its e-mail in the management account; nothing was done',
    );
    await expect(run({ command: 'startEmailChange', accountId: '999999999999', email })).rejects.toThrow(
      'account 999999999999 is not in the organization; nothing was done',
    );
    const foreign = vending.directory.add({
      email: 'y@example.com', tags: { 'org-environments:registry-key': '111111111111/account/y' },
    });
    await expect(run({ command: 'startEmailChange', accountId: foreign, email })).rejects.toThrow(
      `account ${foreign} carries the tag 'org-environments:registry-key' of the organization in CICD account `
        + '111111111111: remove it from the app there, and then the tag (if that account is closed, set '
        + 'replacedCicdAccountId of Organization instead); nothing was done',
    );
    expect(sent).toEqual([]);
  });
});
