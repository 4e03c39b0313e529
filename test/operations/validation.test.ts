import { validOperation } from '../../lambda/operations/validation';

const BY = 'arn:aws:iam::222222222222:user/anna';
const ONE_OF = 'operation must be one of halt, resume, status, release, releasePush, rollback, abort, approve, '
  + 'describeRelease, history, reconcile, forget, changeEmail, accounts, cleanAccount, releaseAccount, backport, '
  + 'absorb, describeBackport, restartBackport, map, addresses';
const RELEASE = { operation: 'release', environmentName: 'prod', by: BY, reference: 'main' };
const HALT = { operation: 'halt', environmentNames: ['prod'], by: BY, reason: 'wrong prices' };

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
  expect(() => validOperation(request)).toThrow(new Error(message));
});
