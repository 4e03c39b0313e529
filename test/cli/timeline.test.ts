import { quotaUse } from '../../cli/quotas';
import { tellLeftovers, tellQuotas } from '../../cli/summary';
import { drawTimeline, titleOf } from '../../cli/timeline/page';
import { Recorder } from '../../cli/timeline/recorder';
import { Simulation } from '../../rehearsal/simulation';

const ACCOUNT = '111111111111';
const template = (resources: Record<string, unknown>): string => JSON.stringify({ Resources: resources });
const queue = (dependsOn?: string): unknown => ({ Type: 'AWS::SQS::Queue', ...dependsOn && { DependsOn: dependsOn } });

describe('a timeline', () => {
  let simulation: Simulation;
  let recorder: Recorder;
  beforeEach(async () => {
    simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
    recorder = new Recorder(simulation, simulation.clock.now());
    simulation.cloudformation.onEvent(event => recorder.event(event));
  });
  afterEach(() => simulation.stop());

  const create = async (resources: Record<string, unknown>): Promise<unknown> =>
    simulation.cloudformation.create({ accountId: ACCOUNT, region: 'eu-west-1', name: 'Shop', body: template(resources) });
  const bars = (logicalId: string): unknown => recorder.lanes[0].rows.get(logicalId)?.bars;

  test('shows what waited for what, and what decided how long it took', async () => {
    await create({ Last: queue('First'), First: queue(), Beside: queue() });
    expect(bars('First')).toEqual([{ from: 0, to: 2, doing: 'create', failed: false, critical: true }]);
    expect(bars('Beside')).toMatchObject([{ from: 0, to: 2, critical: false }]);
    expect(bars('Last')).toMatchObject([{ from: 2, to: 4, after: 'First', critical: true }]);
    expect(recorder.lanes).toMatchObject([{ stackName: 'Shop', accountId: ACCOUNT, bars: [{ from: 0, to: 4, doing: 'create' }] }]);
  });

  test('shows a deletion in its own order', async () => {
    await create({ Last: queue('First'), First: queue() });
    await simulation.cloudformation.remove(ACCOUNT, 'eu-west-1', 'Shop');
    expect(bars('First')).toMatchObject([{ doing: 'create' }, { doing: 'delete', after: 'Last' }]);
  });

  test('shows what failed, and the rollback of its stack', async () => {
    await create({ Bad: { Type: 'AWS::Organizations::Account', Properties: { AccountName: 'a', Email: 'none' } } });
    expect(bars('Bad')).toMatchObject([{ doing: 'create', failed: true, reason: expect.stringContaining('Email') }]);
    expect(recorder.lanes[0].bars).toMatchObject([{ doing: 'create', failed: true }, { doing: 'rollback', failed: false }]);
  });

  test('is one page that loads nothing, in which names are text', async () => {
    await create({ First: queue(), Last: queue('First') });
    const page = drawTimeline({ title: 'a <b> & "c"', lanes: recorder.lanes, accounts: new Map([[ACCOUNT, 'shop <i>']]), seconds: 4 });
    expect(page).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;</title>');
    expect(page).toContain('shop &lt;i&gt;');
    expect(page).toContain('Last (AWS::SQS::Queue): create 00:00:02 – 00:00:04 (2s)\nwaited for First');
    expect(page).not.toMatch(/https?:|src=|@import/);
    expect(page).toContain('prefers-color-scheme: dark');
  });
});

test('a title names the stacks, each once, and says how many more there are', () => {
  expect(titleOf(['Management', 'Cicd', 'Management', 'Cicd'])).toBe('Rehearsal of Management, Cicd');
  expect(titleOf(['A', 'B', 'C', 'D', 'E', 'F'])).toBe('Rehearsal of A, B, C, D and 2 more stacks');
  expect(titleOf(['A', 'B', 'C', 'D', 'E'])).toBe('Rehearsal of A, B, C, D, E');
});

test('the use of a quota is that of the busiest second and minute', () => {
  const call = { service: 'organizations', operation: 'CreateAccount', accountId: ACCOUNT, caller: '', region: 'us-east-1' };
  const calls = [0, 100, 200, 30_000, 59_000, 90_000].map(at => ({ ...call, at }));
  const [use] = quotaUse([...calls, { ...call, at: 91_000, error: 'TooManyRequestsException' }, { ...call, at: 0, operation: 'DescribeOrganization' }]);
  expect(use).toEqual({ operation: 'organizations:CreateAccount', calls: 7, secondPeak: 3, secondAllowed: 3, minutePeak: 5, minuteAllowed: 9, throttled: 1 });
  const lines: string[] = [];
  tellQuotas([use], line => lines.push(line));
  expect(lines.join('\n')).toContain('organizations:CreateAccount  3 of 3, 5 of 9; 7 calls in all');
});

test('what is left is told, or that there is nothing', () => {
  const lines: string[] = [];
  tellLeftovers({ accounts: [], branches: [], resources: [], stacks: [] }, line => lines.push(line));
  tellLeftovers({
    accounts: [{ accountId: '3', name: 'dev', email: 'dev@example.com' }],
    branches: [{ repository: 'shop', accountId: '2', name: 'env/dev', unused: false }],
    resources: Array.from({ length: 25 }, (_, index) => ({ accountId: '3', name: `Shop/Bucket${index}`, type: 'AWS::S3::Bucket' })),
    stacks: [{ accountId: '3', name: 'Shop' }],
  }, line => lines.push(line));
  expect(lines.slice(0, 5)).toEqual([
    'Would be left if it were destroyed: nothing', 'Would be left if it were destroyed:', "  account 3 'dev' (dev@example.com)",
    '  branch env/dev of repository shop', '  Shop/Bucket0 (AWS::S3::Bucket in account 3)',
  ]);
  expect(lines.at(-1)).toBe('  and 7 more, which --report tells');
});
