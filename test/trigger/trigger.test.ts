import { Routes } from '../../lambda/pipeline/branch-routes';
import { Environments } from '../../lambda/pipeline/environments';
import { routeKey } from '../../lambda/registry/route';
import type { HostEvent } from '../../lambda/sources/source';
import type { PipelineStart, Pipelines } from '../../lambda/trigger/aws';
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

/** The branches of the repository are at this commit. */
const hosts = () => ({ head: async () => 'abc' });

async function world() {
  const registry = new FakeRegistry();
  const routes = new Routes(registry, new Environments(registry, Date.now));
  await routes.put(environment, target);
  return { registry, routes, pipelines: new FakePipelines() };
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
  const { registry, pipelines } = await world();
  expect(await trigger(moved(), registry, hosts, pipelines)).toEqual({
    started: true,
    environmentName: 'test1',
    pipelineName: 'shop-test1',
    accountId: '111111111111',
    executionId: 'execution-1',
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
  const { registry, pipelines } = await world();
  await Promise.all([trigger(moved(), registry, hosts, pipelines), trigger(moved(), registry, hosts, pipelines)]);
  expect(pipelines.executions.size).toBe(1);
  await trigger(moved({}, 'event-2'), registry, hosts, pipelines);
  expect(pipelines.executions.size).toBe(2);
});

test.each([
  ['another branch', { referenceName: 'main' }, `branch 'main' of ${SHOP} has no pipeline`],
  ['a tag', { referenceType: 'tag' }, 'the event updates no branch'],
  ['a branch that was deleted', { event: 'referenceDeleted', commitId: undefined }, 'the event updates no branch'],
])('%s starts no pipeline and returns the reason', async (_, change, reason) => {
  const { registry, pipelines } = await world();
  expect(await trigger(moved(change), registry, hosts, pipelines)).toEqual({ started: false, reason });
  expect(pipelines.executions.size).toBe(0);
});

test('starts the newer pipeline during a move, and the former one after its rollback', async () => {
  const { registry, routes, pipelines } = await world();
  const key = routeKey(SHOP, 'env/test1');
  await routes.put(environment, { ...target, pipelineKey: 'stack#2', accountId: '333333333333' });
  expect(await trigger(moved(), registry, hosts, pipelines)).toMatchObject({ accountId: '333333333333' });
  await routes.remove(key, 'stack#2');
  expect(await trigger(moved({}, 'event-2'), registry, hosts, pipelines)).toMatchObject({ accountId: '111111111111' });
  await routes.remove(key, 'stack#1');
  expect(registry.keys).toEqual([]);
});

test('says what the role must trust if the start is denied', async () => {
  const { registry, pipelines } = await world();
  pipelines.error = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  await expect(trigger(moved(), registry, hosts, pipelines)).rejects.toThrow(
    "cannot start pipeline 'shop-test1' of environment 'test1' in account 111111111111 at commit abc of branch "
      + "'env/test1': AccessDenied: not authorized; the role 'org-environments-pipeline-start' there must trust "
      + "'org-environments-trigger': run: org-environments reconcile ",
  );
});

test('names a pipeline that does not exist', async () => {
  const { registry, pipelines } = await world();
  pipelines.error = Object.assign(new Error('gone'), { name: 'PipelineNotFoundException' });
  await expect(trigger(moved(), registry, hosts, pipelines)).rejects.toThrow(
    "of branch 'env/test1': PipelineNotFoundException: gone",
  );
});

test.each([
  ['another commit', 'def'],
  ['no commit', undefined],
])('does not start the pipeline at a commit if the head of the branch is %s', async (message, head) => {
  const { registry, pipelines } = await world();
  expect(await trigger(moved(), registry, () => ({ head: async () => head }), pipelines)).toMatchObject({
    started: false,
    reason: expect.stringContaining(head ?? message),
  });
  expect(pipelines.executions.size).toBe(0);
});
