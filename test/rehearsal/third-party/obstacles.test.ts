import { CustomResource, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime, type FunctionProps } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { rehearse, WORK } from './world';

/** Simulated seconds within which a stack has failed and is rolled back. */
const SECONDS = 120;

function handler(code: string, runtime = Runtime.NODEJS_24_X): FunctionProps {
  const initialPolicy = [new PolicyStatement({ actions: ['*'], resources: ['*'] })];
  return { runtime, handler: 'index.handler', code: Code.fromInline(code), initialPolicy };
}

/** A function that requires a client at its top level, and calls its service. */
function caller(client: string, name: string, command: string, input = '{}'): FunctionProps {
  return handler(`
    const sdk = require('@aws-sdk/client-${client}');
    exports.handler = async () => new sdk.${name}({}).send(new sdk.${command}(${input}));`);
}

/** A function that calls a service, and ignores its error. */
function catching(then: string): FunctionProps {
  return handler(`
    const { EKSClient, ListClustersCommand } = require('@aws-sdk/client-eks');
    exports.handler = async event => {
      await new EKSClient({}).send(new ListClustersCommand({})).catch(() => undefined);
      ${then}
    };`);
}

/** The response of the module cfn-response. */
const FAILED = `
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'id' };
  const Reason = 'See the details in CloudWatch Log Stream: rehearsal';
  await fetch(ResponseURL, { method: 'PUT', body: JSON.stringify({ Status: 'FAILED', Reason, ...ids }) });`;

const READY = handler('exports.handler = async () => ({});');

type Define = (stack: Stack) => string;

/** A custom resource that a function handles. */
const byFunction = (props: FunctionProps): Define => stack => new LambdaFunction(stack, 'Handler', props).functionArn;

/** A custom resource of the CDK's provider framework. */
const byProvider = (onEvent: FunctionProps, isComplete?: FunctionProps): Define => stack => {
  const onEventHandler = new LambdaFunction(stack, 'OnEvent', onEvent);
  const isCompleteHandler = isComplete && new LambdaFunction(stack, 'IsComplete', isComplete);
  return new Provider(stack, 'Provider', { onEventHandler, isCompleteHandler }).serviceToken;
};

/** A custom resource that the alias of a function handles. */
const byAlias = (props: FunctionProps): Define => stack =>
  new LambdaFunction(stack, 'Handler', props).addAlias('live').functionArn;

describe('what the rehearsal cannot do is the reason of its resource within simulated seconds', () => {
  test.each<[what: string, define: Define, reason: string | RegExp]>([
    ['a REST service that is not simulated', byFunction(caller('opensearch', 'OpenSearchClient', 'ListTagsCommand')),
      'the rehearsal does not support the service opensearch'],
    ['a call of a simulated REST service with JSON',
      byFunction(caller('lambda', 'LambdaClient', 'PublishLayerVersionCommand', "{ LayerName: 'a', Content: {} }")),
      'the rehearsal does not support lambda:POST /2018-10-31/layers/a/versions'],
    ['a call of a simulated REST service with XML',
      byFunction(caller('s3', 'S3Client', 'PutBucketCorsCommand', "{ Bucket: 'a', CORSConfiguration: {} }")),
      'the rehearsal does not support PUT with ?cors of S3'],
    ['the first function of a provider', byProvider(caller('inspector2', 'Inspector2Client', 'EnableCommand')),
      'the rehearsal does not support the service inspector2'],
    ['the second function of a provider', byProvider(READY, caller('eks', 'EKSClient', 'DescribeClusterCommand')),
      'the rehearsal does not support the service eks'],
    ['the language of a function of a provider', byProvider(handler('def handler(e, c): pass', Runtime.PYTHON_3_13)),
      /^the rehearsal runs only functions of Node\.js, and 'Stack-OnEvent\w+-\w+' uses 'python3\.13'/],
    ['a package of the runtime at the top level', byFunction(handler("require('@aws-sdk/lib-storage');")),
      /^the rehearsal does not include '@aws-sdk\/lib-storage', .*: npm install @aws-sdk\/lib-storage/],
    ['version 2 of the SDK', byFunction(handler(
      "const sdk = require('aws-sdk'); exports.handler = async () => new sdk.EKS().listClusters().promise();",
      Runtime.NODEJS_16_X,
    )), 'the rehearsal does not support the service eks'],
    ['a call whose error is not in the response', byFunction(catching(FAILED)),
      'the rehearsal does not support the service eks'],
    ['a host outside of AWS, of the alias of a function',
      byAlias(handler("exports.handler = async () => fetch('https://www.example.com');")),
      /^the rehearsal refused a connection of function 'Stack-Handler\w+-\w+' to 'www\.example\.com'/],
  ])('%s', async (_what, define, reason) => {
    await rehearse(app => {
      const stack = new Stack(app, 'Stack', { env: { account: WORK, region: 'eu-west-1' } });
      new CustomResource(stack, 'Resource', { serviceToken: define(stack) });
    }, ({ failures: [failure] }, { cloudformation }) => {
      expect(failure.logicalId).toBe('Resource');
      expect(failure.reason).toMatch(reason);
      expect(failure.reason).toContain(": exclude 'Resource' from the rehearsal");
      const times = cloudformation.all.find(({ name }) => name === 'Stack')?.events.map(({ at }) => at) ?? [];
      expect((times[times.length - 1] - times[0]) / 1000).toBeLessThan(SECONDS);
    });
  });
});

test('a function that catches the error and does not respond fails at its timeout, with the reason', async () => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env: { account: WORK, region: 'eu-west-1' } });
    new CustomResource(stack, 'Resource', { serviceToken: byFunction(catching(''))(stack) });
  }, ({ failures: [failure] }) => {
    expect(failure.reason).toBe(
      "the rehearsal does not support the service eks: exclude 'Resource' from the rehearsal, for example by a context "
      + 'value',
    );
  });
});
