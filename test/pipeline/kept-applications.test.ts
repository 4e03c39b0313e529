import { begun, deployed, put } from './applications';
import { ONE, TWO, World, environment, owner, ownerOf, pipeline } from '../stack/world';

describe('applications are kept', () => {
  const KEPT = ['create pipe', 'delete pipe'];

  test('if the environment declared it in its last deployment', async () => {
    const kept = { ...pipeline, environment: { ...environment, applications: 'keep' } } as const;
    const world = await deployed();
    put(world, 'by-hand', 4);
    await world.update(kept, pipeline);
    await world.delete(kept);
    expect(begun(world)).toEqual(KEPT);
    expect(world.accounts.withArtifacts.size).toBe(0);
  });

  test('when the deployment that created the environment is rolled back', async () => {
    const world = await deployed();
    world.accounts.rollingBack = true;
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when the pipeline was never complete', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, pipeline);
    await world.lifecycle.reconcile(owner, pipeline);
    put(world, 'of-another-team', 1);
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when the environment moves to another account, and when that is rolled back', async () => {
    const moved = { ...pipeline, accountId: TWO };
    const world = await deployed();
    await world.update(moved, pipeline);
    expect(begun(world)).toEqual(KEPT);
    await world.update(pipeline, moved);
    expect(begun(world)).toEqual([...KEPT, 'create pipe']);
    for (const name of ['network', 'database', 'web']) {
      expect(await world.accounts.of(ONE).describe(name)).toBeDefined();
    }
  });

  test('when the environment moves and its construct is renamed in the same deployment', async () => {
    const world = await deployed();
    await world.create({ ...pipeline, accountId: TWO }, ownerOf('Renamed'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('when account, construct and branch change together, if the environment keeps its name', async () => {
    const world = await deployed();
    await world.create(
      { ...pipeline, accountId: TWO, environment: { ...environment, branchName: 'env/qa' } },
      ownerOf('Renamed'),
    );
    await world.delete(pipeline);
    expect(begun(world)).toEqual(KEPT);
  });

  test('but not because the app has another environment', async () => {
    const world = await deployed();
    const qa = {
      ...pipeline,
      accountId: TWO,
      environment: { ...environment, environmentName: 'qa', branchName: 'env/q' },
    };
    await world.create(qa, ownerOf('Qa'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe', 'delete web', 'delete database', 'delete network', 'delete pipe']);
  });

  test('when the construct is renamed, and when the environment is renamed', async () => {
    const world = await deployed();
    await world.create(pipeline, ownerOf('Renamed'));
    await world.delete(pipeline);
    expect(begun(world)).toEqual(['create pipe']);
    const qa = { ...pipeline, stackName: 'pipe2', environment: { ...environment, environmentName: 'qa' } };
    await world.update(qa, pipeline, ownerOf('Renamed'));
    expect(begun(world)).toEqual([...KEPT, 'create pipe2']);
  });

  test('when a rename is rolled back', async () => {
    const world = await deployed();
    await world.create(pipeline, ownerOf('Renamed'));
    world.accounts.rollingBack = true;
    await world.delete(pipeline, ownerOf('Renamed'));
    expect(begun(world)).toEqual(['create pipe']);
  });
});
