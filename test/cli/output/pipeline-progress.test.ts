import { stripVTControlCharacters } from 'node:util';
import { excerptOf, firstComplaint } from '../../../cli/output/log-excerpt';
import { describeFailedRuns, PipelineProgress, reportPipelines, settled } from '../../../cli/output/pipeline-progress';
import { drawTimeline } from '../../../cli/output/timeline/page';
import { pipelineLanes } from '../../../cli/output/timeline/pipeline-lanes';
import { reportOf } from '../../../cli/report/report';
import { approvalAction, BUCKET, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION } from '../../rehearsal/services/codepipeline/world';

const BUILD = { Name: 'Build', Actions: [buildAction('Build', 'do')] };

let world: PipelineWorld;
let startedAt: number;
beforeEach(async () => {
  world = await PipelineWorld.start();
  startedAt = world.simulation.clock.now();
});
afterEach(() => world.stop());

async function run(stages: Parameters<PipelineWorld['pipeline']>[0], commands: readonly string[]): Promise<string[]> {
  await world.pipeline(stages, { resources: { Project: buildProject('do', commands) } });
  await settled(world.simulation);
  const lines: string[] = [];
  const progress = new PipelineProgress(world.simulation, line => lines.push(stripVTControlCharacters(line)));
  progress.tell();
  progress.tell();
  return lines;
}

test('an execution that waits for somebody is settled, told once, reported, and shown up to now', async () => {
  const lines = await run([BUILD, { Name: 'Approve', Actions: [approvalAction()] }], ['true']);
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^… ${MEMBER}  pipeline ${PIPELINE}  [0-9a-f]{7}  in progress: Source, Build, Approve in progress$`))]);
  const [{ executions: [execution] }] = reportPipelines(world.simulation);
  expect(execution).toMatchObject({ status: 'InProgress', trigger: 'CreatePipeline', actions: [{}, { stage: 'Build', action: 'Build', status: 'Succeeded' }, {}] });
  const [lane] = pipelineLanes(world.simulation, startedAt);
  expect(lane).toMatchObject({ stackName: `pipeline ${PIPELINE}`, accountId: MEMBER, bars: [{ doing: 'run', failed: false }] });
  expect([...lane.rows.values()].map(({ name, type }) => `${name}: ${type}`)).toEqual([
    'Source/Source: Source by CodeCommit', 'Build/Build: Build by CodeBuild', 'Approve/Approve: Approval by Manual',
  ]);
  const page = drawTimeline({ title: 'a', lanes: [lane], accounts: new Map(), seconds: 60 });
  expect(page).toContain('0 stacks and 1 pipelines in 1 accounts, 1m 0s simulated');
  expect(page).toContain('Build/Build (Build by CodeBuild): run 00:');
  expect([...lane.rows.values()].map(({ bars: [{ waits }] }) => waits)).toEqual([false, false, true]);
  expect(page).toMatch(/<i class="bar run waits" [^>]*title="Approve\/Approve \(Approval by Manual\): waits for somebody 00:/);
  expect(page).toContain('<i class="bar run waits"></i>waits for somebody');
});

test('a failed execution is told with its reason and the log of the command that failed, fails the rehearsal, and is named at the end', async () => {
  const failing = ['# type-checks', 'echo "app.ts(3,1): error TS2322"', ...Array.from({ length: 20 }, (_, line) => `echo line ${line}`), 'exit 3'].join('\n');
  const lines = await run([BUILD], ['echo before', failing]);
  expect(lines.slice(0, 2)).toEqual([
    expect.stringMatching(/^✗ .* failed: Source, Build failed$/),
    expect.stringMatching(/^ {2}Action Build in stage Build failed: Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: /),
  ]);
  expect(lines.slice(-21 - failing.split('\n').length)).toEqual([
    '  $ # type-checks', ...failing.split('\n').slice(1).map(line => `    ${line}`), '  | app.ts(3,1): error TS2322', ...Array.from({ length: 20 }, (_, line) => `  | line ${line}`),
  ]);
  expect(lines.join('\n')).not.toContain('before');
  const [lane] = pipelineLanes(world.simulation, startedAt);
  expect(lane.bars).toMatchObject([{ failed: true, reason: expect.stringContaining('Action Build in stage Build failed') }]);
  for (const builds of [true, false]) {
    const report = await reportOf(world.simulation, [], { seconds: 1, time: 'scaled', destroyed: false, builds });
    expect(report).toMatchObject({ succeeded: !builds });
  }
  expect(describeFailedRuns(world.simulation).map(stripVTControlCharacters)).toEqual([
    expect.stringMatching(new RegExp(`^✗ pipeline ${PIPELINE} in account ${MEMBER}: [0-9a-f]{7} failed in stage Build: Error while executing command: # type-checks$`)),
    '  | app.ts(3,1): error TS2322',
  ]);
});

