import { ONE, SHOP, TWO, World, environment, owner, ownerOf, pipeline } from '../stack/world';

const moved = { ...pipeline, accountId: TWO, environment: { ...environment, branchName: 'env/qa' } };
const renamed = ownerOf('Renamed');
const other = ownerOf('Other', 'Elsewhere');
const RECORD = `pipeline#${ONE}#eu-central-1#test1`;
const ROUTE = `route#${SHOP}#env/test1`;

/** An environment with an application and artifacts. */
async function deployed(): Promise<World> {
  const world = new World();
  await world.create(pipeline);
  const roleArn = `arn:aws:iam::${ONE}:role/cdk-hnb659fds-cfn-exec-role-${ONE}-eu-central-1`;
  world.accounts.of(ONE).put('web', 'CREATE_COMPLETE', {}, 'pipeline', { roleArn });
  world.accounts.withArtifacts.add(ONE);
  return world;
}

describe('a pipeline whose record was lost', () => {
  test('neither stops the pipeline that has replaced it, nor deletes its application', async () => {
    const world = await deployed();
    await world.create(moved, renamed);
    await world.lose(RECORD);
    await world.delete(pipeline);
    expect(world.pipelines.active).toEqual([TWO]);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe']);
    expect(await world.route('env/qa')).toEqual([`${TWO}/test1`]);
    expect(await world.environment()).toMatchObject({ sides: { only: { pipelines: [{ accountId: TWO }] } } });
  });

  test('does so even if the environment does not know it either', async () => {
    const world = await deployed();
    await world.create(moved, renamed);
    await world.lose(RECORD, 'environment#test1', `lease#${ONE}`);
    await world.update({ ...moved, parameters: { Size: '2' } }, moved, renamed);
    await world.delete(pipeline);
    expect(world.pipelines.active).toEqual([TWO]);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(await world.environment()).toMatchObject({ sides: { only: { pipelines: [{ accountId: TWO }] } } });
  });

  test('does not release an account that was given to another environment', async () => {
    const world = await deployed();
    const lease = await world.registry.read(`lease#${ONE}`);
    await world.lose(RECORD, 'environment#test1', ROUTE);
    const holder = { environmentName: 'qa', pipelineKey: `pipeline#${ONE}#eu-central-1#qa`, stackId: owner.stackId };
    await world.registry.write(`lease#${ONE}`, { fence: 7, holder }, lease?.version);
    await world.delete(pipeline);
    expect(await world.leaseOf(ONE)).toMatchObject({ fence: 7, holder });
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe']);
  });

  test('is deleted although its environment belongs to another stack since', async () => {
    const world = await deployed();
    await world.lose(RECORD, 'environment#test1', `lease#${ONE}`, ROUTE);
    await world.create(moved, other);
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe']);
    expect(await world.environment()).toMatchObject({ stackId: other.stackId });
  });

  test('is deleted with its route, its application and its artifacts', async () => {
    const world = await deployed();
    await world.lose(RECORD);
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('and whose stack was deleted by hand is deleted with its route, its application and its artifacts', async () => {
    const world = await deployed();
    await world.lose(RECORD);
    world.accounts.of(ONE).lose('pipe');
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
    expect(await world.leaseOf(ONE)).not.toHaveProperty('holder');
  });

  test('and whose stack was deleted by hand is deleted with its application after an update, too', async () => {
    const world = await deployed();
    await world.lose(RECORD);
    world.accounts.of(ONE).lose('pipe');
    world.time += 1000;
    await world.update({ ...pipeline, parameters: { Size: '2' } }, pipeline);
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'create pipe', 'delete web', 'delete pipe']);
  });

  test('is stopped and deleted in the account that its environment moves away from', async () => {
    const world = await deployed();
    await world.lose(RECORD, 'environment#test1', `lease#${ONE}`, ROUTE);
    await world.update(moved, pipeline);
    expect(world.pipelines.clashes).toEqual([]);
    expect(world.pipelines.active).toEqual([TWO]);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
  });

  test('is found when a move to its account is rolled back, if its account can be reached', async () => {
    const world = await deployed();
    await world.lose(RECORD, 'environment#test1', `lease#${ONE}`, ROUTE);
    const rollback = { next: moved, isRollback: true };
    world.accounts.closed.add(ONE);
    await world.lifecycle.recover?.(owner, pipeline, rollback);
    expect(world.registry.keys).toEqual([]);
    world.accounts.closed.delete(ONE);
    await world.lifecycle.recover?.(owner, pipeline, rollback);
    expect(world.registry.keys).toContain(RECORD);
  });

  test('is started again if its update has cancelled an execution', async () => {
    const world = await deployed();
    await world.lose(RECORD);
    world.pipelines.cancelled.add(ONE);
    await world.update({ ...pipeline, parameters: { Size: '2' } }, pipeline);
    expect(world.pipelines.started.map(start => start.split(' ')[0])).toEqual([ONE]);
  });
});

