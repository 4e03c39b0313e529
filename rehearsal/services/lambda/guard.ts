/**
 * Loaded before everything else in the process of a function, and in its threads and forked processes: only this
 * machine can be reached. The runtime redirects requests to AWS before they arrive here.
 */
import * as dgram from 'node:dgram';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import * as net from 'node:net';
import { addressIn, hostIn, isLocal, REFUSED, refusal } from './network';

type Work = (this: unknown, ...given: unknown[]) => unknown;

const builtin = createRequire(__filename);

function refuse(host: string): Error {
  const error = refusal(process.env.AWS_LAMBDA_FUNCTION_NAME ?? '', host);
  console.error(error.message);
  const listener: unknown = Reflect.get(globalThis, REFUSED);
  if (typeof listener === 'function') listener(host);
  return error;
}

/** Replaces a function by one that is called only for hosts of this machine. */
function guard(target: object, name: string, hostOf: (given: unknown[]) => string, fail: Fail): void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== 'function') return;
  const replacement: Work = function (...given) {
    const host = hostOf(given);
    return isLocal(host) ? Reflect.apply(original, this, given) : fail(refuse(host), this, given);
  };
  Reflect.set(target, name, replacement);
}

type Fail = (error: Error, target: unknown, given: unknown[]) => unknown;

const failSocket: Fail = (error, socket) => {
  if (socket instanceof net.Socket) process.nextTick(() => socket.destroy(error));
  return socket;
};
const failCallback: Fail = (error, _target, given) => {
  const callback = given.at(-1);
  if (typeof callback !== 'function') throw error;
  process.nextTick(callback, error);
  return undefined;
};
const failPromise: Fail = async error => Promise.reject(error);

guard(net.Socket.prototype, 'connect', hostIn, failSocket);
guard(dgram.Socket.prototype, 'connect', addressIn, failCallback);
guard(dgram.Socket.prototype, 'send', addressIn, failCallback);
const { promises, Resolver, ...dns } = builtin('dns');
for (const [target, fail] of [
  [builtin('dns'), failCallback],
  [Resolver.prototype, failCallback],
  [promises, failPromise],
  [promises.Resolver.prototype, failPromise],
] as const) {
  const names = [...Object.keys(dns), ...Object.getOwnPropertyNames(target)];
  for (const name of new Set(names.filter(key => /^(lookup|resolve|reverse)/.test(key)))) {
    guard(target, name, ([host]) => String(host), fail);
  }
}
syncBuiltinESMExports();
