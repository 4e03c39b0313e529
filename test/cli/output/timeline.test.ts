import type { Bar, Lane } from '../../../cli/output/timeline/lane';
import { formatTimeline, titleOf } from '../../../cli/output/timeline/page';
import { Recorder } from '../../../cli/output/timeline/recorder';
import { Simulation } from '../../../rehearsal/simulation';

const ACCOUNT = '111111111111';
const template = (resources: Record<string, unknown>): string => JSON.stringify({ Resources: resources });
const queue = (dependsOn?: string): unknown => ({ Type: 'AWS::SQS::Queue', ...dependsOn && { DependsOn: dependsOn } });

let simulation: Simulation;
let recorder: Recorder;
beforeEach(async () => {
  simulation = await Simulation.start({ managementAccountId: ACCOUNT, virtual: {} });
  recorder = new Recorder(simulation, simulation.clock.now());
  simulation.cloudformation.onEvent(event => recorder.event(event));
});
afterEach(() => simulation.stop());

const create = async (resources: Record<string, unknown>): Promise<unknown> => simulation.cloudformation
  .create({ accountId: ACCOUNT, region: 'eu-west-1', name: 'Shop', body: template(resources) });
const bars = (logicalId: string): unknown => recorder.lanes[0].rows.get(logicalId)?.bars;

test('the timeline has what each resource waited for, and the critical path', async () => {
  await create({ Last: queue('First'), First: queue(), Beside: queue() });
  expect(bars('First')).toEqual([{ from: 0, to: 2, operation: 'create', failed: false, critical: true }]);
  expect(bars('Beside')).toMatchObject([{ from: 0, to: 2, critical: false }]);
  expect(bars('Last')).toMatchObject([{ from: 2, to: 4, waitedFor: 'First', critical: true }]);
  expect(recorder.lanes).toMatchObject([
    { name: 'Shop', accountId: ACCOUNT, bars: [{ from: 0, to: 4, operation: 'create' }] },
  ]);
});

test('the timeline has deletions in reverse order', async () => {
  await create({ Last: queue('First'), First: queue() });
  await simulation.cloudformation.remove(ACCOUNT, 'eu-west-1', 'Shop');
  expect(bars('First')).toMatchObject([{ operation: 'create' }, { operation: 'delete', waitedFor: 'Last' }]);
});

test('the timeline has failures, and the rollback of the stack', async () => {
  await create({ Bad: { Type: 'AWS::Organizations::Account', Properties: { AccountName: 'a', Email: 'none' } } });
  expect(bars('Bad')).toMatchObject([{ operation: 'create', failed: true, reason: expect.stringContaining('Email') }]);
  expect(recorder.lanes[0].bars).toMatchObject([
    { operation: 'create', failed: true }, { operation: 'rollback', failed: false },
  ]);
});

test('the timeline is a page that loads no other file, and escapes names', async () => {
  await create({ First: queue(), Last: queue('First') });
  const page = formatTimeline({
    title: 'a <b> & "c"', lanes: recorder.lanes, marks: [], accountNames: new Map([[ACCOUNT, 'shop <i>']]), seconds: 4,
  });
  expect(page).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;</title>');
  expect(page).toContain('shop &lt;i&gt;');
  expect(page).toContain('<p>1 stack in 1 account, 4s on AWS (estimate). Click a stack or a pipeline to show or hide');
  expect(page).toContain('Last (AWS::SQS::Queue): create 00:00:02 – 00:00:04 (2s)\nwaited for First');
  expect(page).not.toMatch(/https?:|src=|@import/);
  expect(page).toContain('prefers-color-scheme: dark');
});

function pageOf(): string {
  const { lanes, marks } = recorder;
  return formatTimeline({ title: 'a', lanes, marks, accountNames: new Map(), seconds: 4 });
}

test('the timeline opens with all stacks closed, and has buttons to open them and to zoom', async () => {
  await create({ First: queue() });
  expect(pageOf()).toContain('<details>');
  expect(pageOf()).not.toContain('<details open');
  expect(pageOf()).toMatch(/<button data-zoom="2" [^]*<button data-open="true">Open all<\/button>/);
});

test('the timeline marks deployments and commands with their times', async () => {
  recorder.mark('Deploying app');
  await create({ First: queue() });
  recorder.mark('Running git push');
  const page = pageOf();
  expect(page).toContain('<li>00:00:00 Deploying app</li><li>00:00:02 Running git push</li>');
  expect(page).toContain('<u style="left:100.00%" title="Running git push">2</u>');
});

test('the timeline marks a second attempt after a failure', async () => {
  const bad = { Bad: { Type: 'AWS::Organizations::Account', Properties: { AccountName: 'a', Email: 'none' } } };
  await create(bad);
  await simulation.cloudformation.remove(ACCOUNT, 'eu-west-1', 'Shop');
  await create(bad);
  const [first, second] = recorder.lanes.map(({ rows }) => rows.get('Bad'));
  first?.bars.splice(1, Infinity, ...second?.bars ?? []);
  expect(pageOf()).toMatch(/class="bar create failed again"[^>]*\nattempt 2\n[^>]*>2<\/i>/);
});

test('the timeline marks each push, and counts attempts in one execution only', () => {
  const run = (from: number, rest: Partial<Bar> = {}): Bar => (
    { from, to: from + 1, operation: 'run', failed: false, critical: false, ...rest }
  );
  const deploy = [run(0, { executionId: 'a', failed: true }), run(2, { executionId: 'b' })];
  const lane: Lane = {
    name: 'pipeline dev',
    accountId: ACCOUNT,
    region: 'eu-west-1',
    bars: [run(0), run(2, { pushed: 'c0ffee0123456789' })],
    rows: new Map([['Deploy-Deploy', { name: 'Deploy/Deploy', type: 'Build by CodeBuild', bars: deploy }]]),
  };
  const page = formatTimeline({ title: 'a', lanes: [lane], marks: [], accountNames: new Map(), seconds: 4 });
  expect(page.match(/<i class="push" [^>]*>/g)).toEqual([
    '<i class="push" style="left:66.67%" title="push of commit c0ffee0 at 00:00:02">',
  ]);
  expect(page).toContain('<i class="bar push"></i>push of a commit');
  expect(page).not.toContain('attempt 2');
  deploy[1] = run(2, { executionId: 'a' });
  expect(formatTimeline({ title: 'a', lanes: [lane], marks: [], accountNames: new Map(), seconds: 4 }))
    .toContain('attempt 2');
});

test('the timeline shows construct paths, and logical ids without their hash where there are none', async () => {
  await create({
    OrdersQueue12AB34CD: queue(),
    Bills: { Type: 'AWS::SQS::Queue', Metadata: { 'aws:cdk:path': 'Shop/Bills/Resource' } },
  });
  const names = [...recorder.lanes[0].rows.values()].map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['OrdersQueue', 'Bills']));
});

test('the title of a timeline names each stack once, and how many more there are', () => {
  expect(titleOf(['Management', 'Cicd', 'Management', 'Cicd'])).toBe('Rehearsal of Management, Cicd');
  expect(titleOf(['A', 'B', 'C', 'D', 'E', 'F'])).toBe('Rehearsal of A, B, C, D and 2 more stacks');
  expect(titleOf(['A', 'B', 'C', 'D', 'E'])).toBe('Rehearsal of A, B, C, D, E');
});
