import { baseline, BASELINE_OWNER, BaselineWorld } from './baseline-world';
import { NAMES } from '../../src/private/contract';
import { awsError } from '../account/fake-directory';
import { owner, vended } from '../account/vending';

const STACK = NAMES.accountBaselineStack;
const changed = baseline({ templateKey: 'second.json' });

let world: BaselineWorld;
beforeEach(() => { world = new BaselineWorld(); });

test('a new account has the baseline before it is ready', async () => {
  await world.give(baseline());
  const [accountId = ''] = await world.accountsOf('dev');
  expect(world.templateIn(accountId)).toContain('assets/first.json');
  expect(await world.record(vended({ email: 'aws+dev@example.com' }))).toMatchObject({
    state: 'ready', baseline: { fingerprint: expect.any(String) },
  });
});

test('accounts that exist get the baseline, and a changed one, at most two at a time', async () => {
  const ids = await world.accountsOf('one', 'two', 'three', 'four', 'five');
  const stacks = ids.map(id => world.directory.stacksOf(id));
  let mostAtOnce = 0;
  for (const request of [baseline(), changed]) {
    await world.undying(async () => world.baselineLifecycle.requestCreate(BASELINE_OWNER, request));
    for (let isDone = false; !isDone;) {
      isDone = (await world.stepBaseline(request))?.done ?? false;
      const open = await Promise.all(stacks.map(async stack => (await stack.list())
        .filter(({ stackName, status }) => stackName === STACK && status.endsWith('_IN_PROGRESS')).length));
      mostAtOnce = Math.max(mostAtOnce, open.reduce((sum, count) => sum + count, 0));
      world.clock.now += 15_000;
    }
    for (const id of ids) expect(world.templateIn(id)).toContain(request.templateKey);
  }
  expect(mostAtOnce).toBe(2);
});

test('a baseline that has not changed makes no calls in the accounts', async () => {
  const [accountId = ''] = await world.accountsOf('one');
  await world.give(baseline({ settings: { bucketAccess: 'blocked' } }));
  const before = world.fate.calls.length;
  await world.give(baseline({ settings: { bucketAccess: 'blocked' } }));
  const calls = new Set(world.fate.calls.slice(before));
  expect([...calls].filter(name => ['stacksIn', 'call', 'describe'].includes(name))).toEqual([]);
  expect(world.baselines.apiOf(accountId).changes).toHaveLength(1);
});

test('an update stops when more accounts fail than may fail, and the others keep what they have', async () => {
  const ids = await world.accountsOf('a', 'b', 'c', 'd', 'e');
  await world.give(baseline());
  for (const id of ids) world.directory.stacksOf(id).failures.set(STACK, 'the topic is not allowed');
  await expect(world.give(changed)).rejects.toThrow(new RegExp(
    '^the account baseline of the organization could not be applied to 2 accounts \\(maxFailedUpdates is 1\\), so no '
      + `further account was updated: account \\d{12}: stack '${STACK}' in account \\d{12} \\(eu-central-1\\) could `
      + 'not be updated: the topic is not allowed; remove the cause and deploy again; account ',
  ));
  const begun = ids.filter(id => world.directory.stacksOf(id).begun.includes(`update ${STACK}`));
  expect(begun).toHaveLength(2);
});

test('the daily check does not resume an update that has stopped, and a person can', async () => {
  const [bad = '', ...others] = await world.accountsOf('a', 'b', 'c', 'd', 'e');
  const request = baseline({ maxFailedUpdates: '0' });
  world.directory.stacksOf(bad).failures.set(STACK, 'the topic is not allowed');
  await expect(world.give(request)).rejects.toThrow('could not be applied to 1 accounts');
  const drifts = await world.baselineLifecycle.check(BASELINE_OWNER, request);
  expect(drifts).toMatchObject([
    { what: `accounts ${others.join(', ')} do not have the account baseline of the organization`, isRepairable: true },
    { what: expect.stringContaining(`could not be applied: account ${bad}: `), isRepairable: true },
  ]);
  expect(drifts.filter(({ isDeferredUpdate }) => isDeferredUpdate)).toEqual([]);

  world.directory.stacksOf(bad).failures.clear();
  await world.baselineLifecycle.requestRepair(BASELINE_OWNER, request);
  await world.finishBaseline(request);
  for (const id of [bad, ...others]) expect(world.templateIn(id)).toContain('first.json');
});

