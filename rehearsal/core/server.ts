import { createServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Clock } from './clock';
import { hostPath } from './host-path';
import { Dispatcher } from './protocol/dispatcher';
import type { HttpTransport, DirectCall } from './protocol/dispatcher';
import { HttpResponse } from './service';
import type { Call, Caller, HttpRequest, RecordedCall, Service } from './service';

export interface RouteResponse {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** SDKs require a request id; it has no meaning here. */
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

type PlainHandler = (request: HttpRequest) => Promise<RouteResponse>;

/** HTTP server of the simulated AWS on the loopback interface: all services on one port. */
export class Server {
  /** Called for every call after its response. */
  public onCall?: (call: RecordedCall) => void;
  private readonly recorded: RecordedCall[] = [];
  private readonly plainRoutes = new Map<string, PlainHandler>();
  private readonly served = new Set<string>();
  private readonly dispatcher: Dispatcher;
  private readonly http: HttpServer;
  private listeningAt?: string;

  public constructor(callerOf: (accessKeyId: string) => Caller | undefined, clock: Clock) {
    this.dispatcher = new Dispatcher(callerOf, clock, call => {
      this.recorded.push(call);
      this.onCall?.(call);
    });
    this.http = createServer((incoming, response) => { void this.serve(incoming, response); });
    this.http.keepAliveTimeout = 60_000;
  }

  /** Base URL; available after the server has started. */
  public get endpoint(): string {
    if (this.listeningAt === undefined) throw new Error('the simulated AWS has no endpoint before start()');
    return this.listeningAt;
  }

  public get calls(): readonly RecordedCall[] {
    return this.recorded;
  }

  /** Calls that are not simulated, like `sqs:ListQueues`; the operation is missing where the request does not tell. */
  public get unsimulatedCalls(): readonly string[] {
    return [...this.dispatcher.unsimulatedCalls].sort();
  }

  public register(service: Service): void {
    this.dispatcher.register(service);
  }

  /** Registers the check that runs before every operation. An error that it throws becomes the response. */
  public setGuard(guard: (service: Service, call: Call) => Promise<void>): void {
    this.dispatcher.guard = guard;
  }

  /**
   * Calls the hook before every operation. An error that it throws becomes the response. Returns a function that
   * removes the hook.
   */
  public intercept(hook: (call: Call) => Promise<void>): () => void {
    return this.dispatcher.intercept(hook);
  }

  /** Calls the listener with what the rehearsal cannot do for a call. */
  public set onObstacle(listener: (accessKeyId: string, obstacle: string) => void) {
    this.dispatcher.onObstacle = listener;
  }

  /** Intercepts all calls over HTTP, for example to inject faults. */
  public interceptTransport(transport: HttpTransport): void {
    this.dispatcher.transport = transport;
  }

  /** Serves unsigned requests whose path starts with the prefix. */
  public route(prefix: string, handler: PlainHandler): void {
    this.plainRoutes.set(prefix, handler);
  }

  /** Hosts outside of AWS that are simulated: functions reach them here. */
  public get hosts(): ReadonlySet<string> {
    return this.served;
  }

  /** Simulates a host outside of AWS. */
  public serveHost(host: string, handler: PlainHandler): void {
    if (this.served.has(host)) return;
    this.served.add(host);
    const prefix = hostPath(host, '');
    this.route(`${prefix}/`, async request => handler({ ...request, path: request.path.slice(prefix.length) }));
  }

  /** Names of the simulated services, sorted. */
  public get services(): readonly string[] {
    return this.dispatcher.serviceNames;
  }

  /** Names of the operations of a service; none if it is not simulated. */
  public operationsOf(service: string): readonly string[] {
    return this.dispatcher.operationsOf(service);
  }

  /** Executes a call of a function in this process, without HTTP. @throws AwsError */
  public async call(request: DirectCall): Promise<unknown> {
    return this.dispatcher.call(request);
  }

  /** Starts without listening on a port: functions run in this process and pass their requests directly. */
  public startInProcess(): void {
    // an address and not a host name: SDKs would prefix a host name with the bucket
    this.listeningAt = 'http://127.0.0.1:1';
  }

  public async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(0, '127.0.0.1', resolve);
    });
    const address = this.http.address();
    if (address === null || typeof address === 'string') {
      throw new Error('the simulated AWS found no port to listen on');
    }
    this.listeningAt = `http://127.0.0.1:${address.port}`;
    return this.listeningAt;
  }

  public async stop(): Promise<void> {
    if (!this.http.listening) return;
    await new Promise<void>(resolve => {
      this.http.close(() => resolve());
      // Clients keep connections open; otherwise the server would wait for them.
      this.http.closeAllConnections();
    });
  }

  /** Handles a request from HTTP or from this process. */
  public async answer(request: HttpRequest): Promise<HttpResponse> {
    const prefix = [...this.plainRoutes.keys()].find(candidate => request.path.startsWith(candidate));
    const handler = prefix === undefined ? undefined : this.plainRoutes.get(prefix);
    if (handler === undefined) return this.dispatcher.answer(request);
    try {
      const answer = await this.dispatcher.transport(
        { service: 'http', operation: `${request.method} ${request.path}`, accessKeyId: '' },
        async () => handler(request),
      );
      return new HttpResponse(answer.status, answer.body, answer.headers);
    } catch (error) {
      return new HttpResponse(500, error instanceof Error ? error.message : String(error));
    }
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming).catch(() => undefined);
    if (request === undefined) return;
    const answer = await this.answer(request).catch(() => undefined);
    if (answer === undefined) return void response.destroy();
    // Clients compare this date with their own and retry every error when they differ, and simulated time is far ahead
    // of real time.
    response.sendDate = false;
    response.writeHead(answer.status, { ...answer.headers, 'x-amzn-requestid': REQUEST_ID });
    response.end(answer.body);
  }
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const [path, query] = (incoming.url ?? '/').split('?');
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}
