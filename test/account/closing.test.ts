import { awsError } from './fake-directory';
import { owner, vended, Vending } from './vending';
import { closeAccount, findClosing } from '../../lambda/account/closing/closing';
import { runCommand } from '../../lambda/account/commands';
import { RegistryHistory } from '../../lambda/history/history';
import { AccountCommands } from '../../lambda/operations/account-commands';
import { closingKey } from '../../lambda/registry/closing';
import type { ClosingRecord } from '../../lambda/registry/closing';
import { leaseKey } from '../../lambda/registry/lease';
import type { Progress } from '../../lambda/shared/lifecycle';
import { FakeEvents } from '../history/fake-events';
import { FakeRegistry } from '../registry/fake-registry';

const dev = owner('Dev');
const request = vended({ onRemoval: 'close' });

let vending: Vending;
let accountId: string;
beforeEach(async () => {
  vending = new Vending();
  accountId = await vending.create(dev, request);
});

function limit(reason: string): Error {
  return awsError('ConstraintViolationException', reason, { Reason: reason });
}

/** Removes the construct, and returns the result of the last step. */
async function remove(): Promise<Progress<void>> {
  await vending.lifecycle.requestDelete(dev, request);
  for (let count = 0; count < 100; count++) {
    const progress = await vending.lifecycle.reconcileDelete(dev, request);
    if (progress.done) return progress;
    vending.clock.now += progress.seconds * 1000;
  }
  throw new Error('an hour is over');
}

async function tryAgain(): Promise<Progress<void> | undefined> {
  const closing = await findClosing(vending.registry, accountId);
  if (!closing) return undefined;
  return closeAccount({
    organization: vending.directory,
    closer: vending.closer,
    registry: vending.registry,
    cicdAccount: '222222222222',
    now: () => vending.clock.now,
  }, closing);
}

const waiting = async () => vending.registry.read<ClosingRecord>(closingKey(accountId));

test('an account is closed if its removal says so, and its state is recorded', async () => {
  expect(await remove()).toEqual({ done: true, result: undefined });
  expect(vending.closer.closed).toEqual([accountId]);
  expect(await vending.record(request)).toMatchObject({
    state: 'closed', accountId, owners: [], closing: { requested: true, state: 'PENDING_CLOSURE' },
  });
});

test.each(['release', 'retain'] as const)('an account with the removal %s is never closed', async onRemoval => {
  await vending.update(dev, { ...request, onRemoval }, request);
  await vending.remove(dev, { ...request, onRemoval });
  expect(vending.closer.closed).toEqual([]);
});

test('a rollback closes no account: the next deployment uses it', async () => {
  vending.isRollingBack = true;
  await remove();
  expect(vending.closer.closed).toEqual([]);
  expect(await vending.record(request)).toMatchObject({ state: 'available' });
  expect(await vending.create(dev, request)).toBe(accountId);
});

test('the removal of an account that an environment of another stack uses fails, and one of the same stack does not',
  async () => {
    const holder = (stackId: string) => ({
      environmentName: 'shop', pipelineKey: `pipeline#${accountId}/shop`, stackId,
    });
    const elsewhere = owner('X', 'elsewhere').stackId;
    await vending.registry.write(leaseKey(accountId), { fence: 1, holder: holder(elsewhere) }, undefined);
    await expect(remove()).rejects.toThrow(
      `'Dev' cannot be removed, because environment 'shop' of stack 'elsewhere' uses account ${accountId}, which would `
        + 'be closed: remove that environment first, then delete again',
    );
    expect(vending.closer.closed).toEqual([]);
    await vending.registry.write(leaseKey(accountId), { fence: 2, holder: holder(dev.stackId) }, 1);
    await remove();
    expect(vending.closer.closed).toEqual([accountId]);
  });

test('an account that another construct has taken over is not closed', async () => {
  await vending.create(owner('Renamed'), request);
  await remove();
  expect(vending.closer.closed).toEqual([]);
});

test('an account without the tag of this organization is not closed, and the history says so', async () => {
  await vending.directory.tag(accountId, { 'org-environments:registry-key': '111111111111/account/other' });
  expect(await remove()).toMatchObject({
    done: true,
    note: `account ${accountId} was not closed, because it does not carry the tag 'org-environments:registry-key' of `
      + 'this organization; it is available again',
  });
  expect(vending.closer.closed).toEqual([]);
  expect(await vending.record(request)).toMatchObject({ state: 'available' });
});

test.each(['PENDING_CLOSURE', 'SUSPENDED', 'CLOSED'])('an account that is %s is not closed again', async state => {
  vending.directory.change(accountId, { state });
  await remove();
  expect(vending.closer.closed).toEqual([]);
  expect(await vending.record(request)).toMatchObject({ state: 'closed', closing: { state } });
});

