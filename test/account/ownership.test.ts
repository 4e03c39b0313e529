import { existing, owner, vended, Vending } from './vending';
import { accountKey } from '../../lambda/registry/account';

const dev = owner('Dev');
const renamed = owner('Renamed');
const other = owner('Dev', 'others');
const adopting = vended({ accountName: 'theirs', onExisting: 'adopt' });

test('the record of a claimed account names its owner and nothing that is not known yet', async () => {
  const vending = new Vending();
  await vending.begin(dev, vended());
  expect(await vending.record(vended())).toEqual({
    state: 'claimed',
    owners: [{ ...dev, request: vended() }],
    attempt: vending.clock.now,
    tagKeys: [],
    stacks: {},
    version: 1,
  });
  await vending.begin(dev, existing());
  expect(await vending.record(existing())).toMatchObject({ state: 'created', accountId: '333333333333', tagKeys: [] });
});

test('a stack whose account another stack adopts changes nothing while the adoption is in progress', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  await vending.begin(other, adopting);
  const before = vending.fate.calls.length;
  expect(await vending.look(dev, vended({ accountName: 'ours' }))).toBe(accountId);
  expect(vending.fate.calls.slice(before)).toEqual(['read']);
  expect(vending.directory.accounts[0]?.accountName).toBe('shop-dev');
});

test('a resource that has released its account does not prepare it any further', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  await vending.remove(dev, vended());
  await expect(vending.look(dev, vended())).rejects.toThrow("no longer belongs to 'Dev'");
});

test('an update claims an account that its owner does not hold any more', async () => {
  const vending = new Vending();
  const accountId = await vending.create(dev, vended());
  await vending.remove(dev, vended());
  expect(await vending.update(dev, vended(), vended())).toBe(accountId);
  expect(await vending.record(vended())).toMatchObject({ state: 'ready', owners: [dev] });
});

describe('an update', () => {
  test('removes other owners of the same stack, whose Delete was lost, and keeps those of other stacks', async () => {
    const vending = new Vending();
    const request = vended({ onExisting: 'adopt' });
    await vending.create(other, request);
    await vending.create(dev, request);
    await vending.create(renamed, request);
    expect((await vending.record(request))?.owners.map(({ id }) => id)).toEqual([other.id, dev.id, renamed.id]);
    await vending.update(renamed, vended({ onExisting: 'adopt', tags: {} }), request);
    expect((await vending.record(request))?.owners.map(({ id }) => id)).toEqual([other.id, renamed.id]);
  });

  test('keeps all owners of an existing account, because a stack may name it more than once', async () => {
    const vending = new Vending();
    vending.directory.add({ accountId: '333333333333', email: 'x@example.com', roleName: existing().accessRoleName });
    await vending.create(dev, existing());
    await vending.create(renamed, existing());
    await vending.update(renamed, existing({ templates: 'second' }), existing());
    expect((await vending.record(existing()))?.owners.map(({ id }) => id)).toEqual([dev.id, renamed.id]);
  });
});

test('the release of an owner that is not the current one does not start another attempt', async () => {
  const vending = new Vending();
  await vending.create(dev, vended());
  await vending.create(other, adopting);
  const before = await vending.record(adopting);
  await vending.remove(dev, vended());
  expect(await vending.record(adopting)).toMatchObject({ owners: [other], state: 'ready', attempt: before?.attempt });
});

test('the tag that proves ownership is no tag of the user, and stays when all of those are removed', async () => {
  const vending = new Vending();
  const accountId = vending.directory.add({ email: vended().email, roleName: vended().accessRoleName, tags: {} });
  await vending.create(dev, vended({ onExisting: 'adopt' }));
  expect((await vending.record(vended()))?.tagKeys).toEqual(['team']);
  await vending.update(dev, vended({ onExisting: 'adopt', tags: {} }), vended({ onExisting: 'adopt' }));
  expect(await vending.directory.tags(accountId)).toEqual({
    'org-environments:registry-key': '222222222222/account/aws+dev@example.com',
  });
  expect((await vending.record(vended()))?.tagKeys).toEqual([]);
});

describe('an account whose record and whose tag were lost', () => {
  const TAG = 'org-environments:registry-key';

  async function lost(tag?: string): Promise<{ readonly vending: Vending; readonly accountId: string }> {
    const vending = new Vending();
    const accountId = await vending.create(dev, vended());
    const key = accountKey(vended());
    await vending.registry.remove(key, (await vending.registry.read(key))?.version ?? 0);
    await vending.directory.untag(accountId, [TAG]);
    if (tag !== undefined) await vending.directory.tag(accountId, { [TAG]: tag });
    return { vending, accountId };
  }

  test('is found and tagged by an update, because CloudFormation updates only what it has created', async () => {
    const { vending, accountId } = await lost();
    expect(await vending.update(dev, vended({ tags: {} }), vended())).toBe(accountId);
    expect(await vending.directory.tags(accountId)).toEqual({ [TAG]: '222222222222/account/aws+dev@example.com' });
    expect(vending.directory.accounts).toHaveLength(1);
  });

  test('is not found if another organization has tagged it since', async () => {
    const { vending } = await lost('555555555555/account/aws+dev@example.com');
    await expect(vending.update(dev, vended({ tags: {} }), vended())).rejects.toThrow(
      "carries the tag 'org-environments:registry-key' of the organization in CICD account 555555555555",
    );
  });

  test('is not found by a construct that is new', async () => {
    const { vending } = await lost();
    await expect(vending.create(owner('New'), vended())).rejects.toThrow('already belongs to account');
  });
});

describe('an account whose owner is in a stack that was deleted', () => {
  const gone = owner('Gone', 'others');
  const successor = { ...dev, formerOwners: [gone.id] };

  test('is taken over by the stack that declares it, and not by another one', async () => {
    const vending = new Vending();
    const accountId = await vending.create(gone, vended());
    await expect(vending.begin(dev, vended())).rejects.toThrow("belongs to 'Gone' of stack 'others'");
    await expect(vending.begin({ ...dev, formerOwners: [other.id] }, vended())).rejects.toThrow("belongs to 'Gone'");
    expect(await vending.create(successor, vended())).toBe(accountId);
    expect((await vending.record(vended()))?.owners).toEqual([{ ...dev, request: vended() }]);
  });

  test('is taken over by an update, and released by the deletion', async () => {
    const vending = new Vending();
    const accountId = await vending.create(gone, vended());
    expect(await vending.update(successor, vended(), vended())).toBe(accountId);
    await vending.remove(dev, vended());
    expect(await vending.record(vended())).toMatchObject({ state: 'available', owners: [] });
  });
});
