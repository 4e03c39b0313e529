import { halt, resume } from '../../../cli/commands/halt';
import { drawStatus, status } from '../../../cli/commands/status';
import type { OperationRequest, PipelineIdentity, StatusOutcome } from '../../../src/operations/contract';

const DEV: PipelineIdentity = { environmentName: 'dev', accountId: '300000000001', region: 'eu-central-1', pipelineName: 'dev' };
const PROD: PipelineIdentity = { ...DEV, environmentName: 'production', accountId: '300000000002', pipelineName: 'production' };
const ANNA = 'arn:aws:sts::222222222222:assumed-role/Operator/anna';

/** A function that answers always the same, and what the user reads. */
function world(...pipelines: object[]) {
  const gone: string[] = [];
  const requests: OperationRequest[] = [];
  const lines: string[] = [];
  const operations = {
    caller: async () => ANNA,
    invoke: async <Outcome>(request: OperationRequest) => {
      requests.push(request);
      return { pipelines: pipelines as Outcome[], gone };
    },
  };
  return { gone, requests, operations, lines, write: (line: string) => { lines.push(plain(line)); } };
}

function plain(line: string): string {
  return line.replace(/\u001b\[\d+m/g, '');
}

describe('halt', () => {
  test('asks in the name of the caller and tells of each pipeline what was stopped', async () => {
    const { operations, write, lines, requests } = world(
      { ...DEV, stopped: 0, interrupted: [] }, { ...PROD, stopped: 2, interrupted: ['Synth/Synth', 'Deploy/Deploy'] },
    );
    expect(await halt({ environment: ['dev', 'production'], reason: 'the till is wrong' }, operations, write)).toBe(true);
    expect(requests).toEqual([{ operation: 'halt', environmentNames: ['dev', 'production'], by: ANNA, reason: 'the till is wrong' }]);
    expect(lines).toEqual([
      'dev (account 300000000001) halted: nothing was running',
      'production (account 300000000002) halted: 2 executions stopped, Synth/Synth and Deploy/Deploy interrupted; CloudFormation still finishes the stacks '
      + 'that it has begun, those after them are not deployed',
    ]);
  });

  test('tells who has halted a pipeline before', async () => {
    const haltedAlready = { by: ANNA, at: '2026-01-01T11:00:00.000Z', reason: 'the till is wrong' };
    const { operations, write, lines } = world({ ...DEV, stopped: 0, interrupted: [], haltedAlready });
    expect(await halt({ all: true, reason: 'x' }, operations, write)).toBe(true);
    expect(lines).toEqual([`dev (account 300000000001) halted already by ${ANNA} at 2026-01-01 11:00: the till is wrong; now nothing was running`]);
  });

  test('does not succeed where a pipeline could not be halted', async () => {
    const { operations, write, lines } = world({ ...DEV, stopped: 0, interrupted: [], problem: 'the account cannot be reached' });
    expect(await halt({ all: true, reason: 'x' }, operations, write)).toBe(false);
    expect(lines).toEqual(['✗ dev: the account cannot be reached']);
  });

  test('of nothing says so', async () => {
    const { operations, write, lines } = world();
    expect(await halt({ all: true, reason: 'x' }, operations, write)).toBe(true);
    expect(lines).toEqual(['There are no environments.']);
  });
});

test('resume tells of each pipeline what happens now, and does not succeed where one could not be resumed', async () => {
  const { operations, write, lines, requests } = world(
    { ...DEV, state: 'enabled', started: true, wasHalted: true }, { ...DEV, state: 'enabled', started: false, wasHalted: true },
    { ...DEV, state: 'enabled', started: true, wasHalted: false }, { ...DEV, state: 'enabled', started: false, wasHalted: false },
    { ...DEV, state: 'disabled', started: false, wasHalted: true }, { ...DEV, state: 'suspended', started: false, wasHalted: false },
  );
  expect(await resume({ all: true }, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'resume', environmentNames: 'all', by: ANNA }]);
  expect(lines.map(line => line.replace('dev (account 300000000001) ', ''))).toEqual([
    'resumed: the last commit of the branch is on its way',
    'resumed: commits go through again',
    'was not halted: the last commit of the branch is on its way',
    'was not halted: commits go through',
    'disabled by its definition (enabled: false): change it to true and deploy to enable it',
    'suspended: another pipeline takes its place, or it is being removed',
  ]);
  const broken = world({ ...DEV, state: 'enabled', started: false, problem: 'the account cannot be reached' });
  expect(await resume({ all: true }, broken.operations, broken.write)).toBe(false);
});

