import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { credentialScope } from '../../../core/protocol/signature';
import type { Server } from '../../../core/server';
import type { Environment, HttpResponse, HttpRequest, InProcess, OutgoingCall } from '../../../core/service';
import {
  callHandler,
  contextOf,
  describeError,
  exitFailure,
  isHandler,
  never,
  timeoutFailure,
  type Handler,
} from '../invocation';
import { refusal } from '../network';
import type { Execution, Invocation, LogLevel, Outcome } from '../runtime-protocol';
import { isOldSdk } from '../sdk-v2';
import { asyncHooks, withoutStores } from './async-hooks';
import { awaitedBy } from './awaited';
import { cryptoOf } from './crypto';
import { directSdk } from './direct-sdk';
import { filesOf, globalsOf } from './globals';
import { fetchOf, httpOf } from './http';
import { Modules } from './modules';
import { networkOf } from './network';
import { timerModulesOf } from './timers';

interface InProcessOptions {
  readonly name: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly logLevel: LogLevel;
  readonly variables: Readonly<Record<string, string>>;
  readonly environment: Environment;
  readonly inProcess: InProcess;
  readonly server: Pick<Server, 'answer' | 'call' | 'hosts' | 'operationsOf'>;
  readonly write: (line: string) => void;
  /** Called with each host that the function was not allowed to reach. */
  readonly refused: (host: string) => void;
  /** Resolves an SDK client that the function does not bundle. */
  readonly sdk: (request: string) => string | undefined;
}

/** A function that runs in this process with its own modules, time and access to AWS. */
export class InProcessFunction implements Execution {
  public alive = true;
  private handler?: Handler;
  private settle?: (outcome: Outcome) => void;
  private requestId = '';

  public constructor(private readonly options: InProcessOptions) {}

  public async invoke(invocation: Omit<Invocation, 'endsAt'>, timeoutSeconds: number): Promise<Outcome> {
    const { clock } = this.options.environment;
    this.requestId = invocation.requestId;
    const endsAt = clock.now() + timeoutSeconds * 1000;
    return new Promise<Outcome>(resolve => {
      const cancelDeadline = clock.deadline(timeoutSeconds, timeoutSeconds, () => {
        this.end({ error: timeoutFailure(clock.now(), invocation.requestId, timeoutSeconds) });
      });
      this.settle = outcome => { cancelDeadline(); resolve(outcome); };
      void withoutStores(async () => this.run(invocation, endsAt)).then(outcome => this.finish(outcome));
    });
  }

  public kill(): void {
    this.end({ error: exitFailure(this.requestId, 'signal: SIGKILL') });
  }

  private end(outcome: Outcome): void {
    this.alive = false;
    this.finish(outcome);
  }

  private finish(outcome: Outcome): void {
    this.settle?.(outcome);
    this.settle = undefined;
  }

  private async run(invocation: Omit<Invocation, 'endsAt'>, endsAt: number): Promise<Outcome> {
    const { variables, environment: { clock } } = this.options;
    try {
      this.handler ??= this.load();
      const context = contextOf(invocation, variables, () => endsAt - clock.now());
      const result = await callHandler(this.handler, JSON.parse(invocation.payload), context);
      return { payload: JSON.stringify(result ?? null) };
    } catch (error) {
      return { error: describeError(error) };
    }
  }

