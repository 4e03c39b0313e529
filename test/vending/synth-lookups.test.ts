import { Harness, IN_REAL_TIME, reasons } from './harness';
import { firstErrorOf } from '../../cli/output/log-excerpt';
import { pipelinesIdle } from '../../cli/run/pipeline-runs';
import { PipelineDefinition } from '../../src';
import { REGION } from '../fixtures/app';

/** An app for the environment of its branch. CDK looks up the availability zones of the VPC. */
const appWith = (statements: string): Record<string, string> => ({
  'app.js': `
const { Annotations, App, Stack } = require('aws-cdk-lib/core');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { accountId: account, region } = require('./environment.json');
const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
const stack = new Stack(app, 'Shop', { env: { account, region } });
${statements}
app.synth();
`,
});
const FILES = {
  ...appWith("new Vpc(stack, 'Vpc', { natGateways: 0 });"),
  'cdk.json': '{"app":"node app.js"}',
  'package.json': '{"name":"shop","private":true}',
  'package-lock.json': '{}',
};

describe('the synthesis of an app in the build of a pipeline', () => {
  let harness: Harness;
  let accountId: string;

  beforeAll(async () => {
    harness = await Harness.start({ ...IN_REAL_TIME, builds: true, files: FILES });
    const definition = PipelineDefinition.cdk({ buildCommands: [], testCommands: [] });
    expect(reasons(await harness.deploy(cicd => cicd.environment('dev', { pipeline: { definition } })))).toBe('');
    accountId = harness.vended['shop-dev'];
    await pipelinesIdle(harness.simulation);
  });
  afterAll(() => harness.stop());

  const statuses = (): string[] => harness.simulation.codepipeline.pipelines(accountId, REGION)[0].executions[0]
    .actionRuns.map(({ action, status }) => `${action.Name} ${status}`).reverse();

  test('gets the availability zones of the region, so that the network is deployed', () => {
    expect(statuses()).toEqual(['Source', 'Synth', 'Check', 'Deploy'].map(name => `${name} Succeeded`));
    const subnets = [...harness.simulation.ec2.networks.subnets.values()];
    const own = subnets.filter(subnet => subnet.accountId === accountId && !subnet.isDefault);
    expect([...new Set(own.map(({ zone }) => zone))].sort())
      .toEqual(['a', 'b', 'c'].map(letter => `${REGION}${letter}`));
  });

  test('is explained by the line that begins with the error of the CDK if it fails', async () => {
    await harness.push('env/dev', appWith("Annotations.of(stack).addError('the shop needs a domain name');"));
    await pipelinesIdle(harness.simulation);
    expect(statuses()).toEqual(['Source Succeeded', 'Synth Failed']);
    const { log } = harness.simulation.codebuild.builds(accountId, REGION)[0];
    expect(log.filter(line => /error/i.test(line)).length).toBeGreaterThan(2);
    expect(firstErrorOf(log)).toMatch(/^(ERROR|\[Error at \/Shop\]) the shop needs a domain name/);
  });
});
