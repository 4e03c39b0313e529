import { PipelineDefinition } from '../../src';

/** An app that writes a cloud assembly like the CDK, but faster, and fails in the step that its settings name. */
const APP = `
const { readFileSync, mkdirSync, writeFileSync } = require('node:fs');
const read = file => JSON.parse(readFileSync(file, 'utf8'));
const [{ accountId, region }, { release, breaks }] = [read('environment.json'), read('settings.json')];
if (breaks === 'Synth') throw new Error('the app has no table of customers');
mkdirSync('cdk.out');
const write = (file, value) => writeFileSync('cdk.out/' + file, JSON.stringify(value));
const role = kind => 'arn:aws:iam::' + accountId + ':role/cdk-hnb659fds-' + kind + '-role-' + accountId + '-' + region;
const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders-' + release.replaceAll('.', '-') } };
// applications are not allowed to create this
const forbidden = {
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: '/cdk-bootstrap/hnb659fds/version', Type: 'String', Value: '1' },
};
write('Shop.template.json', {
  Resources: { Queue: queue, ...breaks === 'Deploy' && { Forbidden: forbidden } },
  Outputs: { Release: { Value: release } },
});
write('manifest.json', { version: '36.0.0', artifacts: { Shop: {
  type: 'aws:cloudformation:stack',
  environment: 'aws://' + accountId + '/' + region,
  properties: {
    templateFile: 'Shop.template.json',
    assumeRoleArn: role('deploy'),
    cloudFormationExecutionRoleArn: role('cfn-exec'),
    lookupRole: { arn: role('lookup') },
  },
} } });
const violation = {
  ruleName: 'encrypted',
  severity: 'error',
  description: 'queues must be encrypted',
  violatingConstructs: [{ constructPath: 'Shop/Queue' }],
};
const pluginReports = [{ pluginName: 'rules', violations: [violation] }];
const report = { version: '36.0.0', title: 'Validation Report', pluginReports };
if (breaks === 'Check') write('validation-report.json', report);
`;
const SMOKE_TEST = `
const { breaks } = require('./settings.json');
if (breaks === 'Verify') throw new Error('release ' + process.env.Shop_Release + ' does not answer');
console.log('release ' + process.env.Shop_Release + ' answers');
`;
export const settings = (release: string, breaks?: string): Record<string, string> => ({
  'settings.json': JSON.stringify({ release, breaks }),
});

/** The files of an application with a smoke test, which fails in the step that its settings name. */
export const RELEASE = { 'app.js': APP, 'smoke-test.js': SMOKE_TEST, ...settings('1.0.0') };

/** Returns the pipeline definition of the application. */
export function releasePipeline(...smokeTestCommands: string[]): PipelineDefinition {
  return PipelineDefinition.cdk({
    installCommands: [],
    buildCommands: [],
    testCommands: [],
    synthCommands: ['node app.js'],
    smokeTestCommands: ['node smoke-test.js', ...smokeTestCommands],
  });
}
