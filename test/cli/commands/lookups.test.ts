import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CommandLine } from '../command-line';

const MODULES = path.join(__dirname, '../../../node_modules');
const ENV = "env: { account: '222222222222', region: 'eu-west-1' }";

/** What the lookups find. */
const BASE = `
const { App, Stack } = require('aws-cdk-lib');
const { SecurityGroup, Vpc } = require('aws-cdk-lib/aws-ec2');
const { Key } = require('aws-cdk-lib/aws-kms');
const { PublicHostedZone } = require('aws-cdk-lib/aws-route53');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const stack = new Stack(new App(), 'Base', { ${ENV} });
new Key(stack, 'Key', { alias: 'alias/shop' });
new PublicHostedZone(stack, 'Zone', { zoneName: 'example.com' });
new StringParameter(stack, 'Size', { parameterName: '/shop/size', stringValue: 'large' });
new Vpc(stack, 'Vpc', { vpcName: 'shop', natGateways: 0 });
stack.node.root.synth();
`;

/** Looks up what the CDK command line asks AWS for while an app is synthesized. */
const LOOKUPS = `
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const { SecurityGroup, Vpc } = require('aws-cdk-lib/aws-ec2');
const { Key } = require('aws-cdk-lib/aws-kms');
const { HostedZone } = require('aws-cdk-lib/aws-route53');
const { StringParameter } = require('aws-cdk-lib/aws-ssm');
const stack = new Stack(new App(), 'Shop', { ${ENV} });
const vpc = Vpc.fromLookup(stack, 'Vpc', { isDefault: true });
const found = {
  zones: stack.availabilityZones.join(),
  size: StringParameter.valueFromLookup(stack, '/shop/size'),
  defaultVpc: vpc.vpcId,
  vpc: Vpc.fromLookup(stack, 'Own', { vpcName: 'shop' }).vpcId,
  group: SecurityGroup.fromLookupByName(stack, 'Group', 'default', vpc).securityGroupId,
  key: Key.fromLookup(stack, 'Key', { aliasName: 'alias/shop' }).keyId,
  keyOfAws: Key.fromLookup(stack, 'KeyOfAws', { aliasName: 'alias/aws/s3' }).keyId,
  zone: HostedZone.fromLookup(stack, 'Zone', { domainName: 'example.com' }).hostedZoneId,
};
for (const [name, value] of Object.entries(found)) new CfnOutput(stack, name, { value });
stack.node.root.synth();
`;

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
  symlinkSync(MODULES, path.join(cli.folder, 'node_modules'));
  mkdirSync(path.join(cli.folder, 'shop'));
  writeFileSync(path.join(cli.folder, 'base.js'), BASE);
  writeFileSync(path.join(cli.folder, 'shop', 'lookups.js'), LOOKUPS);
});
afterAll(() => { cli.remove(); });

test('everything that the CDK looks up while an app is synthesized is answered', () => {
  const synth = 'cd shop && npx cdk synth --app "node lookups.js" --json';
  const { status, stdout } = cli.rehearse('--app', 'node base.js', '--scale', '600', '--then', synth);
  expect(stdout).not.toMatch(/ERROR|Not simulated/);
  const { Outputs: outputs } = JSON.parse(/^\{\n[^]*?^\}$/m.exec(stdout)?.[0] ?? '{}');
  expect(outputs).toEqual({
    zones: { Value: 'eu-west-1a,eu-west-1b,eu-west-1c' },
    size: { Value: 'large' },
    defaultVpc: { Value: expect.stringMatching(/^vpc-[0-9a-f]{17}$/) },
    vpc: { Value: expect.stringMatching(/^vpc-[0-9a-f]{17}$/) },
    group: { Value: expect.stringMatching(/^sg-[0-9a-f]{17}$/) },
    key: { Value: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    keyOfAws: { Value: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    zone: { Value: expect.stringMatching(/^Z/) },
  });
  expect(status).toBe(0);
});
