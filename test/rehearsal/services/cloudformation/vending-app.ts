import { App, CfnOutput, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Provider } from 'aws-cdk-lib/custom-resources';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Stores its properties in a parameter; completes after three polls, or never, or fails. */
const HANDLER = `
const { SSM } = require('@aws-sdk/client-ssm');
const ssm = new SSM({});
exports.onEvent = async event => {
  const Name = event.ResourceProperties.name;
  if (event.RequestType === 'Delete') { await ssm.deleteParameter({ Name }); return {}; }
  await ssm.putParameter({ Name, Value: JSON.stringify(event.ResourceProperties), Type: 'String', Overwrite: true });
  return { PhysicalResourceId: 'parameter-' + Name };
};
let polls = 0;
exports.isComplete = async event => {
  if (event.RequestType === 'Delete') return { IsComplete: true };
  if (event.ResourceProperties.mode === 'fail') throw new Error('it went wrong with ' + event.ResourceProperties.name);
  if (event.ResourceProperties.mode === 'never') return { IsComplete: false };
  const { Parameter } = await ssm.getParameter({ Name: event.ResourceProperties.name });
  return ++polls < 3 ? { IsComplete: false } : { IsComplete: true, Data: { stored: Parameter.Value } };
};`;

/** Synthesizes an app with one resource behind a Provider with isComplete. */
export function synthesize(outdir: string, properties: Record<string, unknown>): string {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Vending', { env: { account: ACCOUNT, region: REGION } });
  const mayKeep = new PolicyStatement({
    actions: ['ssm:*Parameter'],
    resources: [`arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/thing*`],
  });
  const handler = (name: string): LambdaFunction =>
    new LambdaFunction(stack, name, {
      initialPolicy: [mayKeep],
      runtime: Runtime.NODEJS_24_X,
      handler: `index.${name}`,
      code: Code.fromInline(HANDLER),
      timeout: Duration.seconds(20),
    });
  const provider = new Provider(stack, 'Provider', {
    onEventHandler: handler('onEvent'),
    isCompleteHandler: handler('isComplete'),
    queryInterval: Duration.seconds(10),
    totalTimeout: Duration.minutes(5),
  });
  const resource = new CustomResource(stack, 'Thing', {
    serviceToken: provider.serviceToken,
    resourceType: 'Custom::Thing',
    properties,
  });
  new CfnOutput(stack, 'Stored', { value: resource.getAttString('stored') });
  new CfnOutput(stack, 'Id', { value: resource.ref });
  app.synth();
  return outdir;
}
