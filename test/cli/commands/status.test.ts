import { stripVTControlCharacters } from 'node:util';
import { ANNA, DEV, fakeOperations, PROD } from './operations';
import { formatLeftovers, formatPipelines, status } from '../../../cli/commands/status';
import { AWAITS_APPROVAL } from '../../../src/operations/contract';
import type { StatusOutcome } from '../../../src/operations/contract';

const dev: StatusOutcome = {
  ...DEV,
  branchName: 'env/dev',
  state: 'enabled',
  lastExecution: {
    status: 'InProgress', startedAt: '2026-01-01T10:00:00.000Z', commitId: 'c0ffee0123', author: 'Anna',
  },
};
const production: StatusOutcome = {
  ...PROD,
  branchName: 'main',
  state: 'halted',
  halt: { by: ANNA, at: '2026-01-01T11:00:00.000Z', reason: 'wrong totals' },
  lastExecution: {
    status: 'Stopped',
    startedAt: '2026-01-01T09:00:00.000Z',
    durationSeconds: 245,
    commitId: 'dec0de0123',
    author: 'Ben',
  },
};

test('status is a table, followed by the reasons of halts', () => {
  expect(formatPipelines([dev, production]).map(stripVTControlCharacters)).toEqual([
    'environment  account       state    last execution  commit   author  started (UTC)     duration',
    'dev          300000000001  enabled  in progress     c0ffee0  Anna    2026-01-01 10:00  -',
    'production   300000000002  halted   stopped         dec0de0  Ben     2026-01-01 09:00  4m 5s',
    '',
    `production was halted by ${ANNA} at 2026-01-01 11:00: wrong totals`,
  ]);
});

test('status says that an execution waits for approval, and its JSON too', async () => {
  const lastExecution = { ...dev.lastExecution, status: AWAITS_APPROVAL, startedAt: '2026-01-01T10:00:00.000Z' };
  const [, line] = formatPipelines([{ ...dev, lastExecution }]).map(stripVTControlCharacters);
  expect(line).toMatch(/^dev +300000000001 +enabled +waits for approval +c0ffee0 +Anna /);
  const { operations, write, lines } = fakeOperations([{ ...dev, lastExecution }]);
  await status({ json: true }, operations, write);
  expect(lines.join('\n')).toContain('"status": "WaitsForApproval"');
});

test('status shows that a commit waits in a pipeline that is disabled or halted', () => {
  const states = ['disabled', 'halted'] as const;
  const lastExecution = {
    status: 'InProgress', isWaiting: true, startedAt: '2026-01-01T10:00:00.000Z', commitId: 'c0ffee0123',
  } as const;
  const pipelines = states.map(state => ({ ...DEV, branchName: 'a', state, lastExecution }));
  const [, ...lines] = formatPipelines(pipelines).map(stripVTControlCharacters);
  expect(lines.slice(0, 2)).toEqual([
    expect.stringMatching(/^dev +\d+ +disabled +waiting \(disabled\) +c0ffee0 /),
    expect.stringMatching(/^dev +\d+ +halted +waiting \(halted\) +c0ffee0 /),
  ]);
});

test('status explains why pipelines are disabled or suspended, and what could not be read', () => {
  const [, ...lines] = formatPipelines([
    { ...DEV, branchName: 'a', state: 'disabled' },
    { ...DEV, branchName: 'a', state: 'suspended' },
    { ...DEV, branchName: 'a', state: 'disabled', disabledByHand: 'fire drill' },
    { ...DEV, branchName: 'a', state: 'disabled', disabledByHand: '' },
    { ...DEV, branchName: 'a', state: 'enabled', problem: 'access denied' },
  ]).map(stripVTControlCharacters);
  expect(lines[0]).toMatch(/^dev +300000000001 +disabled +- +- +- +- +-$/);
  const resume = 'to enable it, run: org-environments resume --environment dev';
  expect(lines.slice(6)).toEqual([
    'dev is disabled by its definition (enabled: false)',
    'dev in account 300000000001 is suspended: another pipeline takes its place, or it is being removed',
    `dev was disabled by hand in account 300000000001: fire drill; ${resume}`,
    `dev was disabled by hand in account 300000000001: no reason given; ${resume}`,
    '✗ dev: access denied',
  ]);
});