test('a repeated removal does nothing', async () => {
  await remove();
  await remove();
  expect(vending.closer.closed).toEqual([accountId]);
});

test('the removal waits while AWS closes as many accounts as it does at a time', async () => {
  vending.closer.refusals.push(...Array.from({ length: 5 }, () => limit('CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED')));
  await vending.lifecycle.requestDelete(dev, request);
  expect(await vending.lifecycle.reconcileDelete(dev, request)).toMatchObject({
    done: false, waitsFor: 'AWS to close other accounts first, because it closes at most three at a time',
  });
  await remove();
  expect(vending.closer.closed).toEqual([accountId]);
  expect(await waiting()).toBeUndefined();
});

test('after 40 minutes the removal is complete, and the account is closed later', async () => {
  vending.closer.refusals.push(...Array.from({ length: 41 }, () => limit('CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED')));
  expect(await remove()).toMatchObject({
    done: true,
    note: `account ${accountId} ('shop-dev') is not closed yet: AWS closes at most three accounts at a time; the daily `
      + "check tries again, and 'org-environments status' lists it until it is closed",
  });
  expect(await waiting()).toMatchObject({ accountId, accountName: 'shop-dev' });
  expect(await tryAgain()).toEqual({ done: true, result: undefined });
  expect(vending.closer.closed).toEqual([accountId]);
  expect(await waiting()).toBeUndefined();
  expect(await tryAgain()).toBeUndefined();
});

test('the quota of 30 days does not hold up the removal', async () => {
  vending.closer.refusals.push(limit('CLOSE_ACCOUNT_QUOTA_EXCEEDED'), limit('CLOSE_ACCOUNT_QUOTA_EXCEEDED'));
  const started = vending.clock.now;
  expect(await remove()).toMatchObject({
    note: expect.stringContaining(
      'the organization has closed as many accounts in 30 days as AWS allows',
    ),
  });
  expect(vending.clock.now).toBe(started);
  expect(await tryAgain()).toMatchObject({ note: expect.stringContaining('is not closed yet') });
  expect(await tryAgain()).toEqual({ done: true, result: undefined });
  expect(vending.closer.closed).toEqual([accountId]);
});

test('a missing permission does not fail the removal, and is named', async () => {
  vending.closer.refusals.push(Object.assign(new Error('may not organizations:CloseAccount'), { name: 'AccessError' }));
  expect(await remove()).toMatchObject({ note: expect.stringContaining('may not organizations:CloseAccount') });
});

test('an account that waits for its closure and is declared again is kept', async () => {
  vending.closer.refusals.push(limit('CLOSE_ACCOUNT_QUOTA_EXCEEDED'));
  await remove();
  expect(await vending.create(owner('Again'), request)).toBe(accountId);
  expect(await waiting()).toBeUndefined();
  expect(await tryAgain()).toBeUndefined();
  expect(vending.closer.closed).toEqual([]);
});

const QUOTA = 'the organization has closed as many accounts in 30 days as AWS allows';
const NO_EMAIL = { start: async () => {}, accept: async () => {} };
const CLOSING_TAG = 'org-environments:closing';

/** Refuses closures until the quota of 30 days allows them. */
async function removeLater(who = dev): Promise<void> {
  vending.closer.refusals.push(limit('CLOSE_ACCOUNT_QUOTA_EXCEEDED'));
  await vending.remove(who, request);
}

/** Closes what waits, as the daily check does. Returns the closures in the history. */
async function closeDaily(): Promise<readonly (string | undefined)[]> {
  const events = new FakeEvents();
  const context = { ...vending.context, rootEmail: NO_EMAIL, costs: async () => ({}) };
  const commands = new AccountCommands(
    vending.registry, { run: async command => runCommand(context, command) },
    new RegistryHistory(new FakeRegistry(), events), () => vending.clock.now,
  );
  await commands.closeWaiting('schedule', 'request-1');
  return events.published.map(({ subject }) => subject);
}

test('an account carries a tag with the time of the request while its closure waits, and closes with it', async () => {
  await removeLater();
  const { since = 0 } = { ...await waiting() };
  expect((await vending.directory.tags(accountId))[CLOSING_TAG]).toBe(new Date(since).toISOString());
  expect(await closeDaily()).toEqual(['shop-dev']);
  expect(vending.closer.closed).toEqual([accountId]);
});

test('an account that is closed at once gets no tag', async () => {
  await remove();
  expect(await vending.directory.tags(accountId)).not.toHaveProperty(CLOSING_TAG);
});

test('an account that is declared again loses the tag of its closure in the call that reads its tags', async () => {
  await removeLater();
  await vending.create(owner('Again'), request);
  expect(await vending.directory.tags(accountId)).toEqual({
    'team': 'shop', 'org-environments:registry-key': '222222222222/account/aws+dev@example.com',
  });
});

