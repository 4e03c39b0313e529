/** The process died: nothing after it runs. */
export class Killed extends Error {
  public constructor(call: string) {
    super(`killed at ${call}`);
    this.name = 'Killed';
  }
}

export type When = 'before' | 'after';

/**
 * Decides at which call of any of its ports the process dies, before the call took effect or after. A dead process
 * makes no more calls.
 */
export class Fate {
  /** Names of the calls so far. */
  public readonly calls: string[] = [];
  private deadly?: { readonly call: number; readonly when: When };
  private dead = false;
  private later: readonly (readonly [number, When])[] = [];

  /**
   * Lets the process die at the nth call from now; and the next one, when it has taken its place, at the nth call from
   * then.
   */
  public dieAt(n: number, when: When, ...later: readonly (readonly [number, When])[]): void {
    this.deadly = { call: this.calls.length + n, when };
    this.later = later;
  }

  /** Whether the process has died; if so, the next one takes its place. */
  public revive(): boolean {
    const wasDead = this.dead;
    this.dead = false;
    const [next, ...rest] = this.later;
    if (wasDead && next) this.dieAt(...next, ...rest);
    return wasDead;
  }

  /** The same port; but every call of a method is counted and may be the last. */
  public over<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function' || typeof name !== 'string') return value;
        return async (...parameters: unknown[]) =>
          this.meet(name, () => Reflect.apply(value, receiver === target ? receiver : target, parameters));
      },
    });
  }

  private async meet(name: string, call: () => unknown): Promise<unknown> {
    if (this.dead) throw new Killed(name);
    this.calls.push(name);
    if (this.deadly?.call !== this.calls.length) return call();
    const { when } = this.deadly;
    this.deadly = undefined;
    this.dead = true;
    if (when === 'before') throw new Killed(name);
    await call();
    throw new Killed(name);
  }
}
