import { Routes } from '../../lambda/pipeline/branch-routes';
import { Environments } from '../../lambda/pipeline/environments';
import { pipelineKey } from '../../lambda/registry/pipeline';
import type { RouteTarget } from '../../lambda/registry/route';
import { routeKey } from '../../lambda/registry/route';
import { FakeRegistry } from '../registry/fake-registry';
import { TWO, environment, owner, ownerOf, pipeline } from '../stack/world';

const KEY = routeKey(environment.repositoryArn, environment.branchName);
const moved = { ...pipeline, accountId: TWO };
const elsewhere = ownerOf('Other', 'Elsewhere');

function targetOf({ accountId, region } = pipeline, { stackId } = owner): RouteTarget {
  const key = pipelineKey({ accountId, region, environment });
  return { pipelineKey: key, stackId, environmentName: 'test1', accountId, region, pipelineName: 'test1' };
}

function world() {
  const registry = new FakeRegistry();
  const environments = new Environments(registry, () => 0);
  return { registry, environments, routes: new Routes(registry, environments) };
}

describe('the route of a branch', () => {
  test('leads to the last target, and the former one follows when that is removed', async () => {
    const { routes, registry } = world();
    expect(await routes.targetsOf(KEY)).toEqual([]);
    expect(await routes.put(environment, targetOf())).toEqual([]);
    expect(await routes.put(environment, targetOf(moved))).toEqual([targetOf()]);
    expect(await routes.targetsOf(KEY)).toEqual([targetOf(), targetOf(moved)]);
    await routes.remove(KEY, pipelineKey(moved));
    expect(await routes.targetsOf(KEY)).toEqual([targetOf()]);
    await routes.remove(KEY, pipelineKey(pipeline));
    expect(registry.keys).toEqual([]);
  });

  test('leads to a target again that is put again', async () => {
    const { routes } = world();
    await routes.put(environment, targetOf());
    await routes.put(environment, targetOf(moved));
    expect(await routes.put(environment, targetOf())).toEqual([targetOf(moved)]);
    expect(await routes.targetsOf(KEY)).toEqual([targetOf(moved), targetOf()]);
  });

  test('is written only if it changes', async () => {
    const { routes, registry } = world();
    await routes.put(environment, targetOf());
    const before = await registry.read(KEY);
    await routes.put(environment, targetOf());
    await routes.remove(KEY, pipelineKey(moved));
    await routes.remove(routeKey(environment.repositoryArn, 'other'), pipelineKey(pipeline));
    expect(await registry.read(KEY)).toEqual(before);
    expect(registry.keys).toEqual([KEY]);
  });

  test('of another stack is taken only when the pipeline there does not hold its account any more', async () => {
    const { routes, registry, environments } = world();
    await registry.transaction(async () => environments.acquire(elsewhere, moved));
    await routes.put(environment, targetOf(moved, elsewhere));
    await expect(routes.put(environment, targetOf())).rejects.toThrow('a branch has one pipeline');
    expect(await routes.targetsOf(KEY)).toEqual([targetOf(moved, elsewhere)]);
    await environments.release(pipelineKey(moved));
    expect(await routes.put(environment, targetOf())).toEqual([]);
    expect(await routes.targetsOf(KEY)).toEqual([targetOf()]);
  });
});