  private load(): Handler {
    const { taskRoot, handler: name, variables, logLevel, environment, inProcess, sdk } = this.options;
    const dot = name.lastIndexOf('.');
    const base = path.join(taskRoot, name.slice(0, dot));
    const file = ['.js', '.cjs'].map(ending => base + ending).find(existsSync);
    if (!file) {
      throw new Error(
        `the rehearsal runs only CommonJS modules in its own process, but '${name}' of function `
          + `'${this.options.name}' is not one`,
      );
    }
    const random = inProcess.random ?? Math.random;
    const write = (line: string): void => { if (this.alive) this.options.write(line); };
    const exit = (status: number): void => this.end({ error: exitFailure(this.requestId, `exit status ${status}`) });
    const alive = (): boolean => this.alive;
    const refuse = (host: string): Error => this.refuse(host);
    const { clock } = environment;
    const fetch = fetchOf({
      endpoint: environment.endpoint,
      hosts: this.options.server.hosts,
      send: async request => this.send(request),
      refuse,
      during: async work => clock.during(work),
    });
    const globals = globalsOf({ clock, variables, logLevel, random, alive, write, exit, fetch });
    const brings = (request: string): boolean =>
      /^@(aws-sdk|smithy)\//.test(request) || isOldSdk(request, variables.AWS_EXECUTION_ENV);
    const modules = new Modules({
      globals,
      supply: this.supplies(random),
      find: request => brings(request) ? sdk(request) : undefined,
    });
    const loaded = modules.load(file);
    const found: unknown =
      typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, name.slice(dot + 1)) : undefined;
    if (!isHandler(found)) throw new Error(`${name} is undefined or not exported`);
    return found;
  }

  private supplies(random: () => number): (request: string) => unknown {
    const { environment, server, variables, inProcess } = this.options;
    const refuse = (host: string): Error => this.refuse(host);
    const http = httpOf(environment.endpoint, async request => this.send(request), refuse);
    const { fs, promises } = filesOf(environment.clock);
    const builtin: Readonly<Record<string, unknown>> = {
      ...networkOf(refuse),
      ...timerModulesOf(environment.clock, () => this.alive),
      http,
      fs,
      'async_hooks': asyncHooks,
      'https': http,
      'fs/promises': promises,
      'crypto': cryptoOf(random, environment.clock),
      'zlib': awaitedBy(environment.clock, zlib),
    };
    const direct = directSdk({
      region: variables.AWS_REGION,
      accessKeyId: variables.AWS_ACCESS_KEY_ID,
      maxAttempts: Number(variables.AWS_MAX_ATTEMPTS ?? 3),
      sleep: async seconds => environment.clock.sleep(seconds),
      random,
      operationsOf: service => inProcess.direct ? [] : server.operationsOf(service),
      call: async request => this.reach(request.service, request.operation, async () => server.call(request)),
    });
    return request => {
      const name = request.replace(/^node:/, '');
      if (Object.hasOwn(builtin, name)) return builtin[name];
      return inProcess.direct || this.isMissing(request) ? direct(request) : undefined;
    };
  }

  /** Whether a client of the SDK, which AWS's runtime has, is neither shipped with the rehearsal nor installed. */
  private isMissing(request: string): boolean {
    if (!request.startsWith('@aws-sdk/client-')) return false;
    try {
      return this.options.sdk(request) === undefined;
    } catch {
      return true;
    }
  }

  private refuse(host: string): Error {
    const { name, write, refused } = this.options;
    const error = refusal(name, host);
    write(error.message);
    refused(host);
    return error;
  }

  private async send(request: HttpRequest): Promise<HttpResponse> {
    const service = credentialScope(request)?.service ?? 'http';
    const operation = request.headers['x-amz-target']?.split('.').at(-1) ?? `${request.method} ${request.path}`;
    return this.reach(service, operation, async () => this.options.server.answer(request));
  }

  /** A killed function makes no further calls and gets no responses. */
  private async reach<Answer>(service: string, operation: string, send: () => Promise<Answer>): Promise<Answer> {
    if (!this.alive) return never();
    const { inProcess: { transport } } = this.options;
    // the clock stops it at its timeout
    const call: OutgoingCall = { service, operation, kill: () => this.kill(), hang: () => undefined };
    const outcome = await (transport ? transport(call, send) : send()).then(
      answer => () => answer,
      (error: unknown) => () => {
        throw error;
      },
    );
    return this.alive ? outcome() : never();
  }
}
