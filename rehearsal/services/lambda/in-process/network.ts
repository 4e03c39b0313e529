import * as dgram from 'node:dgram';
import * as dns from 'node:dns';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { addressIn, hostIn, isLocal } from '../network';

type Work = (...given: unknown[]) => unknown;
type Refuse = (host: string) => Error;
type HostOf = (given: unknown[]) => string;

/** Replaces the modules of Node that open connections: a function in this process reaches only this machine. */
export function networkOf(refuse: Refuse): Readonly<Record<string, object>> {
  const connecting = (module: object): object => guarded(module, /^(connect|createConnection)$/, hostIn, refuse);
  const resolving = (module: object): object => (
    guarded(module, /^(lookup|resolve|reverse|Resolver)/, ([host = 'a name server']) => String(host), refuse)
  );
  const promises = resolving(dns.promises);
  return {
    'net': replaced(connecting(net), { Socket: constructing(net.Socket, /^connect$/, hostIn, refuse) }),
    'tls': connecting(tls),
    'http2': connecting(http2),
    'dgram': replaced(dgram, {
      createSocket: (...given: unknown[]) => (
        guarded(Reflect.apply(dgram.createSocket, dgram, given), /^(connect|send)$/, addressIn, refuse)
      ),
    }),
    'dns': replaced(resolving(dns), { promises }),
    'dns/promises': promises,
  };
}

/** Returns the object with functions that throw if they would reach another machine. */
function guarded<Target extends object>(target: Target, names: RegExp, hostOf: HostOf, refuse: Refuse): Target {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      if (!isWork(value)) return value;
      if (typeof name === 'symbol' || !names.test(name)) return value;
      return function (...given: unknown[]): unknown {
        const host = hostOf(given);
        if (!isLocal(host)) throw refuse(host);
        return Reflect.apply(value, object, given);
      };
    },
  });
}

/** Returns the class with instances whose functions throw if they would reach another machine. */
function constructing<Class extends new (...given: never[]) => object>(
  target: Class, names: RegExp, hostOf: HostOf, refuse: Refuse,
): Class {
  return new Proxy(target, {
    construct: (known, given, newTarget) => {
      const made: object = Reflect.construct(known, given, newTarget);
      for (const name of Object.getOwnPropertyNames(target.prototype).filter(key => names.test(key))) {
        const original: Work = Reflect.get(made, name);
        Reflect.set(made, name, (...values: unknown[]) => {
          const host = hostOf(values);
          if (!isLocal(host)) throw refuse(host);
          return Reflect.apply(original, made, values);
        });
      }
      return made;
    },
  });
}

/** Returns an object with some properties replaced. */
export function replaced<Target extends object>(target: Target, others: Readonly<Record<string, unknown>>): Target {
  return new Proxy(target, {
    get: (object, name) => typeof name === 'string' && Object.hasOwn(others, name)
      ? others[name]
      : Reflect.get(object, name),
  });
}

function isWork(value: unknown): value is Work {
  return typeof value === 'function';
}
