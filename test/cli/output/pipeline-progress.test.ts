import { stripVTControlCharacters } from 'node:util';
import { describeFailedExecutions, PipelineProgress } from '../../../cli/output/pipeline-progress';
import { formatTimeline } from '../../../cli/output/timeline/page';
import { pipelineLanes } from '../../../cli/output/timeline/pipeline-lanes';
import { createReport } from '../../../cli/report/create-report';
import { reportPipelines } from '../../../cli/report/pipelines';
import { Approvals, waitingEnvironments } from '../../../cli/run/approvals';
import { pipelinesIdle } from '../../../cli/run/pipeline-runs';
import {
  approvalAction, BUCKET, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld, REGION,
} from '../../rehearsal/services/codepipeline/world';

const BUILD = { Name: 'Build', Actions: [buildAction('Build', 'do')] };
const APPROVE = { Name: 'Approve', Actions: [approvalAction()] };

let world: PipelineWorld;
let startedAt: number;
beforeEach(async () => {
  world = await PipelineWorld.start();
  startedAt = world.simulation.clock.now();
});
afterEach(() => world.stop());

type Stages = Parameters<PipelineWorld['pipeline']>[0];

/** Creates the pipeline, whose build runs these commands, and waits for its first execution. Returns the output. */
async function run(stages: Stages, commands: readonly string[]): Promise<string[]> {
  await world.pipeline(stages, { resources: { Project: buildProject('do', commands) } });
  await pipelinesIdle(world.simulation);
  return outputOf(progress => {
    progress.update();
    progress.update();
  });
}

function outputOf(use: (progress: PipelineProgress) => void): string[] {
  const lines: string[] = [];
  use(new PipelineProgress(world.simulation, line => lines.push(stripVTControlCharacters(line))));
  return lines;
}

describe('an execution that waits for approval', () => {
  test('is idle, and printed once', async () => {
    expect(await run([BUILD, APPROVE], ['true'])).toEqual([expect.stringMatching(new RegExp(
      `^… ${MEMBER}  pipeline ${PIPELINE}  [0-9a-f]{7}  waits for approval: `
        + 'Source, Build, Approve waits for approval$',
    ))]);
  });

  test('is approved if --approve names it, and waits otherwise', async () => {
    await run([BUILD, APPROVE], ['true']);
    const { simulation } = world;
    expect(await new Approvals(simulation, ['other'], () => {}).approve()).toBe(false);
    expect(waitingEnvironments(simulation, [])).toEqual([
      { environmentName: PIPELINE, stageName: 'Approve', commitId: expect.stringMatching(/^[0-9a-f]{40}$/) },
    ]);
    const lines: string[] = [];
    const approvals = new Approvals(simulation, [PIPELINE], line => lines.push(stripVTControlCharacters(line)));
    expect(await approvals.approve()).toBe(true);
    await pipelinesIdle(simulation);
    expect(await approvals.approve()).toBe(false);
    expect(lines).toEqual([`✓ ${PIPELINE} approved (--approve)`]);
    expect(reportPipelines(simulation)[0].executions[0].status).toBe('Succeeded');
    expect(waitingEnvironments(simulation, [])).toEqual([]);
  });

  test('is approved with --approve all', async () => {
    await run([BUILD, APPROVE], ['true']);
    expect(await new Approvals(world.simulation, ['all'], () => {}).approve()).toBe(true);
  });

  test('is in the report and in the timeline', async () => {
    await run([BUILD, APPROVE], ['true']);
    const [{ executions: [execution] }] = reportPipelines(world.simulation);
    expect(execution).toMatchObject({
      status: 'WaitsForApproval',
      trigger: 'CreatePipeline',
      actions: [
        {}, { stageName: 'Build', actionName: 'Build', status: 'Succeeded' }, { status: 'WaitsForApproval' },
      ],
    });
    const [lane] = pipelineLanes(world.simulation, startedAt);
    expect(lane).toMatchObject({
      name: `pipeline ${PIPELINE}`, accountId: MEMBER, bars: [{ operation: 'run', failed: false }],
    });
    expect([...lane.rows.values()].map(({ name, type, bars: [bar] }) => `${name}: ${type}, ${bar.isWaiting}`)).toEqual([
      'Source/Source: Source by CodeCommit, false',
      'Build/Build: Build by CodeBuild, false',
      'Approve/Approve: Approval by Manual, true',
    ]);
    const page = formatTimeline({ title: 'a', lanes: [lane], marks: [], accountNames: new Map(), seconds: 60 });
    expect(page).toContain('0 stacks and 1 pipeline in 1 account, 1m 0s simulated');
    expect(page).toContain('Build/Build (Build by CodeBuild): run 00:');
    expect(page).toMatch(
      /<i class="bar run awaiting-approval" [^>]*title="Approve\/Approve \(Approval by Manual\): waits for approval /,
    );
    expect(page).toContain('<i class="bar run awaiting-approval"></i>waits for approval');
  });
});