test('a pipeline is deleted after a repair that has ended before it has found the pipeline', async () => {
  const world = await deployed();
  await world.lose(RECORD);
  await world.lifecycle.requestRepair(owner, pipeline);
  expect(await world.lifecycle.check(owner, pipeline)).toEqual([{
    what: `the registry has only a part of the record of stack 'pipe' in account ${ONE}`,
    remedy: 'it is recorded again',
    isRepairable: true,
  }]);
  await world.delete(pipeline);
  expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web', 'delete pipe']);
});

describe('a pipeline that only an older registry has', () => {
  test('is not deleted from an account that another app uses since, nor is the application there', async () => {
    const world = await deployed();
    const tags = { 'org-environments:declared-by': other.stackId };
    world.accounts.of(ONE).put('pipe', 'CREATE_COMPLETE', {}, 'other', { tags });
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe']);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('is deleted with its application if its resource was moved to another stack of the CICD account', async () => {
    const world = await deployed();
    await world.delete(pipeline, { ...owner, stackId: other.stackId });
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web', 'delete pipe']);
  });

  test.each(['ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS'])('counts no other pipeline in state %s', async status => {
    const world = await deployed();
    const tags = { 'org-environments:declared-by': owner.stackId };
    world.accounts.of(ONE).put('org-environments-pipeline-qa', status, {}, 'other', { tags });
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web', 'delete pipe']);
  });

  test('leaves the application of another environment that has the account since', async () => {
    const world = await deployed();
    const tags = { 'org-environments:declared-by': owner.stackId };
    world.accounts.of(ONE).lose('pipe');
    world.accounts.of(ONE).put('org-environments-pipeline-qa', 'CREATE_COMPLETE', {}, 'other', { tags });
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe']);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });
});

describe('a pipeline whose environment has lost its record', () => {
  test('is stopped, and deleted with its application and its artifacts', async () => {
    const world = await deployed();
    await world.lose('environment#test1');
    await world.lifecycle.recover?.(owner, pipeline);
    await world.lifecycle.requestDelete(owner, pipeline);
    await world.lifecycle.reconcileDelete(owner, pipeline);
    expect(world.pipelines.active).toEqual([]);
    await world.delete(pipeline);
    expect(world.accounts.of(ONE).begun).toEqual(['create pipe', 'delete web', 'delete pipe']);
    expect(world.accounts.withArtifacts.size).toBe(0);
    expect(world.registry.keys).toEqual([`lease#${ONE}`]);
  });

  test('is stopped in the account that its environment moves away from, and its artifacts are deleted', async () => {
    const world = await deployed();
    await world.lose('environment#test1', `lease#${ONE}`);
    await world.update(moved, pipeline);
    expect(world.pipelines.clashes).toEqual([]);
    expect(world.pipelines.active).toEqual([TWO]);
    expect(world.accounts.withArtifacts.size).toBe(0);
  });

  test('is not recorded again by a construct that no longer owns it', async () => {
    const world = await deployed();
    await world.create(pipeline, renamed);
    await world.lose('environment#test1');
    await world.lifecycle.recover?.(owner, pipeline);
    expect(await world.environment()).toBeUndefined();
  });
});

describe('a suspended pipeline whose mark was lost', () => {
  async function suspendedWithoutMark(reason: string, ...keys: readonly string[]): Promise<World> {
    const world = await deployed();
    await world.pipelines.disable({ ...environment, accountId: ONE, region: 'eu-central-1' }, reason);
    await world.lose(...keys);
    return world;
  }
  const everything = [RECORD, 'environment#test1', `lease#${ONE}`, ROUTE];
  const REASONS = [
    'Its environment is being removed', 'Its environment was removed', `Its environment moves to account ${TWO}`,
  ];

  test.each(REASONS)('is enabled and started when its environment is declared again: %s', async reason => {
    const world = await suspendedWithoutMark(reason, ...everything);
    await world.create(pipeline, renamed);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(world.pipelines.started.map(start => start.split(' ')[0])).toEqual([ONE]);
    expect(await world.environment()).toMatchObject({ sides: { only: { pipelines: [{ accountId: ONE }] } } });
  });

  test('is found and repaired', async () => {
    const world = await suspendedWithoutMark('Its environment is being removed');
    expect(await world.lifecycle.check(owner, pipeline)).toEqual([{
      what: "the pipeline of environment 'test1' is disabled: 'Its environment is being removed'",
      remedy: 'it is enabled',
      isRepairable: true,
    }]);
    await world.lifecycle.requestRepair(owner, pipeline);
    await world.finish(pipeline);
    expect(world.pipelines.active).toEqual([ONE]);
    expect(await world.lifecycle.check(owner, pipeline)).toEqual([]);
  });

  test('stays disabled if an operator has disabled it', async () => {
    const world = await suspendedWithoutMark('anna looks at the database', ...everything);
    await world.create(pipeline, renamed);
    expect(world.pipelines.active).toEqual([]);
    expect(await world.lifecycle.check(renamed, pipeline)).toEqual([]);
  });
});
