import * as hooks from 'node:async_hooks';

type Stores = ReadonlyMap<object, unknown>;

const NONE: Stores = new Map();

/** Before version 24, Node keeps each storage, and each promise copies the values of all. So there is one. */
const stores = new hooks.AsyncLocalStorage<Stores>();

/** Runs a function of AWS without the stores of the function that invokes it. */
export function withoutStores<Result>(action: () => Result): Result {
  return stores.run(NONE, action);
}

/** The `AsyncLocalStorage` of functions in this process, of which each start of a function creates its own. */
class FunctionStorage<Store> {
  public static bind = hooks.AsyncLocalStorage.bind.bind(hooks.AsyncLocalStorage);
  public static snapshot = hooks.AsyncLocalStorage.snapshot.bind(hooks.AsyncLocalStorage);

  public getStore(): Store | undefined {
    return stores.getStore()?.get(this) as Store | undefined;
  }

  public run<Result, Given extends unknown[]>(
    store: Store, action: (...given: Given) => Result, ...given: Given
  ): Result {
    return stores.run(this.with(store), action, ...given);
  }

  public exit<Result, Given extends unknown[]>(action: (...given: Given) => Result, ...given: Given): Result {
    return stores.run(this.with(undefined), action, ...given);
  }

  public enterWith(store: Store): void {
    stores.enterWith(this.with(store));
  }

  public disable(): void {
    stores.enterWith(this.with(undefined));
  }

  private with(store: Store | undefined): Stores {
    return new Map(stores.getStore() ?? NONE).set(this, store);
  }
}

/** The module `async_hooks` of functions that run in this process. */
export const asyncHooks = { ...hooks, AsyncLocalStorage: FunctionStorage };
