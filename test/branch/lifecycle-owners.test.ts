import { DESCRIBED, descriptorAt, make, owner, ownerOf, request, world } from './lifecycle-world';
import { DONE } from '../../lambda/shared/lifecycle';

describe('owners', () => {
  const renamed = ownerOf('Renamed');

  test('a renamed construct owns the branch, and the deletion of the former construct changes nothing', async () => {
    const { lifecycle, registry } = world();
    const before = await make(lifecycle);
    expect(await make(lifecycle, request, renamed)).toEqual(before);
    await lifecycle.requestDelete(owner, request);
    expect(registry.keys).toEqual(['branch#shop#env/test1']);
    expect(await lifecycle.reconcile(renamed, request)).toEqual({ done: true, result: before });
    await lifecycle.requestDelete(renamed, request);
    expect(registry.keys).toEqual([]);
  });

  test('the rollback of a rename writes the descriptor of the former construct', async () => {
    const { lifecycle, repositories } = world();
    await make(lifecycle);
    await make(lifecycle, { ...request, region: 'us-east-1' }, renamed);
    await lifecycle.requestDelete(renamed, request);
    expect(await lifecycle.reconcileDelete(renamed, request)).toMatchObject({ done: true });
    expect(descriptorAt(repositories, repositories.headOf('env/test1') ?? '')).toMatchObject({
      region: request.region,
    });
  });

  test('the rollback of a rename leaves the branch to the former construct', async () => {
    const { lifecycle } = world();
    const before = await make(lifecycle);
    await make(lifecycle, request, renamed);
    await lifecycle.requestDelete(renamed, request);
    expect(await lifecycle.reconcile(owner, request)).toEqual({ done: true, result: before });
  });

  test('a branch of another stack is rejected', async () => {
    const { lifecycle } = world();
    await make(lifecycle, request, ownerOf('Branch', 'Elsewhere'));
    await expect(make(lifecycle, { ...request, environmentName: 'mine' })).rejects.toThrow(
      "branch 'env/test1' of repository 'shop' belongs to environment 'test1' of stack 'Elsewhere', "
        + "so environment 'mine' cannot use it: remove it there first, or use another branch",
    );
  });

  test('a branch whose owner was removed from its stack is taken over', async () => {
    const { lifecycle } = world();
    const gone = ownerOf('Branch', 'Elsewhere');
    const before = await make(lifecycle, request, gone);
    expect(await make(lifecycle, request, { ...owner, formerOwners: [gone.id] })).toEqual(before);
    await expect(make(lifecycle, request, gone)).rejects.toThrow('belongs to environment');
  });

  test('the deletion of a rejected declaration does not change the branch of the other stack', async () => {
    const { lifecycle, repositories, fate } = world();
    await make(lifecycle, request, ownerOf('Branch', 'Elsewhere'));
    repositories.deleteByHand('env/test1');
    const before = fate.calls.length;
    await lifecycle.requestDelete(owner, request);
    expect(await lifecycle.reconcileDelete(owner, request)).toEqual(DONE);
    expect(repositories.headOf('env/test1')).toBeUndefined();
    expect(fate.calls.slice(before)).not.toContain('head');
  });

  test('a deletion keeps the branch, and that of an unknown branch succeeds', async () => {
    const { lifecycle, repositories } = world();
    await lifecycle.requestDelete(owner, request);
    await make(lifecycle);
    await lifecycle.requestDelete(owner, request);
    await lifecycle.requestDelete(owner, request);
    expect(await lifecycle.reconcileDelete(owner, request)).toMatchObject({ done: true });
    expect(repositories.log('env/test1')).toEqual([DESCRIBED, 'first']);
    await expect(lifecycle.reconcile(owner, request)).rejects.toThrow(
      "was removed from environment 'test1' during its creation: deploy again",
    );
  });
});
