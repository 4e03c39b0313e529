import { stripVTControlCharacters } from 'node:util';
import { WorkingPipelines } from '../../../cli/output/working-pipelines';
import { pipelinesIdle } from '../../../cli/run/pipeline-runs';
import { buildAction, buildProject, PIPELINE, PipelineWorld } from '../../rehearsal/services/codepipeline/world';

const BUILD = { Name: 'Build', Actions: [buildAction('Build', 'do')] };

let world: PipelineWorld;
beforeEach(async () => { world = await PipelineWorld.start(); });
afterEach(() => world.stop());

test('every five seconds, a line says which builds run and for how long', async () => {
  await world.pipeline([BUILD], { resources: { Project: buildProject('do', ['sleep 1']) } });
  const lines: string[] = [];
  let now = 0;
  const write = (line: string): void => { lines.push(stripVTControlCharacters(line)); };
  const working = new WorkingPipelines(world.simulation, write, () => now);
  await pipelinesIdle(world.simulation, () => {
    // a second passes at each look
    now += 1000;
    working.update();
  });
  const builds = lines.filter(line => line.includes('(Build)'));
  expect(builds.length).toBeGreaterThan(0);
  expect(builds[0]).toMatch(new RegExp(`^… running for \\d+s: ${PIPELINE} \\(Build\\)$`));
  const seconds = lines.map(line => Number(/for (\d+)s/.exec(line)?.[1]));
  expect(seconds.every((second, index) => second - (seconds[index - 1] ?? 0) >= 5)).toBe(true);
});