test('resume tells which environments are not there now, and that nothing keeps those of their name halted', async () => {
  const { gone, operations, write, lines } = world({ ...DEV, state: 'enabled', started: false, wasHalted: true });
  gone.push('gone');
  expect(await resume({ all: true }, operations, write)).toBe(true);
  expect(lines).toEqual([
    'dev (account 300000000001) resumed: commits go through again',
    'gone: there is no such environment now; its halt is taken back, so one of this name starts as its code says',
  ]);
  const nobody = world();
  expect(await resume({ all: true }, nobody.operations, nobody.write)).toBe(true);
  expect(nobody.lines).toEqual(['There are no environments.']);
});

describe('status', () => {
  const dev: StatusOutcome = {
    ...DEV, branchName: 'env/dev', state: 'enabled', last: { status: 'InProgress', startedAt: '2026-01-01T10:00:00.000Z', commitId: 'c0ffee0123', author: 'Anna' },
  };
  const halted: StatusOutcome = {
    ...PROD,
    branchName: 'main',
    state: 'halted',
    halt: { by: ANNA, at: '2026-01-01T11:00:00.000Z', reason: 'the till is wrong' },
    last: { status: 'Stopped', startedAt: '2026-01-01T09:00:00.000Z', seconds: 245, commitId: 'dec0de0123', author: 'Ben' },
  };

  test('is a table, and below it what does not fit into one', () => {
    expect(drawStatus([dev, halted]).map(plain)).toEqual([
      'environment  account       state    last execution  commit   author  started (UTC)     duration',
      'dev          300000000001  enabled  InProgress      c0ffee0  Anna    2026-01-01 10:00  -',
      'production   300000000002  halted   Stopped         dec0de0  Ben     2026-01-01 09:00  4m 5s',
      '',
      `production was halted by ${ANNA} at 2026-01-01 11:00: the till is wrong`,
    ]);
  });

  test('says of a commit in front of what is not let through that it waits, and why', () => {
    const last = { status: 'InProgress', waits: true, startedAt: '2026-01-01T10:00:00.000Z', commitId: 'c0ffee0123' } as const;
    const [, ...lines] = drawStatus((['disabled', 'halted'] as const).map(state => ({ ...DEV, branchName: 'a', state, last }))).map(plain);
    const line = (state: string) => expect.stringMatching(new RegExp(`^dev +\\d+ +${state} +waiting \\(${state}\\) +c0ffee0 `));
    expect(lines.slice(0, 2)).toEqual(['disabled', 'halted'].map(line));
  });

  test('says why a pipeline does not work, and what is not known', () => {
    const [, ...lines] = drawStatus([
      { ...DEV, branchName: 'a', state: 'disabled' }, { ...DEV, branchName: 'a', state: 'suspended' },
      { ...DEV, branchName: 'a', state: 'disabled', disabledByHand: 'fire drill' }, { ...DEV, branchName: 'a', state: 'disabled', disabledByHand: '' },
      { ...DEV, branchName: 'a', state: 'enabled', problem: 'cannot be reached' },
    ]).map(plain);
    expect(lines[0]).toMatch(/^dev +300000000001 +disabled +- +- +- +- +-$/);
    expect(lines.slice(6)).toEqual([
      'dev is disabled by its definition (enabled: false)',
      'dev in account 300000000001 is suspended: another pipeline takes its place, or it is being removed',
      'dev was disabled by hand in account 300000000001: fire drill; to enable it, run: org-environments resume --environment dev',
      'dev was disabled by hand in account 300000000001: no reason given; to enable it, run: org-environments resume --environment dev',
      '✗ dev: cannot be reached',
    ]);
  });

  test('as JSON is what the function answers, and does not succeed where something could not be seen', async () => {
    const seen = world(dev, halted);
    expect(await status({ json: true }, seen.operations, seen.write)).toBe(true);
    expect(JSON.parse(seen.lines.join('\n'))).toEqual([dev, halted]);
    const broken = world({ ...dev, problem: 'cannot be reached' });
    expect(await status({}, broken.operations, broken.write)).toBe(false);
    const nothing = world();
    expect(await status({}, nothing.operations, nothing.write)).toBe(true);
    expect(nothing.lines).toEqual(['There are no environments.']);
  });
});