test('after an update that has stopped, the rollback gives the accounts their former baseline', async () => {
  const ids = await world.accountsOf('a', 'b', 'c');
  await world.give(baseline({ maxFailedUpdates: '0', maxConcurrentUpdates: '1' }));
  world.directory.stacksOf(ids[1] ?? '').failures.set(STACK, 'no');
  const strict = { ...changed, maxFailedUpdates: '0', maxConcurrentUpdates: '1' };
  await expect(world.give(strict)).rejects.toThrow('could not be applied to 1 accounts');
  expect(world.templateIn(ids[0] ?? '')).toContain('second.json');
  expect(world.templateIn(ids[2] ?? '')).toContain('first.json');
  world.directory.stacksOf(ids[1] ?? '').failures.clear();
  await world.give(baseline({ maxFailedUpdates: '0' }));
  for (const id of ids) expect(world.templateIn(id)).toContain('first.json');
});

test('the rollback also returns accounts whose update had not ended when it stopped', async () => {
  const ids = await world.accountsOf('a', 'b', 'c');
  const strict = { maxFailedUpdates: '0', maxConcurrentUpdates: '3' };
  await world.give(baseline(strict));
  // the stack of the first account is updated, and its settings fail
  const settings = {
    passwordPolicy: { minimumLength: '14', requireCharacters: 'all' as const, reusePrevention: '24' },
  };
  world.baselines.apiOf(ids[0] ?? '').refusals.set('UpdateAccountPasswordPolicy', [
    awsError('MalformedPolicyDocument', 'not this one'),
  ]);
  await expect(world.give({ ...changed, ...strict, settings })).rejects.toThrow('not this one');
  expect(world.templateIn(ids[0] ?? '')).toContain('second.json');
  await world.give(baseline(strict));
  for (const id of ids) expect(world.templateIn(id)).toContain('first.json');
});

test('one account whose update fails does not fail the others, and is named in the history', async () => {
  const [bad = '', ...others] = await world.accountsOf('a', 'b', 'c');
  world.directory.stacksOf(bad).failures.set(STACK, 'no');
  const progress = await world.give(baseline());
  expect(progress).toMatchObject({ done: true, note: expect.stringContaining(`1 accounts failed: ${bad} (stack `) });
  for (const id of others) expect(world.templateIn(id)).toContain('first.json');
});

test('accounts that cannot be entered fail nothing, and are updated later', async () => {
  const ids = await world.accountsOf('a', 'b', 'c');
  const shut = ids.slice(0, 2);
  for (const id of shut) world.directory.change(id, { state: 'SUSPENDED' });
  world.directory.refusals.set('stacksIn', shut.map(() => awsError('AccessDenied')));
  world.clock.now += 20 * 60_000;
  const request = baseline({ maxFailedUpdates: '0', maxConcurrentUpdates: '1' });
  const progress = await world.give(request);
  expect(progress).toMatchObject({ done: true, note: expect.stringContaining('2 accounts cannot be entered: ') });
  expect(world.templateIn(ids[2] ?? '')).toContain('first.json');
  const drifts = await world.baselineLifecycle.check(BASELINE_OWNER, request);
  expect(drifts).toMatchObject([{
    what: `accounts ${shut.join(', ')} do not have the account baseline of the organization`,
    isRepairable: true,
    isDeferredUpdate: true,
  }]);
  for (const id of shut) world.directory.change(id, { state: 'ACTIVE' });
  await world.baselineLifecycle.requestRepair(BASELINE_OWNER, request);
  expect(await world.finishBaseline(request)).toEqual({ done: true, result: { target: 'organization' } });
  for (const id of ids) expect(world.templateIn(id)).toContain('first.json');
  expect(await world.baselineLifecycle.check(BASELINE_OWNER, request)).toEqual([]);
});