test('status shows the sides of a blue/green environment, and says once what reserved means', () => {
  const sides = ['blue', 'green'] as const;
  const pipelines = sides.map(side => ({
    ...DEV,
    side,
    branchName: `env/dev-${side}`,
    state: 'reserved' as const,
    ...(side === 'green' && { isActive: true }),
  }));
  const [, ...lines] = formatPipelines(pipelines).map(stripVTControlCharacters);
  expect(lines).toEqual([
    expect.stringMatching(/^dev \(blue\) +300000000001 +reserved /),
    expect.stringMatching(/^dev \(green, active\) +300000000001 +reserved /),
    '',
    'reserved: no release deploys this side now; commits on its branch wait for the next release to it '
    + '(org-environments release <environment> --to <commit>)',
  ]);
});

test('status lists what differs outside of environments, with the command that repairs it', async () => {
  const drift = { what: "organizational unit 'Test' does not exist", remedy: 'it is created', isRepairable: true };
  const { operations, write, lines } = fakeOperations([dev], [], [], [], [drift]);
  await status({}, operations, write);
  expect(lines.slice(-4)).toEqual([
    '',
    'Not as declared, outside of environments:',
    "! organizational unit 'Test' does not exist",
    '  To repair it, run: org-environments reconcile --all',
  ]);
});

test('status names what could not be checked, with the command that checks it again', async () => {
  const drift = (name: string) => ({
    what: `'${name}' could not be checked: the token has expired`, remedy: '', isRepairable: false, isUnchecked: true,
  } as const);
  const { operations, write, lines } = fakeOperations(
    [{ ...dev, drifts: [drift('Branch')] }], [], [], [], [drift('Unit')]);
  await status({}, operations, write);
  expect(lines.slice(-5)).toEqual([
    "! dev: 'Branch' could not be checked: the token has expired; to check it again, run: "
    + 'org-environments reconcile --environment dev --check',
    '',
    'Not as declared, outside of environments:',
    "! 'Unit' could not be checked: the token has expired",
    '  To check again what could not be checked, run: org-environments reconcile --all --check',
  ]);
});

test('status --json prints the pipelines as JSON', async () => {
  const { operations, write, lines } = fakeOperations([dev, production]);
  expect(await status({ json: true }, operations, write)).toBe(true);
  expect(JSON.parse(lines.join('\n'))).toEqual({
    pipelines: [dev, production], leftovers: [], closings: [], drifts: [],
  });
});

test('status fails if the status of a pipeline cannot be read', async () => {
  const { operations, write } = fakeOperations([{ ...dev, problem: 'access denied' }]);
  expect(await status({}, operations, write)).toBe(false);
});

test('status prints that no environments exist', async () => {
  const { operations, write, lines } = fakeOperations([]);
  expect(await status({}, operations, write)).toBe(true);
  expect(lines).toEqual(['No environments exist.']);
});

test('status lists what was removed and not deleted, with the way to leave it', () => {
  const leftover = {
    name: 'dev',
    accountId: '300000000001',
    region: 'eu-central-1',
    stackName: 'pipe',
    reason: 'no role',
    since: '2026-01-01T10:00:00.000Z',
  };
  const name = '300000000001/eu-central-1/net';
  expect(formatLeftovers([
    { ...leftover, pipeline: 'unknown' },
    { ...leftover, pipeline: 'disabled' },
    { ...leftover, name, stackName: 'net' },
  ]).map(stripVTControlCharacters)).toEqual([
    '',
    'Removed, but not deleted:',
    "! dev: stack 'pipe' in account 300000000001 and region eu-central-1 since 2026-01-01 10:00, "
    + 'its account cannot be reached',
    '  no role',
    '  To leave it in the account, run: org-environments forget dev',
    "! dev: stack 'pipe' in account 300000000001 and region eu-central-1 since 2026-01-01 10:00, "
    + 'its pipeline is disabled',
    '  no role',
    '  To leave it in the account, run: org-environments forget dev',
    `! ${name}: stack 'net' in account 300000000001 and region eu-central-1 since 2026-01-01 10:00`,
    '  no role',
    `  To leave it in the account, run: org-environments forget ${name}`,
  ]);
  expect(formatLeftovers([])).toEqual([]);
});
