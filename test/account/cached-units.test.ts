import { owner, vended, Vending } from './vending';
import { resolveUnit } from '../../lambda/account/organizational-units';

const dev = owner('Dev');
const DELETED = 'ou-root-deleted1';

/** A person has replaced 'Workloads/Test', or 'Workloads', after the function has cached what is below its parent. */
function cachedBefore(vending: Vending, name: 'Test' | 'Workloads'): void {
  const { units, cachedUnits } = vending.directory;
  const parentId = units.find(unit => unit.name === name)?.parentId ?? '';
  cachedUnits.set(parentId, [{ id: DELETED, name, parentId }]);
}

describe.each(['Test', 'Workloads'] as const)("when the cache has a '%s' that was deleted and created again", name => {
  let vending: Vending;
  let accountId: string;
  beforeEach(async () => {
    vending = new Vending();
    accountId = await vending.create(dev, vended({ organizationalUnit: 'Sandbox' }));
    cachedBefore(vending, name);
  });

  test('an account is moved into the new unit', async () => {
    await vending.update(
      dev, vended({ organizationalUnit: 'Workloads/Test' }), vended({ organizationalUnit: 'Sandbox' }),
    );
    expect(await vending.directory.parentOf(accountId)).toBe('ou-root-testtest');
  });

  test('a check of an account in the new unit finds nothing', async () => {
    vending.directory.cachedUnits.clear();
    const moved = vended({ organizationalUnit: 'Workloads/Test' });
    await vending.update(dev, moved, vended({ organizationalUnit: 'Sandbox' }));
    cachedBefore(vending, name);
    expect(await vending.lifecycle.check(dev, moved)).toEqual([]);
  });
});

test('an account is not moved into a unit that was deleted after it was cached', async () => {
  const vending = new Vending();
  const before = vended({ organizationalUnit: 'Sandbox' });
  await vending.create(dev, before);
  cachedBefore(vending, 'Test');
  vending.directory.units = vending.directory.units.filter(({ name }) => name !== 'Test');
  await expect(vending.update(dev, vended({ organizationalUnit: 'Workloads/Test' }), before)).rejects.toThrow(
    "organizational unit 'Workloads/Test' does not exist: 'Workloads' has Prod",
  );
});

test('no units are read while the cache has those of the path', async () => {
  const vending = new Vending();
  const { directory, fate } = vending;
  for (const parentId of ['r-root', 'ou-root-workload']) {
    directory.cachedUnits.set(parentId, directory.units.filter(unit => unit.parentId === parentId));
  }
  expect(await resolveUnit(directory, 'Workloads/Test')).toBe('ou-root-testtest');
  expect(fate.calls.filter(call => call === 'unitsBelow')).toEqual([]);
});
