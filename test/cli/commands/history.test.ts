import { stripVTControlCharacters } from 'node:util';
import { ANNA, fakeOperations } from './operations';
import { formatHistory, history } from '../../../cli/commands/history';
import type { HistoryEntry } from '../../../src/history/contract';

const STACK = 'arn:aws:cloudformation:eu-west-1:222222222222:stack/Cicd/0f3c';
const created: HistoryEntry = {
  at: '2026-01-01T10:00:00.000Z',
  change: 'Branch Creation',
  outcome: 'succeeded',
  by: STACK,
  requestId: 'request-1',
  environmentName: 'dev',
  accountId: '300000000001',
  subject: 'env/dev',
  commitId: 'c0ffee0123',
};
const halted: HistoryEntry = {
  at: '2026-01-01T11:00:00.000Z',
  change: 'Halt',
  outcome: 'succeeded',
  by: ANNA,
  requestId: 'request-2',
  environmentName: 'dev',
  reason: 'wrong totals',
};
const deferred: HistoryEntry = {
  at: '2026-01-01T12:00:00.000Z',
  change: 'Account Update',
  outcome: 'deferred',
  by: STACK,
  requestId: 'request-3',
  accountId: '300000000001',
  reason: 'it was suspended by AWS',
};

test('history is a table of who changed what by which request, followed by the reasons', () => {
  expect(formatHistory([created, halted, deferred]).map(stripVTControlCharacters)).toEqual([
    'time (UTC)        environment  account       change           outcome    by                          '
      + 'subject          request',
    '2026-01-01 10:00  dev          300000000001  branch creation  succeeded  stack/Cicd                  '
      + 'env/dev c0ffee0  request-1',
    '2026-01-01 11:00  dev          -             halt             succeeded  assumed-role/Operator/anna  '
      + '-                request-2',
    '2026-01-01 12:00  -            300000000001  account update   deferred   stack/Cicd                  '
      + '-                request-3',
    '',
    '2026-01-01 11:00 dev: Halt: wrong totals',
    '! 2026-01-01 12:00 Account Update: it was suspended by AWS',
  ]);
});

test('history requests the last 50 changes of all environments by default', async () => {
  const { operations, requests, write, lines } = fakeOperations([], [], [created]);
  expect(await history(undefined, {}, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'history', limit: 50 }]);
  expect(lines).toHaveLength(2);
});

test('history --json prints the changes of one environment as JSON', async () => {
  const { operations, requests, write, lines } = fakeOperations([], [], [created, halted]);
  await history('dev', { json: true, limit: 2 }, operations, write);
  expect(requests).toEqual([{ operation: 'history', limit: 2, environmentName: 'dev' }]);
  expect(JSON.parse(lines.join('\n'))).toEqual([created, halted]);
});

test('history prints that there are no changes', async () => {
  const { operations, write, lines } = fakeOperations([]);
  await history('dev', {}, operations, write);
  await history(undefined, {}, operations, write);
  expect(lines).toEqual([
    "No changes of environment 'dev' in the last 400 days.", 'No changes in the last 400 days.',
  ]);
});
