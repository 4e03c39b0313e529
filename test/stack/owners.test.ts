import { ONE, World, owner, ownerOf, request } from './world';

const updated = { ...request, parameters: { Size: '2' } };

describe('owners', () => {
  const renamed = ownerOf('Renamed');

  test('a renamed construct owns the stack, and the deletion of the former construct changes nothing', async () => {
    const world = new World();
    const before = await world.create();
    expect(await world.create(request, renamed)).toEqual(before);
    await world.delete(request, owner);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
    await world.delete(request, renamed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net']);
  });

  test('the rollback of a rename deploys the stack as the former construct declares it', async () => {
    const world = new World();
    await world.create();
    await world.create(updated, renamed);
    await world.delete(updated, renamed);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'update net', 'update net']);
    await world.update(request);
    expect(world.accounts.of(ONE).begun).toHaveLength(3);
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });

  test('a stack of another app is rejected', async () => {
    const world = new World();
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    await expect(world.create()).rejects.toThrow(
      `stack 'net' in account ${ONE} belongs to stack 'Elsewhere' of the CICD account: remove it there first, `
        + 'or choose another stackName',
    );
  });

  test('a record whose owner was removed from its stack gets the new owner, and is deleted with it', async () => {
    const world = new World();
    const gone = ownerOf('Stack', 'Elsewhere');
    await world.create(request, gone);
    world.accounts.of(ONE).lose('net');
    await world.create(request, { ...owner, formerOwners: [gone.id] });
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'create net']);
    await world.delete();
    expect(world.registry.keys).toEqual([]);
  });

  test('a stack that its former owner has retained is neither updated nor deleted', async () => {
    const world = new World();
    const gone = ownerOf('Stack', 'Elsewhere');
    const successor = { ...owner, formerOwners: [gone.id] };
    await world.create(request, gone);
    await expect(world.create({ ...request, tags: {} }, successor)).rejects.toThrow(
      `account ${ONE} already has a stack 'net' that stack 'Elsewhere' of the CICD account (${gone.stackId}) declares: `
        + 'delete that stack, or use another name or another account',
    );
    await world.delete(request, successor);
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
  });

  test('a stack whose resource was moved to another stack of the CICD account is updated with its mark', async () => {
    const world = new World();
    await world.create(request);
    const moved = { ...owner, stackId: ownerOf('Stack', 'Elsewhere').stackId, formerOwners: [owner.id] };
    await world.create(request, moved);
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'update net']);
    await world.delete(request, moved);
    expect(world.accounts.of(ONE).begun.at(-1)).toBe('delete net');
  });

  test('a stack whose resource was moved to another CICD stack without an update is deleted', async () => {
    const world = new World();
    await world.create();
    await world.delete(request, { ...owner, stackId: ownerOf('Stack', 'Elsewhere').stackId });
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net']);
  });

  test('a stack that another CICD stack has created since is not deleted by an older record', async () => {
    const world = new World();
    await world.create();
    const tags = { 'org-environments:declared-by': ownerOf('Stack', 'Elsewhere').stackId };
    world.accounts.of(ONE).put('net', 'CREATE_COMPLETE', {}, 'other', { tags });
    await world.delete();
    expect(world.accounts.of(ONE).begun).toEqual(['create net']);
    expect(world.registry.keys).toEqual([]);
  });

  test('a rejected declaration is deleted, even if the role in the account cannot be assumed', async () => {
    const world = new World();
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    world.accounts.closed.add(ONE);
    const before = world.accounts.entered.length;
    await world.lifecycle.requestDelete(owner, request);
    expect((await world.lifecycle.reconcileDelete(owner, request)).done).toBe(true);
    expect(world.accounts.entered).toHaveLength(before);
  });

  test('a stack that was created by hand is neither updated nor deleted', async () => {
    const world = new World();
    world.accounts.of(ONE).put('net', 'CREATE_COMPLETE');
    await expect(world.create()).rejects.toThrow(
      `account ${ONE} already has a stack 'net' that this app did not create: delete that stack, or use`,
    );
    await world.delete();
    expect(world.accounts.of(ONE).begun).toEqual([]);
  });

  test('another app may claim the stack while its former owner deletes it', async () => {
    const world = new World();
    await world.create();
    await world.lifecycle.requestDelete(owner, request);
    await world.lifecycle.reconcileDelete(owner, request);
    await world.create(request, ownerOf('Stack', 'Elsewhere'));
    expect(await world.lifecycle.reconcileDelete(owner, request)).toMatchObject({ done: true });
    expect(world.accounts.of(ONE).begun).toEqual(['create net', 'delete net', 'create net']);
  });
});