test('the timeline marks executions that a push has started, not the first one or a repetition', async () => {
  await run([BUILD], ['true']);
  await world.run();
  await pipelinesIdle(world.simulation);
  const commit = await world.commit({ 'README.md': 'changed' });
  await world.run();
  await pipelinesIdle(world.simulation);
  const [{ bars }] = pipelineLanes(world.simulation, startedAt);
  expect(bars.map(({ pushed }) => pushed)).toEqual([undefined, undefined, commit]);
});

describe('a failed execution', () => {
  const numbered = Array.from({ length: 20 }, (_, line) => `line ${line}`);
  const failing = [
    '# type-checks', 'echo "app.ts(3,1): error TS2322"', ...numbered.map(line => `echo ${line}`), 'exit 3',
  ];

  test('is printed with its reason and the log of the command that failed', async () => {
    const lines = await run([BUILD], ['echo before', failing.join('\n')]);
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^✗ .* failed: Source, Build failed$/),
      expect.stringMatching(
        /^ {2}Action Build in stage Build failed: .* Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, Message: /,
      ),
    ]);
    expect(lines.slice(-21 - failing.length)).toEqual([
      '  $ # type-checks',
      ...failing.slice(1).map(line => `    ${line}`),
      '  | app.ts(3,1): error TS2322',
      ...numbered.map(line => `  | ${line}`),
    ]);
    expect(lines.join('\n')).not.toContain('before');
  });

  test('is in the timeline, fails the rehearsal, and is described at the end', async () => {
    await run([BUILD], [failing.join('\n')]);
    const [lane] = pipelineLanes(world.simulation, startedAt);
    expect(lane.bars).toMatchObject([
      { failed: true, reason: expect.stringContaining('Action Build in stage Build failed') },
    ]);
    for (const builds of [true, false]) {
      const report = await createReport(world.simulation, [], {
        realSeconds: 1, clock: 'scaled', destroyed: false, commandFailures: [], awaitingReleases: new Set(), builds,
      });
      expect(report.succeeded).toBe(!builds);
    }
    expect(describeFailedExecutions(world.simulation).map(stripVTControlCharacters)).toEqual([
      expect.stringMatching(new RegExp(
        `^✗ pipeline ${PIPELINE} in account ${MEMBER}: [0-9a-f]{7} failed in stage Build: `
        + 'Error while executing command: # type-checks$',
      )),
      '  | app.ts(3,1): error TS2322',
    ]);
  });
});

test('all failed executions are described, with the status of the last execution', async () => {
  await run([BUILD], ['test -f better.txt']);
  await world.run({ commitId: '0'.repeat(40) });
  await pipelinesIdle(world.simulation);
  await world.commit({ 'better.txt': 'better\n' });
  await world.run();
  await pipelinesIdle(world.simulation);
  const lines = describeFailedExecutions(world.simulation).map(stripVTControlCharacters);
  const pipeline = `✗ pipeline ${PIPELINE} in account ${MEMBER}: 1234567 failed`;
  const last = '; the last execution: succeeded';
  expect(lines.map(line => line.replace(/[0-9a-f]{7} failed/, '1234567 failed'))).toEqual([
    `${pipeline} in stage Build: Error while executing command: test -f better.txt. Reason: exit status 1${last}`,
    expect.stringMatching(`^${pipeline} in stage Source: .* no commit 0{40} was found .*${last}$`),
  ]);
});

test('a pipeline that was deleted is printed, reported and in the timeline', async () => {
  await run([BUILD, APPROVE], ['true']);
  await world.simulation.clock.sleep(60);
  const { s3 } = world.simulation;
  for (const key of [...s3.bucket(BUCKET)?.objects.keys() ?? []]) s3.erase(BUCKET, key);
  await world.simulation.cloudformation.remove(MEMBER, REGION, 'pipeline');
  expect(outputOf(progress => progress.update()))
    .toEqual([expect.stringMatching(/^■ .* cancelled: Source, Build, Approve abandoned$/)]);
  const actions = [
    { actionName: 'Source' },
    { actionName: 'Build', status: 'Succeeded' },
    { actionName: 'Approve', status: 'Abandoned' },
  ];
  expect(reportPipelines(world.simulation)).toMatchObject([
    { name: PIPELINE, accountId: MEMBER, deleted: true, executions: [{ status: 'Cancelled', actions }] },
  ]);
  const [lane] = pipelineLanes(world.simulation, startedAt);
  expect(lane).toMatchObject({ name: `pipeline ${PIPELINE} (deleted)`, bars: [{ operation: 'run', failed: false }] });
  const approval = lane.rows.get('Approve-Approve')?.bars[0];
  // both end with the pipeline; the difference is computing time, which counts as simulated time
  expect(Math.abs(lane.bars[0].to - (approval?.to ?? 0))).toBeLessThan(60);
  await run([BUILD], ['true']);
  expect(reportPipelines(world.simulation))
    .toMatchObject([{ name: PIPELINE, deleted: false }, { name: PIPELINE, deleted: true }]);
});
