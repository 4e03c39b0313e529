import type { Clock } from '../../../core/clock';

type Work = (...values: unknown[]) => unknown;

/** Wraps a module with callbacks, so that the clock stops until they are called. */
export function awaitedBy<Module extends object>(clock: Clock, module: Module): Module {
  const apply = (work: Work, itself: unknown, values: unknown[]): unknown => {
    const callBack = values.at(-1);
    if (typeof callBack !== 'function') return Reflect.apply(work, itself, values);
    let end: () => void = nothing;
    void clock.during(async () => new Promise<void>(resolve => { end = resolve; }));
    try {
      return Reflect.apply(work, itself, [...values.slice(0, -1), (...results: unknown[]) => {
        end();
        return Reflect.apply(callBack, undefined, results);
      }]);
    } catch (error) {
      end();
      throw error;
    }
  };
  return new Proxy(module, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return isWork(value) && /^(?!watch|create)[a-z]/.test(String(name)) ? new Proxy(value, { apply }) : value;
    },
  });
}

function isWork(value: unknown): value is Work {
  return typeof value === 'function';
}

/** Wraps an object whose functions return promises, so that the clock stops until they settle. */
export function promisedBy<Module extends object>(clock: Clock, module: Module): Module {
  return new Proxy(module, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (!isWork(value)) return value;
      return async (...values: unknown[]) => clock.during(async () => Reflect.apply(value, target, values));
    },
  });
}

const nothing = (): void => undefined;
