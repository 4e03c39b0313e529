import { failingDeployment } from './failing-deployment';
import { reasons, Harness } from './harness';
import type { Pipeline } from '../../rehearsal/services/codepipeline/pipeline';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const STACK = 'org-environments-pipeline-dev';

/** Defines the environment `dev` in one of two accounts, which both exist. */
function devIn(name: 'blue' | 'green', also: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const accounts = { blue: cicd.account('blue'), green: cicd.account('green') };
    cicd.environment('dev', { account: accounts[name] });
    also(cicd);
  };
}

const inBlue = devIn('blue');

describe('environment whose account changes', () => {
  let harness: Harness;
  const violations: string[] = [];
  beforeAll(async () => {
    // with the shipped handlers
    harness = await Harness.start({ virtual: {} });
    harness.simulation.cloudformation.onEvent(({ logicalId, status }) => check(`${logicalId} ${status}`));
    harness.simulation.server.onCall = ({ service, operation }) => check(`${service}:${operation}`);
    expect(reasons(await harness.deploy(inBlue))).toBe('');
    harness.simulation.s3.write(
      `org-environments-artifacts-${account('blue')}-${REGION}`,
      'dev/Source/abc',
      Buffer.from('code'),
    );
  });
  afterAll(async () => {
    // lets the operations in progress finish
    await harness.simulation.clock.sleep(600);
    await harness.stop();
  });
  afterEach(() => expect(violations).toEqual([]));

  const account = (name: string): string => harness.vended[`shop-${name}`];
  const pipeline = (name: string): Pipeline | undefined =>
    harness.simulation.codepipeline.find(account(name), REGION, 'dev');
  const isEnabled = (name: string): boolean => pipeline(name)?.disabledTransitions.size === 0;
  const runs = (name: string): boolean =>
    pipeline(name)?.executions.some(({ status, stages }) => status === 'InProgress' && stages.has('Synth')) ?? false;

  /** Checks at every event and call that only one pipeline is enabled and runs. */
  function check(moment: string): void {
    if (account('blue') === undefined || account('green') === undefined) return;
    if (isEnabled('blue') && isEnabled('green')) violations.push(`both are enabled: ${moment}`);
    if (runs('blue') && runs('green')) violations.push(`both run: ${moment}`);
  }

  /** Returns the events of the pipeline stacks since the last call, in order. */
  function newStackEvents(): string[] {
    const events = harness.simulation.cloudformation.all
      .filter(({ name }) => name === STACK)
      .flatMap(({ accountId, events: all }) =>
        all
          .filter(({ logicalId, type }) => logicalId === STACK && type === 'AWS::CloudFormation::Stack')
          .map(({ status, at }) => ({ at, text: `${accountId === account('blue') ? 'blue' : 'green'} ${status}` })),
      );
    const newEvents = events.sort((one, other) => one.at - other.at).map(({ text }) => text).slice(eventCount);
    eventCount += newEvents.length;
    return newEvents;
  }
  let eventCount = 0;

  async function pushed(name: string): Promise<void> {
    const commitId = await harness.push('env/dev', { 'README.md': `for ${name} ${Math.random()}\n` });
    const hasArrived = () => pipeline(name)?.executions[0]?.found[0]?.revisionId === commitId;
    for (const end = Date.now() + 20_000; !hasArrived(); await new Promise(resolve => setTimeout(resolve, 20))) {
      if (Date.now() > end) throw new Error(`the commit did not arrive in ${name}`);
    }
  }

  test('the new pipeline is created before the old one is deleted, and never do both run', async () => {
    newStackEvents();
    expect(reasons(await harness.deploy(devIn('green')))).toBe('');
    expect(newStackEvents()).toEqual([
      'green CREATE_IN_PROGRESS',
      'green CREATE_COMPLETE',
      'blue DELETE_IN_PROGRESS',
      'blue DELETE_COMPLETE',
    ]);
    expect([pipeline('blue'), isEnabled('green')]).toEqual([undefined, true]);
    await pushed('green');
  });

  test('the old pipeline is resumed when the new one cannot be created', async () => {
    // a role with the name of a pipeline role exists
    const role = {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'org-environments-pipeline-run', AssumeRolePolicyDocument: { Statement: [] } },
    };
    const foreign = {
      accountId: account('blue'),
      region: REGION,
      name: 'foreign',
      body: JSON.stringify({ Resources: { Role: role } }),
    };
    await harness.simulation.cloudformation.create({ ...foreign, capabilities: ['CAPABILITY_NAMED_IAM'] });
    newStackEvents();
    expect(reasons(await harness.deploy(inBlue))).toMatch(
      /stack 'org-environments-pipeline-dev' in account \d+ could not be created: .*already exists/,
    );
    expect(newStackEvents().filter(text => text.startsWith('green'))).toEqual([]);
    await harness.simulation.cloudformation.remove(account('blue'), REGION, 'foreign');
    expect([pipeline('blue'), isEnabled('green')]).toEqual([undefined, true]);
    expect(harness.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
    await pushed('green');
  });

  test('the old pipeline is restored when another resource fails after the account change', async () => {
    newStackEvents();
    expect(reasons(await harness.deploy(devIn('blue', failingDeployment)))).toContain('already exists');
    expect(newStackEvents().filter(text => /CREATE_COMPLETE|DELETE_COMPLETE/.test(text))).toEqual([
      'blue CREATE_COMPLETE', 'green DELETE_COMPLETE', 'green CREATE_COMPLETE', 'blue DELETE_COMPLETE',
    ]);
    expect([pipeline('blue'), isEnabled('green')]).toEqual([undefined, true]);
    await pushed('green');
  });

  test('an environment can return to its previous account, and a second deployment changes nothing', async () => {
    expect(reasons(await harness.deploy(inBlue))).toBe('');
    expect([isEnabled('blue'), pipeline('green')]).toEqual([true, undefined]);
    expect(await harness.deploy(inBlue)).toMatchObject({ succeeded: true, changed: 0 });
    await pushed('blue');
  });
});
