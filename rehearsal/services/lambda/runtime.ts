/**
 * Entry point of the process of a function: bundled into one file, started with an empty environment, and invoked over
 * IPC. It replaces AWS's runtime: it provides the SDK and simulates time and one host name.
 */
import { existsSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import Module, { createRequire } from 'node:module';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { callHandler, contextOf, describeError, isHandler, type Handler } from './invocation';
import { LOG_LEVELS, RESPONSE_HOST, type Invocation, type Outcome, type RuntimeOptions } from './runtime-protocol';
import { isOldSdk, leadOldSdk } from './sdk-v2';
import { sdkFile } from '../../core/bundled-files';

/** Private functions of Node that resolve every `require`. */
interface ModuleInternals {
  _nodeModulePaths(from: string): string[];
  _resolveFilename(request: string, ...rest: unknown[]): string;
  _load(request: string, ...rest: unknown[]): unknown;
}

const options: RuntimeOptions = JSON.parse(process.argv[2] ?? '{}');

writeOnly(options.logLevel);
shiftDate(options.clock);
answerOnLoopback(options.port);
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

/** Redirects responses of custom resources, which use an https host without a port because CDK's framework drops it. */
function answerOnLoopback(port: number): void {
  const original = https.request;
  const replacement = (first: unknown, ...rest: unknown[]): http.ClientRequest => {
    const target = typeof first === 'string' ? new URL(first) : first;
    if (!isAddress(target) || (target.hostname ?? target.host) !== RESPONSE_HOST) {
      return Reflect.apply(original, https, [first, ...rest]);
    }
    const requestPath = target instanceof URL ? target.pathname + target.search : target.path;
    const given = target instanceof URL && isAddress(rest[0]) ? rest.shift() : target;
    const { method, headers } = isAddress(given) && !(given instanceof URL) ? given : {};
    return Reflect.apply(http.request, http, [
      { method, headers, path: requestPath, host: '127.0.0.1', port },
      ...rest,
    ]);
  };
  // the namespace object of an import is read-only, the module is not
  createRequire(__filename)('https').request = replacement;
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
  const load = internals._load;
  internals._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    leadOldSdk(request, loaded, process.env.AWS_ENDPOINT_URL);
    return loaded;
  };
}

function inside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(folder + path.sep);
}
