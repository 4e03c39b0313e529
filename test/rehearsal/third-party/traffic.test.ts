import type { App } from 'aws-cdk-lib';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Accelerator } from 'aws-cdk-lib/aws-globalaccelerator';
import { ApplicationLoadBalancerEndpoint } from 'aws-cdk-lib/aws-globalaccelerator-endpoints';
import { ARecord, CnameRecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget, LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { rehearse, WORK } from './world';
import type { Simulation } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };
const CODE = `
import cf from 'cloudfront';
async function handler(event) {
  cf.updateRequestOrigin({ domainName: (await cf.kvs().get('active')) + '.example.com' });
  return event.request;
}`;

async function deploy(
  define: (stack: Stack) => Readonly<Record<string, string>>,
  check: (outputs: Readonly<Record<string, string>>, simulation: Simulation) => Promise<void> | void,
): Promise<void> {
  await rehearse(
    (app: App) => {
      const stack = new Stack(app, 'Stack', { env });
      for (const [name, value] of Object.entries(define(stack))) new CfnOutput(stack, name, { value });
    },
    async ({ stacks }, simulation) => {
      expect(stacks[0].reason).toBeUndefined();
      await check(stacks[0].outputs, simulation);
    },
  );
}

test('a zone has the weighted records and aliases of an app', async () => {
  await deploy(
    stack => {
      const zone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' });
      for (const [side, weight] of [['blue', 255], ['green', 0]] as const) {
        new CnameRecord(stack, side, {
          zone,
          recordName: 'www',
          domainName: `${side}.example.net`,
          weight,
          setIdentifier: side,
          ttl: Duration.minutes(1),
        });
      }
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
      const target = RecordTarget.fromAlias(new LoadBalancerTarget(new ApplicationLoadBalancer(stack, 'Web', { vpc })));
      new ARecord(stack, 'Alias', { zone, recordName: 'web', target });
      return { zone: zone.hostedZoneId };
    },
    ({ zone }, { route53 }) => {
      const weighted = route53.query(zone, 3, 'www.example.com', 'CNAME');
      expect(Object.fromEntries(weighted.map(set => [set.SetIdentifier, set.Weight]))).toEqual({ blue: 255, green: 0 });
      expect(route53.query(zone, 3, 'web.example.com', 'A').at(0)?.AliasTarget).toMatchObject({
        DNSName: expect.stringMatching(/^dualstack\..*\.elb\.amazonaws\.com\.$/),
        HostedZoneId: expect.stringMatching(/^Z[0-9A-F]{13}$/),
      });
    },
  );
});

test('a distribution has the function, the key value store and the cache policy of an app', async () => {
  await deploy(
    stack => {
      const keyValueStore = new cloudfront.KeyValueStore(stack, 'Sides', {
        source: cloudfront.ImportSource.fromInline(JSON.stringify({ data: [{ key: 'active', value: 'green' }] })),
      });
      const choose = new cloudfront.Function(stack, 'Choose', {
        code: cloudfront.FunctionCode.fromInline(CODE),
        runtime: cloudfront.FunctionRuntime.JS_2_0,
        keyValueStore,
      });
      const distribution = new cloudfront.Distribution(stack, 'Distribution', {
        defaultBehavior: {
          origin: new HttpOrigin('blue.example.com'),
          cachePolicy: new cloudfront.CachePolicy(stack, 'Policy', { defaultTtl: Duration.seconds(0) }),
          functionAssociations: [{ function: choose, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
        },
      });
      const zone = new HostedZone(stack, 'Zone', { zoneName: 'example.com' });
      new ARecord(stack, 'Alias', { zone, target: RecordTarget.fromAlias(new CloudFrontTarget(distribution)) });
      return { id: distribution.distributionId, domain: distribution.domainName, zone: zone.hostedZoneId };
    },
    async ({ id, domain, zone }, simulation) => {
      const fetch = async ({ domainName }: { domainName: string }) => ({ status: 200, headers: {}, body: domainName });
      const distribution = simulation.cloudfront.distribution(id);
      await expect(distribution?.handle({}, fetch)).resolves.toMatchObject({ body: 'green.example.com' });
      const [alias] = simulation.route53.query(zone, 3, 'example.com', 'A');
      expect(alias.AliasTarget?.DNSName).toBe(`${domain}.`);
    },
  );
});

test('an accelerator routes to the load balancer of an app', async () => {
  await deploy(
    stack => {
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
      const balancer = new ApplicationLoadBalancer(stack, 'Web', { vpc });
      const accelerator = new Accelerator(stack, 'Accelerator');
      const listener = accelerator.addListener('Listener', { portRanges: [{ fromPort: 80 }] });
      const endpoint = new ApplicationLoadBalancerEndpoint(balancer, { weight: 255 });
      listener.addEndpointGroup('Group', { endpoints: [endpoint] });
      return { listener: listener.listenerArn, balancer: balancer.loadBalancerArn };
    },
    async ({ listener, balancer }, { globalAccelerator, clock }) => {
      await clock.sleep(60);
      expect(globalAccelerator.endpointForFlow(listener, () => 0.5)).toBe(balancer);
    },
  );
});
