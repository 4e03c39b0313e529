import { validOperation } from '../../lambda/operations/validation';

const BY = 'arn:aws:iam::222222222222:user/anna';
const ONE_OF = 'operation must be one of halt, resume, status, release, releasePush, rollback, abort, approve, '
  + 'describeRelease, history, reconcile, forget, changeEmail, accounts, cleanAccount, releaseAccount, backport, '
  + 'absorb, describeBackport, restartBackport, map, addresses';
const RELEASE = { operation: 'release', environmentName: 'prod', by: BY, reference: 'main' };
const HALT = { operation: 'halt', environmentNames: ['prod'], by: BY, reason: 'wrong prices' };
const CLEAN = { operation: 'cleanAccount', accountId: '111111111111', by: BY, reason: 'a leftover', mode: 'used' };
const EMAIL = { operation: 'changeEmail', accountId: '111111111111', email: 'a@example.com', by: BY };

test.each([
  HALT,
  { ...HALT, environmentNames: 'all' },
  { operation: 'resume', environmentNames: ['prod'], by: BY },
  { operation: 'status' },
  { operation: 'history', limit: 50 },
  RELEASE,
  { operation: 'rollback', environmentName: 'prod', by: BY },
  { operation: 'abort', environmentName: 'prod', by: BY, reason: 'wrong prices' },
  { operation: 'approve', environmentName: 'prod', by: BY, decision: 'approved' },
  { operation: 'approve', environmentName: 'prod', by: BY, decision: 'rejected', reason: 'wrong prices' },
  { operation: 'describeRelease', environmentName: 'prod' },
  { operation: 'history', environmentName: 'prod', limit: 1 },
  { operation: 'backport', commits: ['abc', 'v1'], from: 'env/test', by: BY },
  { operation: 'backport', commits: ['abc'], from: 'env/test', to: ['env/dev'], by: BY },
  { operation: 'absorb', branch: 'main', by: BY },
  { operation: 'describeBackport', backportId: 'backport-1' },
  { operation: 'backport', pullRequest: '7', from: 'env/test', by: BY },
  { operation: 'restartBackport', backportId: 'backport-1', by: BY },
  { operation: 'map' },
  { operation: 'addresses' },
  { operation: 'accounts' },
  { operation: 'accounts', costs: 'month' },
  CLEAN,
  { ...CLEAN, mode: 'full' },
  { operation: 'releaseAccount', accountId: '111111111111', by: BY, reason: 'clean' },
  EMAIL,
  { ...EMAIL, code: '123456' },
  { operation: 'reconcile', environmentNames: 'all', by: BY, mode: 'schedule' },
  { operation: 'releasePush', environmentName: 'prod', branchName: 'main', commitId: 'abc' },
  { operation: 'forget', name: 'prod', by: BY, mode: 'preview' },
  { operation: 'forget', name: 'prod', by: BY, reason: 'the account was closed', mode: 'forget' },
])('accepts a request of the contract: %j', request => {
  expect(validOperation(request)).toEqual(request);
});