test('all failed executions are named at the end, and that the last one succeeded', async () => {
  await run([BUILD], ['test -f better.txt']);
  await world.run({ commitId: '0'.repeat(40) });
  await settled(world.simulation);
  await world.commit({ 'better.txt': 'better\n' });
  await world.run();
  await settled(world.simulation);
  const pipeline = `✗ pipeline ${PIPELINE} in account ${MEMBER}: `;
  expect(describeFailedRuns(world.simulation).map(line => stripVTControlCharacters(line).replace(/[0-9a-f]{7} failed/, '1234567 failed'))).toEqual([
    `${pipeline}1234567 failed in stage Build: Error while executing command: test -f better.txt. Reason: exit status 1; the last execution: succeeded`,
    expect.stringMatching(`^${pipeline}1234567 failed in stage Source: .* no commit 0{40} was found .*; the last execution: succeeded$`),
  ]);
});

test('a pipeline that was removed meanwhile is still told, reported and shown', async () => {
  await run([BUILD, { Name: 'Approve', Actions: [approvalAction()] }], ['true']);
  await world.simulation.clock.sleep(60);
  const { s3 } = world.simulation;
  for (const key of [...s3.bucket(BUCKET)?.objects.keys() ?? []]) s3.erase(BUCKET, key);
  await world.simulation.cloudformation.remove(MEMBER, REGION, 'pipeline');
  const lines: string[] = [];
  new PipelineProgress(world.simulation, line => lines.push(stripVTControlCharacters(line))).tell();
  expect(lines).toEqual([expect.stringMatching(/^■ .* cancelled: Source, Build, Approve abandoned$/)]);
  const actions = [{ action: 'Source' }, { action: 'Build', status: 'Succeeded' }, { action: 'Approve', status: 'Abandoned' }];
  expect(reportPipelines(world.simulation)).toMatchObject([{ name: PIPELINE, accountId: MEMBER, removed: true, executions: [{ status: 'Cancelled', actions }] }]);
  const [lane] = pipelineLanes(world.simulation, startedAt);
  expect(lane).toMatchObject({ stackName: `pipeline ${PIPELINE} (removed)`, bars: [{ doing: 'run', failed: false }] });
  const approval = lane.rows.get('Approve-Approve')?.bars[0];
  // the approval ends with its pipeline, but for the time that this machine takes in between, which is simulated time, too
  expect(Math.abs(lane.bars[0].to - (approval?.to ?? 0))).toBeLessThan(60);
  await run([BUILD], ['true']);
  expect(reportPipelines(world.simulation)).toMatchObject([{ name: PIPELINE, removed: false }, { name: PIPELINE, removed: true }]);
});

describe('the log of a failure', () => {
  const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

  test('is shown as it is, where it is short', () => {
    expect(excerptOf(numbered(0, 40))).toEqual(numbered(0, 40));
  });

  test('is shown with the lines about errors and its end, where it is long', () => {
    const log = [...numbered(1, 100), '● shop › sells', ...numbered(101, 300)];
    expect(excerptOf(log)).toEqual([
      '… 99 lines', '● shop › sells', 'line 101', 'line 102', '… 182 lines', ...numbered(285, 300),
    ]);
  });

  test('begins with a message rather than with the code that throws it', () => {
    expect(firstComplaint(['throw new Error("closed: sorry");', '      ^', '', 'Error: closed: sorry', '    at <anonymous>'])).toBe('Error: closed: sorry');
    expect(firstComplaint(['3 tests failed', 'done'])).toBe('3 tests failed');
    expect(firstComplaint(['done'])).toBeUndefined();
  });

  test('stays short, however many lines are about errors', () => {
    expect(excerptOf(Array.from({ length: 1000 }, (_, index) => `error ${index}`)).length).toBeLessThan(45);
  });
});
