import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { failingDeployment } from './failing-deployment';
import { reasons, Harness } from './harness';
import { historyKey } from '../../lambda/registry/history';
import { PipelineDefinition } from '../../src';
import type { HistoryEntry } from '../../src/history/contract';
import type { Cicd } from '../fixtures/app';

/** Defines environments, and a rule that publishes their changes. */
function app(version: string, names: readonly string[], addMore: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const role = new Role(stack, 'Publish', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
    new Rule(stack, 'Changes', {
      eventBus: organization.eventBus,
      eventPattern: { source: ['org-environments'] },
      targets: [new SnsTopic(new Topic(stack, 'Topic'), { role })],
    });
    const definition = PipelineDefinition.cdk({ environmentVariables: { VERSION: version } });
    for (const name of names) cicd.environment(name, { pipeline: { definition } });
    addMore(cicd);
  };
}

type Published = { readonly 'detail-type': string; readonly 'detail': HistoryEntry };

describe('history', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
    expect(reasons(await harness.deploy(app('1', [])))).toBe('');
  });
  afterAll(() => harness.stop());

  /** The changes since the last call: their records, and the details of their events. */
  let seen = 0;
  const changes = async () => {
    const published = harness.simulation.events.published.slice(seen) as { message: Published }[];
    seen += published.length;
    const entries = published.map(({ message }) => message.detail);
    for (const [index, { message }] of published.entries()) expect(message['detail-type']).toBe(entries[index].change);
    for (const entry of entries) expect(await harness.record(historyKey(entry))).toMatchObject(entry);
    return entries
      .map(({ environmentName = '-', change, outcome }) => `${environmentName} ${change} ${outcome}`)
      .sort();
  };

  test('has the creation of each resource of an environment, as records and as events', async () => {
    expect(reasons(await harness.deploy(app('1', ['dev', 'test'])))).toBe('');
    expect(await changes()).toEqual([
      '- Account Creation succeeded',
      '- Account Creation succeeded',
      'dev Branch Creation succeeded',
      'dev Pipeline Creation succeeded',
      'test Branch Creation succeeded',
      'test Pipeline Creation succeeded',
    ]);
  });

  test('has nothing for a deployment that changes nothing', async () => {
    expect(reasons(await harness.deploy(app('1', ['dev', 'test'])))).toBe('');
    expect(await changes()).toEqual([]);
  });

  test('has an update that could not be made because AWS has suspended the account', async () => {
    harness.simulation.organizations.suspend(harness.vended['shop-test']);
    expect(reasons(await harness.deploy(app('2', ['dev', 'test'])))).toBe('');
    expect(await changes()).toEqual(['dev Pipeline Update succeeded', 'test Pipeline Update deferred']);
    // the metric of OrganizationAlarms
    expect(harness.simulation.lambda.log.map(({ text }) => text).join('\n')).toMatch(
      /"Namespace":"OrgEnvironments","Dimensions":\[\["service"\]\].*"service":"org-environments","UnreachableAccounts":1/,
    );
  });

  test('has an update and its rollback', async () => {
    const failing = app('3', ['dev', 'test'], failingDeployment);
    expect(reasons(await harness.deploy(failing))).not.toBe('');
    expect((await changes()).filter(change => change.startsWith('dev'))).toEqual([
      'dev Pipeline Update succeeded', 'dev Pipeline Update succeeded',
    ]);
  });

  test('has the removal of an environment', async () => {
    expect(reasons(await harness.deploy(app('2', ['test'])))).toBe('');
    expect(await changes()).toEqual([
      '- Account Removal succeeded', 'dev Branch Removal succeeded', 'dev Pipeline Deletion succeeded',
    ]);
  });
});

/** Defines an environment whose account is in a unit and has a tag. */
function tagged(team: string) {
  return (cicd: Cicd): void => {
    const account = cicd.account('dev', { organizationalUnit: 'Workloads/Test', accountTags: { team } });
    cicd.environment('dev', { account });
  };
}

test('the logs have each change in the accounts, with the session that leads to the request', async () => {
  // the shipped handlers, which log
  const harness = await Harness.start({ virtual: {} });
  try {
    for (const team of ['shop', 'sales']) expect(reasons(await harness.deploy(tagged(team)))).toBe('');
    const account = harness.vended['shop-dev'];
    const log = harness.simulation.lambda.log.map(({ text }) => text);
    const calls = log.filter(text => text.includes('"message":"call"'));
    const sessionsOf = (...parts: readonly string[]) => calls
      .filter(call => parts.every(part => call.includes(part)))
      .map(call => /"session":"([^".]*)\.[\w-]{36}"/.exec(call)?.[1]);
    expect(sessionsOf('Organizations:CreateAccount')).toEqual(['shop-dev']);
    expect(sessionsOf('Organizations:MoveAccount', account)).toEqual(['shop-dev']);
    expect(sessionsOf('Organizations:TagResource', account)).toEqual(['shop-dev']);
    const entered = sessionsOf('STS:AssumeRole', `:iam::${account}:role/OrganizationAccountAccessRole`);
    expect(new Set(entered)).toEqual(new Set(['shop-dev']));
    expect(sessionsOf('CodeCommit:CreateBranch', '"branchName":"env/dev"')).toEqual(['dev']);
    expect(sessionsOf('CloudFormation:CreateStack', 'org-environments-pipeline-dev')).toEqual(['dev']);
    expect(calls.join()).not.toContain('ExternalId');
  } finally {
    await harness.stop();
  }
});
