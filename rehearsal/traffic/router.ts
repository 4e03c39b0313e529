import { Resolver } from './resolver';
import { SIDE_HEADER, type ServerRequest, type SideServers } from './servers';
import type { Clock } from '../core/clock';
import { randomOf } from '../faults/random';
import type { Answer, ViewerRequest } from '../services/cloudfront/distribution';
import type { CloudFront } from '../services/cloudfront/service';
import type { GlobalAccelerator } from '../services/globalaccelerator/service';
import type { Route53 } from '../services/route53/service';

/** The simulated services that route traffic, for example of a `Simulation`. */
export interface TrafficServices {
  readonly clock: Clock;
  readonly route53: Route53;
  readonly cloudfront: CloudFront;
  readonly globalAccelerator: GlobalAccelerator;
}

export interface RouterOptions {
  /** The same seed gives the same choices. @default 1 */
  readonly seed?: number;
}

export interface DnsOptions {
  /** @default 'CNAME' */
  readonly type?: 'CNAME' | 'A' | 'AAAA';
  /** How many times the TTL the resolvers hold an answer. @default 1 */
  readonly holdFactor?: number;
  /** Number of resolvers that the clients share. @default - a resolver for each client */
  readonly resolvers?: number;
}

/** What a client got for a request. */
export interface Reply {
  readonly status: number;
  /** The side that answered; absent if none did. */
  readonly side?: string;
  /** The DNS name or ARN that the request was routed to; absent if an edge location answered itself. */
  readonly endpoint?: string;
}

/** Clients of one name, distribution or accelerator. */
export interface TrafficClients<Request> {
  /**
   * Sends one request. An answer with an error status is a reply.
   *
   * @throws Error if no side answered, for example because a name has no record
   */
  send(request?: Request): Promise<Reply>;
}

export interface ClientRequest extends ServerRequest {
  /** The client, which has a resolver, or the open flow of an accelerator. @default 0 */
  readonly client?: number;
}

/** Routes real HTTP requests as the simulated services would, in simulated time. */
export class TrafficRouter {
  private readonly random: () => number;

  public constructor(
    private readonly services: TrafficServices,
    private readonly servers: SideServers,
    { seed = 1 }: RouterOptions = {},
  ) {
    this.random = randomOf(seed);
    services.cloudfront.seed(seed);
  }

  /** Clients that resolve a name of a hosted zone. */
  public route53(zoneId: string, name: string, options: DnsOptions = {}): DnsClients {
    const { type = 'CNAME', holdFactor = 1, resolvers = Infinity } = options;
    const { route53, clock } = this.services;
    const make = (): Resolver => new Resolver(route53, clock, this.random, { zoneId, name, type, holdFactor });
    return new DnsClients(make, resolvers, async (endpoint, request) => this.send(endpoint, request));
  }

  /** Viewers of a distribution, whose function runs for every request. @throws Error if it does not exist */
  public cloudFront(distributionId: string): TrafficClients<ViewerRequest> {
    const distribution = this.services.cloudfront.distribution(distributionId);
    if (distribution === undefined) throw new Error(`the distribution ${distributionId} does not exist`);
    return {
      send: async (request = {}) => {
        const answer = await distribution.handle(request, async ({ domainName, ...origin }) =>
          this.fetch(domainName, origin),
        );
        return replyOf(answer, answer.domainName);
      },
    };
  }

  /** Clients of a listener of an accelerator. A flow keeps its endpoint until it is closed. */
  public globalAccelerator(listenerArn: string): AcceleratorClients {
    const choose = (): string => {
      this.checkHealth();
      const endpoint = this.services.globalAccelerator.endpointForFlow(listenerArn, this.random);
      if (endpoint === undefined) throw new Error(`the listener ${listenerArn} has no endpoint with a weight`);
      return endpoint;
    };
    return new AcceleratorClients(choose, async (endpoint, request) => this.send(endpoint, request));
  }

  /** Health checks take no time here. */
  private checkHealth(): void {
    const { unhealthy } = this.services.globalAccelerator;
    for (const endpoint of this.servers.endpoints) unhealthy.delete(endpoint);
    for (const endpoint of this.servers.unhealthyEndpoints) unhealthy.add(endpoint);
  }

  private async send(endpoint: string, request: ServerRequest): Promise<Reply> {
    return replyOf(await this.fetch(endpoint, request), endpoint);
  }

  private async fetch(endpoint: string, request: ServerRequest): Promise<Answer> {
    return this.services.clock.during(async () => this.servers.send(endpoint, request));
  }
}

type Send = (endpoint: string, request: ServerRequest) => Promise<Reply>;

/** Clients that resolve a name before they send a request. */
export class DnsClients implements TrafficClients<ClientRequest> {
  private readonly known = new Map<number, Resolver>();

  public constructor(
    private readonly makeResolver: () => Resolver,
    private readonly resolvers: number,
    private readonly sendTo: Send,
  ) {}

  /** Returns the DNS name that a client uses now. @throws Error if the name has no record */
  public pick(client = 0): string {
    const number = this.resolvers === Infinity ? client : client % this.resolvers;
    const resolver = this.known.get(number) ?? this.makeResolver();
    this.known.set(number, resolver);
    return resolver.resolve();
  }

  public async send({ client, ...request }: ClientRequest = {}): Promise<Reply> {
    return this.sendTo(this.pick(client), request);
  }
}

/** Clients whose flows go to the endpoints of an accelerator. */
export class AcceleratorClients implements TrafficClients<ClientRequest> {
  private readonly flows = new Map<number, string>();

  public constructor(private readonly choose: () => string, private readonly sendTo: Send) {}

  /** Returns the endpoint of a flow, which is opened if necessary. @throws Error if no endpoint has a weight */
  public pick(flow = 0): string {
    const endpoint = this.flows.get(flow) ?? this.choose();
    this.flows.set(flow, endpoint);
    return endpoint;
  }

  /** Closes a flow. */
  public close(flow = 0): void {
    this.flows.delete(flow);
  }

  public async send({ client, ...request }: ClientRequest = {}): Promise<Reply> {
    return this.sendTo(this.pick(client), request);
  }
}

function replyOf({ status, headers }: Answer, endpoint: string | undefined): Reply {
  return { status, side: headers[SIDE_HEADER], endpoint };
}
