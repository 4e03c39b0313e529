import * as hooks from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { asyncHooks, withoutStores } from '../../../../rehearsal/services/lambda/in-process/async-hooks';

const { AsyncLocalStorage } = asyncHooks;

test('a storage has its value in all that an action awaits, and in nothing else', async () => {
  const storage = new AsyncLocalStorage<string>();
  const later = async (name: string) => storage.run(name, async () => {
    await setImmediate();
    return storage.getStore();
  });
  expect(await Promise.all([later('one'), later('other')])).toEqual(['one', 'other']);
  expect(storage.getStore()).toBeUndefined();
});

test('storages have separate values, and the inner one is left again', async () => {
  const [one, other] = [new AsyncLocalStorage<number>(), new AsyncLocalStorage<number>()];
  const values = () => [one.getStore(), other.getStore()];
  one.run(1, () => {
    other.run(2, () => {
      expect(values()).toEqual([1, 2]);
      one.run(3, () => expect(values()).toEqual([3, 2]));
      one.exit(() => expect(values()).toEqual([undefined, 2]));
    });
    expect(values()).toEqual([1, undefined]);
  });
});

test('a value that is entered stays until the storage is disabled', async () => {
  const storage = new AsyncLocalStorage<string>();
  await withoutStores(async () => {
    storage.enterWith('entered');
    await setImmediate();
    expect(storage.getStore()).toBe('entered');
    storage.disable();
    expect(storage.getStore()).toBeUndefined();
  });
});

test('a bound function has the value with which it was bound', () => {
  const storage = new AsyncLocalStorage<string>();
  const [bound, inside] = storage.run('bound', () => (
    [AsyncLocalStorage.bind(() => storage.getStore()), AsyncLocalStorage.snapshot()] as const
  ));
  expect([bound(), inside(() => storage.getStore())]).toEqual(['bound', 'bound']);
});

test('a function that is invoked does not have the values of the one that invokes it', async () => {
  const storage = new AsyncLocalStorage<string>();
  await storage.run('of the first', async () => {
    expect(await withoutStores(async () => storage.getStore())).toBeUndefined();
    expect(storage.getStore()).toBe('of the first');
  });
});

test('a new storage of a function is none of Node, which would keep it', () => {
  expect(new AsyncLocalStorage()).not.toBeInstanceOf(hooks.AsyncLocalStorage);
});
