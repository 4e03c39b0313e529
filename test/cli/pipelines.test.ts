import { stripVTControlCharacters } from 'node:util';
import { PipelineProgress, reportPipelines, settled } from '../../cli/pipelines';
import { reportOf } from '../../cli/report';
import { drawTimeline } from '../../cli/timeline/page';
import { pipelineLanes } from '../../cli/timeline/pipelines';
import { approvalAction, buildAction, buildProject, MEMBER, PIPELINE, PipelineWorld } from '../rehearsal/codepipeline/world';

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
});

test('a failed execution is told with its reason and the end of its log, and fails the rehearsal', async () => {
  const lines = await run([BUILD], [...Array.from({ length: 20 }, (_, line) => `echo line ${line}`), 'exit 3']);
  expect(lines.slice(0, 2)).toEqual([
    expect.stringMatching(/^✗ .* failed: Source, Build failed$/),
    '  Action Build in stage Build failed: Build terminated with state: FAILED. Phase: BUILD, Code: COMMAND_EXECUTION_ERROR, '
    + 'Message: Error while executing command: exit 3. Reason: exit status 3',
  ]);
  expect(lines.slice(2)).toHaveLength(15);
  expect(lines.join('\n')).toContain('| line 19');
  expect(pipelineLanes(world.simulation, startedAt)[0].bars).toMatchObject([{ failed: true, reason: lines[1].trim() }]);
  for (const builds of [true, false]) {
    expect(await reportOf(world.simulation, [], { seconds: 1, destroyed: false, builds })).toMatchObject({ succeeded: !builds });
  }
});
