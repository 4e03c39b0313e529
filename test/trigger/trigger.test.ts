import { Routes } from '../../lambda/pipeline/branch-routes';
import { Environments } from '../../lambda/pipeline/environments';
import { routeKey } from '../../lambda/registry/route';
import type { HostEvent } from '../../lambda/sources/source';
import type { PipelineStart, Pipelines, PushRelease, PushReleases } from '../../lambda/trigger/aws';
import { trigger } from '../../lambda/trigger/trigger';
import { FakeRegistry } from '../registry/fake-registry';
import { environment } from '../stack/world';

const SHOP = 'arn:aws:codecommit:eu-central-1:222222222222:shop';
const target = {
  pipelineKey: 'stack#1',
  stackId: 'cicd',
  environmentName: 'test1',
  accountId: '111111111111',
  region: 'eu-central-1',
  pipelineName: 'shop-test1',
};

class FakePipelines implements Pipelines {
  public readonly executions = new Map<string, PipelineStart>();
  public error?: Error;

  public async start(pipeline: PipelineStart): Promise<string> {
    if (this.error) throw this.error;
    if (!this.executions.has(pipeline.token)) this.executions.set(pipeline.token, pipeline);
    return `execution-${[...this.executions.keys()].indexOf(pipeline.token) + 1}`;
  }
}

class FakeReleases implements PushReleases {
  public readonly started: PushRelease[] = [];
  public readonly errors = new Map<string, Error>();

  public async start(push: PushRelease): Promise<void> {
    const error = this.errors.get(push.environmentName);
    if (error) throw error;
    this.started.push(push);
  }
}

async function world() {
  const registry = new FakeRegistry();
  const routes = new Routes(registry, new Environments(registry, Date.now));
  await routes.put(environment, target);
  const parts = {
    registry,
    pipelines: new FakePipelines(),
    releases: new FakeReleases(),
    // the branches of the repository are at this commit
    hosts: () => ({ head: async (): Promise<string | undefined> => 'abc' }),
  };
  const run = async (event: HostEvent) => trigger(event, parts);
  return { ...parts, routes, parts, run };
}

function moved(change: HostEvent['detail'] = {}, id = 'event-1'): HostEvent {
  const detail = {
    event: 'referenceUpdated',
    referenceType: 'branch',
    referenceName: 'env/test1',
    commitId: 'abc',
    ...change,
  };
  return { id, source: 'aws.codecommit', resources: [SHOP], detail };
}

test('starts the pipeline of an updated branch at its new head', async () => {
  const { pipelines, run } = await world();
  expect(await run(moved())).toEqual({
    started: true,
    pipeline: {
      environmentName: 'test1',
      pipelineName: 'shop-test1',
      accountId: '111111111111',
      executionId: 'execution-1',
    },
  });
  const [start] = pipelines.executions.values();
  expect(start).toMatchObject({
    accountId: '111111111111',
    region: 'eu-central-1',
    pipelineName: 'shop-test1',
    commitId: 'abc',
  });
  expect(start?.token).toMatch(/^[a-zA-Z0-9-]{1,128}$/);
});

test('starts the pipeline once for the same event, and again for another event', async () => {
  const { pipelines, run } = await world();
  await Promise.all([run(moved()), run(moved())]);
  expect(pipelines.executions.size).toBe(1);
  await run(moved({}, 'event-2'));
  expect(pipelines.executions.size).toBe(2);
});

test.each([
  ['another branch', { referenceName: 'main' }, `branch 'main' of ${SHOP} has no pipeline`],
  ['a tag', { referenceType: 'tag' }, 'the event updates no branch'],
  ['a branch that was deleted', { event: 'referenceDeleted', commitId: undefined }, 'the event updates no branch'],
])('%s starts no pipeline and returns the reason', async (_, change, reason) => {
  const { pipelines, run } = await world();
  expect(await run(moved(change))).toEqual({ started: false, reason });
  expect(pipelines.executions.size).toBe(0);
});

