import { Duration } from 'aws-cdk-lib';
import { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CfnAccelerator, CfnEndpointGroup, CfnListener, EndpointGroup } from 'aws-cdk-lib/aws-globalaccelerator';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Harness, reasons } from './harness';
import type { HarnessOptions } from './harness';
import { loadBalancerIn, Releases } from './release-world';
import { BlueGreenEnvironment, CloudFrontRouter, Endpoint, Traffic } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

/** The environments, named after what divides their traffic. */
export const KINDS = ['parameter', 'route53', 'cloudfront', 'accelerator', 'custom'] as const;
export type Kind = typeof KINDS[number];

const ZONE_NAME = 'example.com';

/** Keeps the shares in its memory. */
const FUNCTION = `
let state = { fence: 0 };
exports.handler = async ({ action, shares, fence }) => {
  if (action === 'read') return { ...state, isInEffect: true };
  if (fence < state.fence) throw Object.assign(new Error('a newer change was made'), { name: 'NewerChangeError' });
  state = { shares, fence };
};
`;

type Factory = (cicd: Cicd, zoneId: string) => Traffic;

const TRAFFIC: Readonly<Record<Kind, Factory>> = {
  parameter: () => Traffic.parameter({ parameterName: '/shop/active' }),
  route53: ({ stack }, hostedZoneId) => Traffic.route53({
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId, zoneName: ZONE_NAME }),
    recordName: `shop.${ZONE_NAME}`,
    ttl: Duration.seconds(10),
    endpoint: Endpoint.output('shop', 'Dns'),
  }),
  cloudfront: ({ stack }) => {
    const router = new CloudFrontRouter(stack, 'Router');
    new Distribution(stack, 'Distribution', {
      defaultBehavior: {
        origin: new HttpOrigin(`blue.${ZONE_NAME}`),
        cachePolicy: router.cachePolicy({ defaultTtl: Duration.seconds(0), minTtl: Duration.seconds(0) }),
        functionAssociations: [router.functionAssociation],
      },
    });
    return Traffic.cloudFront({ router, endpoint: Endpoint.parameter('/shop/dns') });
  },
  accelerator: ({ stack }) => {
    const { attrAcceleratorArn: acceleratorArn } = new CfnAccelerator(stack, 'Accelerator', { name: 'shop' });
    const { attrListenerArn: listenerArn } = new CfnListener(stack, 'Listener', {
      acceleratorArn, protocol: 'TCP', portRanges: [{ fromPort: 443, toPort: 443 }],
    });
    const group = new CfnEndpointGroup(stack, 'Group', { listenerArn, endpointGroupRegion: REGION });
    const endpointGroup = EndpointGroup.fromEndpointGroupArn(stack, 'Imported', group.attrEndpointGroupArn);
    return Traffic.globalAccelerator({ endpointGroup, endpoint: Endpoint.output('shop', 'Arn') });
  },
  custom: ({ stack }) => {
    const target = new Function(stack, 'Divide', {
      code: Code.fromInline(FUNCTION), handler: 'index.handler', runtime: Runtime.NODEJS_LATEST,
    });
    return Traffic.custom(target, { inEffectWithin: Duration.seconds(5), hold: Duration.seconds(5) });
  },
};

/** A simulated AWS with an environment for each kind of traffic. */
export class TrafficKinds {
  public static async start(options: HarnessOptions = {}): Promise<TrafficKinds> {
    const harness = await Harness.start({ accountLimit: 50, ...options });
    const zoneId = harness.simulation.route53.createZone(CICD_ACCOUNT, ZONE_NAME).id;
    const result = await harness.deploy(cicd => KINDS.forEach(kind => {
      new BlueGreenEnvironment(cicd.stack, kind, {
        organization: cicd.organization,
        source: cicd.source,
        blue: { account: cicd.account(`${kind}-blue`) },
        green: { account: cicd.account(`${kind}-green`) },
        traffic: TRAFFIC[kind](cicd, zoneId),
      });
    }));
    if (reasons(result) !== '') throw new Error(reasons(result));
    const kinds = new TrafficKinds(harness);
    for (const kind of KINDS) await kinds.deployApplications(kind);
    return kinds;
  }

  public readonly releases: Releases;

  private constructor(public readonly harness: Harness) {
    this.releases = new Releases(harness);
  }

  /** The actions that the role of an environment allows. */
  public actionsOf(kind: Kind): string[] {
    return this.statementsOf(kind).flatMap(({ Action: actions }) => actions ?? []);
  }

  /** Takes a permission from the role of an environment. Returns a function that gives it back. */
  public withoutAction(kind: Kind, action: string): () => void {
    const { iam } = this.harness.simulation;
    const role = this.roleOf(kind);
    const Statement = this.statementsOf(kind).flatMap(({ Action: actions, ...statement }) => {
      const left = [actions ?? []].flat().filter(other => other !== action);
      return left.length > 0 ? [{ ...statement, Action: left }] : [];
    });
    iam.putRole({ ...role, policies: { Release: { Statement } } });
    return () => iam.putRole(role);
  }

  private statementsOf(kind: Kind) {
    return Object.values(this.roleOf(kind).policies).flatMap(({ Statement: statements }) => statements);
  }

  /** The role of an environment in the CICD account. */
  private roleOf(kind: Kind) {
    const { iam, cloudformation } = this.harness.simulation;
    const { resources } = cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd') ?? {};
    const [, { id = '' } = {}] = [...(resources ?? [])].find(([logicalId, { type }]) =>
      type === 'AWS::IAM::Role' && new RegExp(`^${kind}Role[0-9A-F]{8}$`).test(logicalId)) ?? [];
    const role = iam.roleNamed(CICD_ACCOUNT, id);
    if (!role) throw new Error(`environment '${kind}' has no role`);
    return role;
  }

  private async deployApplications(kind: Kind): Promise<void> {
    for (const account of [`${kind}-blue`, `${kind}-green`]) {
      await this.releases.deployApplication(account);
      const accountId = this.harness.vended[`shop-${account}`];
      this.harness.simulation.globalAccelerator.attachments.create(accountId, {
        Name: account,
        Principals: [CICD_ACCOUNT],
        Resources: [{ EndpointId: loadBalancerIn(accountId), Region: REGION }],
      });
    }
  }
}