test('an account in use is not closed when the registry is restored to a time when its closure waited', async () => {
  await removeLater();
  const saved = await saveRecords();
  await vending.create(owner('Again'), request);
  await restoreRecords(saved);
  expect(await closeDaily()).toEqual([]);
  expect(await closeDaily()).toEqual([]);
  expect(vending.closer.closed).toEqual([]);
  expect(await waiting()).toMatchObject({
    reason: `it does not carry the tag '${CLOSING_TAG}' of this request, so it may be in use again: if it is not, `
      + 'close it in the management account',
  });
  await vending.update(owner('Again'), request, request);
  expect(await waiting()).toBeUndefined();
  expect(await closeDaily()).toEqual([]);
  expect(vending.closer.closed).toEqual([]);
});

test('an account whose closure waits since a later request is not closed for an earlier one', async () => {
  await removeLater();
  const saved = await saveRecords();
  vending.clock.now += 1000;
  await vending.create(owner('Again'), request);
  await removeLater(owner('Again'));
  await restoreRecords(saved);
  expect(await closeDaily()).toEqual([]);
  expect(vending.closer.closed).toEqual([]);
});

test('a closure that waited before accounts had the tag is named until the account is closed by hand', async () => {
  await removeLater();
  await vending.directory.untag(accountId, [CLOSING_TAG]);
  await closeDaily();
  expect(vending.closer.closed).toEqual([]);
  expect(await waiting()).toMatchObject({ reason: expect.stringContaining('close it in the management account') });
  vending.directory.change(accountId, { state: 'PENDING_CLOSURE' });
  expect(await closeDaily()).toEqual(['shop-dev']);
  expect(await waiting()).toBeUndefined();
});

test('an account that cannot be tagged fails no removal, and the reason is named', async () => {
  jest.spyOn(vending.directory, 'tag').mockRejectedValue(awsError('ConstraintViolationException', 'too many tags'));
  await removeLater();
  expect(await waiting()).toMatchObject({ reason: `${QUOTA}; the tag '${CLOSING_TAG}' cannot be set: too many tags` });
});

test.each(['before', 'after'] as const)('a removal killed %s any call tags the account that waits', async when => {
  for (let call = 1; ; call++) {
    vending = new Vending();
    accountId = await vending.create(dev, request);
    vending.closer.refusals.push(...Array.from({ length: 3 }, () => limit('CLOSE_ACCOUNT_QUOTA_EXCEEDED')));
    const calls = vending.fate.calls.length;
    vending.fate.dieAt(call, when);
    await vending.remove(dev, request);
    const { since = 0 } = { ...await waiting() };
    expect((await vending.directory.tags(accountId))[CLOSING_TAG]).toBe(new Date(since).toISOString());
    if (vending.fate.calls.length - calls < call) return;
  }
});

test('a closure that ended in the meantime is not in the history', async () => {
  await removeLater();
  const { version = 0, ...record } = { ...await vending.record(request) };
  await vending.registry.write('account#aws+dev@example.com', { ...record, state: 'available' }, version);
  expect(await closeDaily()).toEqual([]);
  expect(await waiting()).toBeUndefined();
});

type Saved = ReadonlyMap<string, object>;

async function saveRecords(): Promise<Saved> {
  const saved = new Map<string, object>();
  for (const key of vending.registry.keys) {
    const { version: _, ...record } = await vending.registry.read<object>(key) ?? { version: 0 };
    saved.set(key, record);
  }
  return saved;
}

async function restoreRecords(saved: Saved): Promise<void> {
  for (const key of new Set([...saved.keys(), ...vending.registry.keys])) {
    const record = saved.get(key);
    const version = (await vending.registry.read(key))?.version;
    if (record) await vending.registry.write(key, record, version);
    else await vending.registry.remove(key, version ?? 0);
  }
}

test('a closed account that is declared again is rejected with an error that says so', async () => {
  await remove();
  await expect(vending.create(owner('Again'), request)).rejects.toThrow(
    `account 'shop-dev' (aws+dev@example.com) cannot be used: account ${accountId} is being closed; ask AWS Support to `
      + 'reopen it, or use another e-mail',
  );
});

test.each(['before', 'after'] as const)('a removal that is killed %s any call closes the account once', async when => {
  for (let call = 1; ; call++) {
    vending = new Vending();
    accountId = await vending.create(dev, request);
    const calls = vending.fate.calls.length;
    vending.fate.dieAt(call, when);
    await vending.remove(dev, request);
    expect(vending.closer.closed).toEqual([accountId]);
    expect(await vending.record(request)).toMatchObject({ state: 'closed' });
    if (vending.fate.calls.length - calls < call) return;
  }
});
