import { Duration } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Clients } from './clients';
import type { ClientGroup } from './clients';
import { TrafficRouter } from '../../rehearsal/traffic/router';
import { SideServers } from '../../rehearsal/traffic/servers';
import { BlueGreenEnvironment, CloudFrontRouter, Endpoint, Shift, Traffic } from '../../src';
import { SIDES } from '../../src/blue-green/contract';
import type { SideName } from '../../src/blue-green/contract';
import type { ReleaseStatus } from '../../src/blue-green/release/contract';
import type { OperationResponse, ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';
import { Harness, reasons } from '../vending/harness';

export type Kind = 'route53' | 'cloudFront';

export const ANNA = `arn:aws:iam::${CICD_ACCOUNT}:role/Anna`;
const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
const ZONE_NAME = 'example.com';
const RECORD_NAME = `shop.${ZONE_NAME}`;
export const TTL_SECONDS = 10;
const HOLD_FACTORS = [1, 2, 10];
const POLL_SECONDS = 2;

interface App {
  readonly kind: Kind;
  readonly zoneId: string;
}

function endpoints() {
  return { blue: Endpoint.value(`blue.${ZONE_NAME}`), green: Endpoint.value(`green.${ZONE_NAME}`) };
}

function trafficOf({ stack }: Cicd, { kind, zoneId }: App): Traffic {
  if (kind === 'route53') {
    const zone = { hostedZoneId: zoneId, zoneName: ZONE_NAME };
    const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', zone);
    const ttl = Duration.seconds(TTL_SECONDS);
    return Traffic.route53({ hostedZone, recordName: RECORD_NAME, ttl, ...endpoints() });
  }
  const router = new CloudFrontRouter(stack, 'Router');
  new Distribution(stack, 'Distribution', {
    defaultBehavior: {
      origin: new HttpOrigin(`blue.${ZONE_NAME}`),
      cachePolicy: router.cachePolicy({ defaultTtl: Duration.seconds(0), minTtl: Duration.seconds(0) }),
      functionAssociations: [router.functionAssociation],
    },
  });
  return Traffic.cloudFront({ router, ...endpoints() });
}

/** A blue/green environment in a simulated AWS, whose sides are HTTP servers, and clients of both. */
export class SwitchWorld {
  /** @param perSecond requests of each group of clients in a second */
  public static async start(kind: Kind, perSecond: number): Promise<SwitchWorld> {
    const harness = await Harness.start();
    const servers = await SideServers.start({ blue: [`blue.${ZONE_NAME}`], green: [`green.${ZONE_NAME}`] });
    const zoneId = harness.simulation.route53.createZone(CICD_ACCOUNT, ZONE_NAME).id;
    const result = await harness.deploy(cicd => {
      new BlueGreenEnvironment(cicd.stack, 'prod', {
        organization: cicd.organization,
        source: cicd.source,
        blue: { account: cicd.account('blue') },
        green: { account: cicd.account('green') },
        traffic: trafficOf(cicd, { kind, zoneId }),
        shift: Shift.canary({ percent: 20, pause: Duration.minutes(1) }),
      });
    });
    if (reasons(result) !== '') throw new Error(reasons(result));
    return new SwitchWorld(harness, servers, { kind, zoneId }, perSecond);
  }

  public readonly clients: Clients;
  /** When the shares were last seen to change; in milliseconds since 1970. */
  public changedAt = 0;
  private shares = '';

  private constructor(
    private readonly harness: Harness,
    private readonly servers: SideServers,
    app: App,
    perSecond: number,
  ) {
    const router = new TrafficRouter(harness.simulation, servers, { seed: 7 });
    this.clients = new Clients(this.clock, this.groupsOf(app, router), perSecond, () => this.setHealth());
  }

  public get clock() {
    return this.harness.simulation.clock;
  }

  /** Pushes a commit to the parent branch and releases it. Returns when the release has ended. */
  public async release(name: string, watch?: (status: ReleaseStatus) => Promise<void>): Promise<ReleaseStatus> {
    await this.harness.push('main', { 'app.txt': name });
    await this.operate({ operation: 'release', environmentName: 'prod', reference: 'main', by: ANNA });
    return this.ended(watch);
  }

  /** Releases a commit, and aborts the release these seconds after both sides were given traffic. */
  public async abortedRelease(name: string, afterSeconds: number): Promise<ReleaseStatus> {
    let isAborted = false;
    return this.release(name, async ({ shares }) => {
      const hasBoth = shares !== undefined && shares.blue > 0 && shares.green > 0;
      if (isAborted || !hasBoth || this.clock.now() < this.changedAt + afterSeconds * 1000) return;
      isAborted = true;
      await this.operate({ operation: 'abort', environmentName: 'prod', by: ANNA, reason: 'wrong prices' });
    });
  }

  public async rollback(): Promise<ReleaseStatus> {
    await this.operate({ operation: 'rollback', environmentName: 'prod', by: ANNA });
    return this.ended();
  }

  public async stop(): Promise<void> {
    await this.clients.stop();
    await this.servers.stop();
    await this.harness.stop();
  }

  private async ended(watch?: (status: ReleaseStatus) => Promise<void>): Promise<ReleaseStatus> {
    for (let count = 0; count < 2000; count++) {
      const status = await this.operate({ operation: 'describeRelease', environmentName: 'prod' });
      this.see(status);
      if (!status.current) return status;
      await watch?.(status);
      await this.clock.sleep(POLL_SECONDS);
    }
    throw new Error('the release has not ended');
  }

  private see({ shares }: ReleaseStatus): void {
    const text = JSON.stringify(shares);
    if (text !== this.shares) this.changedAt = this.clock.now();
    this.shares = text;
  }

  private async operate(request: ReleaseRequest): Promise<ReleaseStatus> {
    const { failed, payload } = await this.harness.simulation.lambda.invoke(OPERATIONS, request);
    const { release } = (failed ? {} : JSON.parse(payload)) as Partial<OperationResponse<never>>;
    if (!release) throw new Error(payload);
    return release;
  }

  private groupsOf({ kind, zoneId }: App, router: TrafficRouter): ClientGroup[] {
    if (kind === 'route53') {
      return HOLD_FACTORS.map(holdFactor => {
        const clients = router.route53(zoneId, RECORD_NAME, { holdFactor });
        return { name: `resolvers hold ${holdFactor} × TTL`, send: async client => clients.send({ client }) };
      });
    }
    const { cloudformation } = this.harness.simulation;
    const resources = [...(cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [])];
    const id = resources.find(({ type }) => type === 'AWS::CloudFront::Distribution')?.id ?? '';
    const viewers = router.cloudFront(id);
    return [{ name: 'viewers of CloudFront', send: async client => viewers.send({ uri: `/${client}` }) }];
  }

  /** A side does not answer well while its pipeline deploys. */
  private setHealth(): void {
    for (const side of SIDES) this.servers.setHealthy(side, !this.isDeploying(side));
  }

  private isDeploying(side: SideName): boolean {
    const accountId = this.harness.vended[`shop-${side}`];
    const pipeline = this.harness.simulation.codepipeline.find(accountId, REGION, 'prod');
    if (!pipeline || pipeline.disabledTransitions.size > 0) return false;
    return pipeline.executions.some(({ status }) => status === 'InProgress');
  }
}
