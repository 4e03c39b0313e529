import type { AwsHooks } from './cicd';
import { endpointOf } from './endpoints';
import { alarmHealth, firingAlarms, httpHealth } from './health';
import type { ConnectSide } from './side-clients';
import { singletonRuns, turnSingleton } from './singletons';
import type { TrafficRequest } from '../../../src/blue-green/contract';
import type { HealthRequest, SingletonRequest } from '../../../src/blue-green/release/contract';
import { requestedEndpoints } from '../../traffic/traffic';
import type { Endpoint, Endpoints, RequestedEndpoint, Traffic } from '../../traffic/traffic';
import type { Health, Side, SideAccess, TrafficSwitch } from '../ports';

const NO_ENDPOINT: Endpoint = { address: '' };

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

  public async runs(side: Side, singleton: SingletonRequest): Promise<boolean> {
    return singletonRuns(this.connect(side), singleton);
  }

  public async turn(side: Side, singleton: SingletonRequest, state: 'on' | 'off'): Promise<void> {
    await turnSingleton(this.connect(side), singleton, state);
  }
}

/** The traffic of an environment with the endpoints of its sides, which are read once. */
export class SideTraffic implements TrafficSwitch {
  private endpoints?: Promise<Endpoints>;

  public constructor(
    private readonly traffic: Traffic,
    private readonly request: TrafficRequest,
    private readonly connect: ConnectSide,
    private readonly sides: Readonly<Record<'blue' | 'green', Side>>,
  ) {}

  public async read(changeId?: string) {
    return this.traffic.read(await this.resolved(), changeId);
  }

  public async write(shares: Parameters<Traffic['write']>[0], fence: number) {
    return this.traffic.write(shares, fence, await this.resolved());
  }

  private async resolved(): Promise<Endpoints> {
    this.endpoints ??= this.resolve();
    return this.endpoints;
  }

  private async resolve(): Promise<Endpoints> {
    const requested = requestedEndpoints(this.request);
    if (!requested) return { blue: NO_ENDPOINT, green: NO_ENDPOINT };
    const [blue, green] = await Promise.all(
      [this.sides.blue, this.sides.green].map(async side => this.endpoint(side, requested[side.name])),
    );
    return { blue, green };
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
