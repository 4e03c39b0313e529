import type { App } from 'aws-cdk-lib';
import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Code, Function as LambdaFunction, FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { rehearse, WORK } from './world';
import { deployAssembly } from '../../../rehearsal';

const env = { account: WORK, region: 'eu-west-1' };

async function outputsOf(
  define: (stack: Stack) => Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  await rehearse(
    (app: App) => {
      const stack = new Stack(app, 'Stack', { env });
      for (const [name, value] of Object.entries(define(stack))) new CfnOutput(stack, name, { value });
    },
    ({ succeeded, stacks }) => {
      expect(stacks[0].reason).toBeUndefined();
      expect(succeeded).toBe(true);
      Object.assign(found, stacks[0].outputs);
    },
  );
  return found;
}

test('the hosts of functions and APIs can be parsed from their URLs', async () => {
  const outputs = await outputsOf(stack => {
    const handler = new LambdaFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline('//'),
    });
    const api = new CfnApi(stack, 'Api', { name: 'api', protocolType: 'HTTP' });
    return {
      url: Fn.select(2, Fn.split('/', handler.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url)),
      api: Fn.select(1, Fn.split('://', api.attrApiEndpoint)),
      id: api.ref,
    };
  });
  expect(outputs.url).toMatch(/^[0-9a-f]{32}\.lambda-url\.eu-west-1\.on\.aws$/);
  expect(outputs.api).toBe(`${outputs.id}.execute-api.eu-west-1.amazonaws.com`);
});

test('the full names of load balancers and target groups have the parts that metrics need', async () => {
  const outputs = await outputsOf(stack => {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
    const balancer = new ApplicationLoadBalancer(stack, 'Balancer', { vpc, loadBalancerName: 'web' });
    const targets = balancer
      .addListener('Listener', { port: 80 })
      .addTargets('Targets', { port: 80, targetGroupName: 'shop' });
    const network = new NetworkLoadBalancer(stack, 'Network', { vpc });
    return {
      balancer: balancer.loadBalancerFullName,
      parts: targets.firstLoadBalancerFullName,
      targets: targets.targetGroupFullName,
      network: network.loadBalancerArn,
    };
  });
  expect(outputs.balancer).toMatch(/^app\/web\/[0-9a-f]{16}$/);
  expect(outputs.parts).toBe(outputs.balancer);
  expect(outputs.targets).toMatch(/^targetgroup\/shop\/[0-9a-f]{16}$/);
  expect(outputs.network).toMatch(
    /^arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer\/net\/[^/]+\/[0-9a-f]{16}$/,
  );
});

test('a VPC endpoint has DNS entries and a network interface per subnet', async () => {
  const outputs = await outputsOf(stack => {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0 });
    const endpoint = new InterfaceVpcEndpoint(stack, 'Endpoint', { vpc, service: InterfaceVpcEndpointAwsService.ECR });
    const entry = Fn.split(':', Fn.select(0, endpoint.vpcEndpointDnsEntries));
    return {
      zone: Fn.select(0, entry),
      host: Fn.select(1, entry),
      second: Fn.select(1, endpoint.vpcEndpointNetworkInterfaceIds),
    };
  });
  expect(outputs.zone).toMatch(/^Z[0-9A-F]{13}$/);
  expect(outputs.host).toMatch(/^vpce-[0-9a-f]{17}-[0-9a-f]{8}\.api\.ecr\.eu-west-1\.vpce\.amazonaws\.com$/);
  expect(outputs.second).toMatch(/^eni-[0-9a-f]{17}$/);
});

test('the name of a secret can be parsed from its ARN', async () => {
  const outputs = await outputsOf(stack => ({
    made: new Secret(stack, 'Made').secretName,
    given: new Secret(stack, 'Given', { secretName: 'of-the-shop' }).secretName,
  }));
  expect(outputs.made).toMatch(/^Made[0-9A-F]{8}-[A-Z0-9]{12}$/);
  expect(outputs.given).toBe('of-the-shop');
});

test('a resource whose Ref is an ARN keeps it in an update', async () => {
  const define = (displayName: string) => (app: App): void => {
    const topic = new CfnTopic(new Stack(app, 'Stack', { env }), 'Topic', { displayName, topicName: 'news' });
    new CfnOutput(topic.stack, 'Arn', { value: topic.ref });
    new CfnOutput(topic.stack, 'Name', { value: topic.attrTopicName });
  };
  const expected = { Arn: `arn:aws:sns:eu-west-1:${WORK}:news`, Name: 'news' };
  await rehearse(define('before'), async ({ stacks }, simulation) => {
    expect(stacks[0].outputs).toEqual(expected);
    await rehearse(define('after'), async (_, __, outdir) => {
      const changed = await deployAssembly(simulation, outdir);
      expect(changed).toMatchObject({ succeeded: true, changed: 1 });
      expect(changed.stacks[0].outputs).toEqual(expected);
    });
  });
});
