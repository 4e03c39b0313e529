import { awsError } from './fake-directory';
import { owner } from './vending';
import type { Units } from '../../lambda/account/units/aws';
import { UnitLifecycle } from '../../lambda/account/units/lifecycle';
import { isTransient } from '../../lambda/shared/errors';
import type { Owner, Progress } from '../../lambda/shared/lifecycle';
import type { UnitRequest, UnitResult } from '../../src/account/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

const TAG = 'org-environments:registry-key';
const workloads = owner('Workloads');
const request: UnitRequest = { kind: 'unit', unitName: 'Workloads', onRemoval: 'delete' };

interface Unit {
  readonly name: string;
  readonly parentId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Organizational units in memory. */
class FakeUnits implements Units {
  public readonly all = new Map<string, Unit>();
  public readonly occupied = new Set<string>();
  public refusal?: Error;

  public async root(): Promise<string> {
    return 'r-root';
  }

  public async unitsBelow(parent: string) {
    return [...this.all].filter(([, { parentId }]) => parentId === parent).map(([id, { name }]) => ({ id, name }));
  }

  public async tags(id: string) {
    return this.all.get(id)?.tags ?? {};
  }

  public async describe(id: string) {
    return this.all.get(id);
  }

  public async create(parentId: string, name: string, tags: Readonly<Record<string, string>>): Promise<string> {
    if (this.refusal) throw this.refusal;
    if ((await this.unitsBelow(parentId)).some(unit => unit.name === name)) {
      throw awsError('DuplicateOrganizationalUnitException');
    }
    const id = `ou-root-${String(this.all.size).padStart(8, '0')}`;
    this.all.set(id, { name, parentId, tags });
    return id;
  }

  public async delete(id: string): Promise<void> {
    const isParent = [...this.all.values()].some(({ parentId }) => parentId === id);
    if (isParent || this.occupied.has(id)) throw awsError('OrganizationalUnitNotEmptyException');
    this.all.delete(id);
  }
}

class World {
  public readonly fate = new Fate();
  public readonly units = new FakeUnits();
  public readonly registry = new FakeRegistry();
  private readonly port = this.fate.over<FakeUnits>(this.units);
  public readonly lifecycle = new UnitLifecycle({
    organization: this.port, units: this.port, registry: this.fate.over(this.registry), cicdAccount: '222222222222',
  });

  public async create(who: Owner, wanted: UnitRequest): Promise<UnitResult> {
    await this.undying(() => this.lifecycle.requestCreate(who, wanted));
    return this.finish(() => this.lifecycle.reconcile(who, wanted));
  }

  public async update(who: Owner, wanted: UnitRequest, before: UnitRequest): Promise<UnitResult> {
    await this.lifecycle.requestUpdate(who, wanted, before);
    return this.finish(() => this.lifecycle.reconcile(who, wanted));
  }

  public async remove(who: Owner, wanted: UnitRequest): Promise<Progress<void>> {
    await this.undying(() => this.lifecycle.requestDelete(who, wanted));
    return this.undying(() => this.lifecycle.reconcileDelete(who, wanted));
  }

  /** Repairs what the check has found, as the reconciler does. */
  public async repair(who: Owner, wanted: UnitRequest): Promise<UnitResult> {
    await this.undying(() => this.lifecycle.requestRepair(who, wanted));
    return this.finish(() => this.lifecycle.reconcile(who, wanted));
  }

  private async finish<Result>(step: () => Promise<Progress<Result>>): Promise<Result> {
    const progress = await this.undying(step);
    if (!progress.done) throw new Error('it waits');
    return progress.result;
  }

