import { stripVTControlCharacters } from 'node:util';
import { verdictOf, type VerdictFacts } from '../../../cli/output/verdict';
import type { EnvironmentReport } from '../../../cli/report/report';

const prod: EnvironmentReport = {
  environmentName: 'prod',
  branchName: 'env/prod',
  parentBranchName: 'main',
  commitId: '9089d1a000',
  accountId: '300000000001',
  organizationalUnit: '',
  pipelineName: 'prod',
  enabled: true,
};
const report: VerdictFacts['report'] = {
  succeeded: true,
  environments: [prod],
  pipelines: [],
  placeholderTypes: [],
  unsimulatedCalls: [],
  releases: [],
  leftovers: { accounts: [], branches: [], resources: [], stacks: [] },
};
const facts: VerdictFacts = {
  report,
  isInterrupted: false,
  creating: [],
  failures: [],
  hints: [],
  waiting: [],
  unusedApprovals: [],
  pipelinesRan: true,
};

function verdict(changes: Partial<VerdictFacts>): string[] {
  return verdictOf({ ...facts, ...changes }).map(line => stripVTControlCharacters(line));
}

test('the verdict of a success says what was vended', () => {
  expect(verdict({})).toEqual(['', 'Rehearsal succeeded', 'Vended: 1 environment: prod (account 300000000001)']);
});

test('the verdict says that a signal ended the rehearsal', () => {
  expect(verdict({ isInterrupted: true, report: { ...report, succeeded: false } })).toContain('Rehearsal interrupted');
});

test('the verdict of an interrupted rehearsal names accounts without an environment, and that nothing remains', () => {
  const account = { email: 'aws@example.com' };
  const accounts = [
    { ...account, accountId: '300000000001', name: 'shop-prod' },
    { ...account, accountId: '300000000002', name: 'shop-dev' },
  ];
  const leftovers = { ...report.leftovers, accounts };
  const lines = verdict({ isInterrupted: true, creating: ['shop-test'], report: { ...report, leftovers } });
  expect(lines.slice(3)).toEqual([
    'Accounts created, without an environment: shop-dev (account 300000000002)',
    'Accounts being created: shop-test',
    'The organization was simulated: nothing remains on this machine',
  ]);
});

test('the verdict says that no environment was vended', () => {
  expect(verdict({ report: { ...report, environments: [] } })).toContain('Vended: no environment');
});

test('the verdict names what was not rehearsed: pipelines, and types that are placeholders', () => {
  expect(verdict({ pipelinesRan: false, report: { ...report, placeholderTypes: ['AWS::SQS::Queue'] } }).slice(3))
    .toEqual([
      'Not rehearsed: the pipelines of 1 environment; add --pipelines',
      'Not simulated (placeholders): AWS::SQS::Queue',
    ]);
});

test('the verdict names calls that are not simulated', () => {
  expect(verdict({ report: { ...report, unsimulatedCalls: ['sqs:ListQueues', 'xray'] } }).slice(3))
    .toEqual(['Not simulated (calls that failed): sqs:ListQueues, xray']);
});

test('the verdict names what was not deployed because of an approval, and how to rehearse what comes after it', () => {
  const waiting = [{ environmentName: 'prod', stageName: 'Approve', commitId: '9089d1a000' }];
  expect(verdict({ waiting }).slice(3)).toEqual([
    "! Not deployed: prod: 9089d1a waits for approval in stage 'Approve'",
    'hint: to rehearse what comes after an approval, add --approve prod, or --approve all',
  ]);
});

test('the verdict says which commits the pipelines have deployed', () => {
  const execution = { id: '1', trigger: 'StartPipelineExecution', actions: [] };
  const pipelines = [{
    name: 'prod',
    accountId: '300000000001',
    region: 'eu-west-1',
    deleted: false,
    executions: [
      { ...execution, status: 'Failed', commitId: 'bbbbbbbbbb' },
      { ...execution, status: 'Succeeded', commitId: 'a5c004aaaa' },
      { ...execution, status: 'Succeeded', commitId: 'cccccccccc' },
    ],
  }];
  expect(verdict({ report: { ...report, pipelines } }).slice(3)).toEqual(['Deployed: prod a5c004a']);
  expect(verdict({ report: { ...report, pipelines: [{ ...pipelines[0], accountId: '300000000002' }] } }).slice(3))
    .toEqual([]);
});

test('a hint names the values of --approve that have approved nothing', () => {
  expect(verdict({ unusedApprovals: ['prod', 'all'] }).slice(3)).toEqual([
    "hint: --approve 'prod' has approved nothing: no pipeline of this environment waited for approval; "
    + 'is `approval: true` set?',
    'hint: --approve all has approved nothing: no pipeline waited for approval; is `approval: true` set?',
  ]);
});

test('the verdict names a release that waits for approval', () => {
  const releases = [{ environmentName: 'shop', releaseId: 'release-1', state: 'waits for approval' }] as const;
  expect(verdict({ report: { ...report, releases } }))
    .toEqual(expect.arrayContaining([
      '! Not deployed: shop: its release waits for approval',
      'hint: to rehearse what comes after an approval, add --approve shop, or --approve all',
    ]));
});

test('the verdict of an interrupted rehearsal names a release in progress, without advice about approvals', () => {
  const releases = [{ environmentName: 'shop', releaseId: 'release-1', state: 'in progress' }] as const;
  const lines = verdict({ isInterrupted: true, report: { ...report, succeeded: false, releases } });
  expect(lines).toContain('! Not deployed: shop: its release is in progress');
  expect(lines.join('\n')).not.toContain('--approve');
});

test('the verdict of a failure has all failures in full, and all hints after them', () => {
  const failures = [`✗ Cicd/prod: ${'long '.repeat(100)}`, '✗ pipeline test: failed'];
  expect(verdict({ report: { ...report, succeeded: false }, failures, hints: ['add --account', 'add --repository'] }))
    .toEqual([
      '', 'Rehearsal failed', 'Vended: 1 environment: prod (account 300000000001)', ...failures,
      'hint: add --account', 'hint: add --repository',
    ]);
});
