import { ONE, World, owner, ownerOf, request } from './world';

describe('a stack with what can never change', () => {
  const kept = { ...request, fixed: { network: 'vpc-1', databaseName: 'app' } };
  const changed = { ...kept, fixed: { network: 'vpc-2', databaseName: 'app' } };
  const REJECTED = `'network' of stack 'net' in account ${ONE} cannot be changed from 'vpc-1' to 'vpc-2', because that `
    + 'would replace what the stack contains, with its data: undo the change; or define a second construct beside it, '
    + 'move what the first one contains, and remove the first one afterwards';

  test('rejects a change before CloudFormation is called, and the rollback succeeds', async () => {
    const world = new World();
    await world.create(kept);
    await expect(world.update(changed, kept)).rejects.toThrow(REJECTED);
    await world.update(kept, changed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('rejects another place, and the rollback succeeds', async () => {
    const world = new World();
    await world.create(kept);
    const renamed = { ...kept, stackName: 'other', fixed: { ...kept.fixed, databaseIdentifier: 'other' } };
    const identified = { ...kept, fixed: { ...kept.fixed, databaseIdentifier: 'net' } };
    await world.update(identified, kept);
    await expect(world.update(renamed, identified)).rejects.toThrow(
      "'databaseIdentifier' of stack 'net' in account 111111111111 cannot be changed from 'net' to 'other'",
    );
    await world.update(identified, renamed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('rejects a change by a construct that was renamed in the same deployment', async () => {
    const world = new World();
    await world.create(kept);
    await expect(world.lifecycle.requestCreate(ownerOf('Renamed'), changed)).rejects.toThrow(REJECTED);
    await world.lifecycle.requestCreate(ownerOf('Renamed'), kept);
  });

  test('accepts other values while it was never complete, other changes, and a value that is new', async () => {
    const world = new World();
    await world.lifecycle.requestCreate(owner, kept);
    await world.update(changed, kept);
    await world.update({ ...changed, parameters: { Size: '2' }, fixed: { ...changed.fixed, engine: 'x' } }, changed);
    await expect(world.update(request, changed)).rejects.toThrow("cannot be changed from 'vpc-2' to ''");
  });
});