test('a repair updates each account, also if others fail, and names those that fail', async () => {
  const [shut = '', bad = '', worse = '', ...others] = await world.accountsOf('a', 'b', 'c', 'd', 'e');
  for (const id of [bad, worse]) world.directory.stacksOf(id).failures.set(STACK, 'the topic is not allowed');
  world.directory.change(shut, { state: 'SUSPENDED' });
  world.directory.refusals.set('stacksIn', [awsError('AccessDenied')]);
  world.clock.now += 20 * 60_000;
  const request = baseline({ maxConcurrentUpdates: '1', maxFailedUpdates: '2' });
  await world.give(request);
  for (const id of others) expect(world.templateIn(id)).toContain('first.json');

  // the daily check finds the one that was deferred
  const [deferred, failed] = await world.baselineLifecycle.check(BASELINE_OWNER, request);
  expect(deferred).toMatchObject({
    what: `accounts ${shut} do not have the account baseline of the organization`, isDeferredUpdate: true,
  });
  expect(failed?.what).toMatch(new RegExp(
    `^the account baseline of the organization could not be applied: account ${bad}: stack .*; account ${worse}: `,
  ));
  expect(failed?.isDeferredUpdate).toBeUndefined();

  // more fail than may fail in a deployment
  const strict = baseline({ maxConcurrentUpdates: '1', maxFailedUpdates: '0' });
  world.directory.change(shut, { state: 'ACTIVE' });
  for (const id of [bad, worse]) world.directory.stacksOf(id).failures.set(STACK, 'the topic is not allowed');
  await world.baselineLifecycle.requestRepair(BASELINE_OWNER, strict);
  expect(await world.finishBaseline(strict)).toMatchObject({
    done: true, note: expect.stringContaining(`2 accounts failed: ${bad} (`),
  });
  expect(world.templateIn(shut)).toContain('first.json');
  const left = await world.baselineLifecycle.check(BASELINE_OWNER, strict);
  expect(left).toMatchObject([{ what: expect.stringContaining(`could not be applied: account ${bad}: stack `) }]);
  expect(left[0]?.isDeferredUpdate).toBeUndefined();
});

test('an update that is not complete after 45 minutes ends, and the daily check continues it', async () => {
  await world.accountsOf('a', 'b', 'c');
  const request = baseline({ maxConcurrentUpdates: '1' });
  await world.baselineLifecycle.requestCreate(BASELINE_OWNER, request);
  await world.stepBaseline(request);
  world.clock.now += 46 * 60_000;
  expect(await world.stepBaseline(request)).toMatchObject({
    done: true, note: '3 accounts are updated by the daily check',
  });
  expect(await world.baselineLifecycle.check(BASELINE_OWNER, request)).toMatchObject([{ isDeferredUpdate: true }]);
});

test('imported accounts, and accounts of a pool with a baseline of its own, do not get that of the organization',
  async () => {
    const accountId = world.directory.add({ email: 'x@example.com', roleName: 'OrganizationAccountAccessRole' });
    const { lifecycle } = world;
    const existing = { ...vended(), kind: 'existing' as const, accountId };
    await lifecycle.requestCreate(owner('Existing'), existing);
    await world.finish(owner('Existing'), existing);
    const pool = { ...owner('pool'), id: 'pool/sandbox' };
    const request = vended({ email: 'aws+pool-1@example.com', accountName: 'pool-1' });
    await world.begin(pool, request);
    const pooled = await world.finish(pool, request);
    const ofPool = baseline({ target: 'pool/sandbox', templateKey: 'pool.json' });
    await world.baselineLifecycle.requestCreate(owner('PoolBaseline'), ofPool);
    await world.give(baseline());
    expect(world.templateIn(accountId)).toBeUndefined();
    expect(world.templateIn(pooled)).toBeUndefined();
    while (!(await world.baselineLifecycle.reconcile(owner('PoolBaseline'), ofPool)).done) world.clock.now += 15_000;
    expect(world.templateIn(pooled)).toContain('pool.json');
    await world.baselineLifecycle.requestDelete(owner('PoolBaseline'), ofPool);
    await world.give(baseline());
    expect(world.templateIn(pooled)).toContain('first.json');
  });

test('accounts keep the baseline that is removed, and new ones do not get it', async () => {
  const [before = ''] = await world.accountsOf('before');
  await world.give(baseline());
  await world.baselineLifecycle.requestDelete(BASELINE_OWNER, baseline());
  expect(await world.baselineRecord()).toBeUndefined();
  const [after = ''] = await world.accountsOf('after');
  expect(world.templateIn(before)).toContain('first.json');
  expect(world.templateIn(after)).toBeUndefined();
});

test('the record of a former target, which only a restored registry has, is released', async () => {
  const pool = baseline({ target: 'pool/sandbox' });
  await world.give(baseline());
  await world.baselineLifecycle.requestFormer(BASELINE_OWNER, baseline({ templateKey: 'other.json' }), baseline());
  expect(await world.baselineRecord()).toBeDefined();
  await world.baselineLifecycle.requestFormer(BASELINE_OWNER, pool, baseline());
  expect(await world.baselineRecord()).toBeUndefined();
});

test('a second baseline in another stack is rejected, and a renamed construct is not', async () => {
  await world.give(baseline());
  await expect(world.baselineLifecycle.requestCreate(owner('Other', 'elsewhere'), baseline())).rejects.toThrow(
    "the organization has an account baseline of 'Baseline' in stack 'environments': remove it there first",
  );
  await world.baselineLifecycle.requestCreate(owner('Renamed'), changed);
  await world.baselineLifecycle.requestDelete(BASELINE_OWNER, baseline());
  expect(await world.baselineRecord()).toMatchObject({ owners: [{ logicalId: 'Renamed' }] });
});

