import { ANNA, fakeOperations } from './operations';
import { changeAccountEmail } from '../../../cli/commands/account-email';
import { formatClosings } from '../../../cli/commands/status';

const EMAIL = 'aws+new@example.com';

test('the command starts the change, and says how to complete it', async () => {
  const { operations, requests, lines, write } = fakeOperations([]);
  expect(await changeAccountEmail('300000000001', { email: EMAIL }, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'changeEmail', accountId: '300000000001', email: EMAIL, by: ANNA }]);
  expect(lines).toEqual([
    'AWS has sent a code to aws+new@example.com. Complete the change with it:',
    '  org-environments change-account-email 300000000001 --email aws+new@example.com --code <code>',
  ]);
});

test('the command completes the change with the code, and says what to change in the app', async () => {
  const { operations, requests, lines, write } = fakeOperations([]);
  expect(await changeAccountEmail('300000000001', { email: EMAIL, code: '123456' }, operations, write)).toBe(true);
  expect(requests).toMatchObject([{ code: '123456' }]);
  expect(lines).toEqual([
    "The e-mail of account 300000000001 is aws+new@example.com now. Set it as 'email' of its Account.",
  ]);
});

test('the command rejects what is no account id', async () => {
  const { operations, write } = fakeOperations([]);
  await expect(changeAccountEmail('shop', { email: EMAIL }, operations, write)).rejects.toThrow(
    "the account id must be twelve digits, got 'shop'",
  );
});

test('status lists the accounts that are to be closed', () => {
  const reason = 'AWS closes at most three accounts at a time';
  const closings = [
    { accountId: '300000000001', accountName: 'shop-dev', since: '2026-01-01T10:00:00.000Z', reason },
  ];
  expect(formatClosings([])).toEqual([]);
  expect(formatClosings(closings).map(line => line.replaceAll(/\u001b\[\d+m/g, ''))).toEqual([
    '',
    'Accounts to be closed:',
    '! shop-dev (account 300000000001) since 2026-01-01 10:00: AWS closes at most three accounts at a time; the daily '
      + 'check tries again',
  ]);
});
