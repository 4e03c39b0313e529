import { stripVTControlCharacters } from 'node:util';
import { ANNA } from './operations';
import { absorb, backport, describeBackport } from '../../../cli/commands/backport';
import type { BackportContext } from '../../../cli/commands/backport';
import { collectNames, parseBranch } from '../../../cli/options/parsers';
import type { BackportStatus } from '../../../src/backport/contract';
import type { OperationRequest } from '../../../src/operations/contract';

const COMMIT = 'c0ffee0123456789';
const PICKING: BackportStatus = {
  backportId: 'backport-1',
  repositoryName: 'shop',
  from: 'env/test1',
  target: 'env/prod',
  commits: [COMMIT],
  state: 'picking',
  branches: [],
};

function fake(...statuses: readonly BackportStatus[]) {
  const requests: OperationRequest[] = [];
  const lines: string[] = [];
  const left = [...statuses];
  const context: BackportContext = {
    operations: {
      callerArn: async () => ANNA,
      invoke: async request => {
        requests.push(request);
        return { pipelines: [], backport: left.length > 1 ? left.shift() : left[0] };
      },
    },
    write: line => void lines.push(stripVTControlCharacters(line)),
    sleep: async () => {},
  };
  return { context, requests, lines };
}

test('a backport is followed until its pull request is open', async () => {
  const { context, requests, lines } = fake(PICKING, PICKING, { ...PICKING, state: 'opened', pullRequestId: '7' });
  expect(await backport([COMMIT], { from: 'test1', to: ['qa'] }, context)).toBe(true);
  expect(requests).toEqual([
    { operation: 'backport', commits: [COMMIT], from: 'test1', to: ['qa'], by: ANNA },
    { operation: 'describeBackport', backportId: 'backport-1' },
    { operation: 'describeBackport', backportId: 'backport-1' },
  ]);
  expect(lines).toEqual([
    'c0ffee0 of env/test1 to env/prod (backport-1)',
    '  ✓ pull request 7 to env/prod is open: review and merge it; then the other branches take the commits over',
    '  To see it: org-environments backport-status backport-1',
  ]);
});

test('a conflict fails with the files, and says how to resolve it', async () => {
  const { context, lines } = fake({
    ...PICKING, state: 'conflict', conflictingCommit: COMMIT, files: ['app.txt', 'b c.txt'],
  });
  expect(await backport([COMMIT], { from: 'test1' }, context)).toBe(false);
  expect(lines.slice(1)).toEqual([
    '  ✗ commit c0ffee0 conflicts with env/prod in:',
    '      app.txt',
    '      b c.txt',
    `  Nothing was left behind. Resolve it by hand: git switch -c backport env/prod && git cherry-pick -x ${COMMIT}`,
  ]);
});

test.each<[Partial<BackportStatus>, boolean, string]>([
  [{ state: 'already there' }, true, '  ✓ env/prod has these changes already'],
  [{ state: 'closed', pullRequestId: '7' }, false, '  – pull request 7 was closed without a merge'],
  [{ state: 'failed', reason: 'the branch was deleted' }, false, '  ✗ the branch was deleted'],
])('the state %j is shown', async (state, succeeded, line) => {
  const { context, lines } = fake({ ...PICKING, ...state });
  expect(await backport([COMMIT], { from: 'test1' }, context)).toBe(succeeded);
  expect(lines[1]).toBe(line);
});

test('an absorption shows each branch, and fails if one has a conflict', async () => {
  const { context, requests, lines } = fake({
    ...PICKING,
    commits: [],
    from: 'main',
    state: 'absorbed',
    branches: [
      { branchName: 'env/a', state: 'contained' },
      { branchName: 'env/b', state: 'opened', pullRequestId: '8' },
      { branchName: 'env/c', state: 'forwarded' },
      { branchName: 'env/d', state: 'conflict', files: ['x', 'y'] },
      { branchName: 'env/e', state: 'failed', reason: 'it was deleted' },
    ],
  });
  expect(await absorb('main', {}, context)).toBe(false);
  expect(requests).toEqual([{ operation: 'absorb', branch: 'main', by: ANNA }]);
  expect(lines).toEqual([
    'main is absorbed (backport-1)',
    '  ✓ complete',
    '  ✓ env/a has the commits',
    '  ✓ env/b: pull request 8 is open',
    '  ✓ env/c was fast-forwarded',
    '  ✗ env/d: conflict in x, y',
    '  ✗ env/e: it was deleted',
  ]);
});

test('a status is printed as JSON', async () => {
  const { context, lines } = fake(PICKING);
  await describeBackport('backport-1', { json: true }, context);
  expect(JSON.parse(lines.join('\n'))).toEqual(PICKING);
});

test('an organization of an older version is named', async () => {
  const { context } = fake();
  await expect(describeBackport('x', {}, context)).rejects.toThrow(
    'the organization does not know backports: deploy it with the version of this command',
  );
});

test('names are separated by commas', () => {
  expect(collectNames('env/a, env/b', ['env/a'])).toEqual(['env/a', 'env/b']);
  expect(() => collectNames('env/a,')).toThrow(
    "must be names of branches or environments, separated by commas, got 'env/a,'",
  );
  expect(() => parseBranch(' ')).toThrow('is empty: name a branch or an environment');
});
