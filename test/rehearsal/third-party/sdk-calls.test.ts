import { CfnOutput, Stack } from 'aws-cdk-lib';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { rehearse, WORK } from './world';

const env = { account: WORK, region: 'eu-west-1' };
const policy = AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] });
const PARAMETER = { Name: '/size', Value: 'large', Type: 'String' };

describe('a call of AwsCustomResource whose response has no text for the physical id is rejected', () => {
  test.each<[service: string, action: string, parameters: object, path: string, reason: string]>([
    ['SSM', 'putParameter', PARAMETER, 'Version', 'PhysicalResourceId: Invalid type: Expected string but received 1'],
    ['Lambda', 'listFunctions', {}, 'Functions.0.Timeout',
      'PhysicalResourceId: Invalid type: Expected string but received 120'],
    ['CloudFormation', 'describeStacks', { StackName: 'Stack' }, 'Stacks.0.EnableTerminationProtection',
      'PhysicalResourceId: Invalid type: Expected string but received false'],
  ])('%s.%s with %j: %s', async (service, action, parameters, path, reason) => {
    await rehearse(app => {
      new AwsCustomResource(new Stack(app, 'Stack', { env }), 'Call', {
        onCreate: { service, action, parameters, physicalResourceId: PhysicalResourceId.fromResponse(path) },
        policy,
        installLatestAwsSdk: false,
      });
    }, ({ failures, succeeded }) => {
      expect(succeeded).toBe(false);
      expect(failures.map(failure => failure.reason)).toEqual([
        expect.stringContaining(`Invalid response object: ${reason}`),
      ]);
    });
  });

  test.each([
    ['STS', 'getCallerIdentity', 'Acount'],
    ['Organizations', 'describeOrganization', 'Organization.Name'],
    ['CloudWatchLogs', 'describeLogGroups', 'logGroups.0.arn'],
  ])('%s.%s, which has no %s', async (service, action, path) => {
    await rehearse(app => {
      new AwsCustomResource(new Stack(app, 'Stack', { env }), 'Call', {
        onCreate: { service, action, physicalResourceId: PhysicalResourceId.fromResponse(path) },
        policy,
        installLatestAwsSdk: false,
      });
    }, ({ failures }) => {
      expect(failures.map(failure => failure.reason)).toEqual(['Invalid PhysicalResourceId']);
    });
  });
});

test.each([
  ['STS', 'getCallerIdentity', 'Account', WORK],
  ['KMS', 'listAliases', 'Aliases.0.AliasName', expect.stringMatching(/^alias\//)],
  ['ECR', 'describeRepositories', 'region', 'eu-west-1'],
])('a call of %s.%s has %s', async (service, action, path, expected) => {
  await rehearse(app => {
    const stack = new Stack(app, 'Stack', { env });
    const call = new AwsCustomResource(stack, 'Call', {
      onCreate: { service, action, physicalResourceId: PhysicalResourceId.of('call') },
      policy,
      installLatestAwsSdk: false,
    });
    new CfnOutput(stack, 'Value', { value: call.getResponseField(path) });
  }, ({ failures, stacks: [{ outputs }] }) => {
    expect(failures).toEqual([]);
    expect(outputs).toEqual({ Value: expected });
  });
});
