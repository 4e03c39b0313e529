/**
 * Entry point of the process of a function: bundled into one file, started with an empty environment, and invoked over
 * IPC. It replaces AWS's runtime: it provides the SDK and simulates time and one host name.
 */
import { existsSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import Module, { createRequire, syncBuiltinESMExports } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { callHandler, contextOf, describeError, isHandler, type Handler } from './invocation';
import { REFUSED, simulatedPath } from './network';
import { LOG_LEVELS, RESPONSE_HOST, type Invocation, type Outcome, type RuntimeOptions } from './runtime-protocol';
import { isOldSdk } from './sdk-v2';
import { sdkFile } from '../../core/bundled-files';
import { hostPath } from '../../core/host-path';

/** Private functions of Node that resolve every `require`. */
interface ModuleInternals {
  _nodeModulePaths(from: string): string[];
  _resolveFilename(request: string, ...rest: unknown[]): string;
}

const options: RuntimeOptions = JSON.parse(process.argv[2] ?? '{}');

writeOnly(options.logLevel);
shiftDate(options.clock);
redirectToSimulation(options.port);
redirectFetch(options.port, options.hosts);
Reflect.set(globalThis, REFUSED, (refused: string) => process.send?.({ refused }));
limitModules(options.taskRoot, options.sdk, options.modules);

const handler = loadHandler(options.taskRoot, options.handler);
handler.catch(() => undefined);

process.on('message', (invocation: Invocation) => {
  void run(invocation).then(outcome => process.send?.({ ...outcome, requestId: invocation.requestId }));
});
// the simulation has ended
process.on('disconnect', () => process.exit());
process.on('uncaughtException', error => void fail('Uncaught Exception', error));
process.on('unhandledRejection', error => void fail('Unhandled Promise Rejection', error));

async function run(invocation: Invocation): Promise<Outcome> {
  try {
    const context = contextOf(
      invocation,
      process.env,
      () => invocation.endsAt - performance.timeOrigin - performance.now(),
    );
    const result = await callHandler(await handler, JSON.parse(invocation.payload), context);
    return { payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { error: describeError(error) };
  }
}

function fail(kind: string, error: unknown): void {
  console.error(kind, error);
  process.exit(1);
}

async function loadHandler(taskRoot: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const [base, member] = [path.join(taskRoot, name.slice(0, dot)), name.slice(dot + 1)];
  const file = ['.js', '.cjs', '.mjs'].map(extension => base + extension).find(existsSync);
  if (!file) {
    throw new Error(
      `Error: Cannot find module '${path.basename(base)}'\nRequire stack:\n- the handler '${name}' of the function`,
    );
  }
  const loaded: Record<string, unknown> = file.endsWith('.mjs') || isModulePackage(taskRoot, file)
    ? await import(pathToFileURL(file).href)
    : createRequire(file)(file);
  const found = loaded[member];
  if (!isHandler(found)) throw new Error(`${name} is undefined or not exported`);
  return found;
}

function isModulePackage(taskRoot: string, file: string): boolean {
  const manifest = path.join(taskRoot, 'package.json');
  return file.endsWith('.js') && existsSync(manifest) && createRequire(file)(manifest).type === 'module';
}

/** CDK's provider framework relies on the log level: messages below it, such as "not yet" errors, are not logged. */
function writeOnly(level: RuntimeOptions['logLevel']): void {
  const methods = {
    TRACE: ['trace'],
    DEBUG: ['debug'],
    INFO: ['log', 'info'],
    WARN: ['warn'],
    ERROR: ['error'],
    FATAL: [],
  } as const;
  for (const below of LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level))) {
    for (const method of methods[below]) console[method] = () => undefined;
  }
}

/** Shifts the time and not the timers: waiting inside a function is work, which is not scaled. */
function shiftDate(clock: RuntimeOptions['clock']): void {
  const RealDate = Date;
  const now = (): number => Math.floor(clock.startedAt + (RealDate.now() - clock.startedAt) * clock.scale);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
  });
}

/**
 * Redirects requests to AWS, and responses of custom resources, which use an https host without a port because CDK's
 * framework drops it.
 */
function redirectToSimulation(port: number): void {
  // the namespace object of an import is read-only, the module is not
  const modules: readonly [http: typeof http, https: typeof https] = [
    createRequire(__filename)('http'), createRequire(__filename)('https'),
  ];
  const send = http.request;
  for (const module of modules) {
    const original = module.request;
    module.request = (first: unknown, ...rest: unknown[]): http.ClientRequest => {
      const { method, headers = {}, host, requestPath } = requestOf(first, rest[0]);
      const simulated = host === RESPONSE_HOST ? requestPath : simulatedPath({ host, path: requestPath, headers });
      if (simulated === undefined) return Reflect.apply(original, module, [first, ...rest]);
      const listener = rest.find(value => typeof value === 'function');
      const request = Reflect.apply(send, http, [{ method, headers, path: simulated, host: '127.0.0.1', port }]);
      return listener === undefined ? request : request.once('response', listener);
    };
    module.get = (...given: unknown[]): http.ClientRequest => Reflect.apply(module.request, module, given).end();
  }
  syncBuiltinESMExports();
}

/** Redirects `fetch` of simulated hosts outside of AWS, and of the host for responses of custom resources. */
function redirectFetch(port: number, hosts: readonly string[]): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (target, init) => {
    const { hostname, pathname, search } = new URL(target instanceof Request ? target.url : target);
    const isResponse = hostname === RESPONSE_HOST;
    if (!isResponse && !hosts.includes(hostname)) return fetch(target, init);
    const address = `http://127.0.0.1:${port}${isResponse ? pathname : hostPath(hostname, pathname)}${search}`;
    if (!(target instanceof Request)) return fetch(address, init);
    const { method, headers } = target;
    const body = Buffer.from(await target.arrayBuffer());
    return fetch(address, { method, headers, ...(body.length > 0 && { body }), ...init });
  };
}

/** Returns the parts of a request, which is given as an address, as options, or as both. */
function requestOf(first: unknown, second: unknown): http.RequestOptions & { host: string; requestPath: string } {
  const address = first instanceof URL || typeof first === 'string' ? new URL(first) : undefined;
  const given = address === undefined ? first : second;
  const parts: http.RequestOptions = isAddress(given) ? given : {};
  const host = address?.hostname ?? parts.hostname ?? parts.host ?? '';
  return { ...parts, host, requestPath: parts.path ?? (address ? address.pathname + address.search : '/') };
}

function isAddress(value: unknown): value is http.RequestOptions {
  return typeof value === 'object' && value !== null;
}

/**
 * Restricts `require` to the bundle of the function and the SDK of AWS: a module that is missing on AWS must be missing
 * here.
 */
function limitModules(taskRoot: string, sdk: string, modules: string): void {
  const internals = Module as unknown as ModuleInternals;
  const [paths, resolve] = [internals._nodeModulePaths, internals._resolveFilename];
  internals._nodeModulePaths = from => {
    const found = paths.call(Module, from);
    return inside(taskRoot, from) ? found.filter(folder => inside(taskRoot, folder)) : found;
  };
  internals._resolveFilename = function (request, ...rest) {
    try {
      return resolve.call(this, request, ...rest);
    } catch (error) {
      if (!isOldSdk(request, process.env.AWS_EXECUTION_ENV) && !/^@(aws-sdk|smithy)\//.test(request)) throw error;
      return sdkFile(request, sdk, modules);
    }
  };
}

function inside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder + path.sep);
}
