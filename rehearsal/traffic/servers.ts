import { Agent, createServer, request, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { Answer } from '../services/cloudfront/distribution';

/** A request that a client sends to a side. */
export interface ServerRequest {
  readonly method?: string;
  /** @default '/' */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Side {
  readonly server: Server;
  readonly port: number;
  isHealthy: boolean;
  requests: number;
}

/** Header of every answer: the side that answered. */
export const SIDE_HEADER = 'x-side';

/**
 * HTTP servers on the loopback interface, one for each side. A healthy side answers 200, another one 503; the body is
 * the name of the side.
 */
export class SideServers {
  /**
   * Starts the servers.
   *
   * @param endpoints names by side that lead to it: DNS names, ARNs of load balancers
   */
  public static async start(endpoints: Readonly<Record<string, readonly string[]>>): Promise<SideServers> {
    const servers = new SideServers();
    for (const [name, ids] of Object.entries(endpoints)) await servers.add(name, ids);
    return servers;
  }

  private readonly sides = new Map<string, Side>();
  private readonly sideOf = new Map<string, string>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor() {
    // started by start()
  }

  /** Endpoints that lead to a side that is not healthy. */
  public get unhealthyEndpoints(): string[] {
    return this.endpoints.filter(endpoint => !this.side(this.sideOf.get(endpoint) ?? '').isHealthy);
  }

  public get endpoints(): string[] {
    return [...this.sideOf.keys()];
  }

  /** Makes all further answers of a side 200 or 503. */
  public setHealthy(name: string, isHealthy: boolean): void {
    this.side(name).isHealthy = isHealthy;
  }

  /** Number of requests that a side has answered. */
  public requestsOf(name: string): number {
    return this.side(name).requests;
  }

  /** Base URL of a side. */
  public urlOf(name: string): string {
    return `http://127.0.0.1:${this.side(name).port}`;
  }

  /** Sends a request to an endpoint. @throws Error if the endpoint is unknown or does not answer */
  public async send(
    endpoint: string,
    { method = 'GET', path = '/', headers = {} }: ServerRequest = {},
  ): Promise<Answer> {
    const name = this.sideOf.get(endpoint.replace(/\.$/, ''));
    if (name === undefined) throw new Error(`no server has the endpoint ${endpoint}: name it in SideServers.start`);
    const { port } = this.side(name);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, method, path, headers, agent: this.agent }, response => {
        const status = response.statusCode ?? 0;
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => { body += part; });
        response.on('end', () => resolve({ status, headers: plain(response.headers), body }));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });
  }

  public async stop(): Promise<void> {
    this.agent.destroy();
    for (const { server } of this.sides.values()) {
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    }
  }

  private async add(name: string, endpoints: readonly string[]): Promise<void> {
    const server = createServer((_request, response) => this.answer(name, response));
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error(`the side ${name} found no port to listen on`);
    this.sides.set(name, { server, port: address.port, isHealthy: true, requests: 0 });
    for (const endpoint of endpoints) this.sideOf.set(endpoint.replace(/\.$/, ''), name);
  }

  private answer(name: string, response: ServerResponse): void {
    const side = this.side(name);
    side.requests++;
    response.writeHead(side.isHealthy ? 200 : 503, { [SIDE_HEADER]: name });
    response.end(name);
  }

  private side(name: string): Side {
    const side = this.sides.get(name);
    if (side !== undefined) return side;
    throw new Error(`no side has the name ${name}: there are ${[...this.sides.keys()].join(', ')}`);
  }
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
