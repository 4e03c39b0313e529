import { Readable, Writable } from 'node:stream';
import { hostPath } from '../../../core/host-path';
import type { HttpResponse, HttpRequest } from '../../../core/service';
import { isLocal, simulatedPath } from '../network';
import { RESPONSE_HOST } from '../runtime-protocol';

interface Options {
  readonly method?: string;
  readonly host?: string;
  readonly hostname?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}

type Send = (request: HttpRequest) => Promise<HttpResponse>;
type Refuse = (host: string) => Error;
type During = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Replaces http and https: requests are passed in memory, only to the simulated AWS. */
export function httpOf(endpoint: string, send: Send, refuse: Refuse): Record<string, unknown> {
  const hosts = [new URL(endpoint).hostname, RESPONSE_HOST];
  const pathOf: PathOf = (host, path, headers) => {
    const simulated = hosts.includes(host) ? path : simulatedPath({ host, path, headers });
    if (simulated === undefined) throw refuse(host);
    return simulated;
  };
  const request = (first: Options | string | URL, ...rest: unknown[]): Request => {
    const address = first instanceof URL || typeof first === 'string' ? new URL(first) : undefined;
    const options: Options = address
      ? { host: address.hostname, path: address.pathname + address.search, ...object(rest[0]) }
      : object(first);
    const made = new Request(options, send, pathOf);
    const listener = rest.find(isListener);
    if (listener) made.once('response', listener);
    return made;
  };
  const get = (first: Options | string | URL, ...rest: unknown[]): Request => request(first, ...rest).end();
  return { request, get, Agent, globalAgent: new Agent() };
}

/** Replaces `fetch` for requests with a text or bytes as body, or without one; also of responses to CloudFormation. */
export function fetchOf(
  { endpoint, hosts, send, refuse, during }: FetchParts,
): Fetch {
  return async (target, init = {}) => {
    const isRequest = target instanceof globalThis.Request;
    const { address, ...options } = isRequest ? await partsOf(target) : { address: target, ...init };
    const { method = 'GET', headers = {}, body: text = '' } = options;
    const { host, hostname, pathname, searchParams: query } = new URL(address);
    const path = hosts.has(hostname) ? hostPath(hostname, pathname) : pathname;
    const isSimulated = hosts.has(hostname) || hostname === RESPONSE_HOST || host === new URL(endpoint).host;
    if (!isSimulated) {
      if (!isLocal(hostname)) throw new TypeError('fetch failed', { cause: refuse(hostname) });
      return during(async () => buffered(await fetch(address, options)));
    }
    const given = headers instanceof Headers ? [...headers] : Object.entries(headers);
    const lower = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]));
    const request = { method, path, query, headers: lower, body: Buffer.from(text) };
    const { status, body, headers: answered } = await send(request);
    const bytes = Buffer.from(body);
    return new Response(bytes.length > 0 ? bytes : null, { status, headers: answered });
  };
}

interface FetchParts {
  readonly endpoint: string;
  /** Hosts outside of AWS that are simulated. */
  readonly hosts: ReadonlySet<string>;
  readonly send: Send;
  readonly refuse: Refuse;
  /** Runs a request to another server on this machine, which takes real time. */
  readonly during: During;
}

async function partsOf(request: globalThis.Request) {
  const { url: address, method, headers } = request;
  return { address, method, headers, body: await request.text() };
}

/** Simulated time continues when the body has arrived. */
async function buffered(response: Response): Promise<Response> {
  const { status, headers } = response;
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, { status, headers });
}

/** Returns the path on the simulated AWS. @throws Error if the host is another one */
type PathOf = (host: string, path: string, headers: object) => string;

type Fetch = (target: string | URL | globalThis.Request, options?: FetchOptions) => Promise<unknown>;

interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | Headers;
  readonly body?: string | Uint8Array;
}

class Agent {
  public readonly sockets = {};
  public readonly requests = {};
  public readonly maxSockets = Infinity;

  public destroy(): void {
    // no connection
  }
}

class Request extends Writable {
  private readonly chunks: Buffer[] = [];

  public constructor(
    private readonly options: Options,
    private readonly pass: Send,
    private readonly pathOf: PathOf,
  ) {
    super();
    // a client with this header waits before it sends the body
    if (options.headers?.Expect === '100-continue') process.nextTick(() => this.emit('continue'));
  }

  public setTimeout(): this {
    return this;
  }

  public setSocketKeepAlive(): void {
    // no socket
  }

  public setNoDelay(): void {
    // no socket
  }

  public abort(): void {
    this.destroy();
  }

  public flushHeaders(): void {
    // the body is sent in one piece
  }

  public override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  public override _final(done: () => void): void {
    done();
    void this.exchange();
  }

  private async exchange(): Promise<void> {
    const { method = 'GET', host, hostname = host ?? '', path = '/', headers = {} } = this.options;
    try {
      const [plain, query] = this.pathOf(hostname.split(':')[0], path, headers).split('?');
      const given = Object.entries(headers).filter(([, value]) => value !== undefined);
      const lower = given.map(([name, value]) => [name.toLowerCase(), String(value)] as const);
      const answer = await this.pass({
        method,
        path: plain,
        query: new URLSearchParams(query),
        headers: Object.fromEntries(lower),
        body: Buffer.concat(this.chunks),
      });
      this.emit('response', responseOf(answer));
    } catch (error) {
      // a listener may be added after end()
      process.nextTick(() => this.emit('error', error));
    }
  }
}

function responseOf({ status, headers, body }: HttpResponse): Readable {
  const stream = Readable.from(body.length > 0 ? [Buffer.from(body)] : []);
  return Object.assign(stream, { statusCode: status, statusMessage: '', headers: { ...headers } });
}

function object(value: unknown): Options {
  return typeof value === 'object' && value !== null ? value : {};
}

function isListener(value: unknown): value is (...values: unknown[]) => void {
  return typeof value === 'function';
}