test('starts the newer pipeline during a move, and the former one after its rollback', async () => {
  const { registry, routes, run } = await world();
  const key = routeKey(SHOP, 'env/test1');
  await routes.put(environment, { ...target, pipelineKey: 'stack#2', accountId: '333333333333' });
  expect(await run(moved())).toMatchObject({ pipeline: { accountId: '333333333333' } });
  await routes.remove(key, 'stack#2');
  expect(await run(moved({}, 'event-2'))).toMatchObject({ pipeline: { accountId: '111111111111' } });
  await routes.remove(key, 'stack#1');
  expect(registry.keys).toEqual([]);
});

test('says what the role must trust if the start is denied', async () => {
  const { pipelines, run } = await world();
  pipelines.error = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  await expect(run(moved())).rejects.toThrow(
    "cannot start pipeline 'shop-test1' of environment 'test1' in account 111111111111 at commit abc of branch "
      + "'env/test1': AccessDenied: not authorized; the role 'org-environments-pipeline-start' there must trust "
      + "'org-environments-trigger': run: org-environments reconcile --environment test1 ",
  );
});

test('names a pipeline that does not exist', async () => {
  const { pipelines, run } = await world();
  pipelines.error = Object.assign(new Error('gone'), { name: 'PipelineNotFoundException' });
  await expect(run(moved())).rejects.toThrow(
    "of branch 'env/test1': PipelineNotFoundException: gone",
  );
});

test.each([
  ['another commit', 'def'],
  ['no commit', undefined],
])('does not start the pipeline at a commit if the head of the branch is %s', async (message, head) => {
  const { parts, pipelines } = await world();
  expect(await trigger(moved(), { ...parts, hosts: () => ({ head: async () => head }) })).toMatchObject({
    started: false,
    reason: expect.stringContaining(head ?? message),
  });
  expect(pipelines.executions.size).toBe(0);
});

describe('a branch whose commits are released', () => {
  const toMain = (id?: string) => moved({ referenceName: 'main' }, id);

  const releasing = async () => {
    const made = await world();
    for (const name of ['prod', 'live']) await made.routes.addRelease(routeKey(SHOP, 'main'), name);
    return made;
  };

  test('starts a release of each environment', async () => {
    const { run, releases } = await releasing();
    expect(await run(toMain())).toEqual({ started: true, releases: ['prod', 'live'] });
    expect(releases.started).toEqual([
      { environmentName: 'prod', branchName: 'main', commitId: 'abc' },
      { environmentName: 'live', branchName: 'main', commitId: 'abc' },
    ]);
  });

  test('also starts its pipeline', async () => {
    const { run, routes } = await world();
    await routes.addRelease(routeKey(SHOP, 'env/test1'), 'prod');
    expect(await run(moved())).toMatchObject({ pipeline: { pipelineName: 'shop-test1' }, releases: ['prod'] });
    await routes.remove(routeKey(SHOP, 'env/test1'), 'stack#1');
    expect(await run(moved())).toEqual({ started: true, releases: ['prod'] });
  });

  test('releases to the other environments when one fails, and says how to repeat it by hand', async () => {
    const { run, releases } = await releasing();
    releases.errors.set('prod', new Error('no side'));
    await expect(run(toMain())).rejects.toThrow(
      "cannot release commit abc of branch 'main' to environment 'prod': no side; Lambda retries the event; if it "
        + 'fails again, run: org-environments release prod --to main',
    );
    expect(releases.started).toMatchObject([{ environmentName: 'live' }]);
  });

  test('starts nothing after the environments were removed', async () => {
    const { run, routes, registry } = await releasing();
    for (const name of ['prod', 'live']) await routes.removeRelease(routeKey(SHOP, 'main'), name);
    expect(await run(toMain())).toMatchObject({ started: false });
    expect(registry.keys).toEqual([routeKey(SHOP, 'env/test1')]);
  });
});
