import { World } from './world';
import { closingKey } from '../../lambda/registry/closing';
import type { ClosingRecord } from '../../lambda/registry/closing';

let world: World;
beforeEach(() => {
  world = new World();
});

async function wait(accountId: string, since: number): Promise<void> {
  await world.registry.write<ClosingRecord>(closingKey(accountId), {
    accountId, accountName: `shop-${since}`, accountKey: 'account#x', since, reason: 'later',
  }, undefined);
}

test('the status lists the accounts that wait for their closure, the oldest first', async () => {
  await wait('300000000001', 2);
  await wait('300000000002', 1);
  expect((await world.operations.status()).closings).toEqual([
    { accountId: '300000000002', accountName: 'shop-1', since: '1970-01-01T00:00:00.001Z', reason: 'later' },
    { accountId: '300000000001', accountName: 'shop-2', since: '1970-01-01T00:00:00.002Z', reason: 'later' },
  ]);
});

test('the daily check closes each account that AWS closes now, also after one that it refuses', async () => {
  await wait('300000000001', 1);
  await wait('300000000002', 2);
  await wait('300000000003', 3);
  world.answers.push({ note: 'the quota' }, {}, {});
  await world.accounts.closeWaiting('daily schedule', 'request-1');
  expect(world.commands).toEqual([
    { command: 'close', accountId: '300000000001' },
    { command: 'close', accountId: '300000000002' },
    { command: 'close', accountId: '300000000003' },
  ]);
  const { history = [] } = await world.operations.run({ operation: 'history', limit: 10 }, 'request-2');
  expect(history).toMatchObject([
    { change: 'Account Closure', by: 'daily schedule', accountId: '300000000002', subject: 'shop-2' },
    { change: 'Account Closure', by: 'daily schedule', accountId: '300000000003', subject: 'shop-3' },
  ]);
});

test('a change of an e-mail is started without an entry in the history, and completed with one', async () => {
  const request = {
    operation: 'changeEmail', accountId: '300000000001', email: 'new@example.com', by: 'anna',
  } as const;
  await world.operations.run(request, 'request-1');
  await world.operations.run({ ...request, code: '123456' }, 'request-2');
  expect(world.commands).toEqual([
    { command: 'startEmailChange', accountId: '300000000001', email: 'new@example.com' },
    { command: 'acceptEmailChange', accountId: '300000000001', email: 'new@example.com', code: '123456' },
  ]);
  const { history = [] } = await world.operations.run({ operation: 'history', limit: 10 }, 'request-3');
  expect(history).toMatchObject([
    { change: 'Account Email Change', by: 'anna', accountId: '300000000001', subject: 'new@example.com' },
  ]);
});
