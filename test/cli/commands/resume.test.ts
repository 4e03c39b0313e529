import { ANNA, DEV, fakeOperations } from './operations';
import { resume } from '../../../cli/commands/resume';

test('resume prints the state of each pipeline', async () => {
  const { operations, write, lines, requests } = fakeOperations([
    { ...DEV, state: 'enabled', started: true, wasHalted: true },
    { ...DEV, state: 'enabled', started: false, wasHalted: true },
    { ...DEV, state: 'enabled', started: true, wasHalted: false },
    { ...DEV, state: 'enabled', started: false, wasHalted: false },
    { ...DEV, state: 'disabled', started: false, wasHalted: true },
    { ...DEV, state: 'suspended', started: false, wasHalted: false },
  ]);
  expect(await resume({ all: true }, operations, write)).toBe(true);
  expect(requests).toEqual([{ operation: 'resume', environmentNames: 'all', by: ANNA }]);
  expect(lines.map(line => line.replace('dev (account 300000000001) ', ''))).toEqual([
    'resumed: deploying the last commit',
    'resumed: deploys new commits',
    'was not halted: deploying the last commit',
    'was not halted: deploys new commits',
    'disabled by its definition (enabled: false): change it to true and deploy to enable it',
    'suspended: another pipeline takes its place, or it is being removed',
  ]);
});

test('resume fails if a pipeline cannot be resumed', async () => {
  const outcome = { ...DEV, state: 'enabled', started: false, problem: 'access denied' };
  const { operations, write, lines } = fakeOperations([outcome]);
  expect(await resume({ all: true }, operations, write)).toBe(false);
  expect(lines).toEqual(['✗ dev: access denied']);
});

test('resume prints which environments do not exist, and that their halts were removed', async () => {
  const outcome = { ...DEV, state: 'enabled', started: false, wasHalted: true };
  const { operations, write, lines } = fakeOperations([outcome], ['old']);
  expect(await resume({ all: true }, operations, write)).toBe(true);
  expect(lines).toEqual([
    'dev (account 300000000001) resumed: deploys new commits',
    'old: the environment does not exist; its halt was removed',
  ]);
});

test('resume prints that no environments exist', async () => {
  const { operations, write, lines } = fakeOperations([]);
  expect(await resume({ all: true }, operations, write)).toBe(true);
  expect(lines).toEqual(['No environments exist.']);
});