test('a baseline whose owner was removed from its stack is taken over', async () => {
  await world.give(baseline());
  const successor = { ...owner('Other', 'elsewhere'), formerOwners: [BASELINE_OWNER.id] };
  await world.baselineLifecycle.requestCreate(successor, changed);
  expect((await world.baselineRecord())?.owners.map(({ id }) => id)).toEqual([successor.id]);
  const [key = ''] = world.baselineLifecycle.ownedKeys(changed);
  expect(await world.registry.read(key)).toEqual(await world.baselineRecord());
});

test('accounts get what the former owner declares when a rollback deletes a renamed construct', async () => {
  const [bad = '', ...ids] = await world.accountsOf('a', 'b', 'c');
  await world.give(baseline({ maxFailedUpdates: '0' }));
  const renamed = owner('Renamed');
  await world.baselineLifecycle.requestCreate(renamed, changed);
  while (!(await world.baselineLifecycle.reconcile(renamed, changed)).done) world.clock.now += 15_000;
  for (const id of ids) expect(world.templateIn(id)).toContain('second.json');

  world.directory.stacksOf(bad).failures.set(STACK, 'no');
  await world.baselineLifecycle.requestDelete(renamed, changed);
  while (!(await world.baselineLifecycle.reconcileDelete(renamed, changed)).done) world.clock.now += 15_000;
  for (const id of ids) expect(world.templateIn(id)).toContain('first.json');
  expect(await world.baselineLifecycle.check(BASELINE_OWNER, baseline())).toMatchObject([
    { what: expect.stringContaining(`could not be applied: account ${bad}: `) },
  ]);
});

test('the former id of a renamed construct is deleted without any call in the accounts', async () => {
  await world.accountsOf('a');
  await world.give(baseline());
  await world.baselineLifecycle.requestCreate(owner('Renamed'), baseline());
  const before = world.fate.calls.length;
  await world.baselineLifecycle.requestDelete(BASELINE_OWNER, baseline());
  expect(await world.baselineLifecycle.reconcileDelete(BASELINE_OWNER, baseline())).toMatchObject({ done: true });
  expect(world.fate.calls.slice(before)).not.toContain('stacksIn');
});

test('an account that becomes ready while the baseline is given is waited for', async () => {
  await world.begin(owner('Slow'), vended());
  const request = baseline();
  await world.baselineLifecycle.requestCreate(BASELINE_OWNER, request);
  expect(await world.stepBaseline(request)).toMatchObject({
    done: false, waitsFor: 'accounts that are being prepared',
  });
  world.clock.now += 66_000;
  expect(await world.stepBaseline(request)).toMatchObject({ done: true });
});

test.each(['before', 'after'] as const)('a function that is killed %s any of its calls updates all accounts',
  async when => {
    for (let call = 1; ; call++) {
      world = new BaselineWorld();
      const ids = await world.accountsOf('a', 'b');
      const start = world.fate.calls.length;
      world.fate.dieAt(call, when);
      await world.give(baseline({ settings: { bucketAccess: 'blocked' } }));
      for (const id of ids) {
        expect(world.templateIn(id)).toContain('first.json');
        expect(world.directory.stacksOf(id).begun.filter(name => name === `create ${STACK}`)).toHaveLength(1);
        expect(world.baselines.apiOf(id).publicAccessBlock).toBeDefined();
      }
      if (world.fate.calls.length - start < call) return;
    }
  });

test('accounts with a baseline of their own get it, and the others that of the organization', async () => {
  const own = baseline({ target: 'accounts/Cicd/Work', templateKey: 'work.json' });
  await world.give(own);
  await world.give(baseline());
  const accountOf = (name: string, target?: string) => world.create(
    owner(name), vended({ email: `aws+${name}@example.com`, accountName: name, baseline: target }));
  const [work, other] = [await accountOf('work', own.target), await accountOf('other')];
  expect([world.templateIn(work), world.templateIn(other)]).toEqual([
    expect.stringContaining('work.json'), expect.stringContaining('first.json'),
  ]);
  await world.give(changed);
  expect([world.templateIn(work), world.templateIn(other)]).toEqual([
    expect.stringContaining('work.json'), expect.stringContaining('second.json'),
  ]);
  await world.give({ ...own, templateKey: 'work-2.json' });
  expect([world.templateIn(work), world.templateIn(other)]).toEqual([
    expect.stringContaining('work-2.json'), expect.stringContaining('second.json'),
  ]);
});
