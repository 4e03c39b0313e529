import { failing } from './failing';
import { reasons, World } from './world';
import type { Pipeline } from '../../rehearsal/codepipeline/pipeline';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

const STACK = 'org-environments-pipeline-dev';

/** The environment `dev` in the account of a name; both accounts are always there. */
function devIn(name: 'blue' | 'green', also: (cicd: Cicd) => void = () => {}) {
  return (cicd: Cicd): void => {
    const accounts = { blue: cicd.account('blue'), green: cicd.account('green') };
    cicd.environment('dev', { account: accounts[name] });
    also(cicd);
  };
}

const inBlue = devIn('blue');

describe('an environment whose account changes', () => {
  let world: World;
  const clashes: string[] = [];
  beforeAll(async () => {
    // the handlers as they are shipped
    world = await World.start({ virtual: {} });
    world.simulation.cloudformation.onEvent(({ logicalId, status }) => look(`${logicalId} ${status}`));
    world.simulation.server.onCall = ({ service, operation }) => look(`${service}:${operation}`);
    expect(reasons(await world.deploy(inBlue))).toBe('');
    world.simulation.s3.write(`org-environments-artifacts-${account('blue')}-${REGION}`, 'dev/Source/abc', Buffer.from('code'));
  });
  afterAll(async () => {
    // what the last run has set going comes to its end
    await world.simulation.clock.sleep(600);
    await world.stop();
  });
  afterEach(() => expect(clashes).toEqual([]));

  const account = (name: string): string => world.vended[`shop-${name}`];
  const pipeline = (name: string): Pipeline | undefined => world.simulation.codepipeline.find(account(name), REGION, 'dev');
  const isOpen = (name: string): boolean => pipeline(name)?.closed.size === 0;
  const runs = (name: string): boolean => pipeline(name)?.executions.some(({ status, stages }) => status === 'InProgress' && stages.has('Synth')) ?? false;

  /** What must hold at every moment. */
  function look(moment: string): void {
    if (account('blue') === undefined || account('green') === undefined) return;
    if (isOpen('blue') && isOpen('green')) clashes.push(`both let commits through: ${moment}`);
    if (runs('blue') && runs('green')) clashes.push(`both run: ${moment}`);
  }

  /** What was said of the pipeline's stacks, in order, since the last question. */
  function told(): string[] {
    const events = world.simulation.cloudformation.all.filter(({ name }) => name === STACK)
      .flatMap(({ accountId, events: all }) => all.filter(({ logicalId, type }) => logicalId === STACK && type === 'AWS::CloudFormation::Stack')
        .map(({ status, at }) => ({ at, text: `${accountId === account('blue') ? 'blue' : 'green'} ${status}` })));
    const fresh = events.sort((one, other) => one.at - other.at).map(({ text }) => text).slice(seen);
    seen += fresh.length;
    return fresh;
  }
  let seen = 0;

  async function pushed(name: string): Promise<void> {
    const commitId = await world.push('env/dev', { 'README.md': `for ${name} ${Math.random()}\n` });
    const hasCome = () => pipeline(name)?.executions[0]?.found[0]?.revisionId === commitId;
    for (const end = Date.now() + 20_000; !hasCome(); await new Promise(resolve => setTimeout(resolve, 20))) {
      if (Date.now() > end) throw new Error(`the commit never came to ${name}`);
    }
  }

  test('gets its pipeline there before the old one goes, and at no time do two run', async () => {
    told();
    expect(reasons(await world.deploy(devIn('green')))).toBe('');
    expect(told()).toEqual(['green CREATE_IN_PROGRESS', 'green CREATE_COMPLETE', 'blue DELETE_IN_PROGRESS', 'blue DELETE_COMPLETE']);
    expect([pipeline('blue'), isOpen('green')]).toEqual([undefined, true]);
    await pushed('green');
  });

  test('has its old pipeline back when the new one cannot be made', async () => {
    // a role of the pipeline is there already
    const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'org-environments-pipeline-run', AssumeRolePolicyDocument: { Statement: [] } } };
    const foreign = { accountId: account('blue'), region: REGION, name: 'foreign', body: JSON.stringify({ Resources: { Role: role } }) };
    await world.simulation.cloudformation.create({ ...foreign, capabilities: ['CAPABILITY_NAMED_IAM'] });
    told();
    expect(reasons(await world.deploy(inBlue))).toMatch(/stack 'org-environments-pipeline-dev' in account \d+ could not be created: .*already exists/);
    expect(told().filter(text => text.startsWith('green'))).toEqual([]);
    await world.simulation.cloudformation.remove(account('blue'), REGION, 'foreign');
    expect([pipeline('blue'), isOpen('green')]).toEqual([undefined, true]);
    expect(world.stackStatus(CICD_ACCOUNT, 'Cicd')).toBe('UPDATE_ROLLBACK_COMPLETE');
    await pushed('green');
  });

  test('has its old pipeline back when something else fails after the move', async () => {
    told();
    expect(reasons(await world.deploy(devIn('blue', failing)))).toContain('already exists');
    expect(told().filter(text => /CREATE_COMPLETE|DELETE_COMPLETE/.test(text))).toEqual([
      'blue CREATE_COMPLETE', 'green DELETE_COMPLETE', 'green CREATE_COMPLETE', 'blue DELETE_COMPLETE',
    ]);
    expect([pipeline('blue'), isOpen('green')]).toEqual([undefined, true]);
    await pushed('green');
  });

  test('can go back, and a second deployment changes nothing', async () => {
    expect(reasons(await world.deploy(inBlue))).toBe('');
    expect([isOpen('blue'), pipeline('green')]).toEqual([true, undefined]);
    expect(await world.deploy(inBlue)).toMatchObject({ succeeded: true, changed: 0 });
    await pushed('blue');
  });
});
