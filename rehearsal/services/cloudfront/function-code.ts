import * as crypto from 'node:crypto';
import * as querystring from 'node:querystring';
import { createContext, Script, type Context } from 'node:vm';
import type { KeyValueStore } from './key-value-store';
import { isRecord } from '../../core/protocol/json';

/** Origin that a function chose, with the names of CloudFront's helper methods. */
export interface ChosenOrigin {
  /** Id of an origin of the distribution. */
  readonly id?: string;
  readonly domainName?: string;
  readonly hostHeader?: string;
  readonly originPath?: string;
  readonly customHeaders?: Readonly<Record<string, string>>;
}

export interface FunctionEvent {
  readonly version: '1.0';
  readonly context: {
    readonly distributionDomainName: string;
    readonly distributionId: string;
    readonly eventType: 'viewer-request' | 'viewer-response';
    readonly requestId: string;
  };
  readonly viewer: { readonly ip: string };
  readonly request: FunctionRequest;
  readonly response?: FunctionResponse;
}

type Values = Readonly<Record<string, { readonly value: string }>>;

export interface FunctionRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Values;
  readonly headers: Values;
  readonly cookies: Values;
}

export interface FunctionResponse {
  readonly statusCode: number;
  readonly headers?: Values;
  readonly cookies?: Values;
  readonly body?: unknown;
}

/** What a function returned. */
export interface FunctionResult {
  readonly value: unknown;
  readonly origin?: ChosenOrigin;
}

export interface FunctionRuntime {
  readonly store?: KeyValueStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

/** Names that `import` makes available. */
const IMPORT = /^\s*import\s+(\w+)\s+from\s+['"](cloudfront|crypto|querystring)['"];?/gm;
/** Ends an endless loop. A machine under load needs more than the edge. */
const MILLISECONDS = 5000;

/**
 * The code of a CloudFront function. It runs in a context of its own, without modules, timers or network, as at the
 * edge. The code is trusted: a context is no protection against malicious code.
 */
export class FunctionCode {
  private readonly context: Context;
  private origin?: ChosenOrigin;
  private previous: Promise<unknown> = Promise.resolve();

  public constructor(code: string, private readonly runtime: FunctionRuntime) {
    const modules = { cloudfront: this.cloudfront(), crypto, querystring };
    const { random, now } = runtime;
    this.context = createContext({ console, Buffer, TextEncoder, TextDecoder, atob, btoa, modules, random, now });
    const prelude = 'Math.random = random; Date.now = now;';
    const imports = code.replace(IMPORT, 'const $1 = modules["$2"];');
    new Script(`${prelude}\n${imports}\nthis.handler = handler;`).runInContext(this.context, { timeout: MILLISECONDS });
  }

  /** Runs the function for one event, after those before. @throws the error of the function */
  public async run(event: FunctionEvent): Promise<FunctionResult> {
    // one at a time: the origin is chosen by a call without a reference to the event
    const result = this.previous.then(async () => this.runNow(event));
    this.previous = result.catch(() => undefined);
    return result;
  }

  private async runNow(event: FunctionEvent): Promise<FunctionResult> {
    this.origin = undefined;
    // objects of this context would not be instances of those in the function's context
    const call = new Script(`handler(JSON.parse(${JSON.stringify(JSON.stringify(event))}))`);
    const value: unknown = await call.runInContext(this.context, { timeout: MILLISECONDS });
    return { value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)), origin: this.origin };
  }

  private cloudfront(): Record<string, unknown> {
    return {
      kvs: (id?: string) => this.kvs(id),
      updateRequestOrigin: (given: unknown) => {
        this.origin = { ...this.origin, ...object(given) };
      },
      selectRequestOriginById: (id: string, given?: unknown) => {
        this.origin = { id, ...object(given) };
      },
    };
  }

  private kvs(id?: string): Record<string, unknown> {
    const { store, now } = this.runtime;
    if (store === undefined || (id !== undefined && id !== store.id)) {
      throw new Error('KeyValueStore is not associated with the function');
    }
    const get = (key: string): string | undefined => store.atEdge(key, now());
    return {
      get: async (key: string, options?: unknown) => {
        const value = get(key);
        if (value === undefined) throw new Error('KeyNotFound');
        return parsed(value, object(options).format);
      },
      exists: async (key: string) => get(key) !== undefined,
      count: async () => [...store.keys.keys()].filter(key => get(key) !== undefined).length,
      meta: async () => ({
        creationDateTime: new Date(store.createdAt).toISOString(),
        lastUpdatedDateTime: new Date(store.modifiedAt).toISOString(),
        keyCount: store.keys.size,
      }),
    };
  }
}

function parsed(value: string, format: unknown): unknown {
  if (format === 'json') return JSON.parse(value);
  return format === 'bytes' ? Buffer.from(value) : value;
}

function object(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
