import { ANNA, fakeOperations } from './operations';
import { forget } from '../../../cli/commands/forget';
import type { LeftoverOutcome } from '../../../src/operations/contract';

const LEFTOVER: LeftoverOutcome = {
  name: 'dev',
  accountId: '300000000001',
  region: 'eu-central-1',
  stackName: 'pipe',
  reason: 'the role cannot be assumed',
  since: '2026-01-01T10:00:00.000Z',
  pipeline: 'unknown',
  remains: ["stack 'pipe' with the pipeline", 'the stacks that the pipeline has deployed'],
};
const PREVIEW = [
  'dev in account 300000000001 and region eu-central-1 was not deleted since 2026-01-01 10:00:',
  '  the role cannot be assumed',
  'These resources stay in the account, and nothing deletes them later:',
  "  - stack 'pipe' with the pipeline",
  '  - the stacks that the pipeline has deployed',
];
const FORGOTTEN = "dev (account 300000000001) forgotten: stack 'pipe' stays there";
const REQUEST = { operation: 'forget', name: 'dev', by: ANNA };

test('forget prints what stays in the account, and asks before it forgets', async () => {
  const { operations, write, lines, requests } = fakeOperations([], [], [], [LEFTOVER]);
  const confirm = jest.fn(async () => {
    expect(lines).toEqual(PREVIEW);
    return true;
  });
  expect(await forget('dev', {}, { operations, confirm }, write)).toBe(true);
  expect(confirm).toHaveBeenCalledWith("Forget 'dev'?");
  expect(requests).toEqual([{ ...REQUEST, mode: 'preview' }, { ...REQUEST, mode: 'forget' }]);
  expect(lines).toEqual([...PREVIEW, FORGOTTEN]);
});

test('forget does nothing without confirmation', async () => {
  const { operations, write, lines, requests } = fakeOperations([], [], [], [LEFTOVER]);
  expect(await forget('dev', {}, { operations, confirm: async () => false }, write)).toBe(false);
  expect(requests).toEqual([{ ...REQUEST, mode: 'preview' }]);
  expect(lines).toEqual([...PREVIEW, 'Nothing was done.']);
});

test('forget --yes does not ask, and passes on the reason', async () => {
  const { operations, write, lines, requests } = fakeOperations([], [], [], [LEFTOVER]);
  const confirm = jest.fn();
  const options = { yes: true, reason: 'the account was closed' };
  expect(await forget('dev', options, { operations, confirm }, write)).toBe(true);
  expect(confirm).not.toHaveBeenCalled();
  expect(requests.at(-1)).toEqual({ ...REQUEST, reason: 'the account was closed', mode: 'forget' });
  expect(lines).toEqual([...PREVIEW, FORGOTTEN]);
});

test('forget fails if nothing remains any more', async () => {
  const { operations, write, lines } = fakeOperations([]);
  expect(await forget('dev', { yes: true }, { operations, confirm: jest.fn() }, write)).toBe(false);
  expect(lines).toEqual(['dev was deployed again, or deleted, in the meantime']);
});
