import { stripVTControlCharacters } from 'node:util';
import { ANNA } from './operations';
import { reconcile } from '../../../cli/commands/reconcile';
import type { ReconcileOperation, ReconcileOutcome, ReconcileResponse } from '../../../src/operations/contract';

const GOOD: ReconcileOutcome = {
  environmentName: 'dev', logicalId: 'devBranch', resourceType: 'branch', state: 'checked', drifts: [],
};
const MOVED: ReconcileOutcome = {
  ...GOOD,
  logicalId: 'devAccount',
  drifts: [{ what: 'the account was moved', remedy: 'it is moved back', isRepairable: true }],
};
const LOST: ReconcileOutcome = {
  ...GOOD, drifts: [{ what: 'the account has left', remedy: 'invite it', isRepairable: false }],
};

/** An operations function with an answer for each call, in order; the last answer is repeated. */
function world(...answers: readonly (readonly ReconcileOutcome[] | ReconcileResponse)[]) {
  const requests: ReconcileOperation[] = [];
  const lines: string[] = [];
  const questions: string[] = [];
  const operations = {
    callerArn: async () => ANNA,
    reconcile: async (request: ReconcileOperation) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(request);
      return 'resources' in answer ? answer : { resources: answer, unchecked: 0 };
    },
  };
  const terminal = (answer: boolean) => ({
    write: (line: string) => { lines.push(stripVTControlCharacters(line)); },
    confirm: async (question: string) => { questions.push(question); return answer; },
    sleep: async () => {},
  });
  return { operations, terminal, lines, questions, modes: () => requests.map(({ mode }) => mode), requests };
}

test('reconcile --check shows what differs, repairs nothing, and fails', async () => {
  const { operations, terminal, lines, requests, questions } = world([GOOD, MOVED]);
  expect(await reconcile({ environment: ['dev'], check: true }, operations, terminal(true))).toBe(false);
  expect(requests).toEqual([{ operation: 'reconcile', environmentNames: ['dev'], by: ANNA, mode: 'check' }]);
  expect(questions).toEqual([]);
  expect(lines).toEqual([
    '! dev: the account was moved', '    repair: it is moved back', '1 resource of 2 as declared',
  ]);
});

test('reconcile succeeds without a question if everything is as declared', async () => {
  const { operations, terminal, lines, modes, questions } = world([GOOD]);
  expect(await reconcile({ all: true }, operations, terminal(true))).toBe(true);
  expect([modes(), questions, lines]).toEqual([['check'], [], ['1 resource of 1 as declared']]);
});

test('reconcile repairs nothing if the user does not agree', async () => {
  const { operations, terminal, modes, questions } = world([MOVED]);
  expect(await reconcile({ all: true }, operations, terminal(false))).toBe(false);
  expect([modes(), questions]).toEqual([['check'], ['Repair 1 difference?']]);
});

test('reconcile --yes repairs without a question, waits, and succeeds if nothing differs any more', async () => {
  const { operations, terminal, modes, questions } = world(
    [MOVED], [], [{ ...MOVED, state: 'repairing' }], [{ ...MOVED, state: 'repairing' }], [{ ...MOVED, drifts: [] }],
  );
  expect(await reconcile({ all: true, yes: true }, operations, terminal(false))).toBe(true);
  expect([modes(), questions]).toEqual([['check', 'repair', 'read', 'read', 'read'], []]);
});

test('reconcile fails if a repair has failed, and prints why', async () => {
  const { operations, terminal, lines } = world([MOVED], [], [{ ...MOVED, problem: 'could not be repaired: denied' }]);
  expect(await reconcile({ all: true, yes: true }, operations, terminal(true))).toBe(false);
  expect(lines).toContain('✗ dev: devAccount could not be repaired: denied');
});

test('reconcile prints what nothing can repair, and does not ask', async () => {
  const { operations, terminal, lines, modes } = world([LOST]);
  expect(await reconcile({ all: true }, operations, terminal(true))).toBe(false);
  expect(modes()).toEqual(['check']);
  expect(lines).toContain('    cannot be repaired automatically: invite it');
});

test('reconcile calls again until all resources are checked', async () => {
  const { operations, terminal, lines, modes } = world({ resources: [GOOD], unchecked: 1 }, [MOVED]);
  expect(await reconcile({ all: true, check: true }, operations, terminal(true))).toBe(false);
  expect(modes()).toEqual(['check', 'check']);
  expect(lines.at(-1)).toBe('1 resource of 2 as declared');
});
