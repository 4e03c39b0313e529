import { drawTimeline, titleOf } from '../../../cli/output/timeline/page';
import { Recorder } from '../../../cli/output/timeline/recorder';
import { Simulation } from '../../../rehearsal/simulation';

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
