import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Harness, IN_REAL_TIME, reasons } from './harness';
import { RELEASE, releasePipeline, settings } from './release-app';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import type { Cicd } from '../fixtures/app';
import { REGION } from '../fixtures/app';

describe.each([
  ['github', 'acme/shop', (cicd: Cicd) => cicd.gitHub()],
  // its builds clone the repository with their own roles
  ['gitlab', 'acme/web/shop', (cicd: Cicd) => cicd.gitLab()],
] as const)('an environment with a repository of %s', (host, name, sourceOf) => {
  let harness: Harness;
  afterAll(() => harness.stop());

  const deployed = () =>
    harness.simulation.cloudformation.find(harness.vended['shop-dev'], REGION, 'Shop')?.outputs
      .find(({ key }) => key === 'Release')?.value;

  test('deploys the stack of the app, and what is pushed later', async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true });
    const { hosts, clock } = harness.simulation;
    const folder = join(harness.folder, host);
    mkdirSync(folder);
    for (const [file, content] of Object.entries(RELEASE)) writeFileSync(join(folder, file), content);
    await hosts.seed(`${host}:${name}`, folder);
    const result = await harness.deploy(cicd => {
      const branch = { source: sourceOf(cicd), branchName: 'env/dev' };
      cicd.environment('dev', { branch, pipeline: { definition: releasePipeline() } });
    }, { readsCredentials: true });
    expect(reasons(result)).toBe('');
    await pipelinesIdle(harness.simulation);
    expect(deployed()).toBe('1.0.0');

    const repository = hosts[host].find(name);
    if (!repository) throw new Error('there is no repository');
    const parent = await repository.git.head('env/dev');
    const { commitId } = await repository.git.commit({
      parent,
      message: 'release 1.1.0',
      author: { name: 'Anna', email: 'anna@example.com', at: clock.now() },
      put: Object.entries(settings('1.1.0')).map(([path, text]) => (
        { path, content: Buffer.from(text), mode: '100644' }
      )),
      remove: [],
    });
    await hosts[host].move(repository, 'env/dev', parent, commitId);
    await pipelinesIdle(harness.simulation);
    expect(deployed()).toBe('1.1.0');
    const [pipeline] = harness.simulation.codepipeline.pipelines(harness.vended['shop-dev'], REGION);
    expect(pipeline.executions[0].found.map(({ revisionId }) => revisionId)).toEqual([commitId]);
  });
});