  private async undying<T>(run: () => Promise<T>): Promise<T> {
    for (let count = 0; ; count++) {
      try {
        return await run();
      } catch (error) {
        const mayRetry = this.fate.revive() && error instanceof Killed || isTransient(error);
        if (!mayRetry || count > 5) throw error;
      }
    }
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

test('a unit is created in the root with the tag of this library', async () => {
  const { organizationalUnitId, path } = await world.create(workloads, request);
  expect(world.units.all.get(organizationalUnitId)).toEqual({
    name: 'Workloads', parentId: 'r-root', tags: { [TAG]: '222222222222/unit//Workloads' },
  });
  expect(path).toBe('Workloads');
});

test.each(['by id', 'by path'])('a unit is created in its parent, which is named %s', async how => {
  const { organizationalUnitId } = await world.create(workloads, request);
  const parent = how === 'by id' ? organizationalUnitId : 'Workloads';
  const test1 = await world.create(owner('Test'), { ...request, unitName: 'Test', parent });
  expect(test1.path).toBe('Workloads/Test');
  expect(world.units.all.get(test1.organizationalUnitId)?.parentId).toBe(organizationalUnitId);
});

test('a unit that exists is adopted, and kept when its construct is removed', async () => {
  const id = await world.units.create('r-root', 'Workloads', { team: 'platform' });
  expect(await world.create(workloads, request)).toMatchObject({ organizationalUnitId: id });
  expect(await world.remove(workloads, request)).toEqual({ done: true, result: undefined });
  expect(world.units.all.get(id)?.tags).toEqual({ team: 'platform' });
});

test('a unit that was created here is deleted when it is empty', async () => {
  await world.create(workloads, request);
  await world.remove(workloads, request);
  expect(world.units.all.size).toBe(0);
  expect(world.registry.keys).toEqual([]);
});

test('a unit with accounts is kept, and the history says so', async () => {
  const { organizationalUnitId: id } = await world.create(workloads, request);
  world.units.occupied.add(id);
  expect(await world.remove(workloads, request)).toMatchObject({
    done: true,
    note: `organizational unit 'Workloads' (${id}) was kept, because accounts or other units are in it`,
  });
  expect(world.units.all.has(id)).toBe(true);
});

test('a unit with the removal policy RETAIN is kept', async () => {
  await world.create(workloads, { ...request, onRemoval: 'retain' });
  await world.remove(workloads, { ...request, onRemoval: 'retain' });
  expect(world.units.all.size).toBe(1);
});

test('a renamed construct keeps the unit, also when the update is rolled back', async () => {
  const renamed = owner('Renamed');
  const { organizationalUnitId } = await world.create(workloads, request);
  expect(await world.create(renamed, request)).toMatchObject({ organizationalUnitId });
  await world.remove(workloads, request);
  expect(world.units.all.has(organizationalUnitId)).toBe(true);
  await world.create(workloads, request);
  await world.remove(renamed, request);
  expect(world.units.all.has(organizationalUnitId)).toBe(true);
});

test('another name or parent is rejected, and the rollback of that change is not', async () => {
  await world.create(workloads, request);
  const moved = { ...request, unitName: 'Other', parent: 'Workloads' };
  await expect(world.update(workloads, moved, request)).rejects.toThrow(
    "organizational unit 'Workloads' cannot become 'Workloads/Other': AWS moves no units; define another "
      + 'OrganizationalUnit, move the accounts there, and remove this one afterwards',
  );
  expect(await world.update(workloads, request, moved)).toMatchObject({ path: 'Workloads' });
});

test('a unit of another stack is rejected with an error that names the stack', async () => {
  await world.create(workloads, request);
  await expect(world.create(owner('Workloads', 'second'), request)).rejects.toThrow(
    "organizational unit 'Workloads' is declared by stack 'environments' already: use its id or path there, or "
      + 'OrganizationalUnit.fromOrganizationalUnitId()',
  );
});

test.each([
  ['OU_DEPTH_LIMIT_EXCEEDED', 'AWS allows five levels of units below the root: choose another parent'],
  ['OU_NUMBER_LIMIT_EXCEEDED',
    'the organization has as many units as AWS allows: remove some, then deploy again'],
])('the quota %s is explained', async (reason, advice) => {
  world.units.refusal = awsError('ConstraintViolationException', reason, { Reason: reason });
  await expect(world.create(workloads, request)).rejects.toThrow(
    `organizational unit 'Workloads' cannot be created: ${advice}`,
  );
});

test('a parent that does not exist is rejected with the existing units', async () => {
  await world.create(workloads, request);
  await expect(world.create(owner('Test'), { ...request, unitName: 'Test', parent: 'Work' })).rejects.toThrow(
    "organizational unit 'Work' does not exist: the root has Workloads",
  );
});

test('a unit that was removed concurrently fails with an error that says so', async () => {
  await expect(world.lifecycle.reconcile(workloads, request)).rejects.toThrow(
    "organizational unit 'Workloads' was removed concurrently: deploy again",
  );
});

test.each(['before', 'after'] as const)('killed %s any call, a handler creates and deletes one unit', async when => {
  for (let call = 1; ; call++) {
    world = new World();
    world.fate.dieAt(call, when);
    await world.create(workloads, request);
    expect(world.units.all.size).toBe(1);
    await world.remove(workloads, request);
    expect(world.units.all.size).toBe(0);
    if (world.fate.calls.length < call) return;
  }
});

describe('a check of a unit', () => {
  const child: UnitRequest = { ...request, unitName: 'Test', parent: 'Workloads' };
  const test1 = owner('Test');
  let parentId: string;
  let id: string;

  beforeEach(async () => {
    parentId = (await world.create(workloads, request)).organizationalUnitId;
    id = (await world.create(test1, child)).organizationalUnitId;
  });

  test('finds nothing in a unit that is as declared, and that of another owner', async () => {
    expect(await world.lifecycle.check(test1, child)).toEqual([]);
    await world.create(owner('Renamed'), child);
    world.units.all.delete(id);
    expect(await world.lifecycle.check(test1, child)).toEqual([]);
    expect(await world.lifecycle.check(owner('Renamed'), child)).toHaveLength(1);
  });

  test('finds a unit that was deleted by hand; the repair creates it again', async () => {
    world.units.all.delete(id);
    expect(await world.lifecycle.check(test1, child)).toEqual([
      {
        what: `organizational unit 'Test' (${id}) does not exist`,
        remedy: 'it is created again; its id is recorded: declare accounts that use the former id with the path of the '
          + 'unit instead',
        isRepairable: true,
      },
    ]);
    // an id is not used again
    world.units.all.set('ou-root-other', { name: 'Other', parentId: 'r-root', tags: {} });
    const { organizationalUnitId } = await world.repair(test1, child);
    expect(organizationalUnitId).not.toBe(id);
    expect(await world.lifecycle.check(test1, child)).toEqual([]);
    await world.remove(test1, child);
    expect(world.units.all.has(organizationalUnitId)).toBe(false);
  });

  test('finds a unit that was replaced by hand; the repair records the other one, which is kept later', async () => {
    world.units.all.delete(id);
    world.units.all.set('ou-root-new', { name: 'Test', parentId, tags: {} });
    expect(await world.lifecycle.check(test1, child)).toMatchObject([
      { what: `organizational unit 'Test' (${id}) was replaced by 'ou-root-new'`, isRepairable: true },
    ]);
    expect(await world.repair(test1, child)).toMatchObject({ organizationalUnitId: 'ou-root-new' });
    expect(await world.lifecycle.check(test1, child)).toEqual([]);
    await world.remove(test1, child);
    expect(world.units.all.has('ou-root-new')).toBe(true);
  });

  test('names a unit that was renamed by hand, and does not offer to create a second one', async () => {
    world.units.all.set(id, { name: 'Tests', parentId, tags: {} });
    expect(await world.lifecycle.check(test1, child)).toEqual([
      {
        what: `organizational unit 'Test' (${id}) was renamed to 'Tests'`,
        remedy: `rename it back (aws organizations update-organizational-unit --organizational-unit-id ${id} --name `
          + "'Test'), then reconcile again",
        isRepairable: false,
      },
    ]);
  });

  test('quotes a name with an apostrophe in the command that renames the unit back', async () => {
    const unitName = "Anna's test";
    const annas = { ...child, unitName };
    const { organizationalUnitId } = await world.create(owner('Annas'), annas);
    world.units.all.set(organizationalUnitId, { name: 'Tests', parentId, tags: {} });
    expect(await world.lifecycle.check(owner('Annas'), annas)).toMatchObject([
      { remedy: expect.stringContaining(`--organizational-unit-id ${organizationalUnitId} --name 'Anna'\\''s test')`) },
    ]);
  });

  test('lists the units of the parent only if the unit does not exist', async () => {
    const top = await world.lifecycle.check(workloads, request);
    expect(top).toEqual([]);
    expect(world.fate.calls.slice(-3)).not.toContain('unitsBelow');
    world.units.all.delete(id);
    world.units.all.delete(parentId);
    await world.lifecycle.check(workloads, request);
    expect(world.fate.calls.at(-1)).toBe('unitsBelow');
  });

  test('names a parent that does not exist any more', async () => {
    world.units.all.set(parentId, { name: 'Work', parentId: 'r-root', tags: {} });
    expect(await world.lifecycle.check(test1, child)).toEqual([
      {
        what: "the parent 'Workloads' of organizational unit 'Test' does not exist",
        remedy: 'rename it back, or create it, then reconcile again',
        isRepairable: false,
      },
    ]);
  });

  test('names a unit whose parent was replaced by another one with its name', async () => {
    world.units.all.set(parentId, { name: 'Work', parentId: 'r-root', tags: {} });
    world.units.all.set('ou-root-new', { name: 'Workloads', parentId: 'r-root', tags: {} });
    expect(await world.lifecycle.check(test1, child)).toEqual([
      {
        what: `organizational unit 'Test' (${id}) is in '${parentId}', but its parent 'Workloads' is 'ou-root-new'`,
        remedy: 'AWS moves no units: define another OrganizationalUnit, and move the accounts there',
        isRepairable: false,
      },
    ]);
  });

  test.each(['before', 'after'] as const)('killed %s any call, a repair after a lost registry ends', async when => {
    for (let call = 1; ; call++) {
      for (const key of world.registry.keys.filter(name => name.endsWith('/Test'))) {
        await world.registry.remove(key, (await world.registry.read(key))?.version ?? 0);
      }
      expect(await world.lifecycle.check(test1, child)).toEqual([
        {
          what: "the registry has no record of organizational unit 'Test'",
          remedy: 'it is recorded again',
          isRepairable: true,
        },
      ]);
      const before = world.fate.calls.length;
      world.fate.dieAt(call, when);
      expect(await world.repair(test1, child)).toMatchObject({ organizationalUnitId: id });
      if (world.fate.calls.length - before < call) return;
      expect(await world.lifecycle.check(test1, child)).toEqual([]);
    }
  });
});
