import { ANNA, DEV, fakeOperations, PROD } from './operations';
import { selectedNames } from '../../../cli/commands/environment-selection';
import { halt } from '../../../cli/commands/halt';

const reason = 'wrong totals';

test('halt passes on the caller and the reason, and prints what was stopped in each pipeline', async () => {
  const { operations, write, lines, requests } = fakeOperations([
    { ...DEV, stopped: 0, interrupted: [] },
    { ...PROD, stopped: 2, interrupted: ['Synth/Synth', 'Deploy/Deploy'] },
  ]);
  expect(await halt({ environment: ['dev', 'production'], reason }, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'halt', environmentNames: ['dev', 'production'], by: ANNA, reason }]);
  expect(lines).toEqual([
    'dev (account 300000000001) halted: no execution was running',
    'production (account 300000000002) halted: 2 executions stopped, interrupted: Synth/Synth, Deploy/Deploy. '
    + 'CloudFormation finishes the stacks it has started; later stacks are not deployed',
  ]);
});

test('halt prints who halted a pipeline before', async () => {
  const haltedAlready = { by: ANNA, at: '2026-01-01T11:00:00.000Z', reason };
  const { operations, write, lines } = fakeOperations([{ ...DEV, stopped: 1, interrupted: [], haltedAlready }]);
  expect(await halt({ all: true, reason: 'x' }, operations, write)).toBe(true);
  expect(lines).toEqual([
    `dev (account 300000000001) already halted by ${ANNA} at 2026-01-01 11:00: wrong totals; 1 execution stopped`,
  ]);
});

test('halt fails if a pipeline cannot be halted', async () => {
  const outcome = { ...DEV, stopped: 0, interrupted: [], problem: 'access denied' };
  const { operations, write, lines } = fakeOperations([outcome]);
  expect(await halt({ all: true, reason }, operations, write)).toBe(false);
  expect(lines).toEqual(['✗ dev: access denied']);
});

test('halt prints that no environments exist', async () => {
  const { operations, write, lines } = fakeOperations([]);
  expect(await halt({ all: true, reason }, operations, write)).toBe(true);
  expect(lines).toEqual(['No environments exist.']);
});

test.each([
  [{}, 'missing: --environment <name> (can be repeated) or --all, and --reason <text>, for example: '],
  [{ all: true }, "missing: --reason <text>, for example: org-environments halt --environment prod --reason '"],
  [{ reason }, 'no environment is selected: use --environment <name>'],
])('halt with %j names at once all that is missing', async (options, message) => {
  const { operations, write } = fakeOperations([]);
  await expect(halt(options, operations, write)).rejects.toThrow(message);
});

test('environments are selected either by name or all of them', () => {
  expect(selectedNames({ environment: ['dev'] })).toEqual(['dev']);
  expect(selectedNames({ all: true })).toBe('all');
  expect(() => selectedNames({})).toThrow('no environment is selected: use --environment <name>');
  expect(() => selectedNames({ all: true, environment: ['dev'] }))
    .toThrow('--all and --environment exclude each other');
});