test.each([
  [
    'an unknown operation',
    { operation: 'stop' },
    `${ONE_OF}, got "stop"; nothing was done`,
  ],
  [
    'no commits',
    { operation: 'backport', commits: [], from: 'env/test', by: BY },
    'commits must be a list of 1 to 100 names, got []; nothing was done',
  ],
  [
    'an empty name',
    { operation: 'absorb', branch: 'main', to: [''], by: BY },
    'to must be a list of 1 to 100 names, got [""]; nothing was done',
  ],
  [
    'an account that is not an id',
    { ...CLEAN, accountId: 'shop-dev' },
    'accountId must have twelve digits, got "shop-dev"; nothing was done',
  ],
  [
    'an account to release that is no text',
    { ...CLEAN, operation: 'releaseAccount', accountId: 111111111111 },
    'accountId must have twelve digits, got 111111111111; nothing was done',
  ],
  [
    'another mode of a clean',
    { ...CLEAN, mode: 'quick' },
    "mode must be one of 'used', 'full', got \"quick\"; nothing was done",
  ],
  [
    'a clean without a reason',
    { ...CLEAN, reason: undefined },
    'reason must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'costs of another time',
    { operation: 'accounts', costs: 'year' },
    "costs must be 'month', or be omitted, got \"year\"; nothing was done",
  ],
  [
    'an e-mail for an account that is not an id',
    { ...EMAIL, accountId: '*' },
    'accountId must have twelve digits, got "*"; nothing was done',
  ],
  [
    'more commits than a backport may have',
    { operation: 'backport', commits: Array.from({ length: 101 }, () => 'a'), from: 'env/test', by: BY },
    expect.stringMatching(/^commits must be a list of 1 to 100 names, got \["a",.*; nothing was done$/),
  ],
  [
    'no backport to restart',
    { operation: 'restartBackport', by: BY },
    'backportId must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'another mode of a check',
    { operation: 'reconcile', environmentNames: 'all', by: BY, mode: 'fix' },
    "mode must be one of 'check', 'repair', 'read', 'schedule', got \"fix\"; nothing was done",
  ],
  [
    'another mode',
    { operation: 'forget', name: 'prod', by: BY, mode: 'try' },
    "mode must be one of 'preview', 'forget', got \"try\"; nothing was done",
  ],
  [
    'nothing to forget',
    { operation: 'forget', by: BY, mode: 'forget' },
    'name must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'a limit of zero',
    { operation: 'history', limit: 0 },
    'limit must be a number from 1 to 1000, got 0; nothing was done',
  ],
  [
    'no limit',
    { operation: 'history' },
    'limit must be a number from 1 to 1000, got undefined; nothing was done',
  ],
  [
    'no operation',
    {},
    `${ONE_OF}, got undefined; nothing was done`,
  ],
  [
    'another type',
    'halt',
    `${ONE_OF}, got "halt"; nothing was done`,
  ],
  [
    'a name instead of a list of names',
    { ...HALT, environmentNames: 'prod' },
    'environmentNames must be \'all\' or a list with at least one name, got "prod"; nothing was done',
  ],
  [
    'an empty list of names',
    { ...HALT, environmentNames: [] },
    "environmentNames must be 'all' or a list with at least one name, got []; nothing was done",
  ],
  [
    'no names',
    { operation: 'resume', by: BY },
    "environmentNames must be 'all' or a list with at least one name, got undefined; nothing was done",
  ],
  [
    'a name that is not a text',
    { ...HALT, environmentNames: [7] },
    "environmentNames must be 'all' or a list with at least one name, got [7]; nothing was done",
  ],
  ['null', null, `${ONE_OF}, got null; nothing was done`],
  [
    'a halt without a reason',
    { ...HALT, reason: undefined },
    'reason must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'a halt with a blank reason',
    { ...HALT, reason: ' ' },
    'reason must be a text that is not empty, got " "; nothing was done',
  ],
  [
    'a release without a commit',
    { ...RELEASE, reference: undefined },
    'reference must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'a release without an environment',
    { ...RELEASE, environmentName: '' },
    'environmentName must be a text that is not empty, got ""; nothing was done',
  ],
  [
    'a release without a caller',
    { ...RELEASE, by: undefined },
    'by must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'an abort without a reason',
    { ...RELEASE, operation: 'abort' },
    'reason must be a text that is not empty, got undefined; nothing was done',
  ],
  [
    'an approval without a decision',
    { ...RELEASE, operation: 'approve' },
    "decision must be 'approved' or 'rejected', got undefined; nothing was done",
  ],
  ['no caller', { ...HALT, by: '' }, 'by must be a text that is not empty, got ""; nothing was done'],
])('rejects a request with %s', (_what, request, message) => {
  expect(() => validOperation(request)).toThrow(expect.objectContaining({ message }));
});
