import type { AwsHooks } from './cicd';
import { endpointOf } from './endpoints';
import { alarmHealth, firingAlarms, httpHealth } from './health';
import type { ConnectSide } from './side-clients';
import { singletonState, turnSingleton } from './singletons';
import { SIDES } from '../../../src/blue-green/contract';
import type { SideName, TrafficRequest } from '../../../src/blue-green/contract';
import type { HealthRequest, SingletonRequest } from '../../../src/blue-green/release/contract';
import { requestedEndpoints } from '../../traffic/traffic';
import type { Endpoint, Endpoints, RequestedEndpoint, Shares, Traffic } from '../../traffic/traffic';
import { EndpointMissingError } from '../errors';
import type { Health, Side, SideAccess, SingletonState, TrafficSwitch } from '../ports';

/** The calls through the AWS SDK and HTTP. */
export class AwsSideAccess implements SideAccess {
  public constructor(
    private readonly connect: ConnectSide,
    private readonly hooks: Pick<AwsHooks, 'health'>,
  ) {}

  public async health(side: Side, request: HealthRequest): Promise<Health> {
    switch (request.kind) {
      case 'http': {
        const address = await endpointOf(this.connect(side), side, request.endpoint);
        return httpHealth(urlOf(address, request.path), request);
      }
      case 'alarms':
        return alarmHealth(this.connect(side), request.names);
      case 'function': {
        const { pipeline: { environmentName, accountId, region } } = side;
        return this.hooks.health(request.functionArn, { environmentName, side: side.name, accountId, region });
      }
    }
  }

  public async firing(side: Side, alarms: readonly string[]): Promise<readonly string[]> {
    return firingAlarms(this.connect(side), alarms);
  }

  public async stateOf(side: Side, singleton: SingletonRequest): Promise<SingletonState> {
    return singletonState(this.connect(side), singleton);
  }

  public async turn(side: Side, singleton: SingletonRequest, state: 'on' | 'off'): Promise<void> {
    await turnSingleton(this.connect(side), singleton, state);
  }
}

interface FoundEndpoints {
  /** None for kinds of traffic without endpoints. */
  readonly endpoints: Endpoints;
  /** Why the endpoint of a side is not known. */
  readonly missing: Readonly<Partial<Record<SideName, EndpointMissingError>>>;
}

/** The traffic of an environment with the endpoints of its sides, which are read once. */
export class SideTraffic implements TrafficSwitch {
  private found?: Promise<FoundEndpoints>;

  public constructor(
    private readonly traffic: Traffic,
    private readonly request: TrafficRequest,
    private readonly connect: ConnectSide,
    private readonly sides: Readonly<Record<SideName, Side>>,
  ) {}

  public async hasEndpoint(side: SideName): Promise<boolean> {
    return (await this.resolved()).missing[side] === undefined;
  }

  public async read(changeId?: string) {
    return this.traffic.read((await this.resolved()).endpoints, changeId);
  }

  public async write(shares: Shares, fence: number) {
    return this.traffic.write(shares, fence, await this.endpointsFor(shares));
  }

  public async replace(shares: Shares, fence: number) {
    return this.traffic.replace(shares, fence, await this.endpointsFor(shares));
  }

  /** @throws EndpointMissingError if a side would have traffic without an endpoint */
  private async endpointsFor(shares: Shares): Promise<Endpoints> {
    const { endpoints, missing } = await this.resolved();
    const problem = SIDES.filter(side => shares[side] > 0).map(side => missing[side]).find(error => error);
    if (problem) throw problem;
    return endpoints;
  }

  private async resolved(): Promise<FoundEndpoints> {
    this.found ??= this.resolve();
    return this.found;
  }

  private async resolve(): Promise<FoundEndpoints> {
    const requested = requestedEndpoints(this.request);
    if (!requested) return { endpoints: {}, missing: {} };
    const found = await Promise.all(SIDES.map(async name => {
      try {
        return { endpoints: { [name]: await this.endpoint(this.sides[name], requested[name]) }, missing: {} };
      } catch (error) {
        if (!(error instanceof EndpointMissingError)) throw error;
        return { endpoints: {}, missing: { [name]: error } };
      }
    }));
    return {
      endpoints: Object.assign({}, ...found.map(({ endpoints }) => endpoints)),
      missing: Object.assign({}, ...found.map(({ missing }) => missing)),
    };
  }

  private async endpoint(side: Side, { address, hostedZoneId }: RequestedEndpoint): Promise<Endpoint> {
    const clients = this.connect(side);
    return {
      address: await endpointOf(clients, side, address),
      ...(hostedZoneId && { hostedZoneId: await endpointOf(clients, side, hostedZoneId) }),
    };
  }
}

function urlOf(address: string, path: string): string {
  const base = /^https?:\/\//.test(address) ? address : `https://${address}`;
  return new URL(path, base).toString();
}
