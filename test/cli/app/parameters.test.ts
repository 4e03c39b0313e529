import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnInstance, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { rehearse } from '../../../cli/commands/rehearse';
import { collectParameter, collectSsmParameter, type StackParameter } from '../../../cli/options/parsers';
import type { RehearseOptions } from '../../../cli/options/rehearse-options';
import { REGION, quickApp } from '../../fixtures/app';

const ACCOUNT = '111122223333';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'parameters-'));
  const app = quickApp({ outdir: folder });
  for (const id of ['Shop', 'Store']) {
    const stack = new Stack(app, id, { env: { account: ACCOUNT, region: REGION } });
    const stage = new CfnParameter(stack, 'Stage');
    const team = StringParameter.valueForStringParameter(stack, '/company/team');
    const queueName = `${id}-${team}-${stage.valueAsString}`;
    new Queue(stack, 'Orders', { queueName, removalPolicy: RemovalPolicy.RETAIN });
    new CfnInstance(stack, 'Instance', { imageId: MachineImage.latestAmazonLinux2023().getImage(stack).imageId });
  }
  app.synth();
});
afterAll(() => { rmSync(folder, { recursive: true }); });

/** Rehearses with these values of --parameters and --ssm-parameter. Returns the output. */
async function outputOf(
  parameters: readonly string[], ssmParameters: readonly string[], options: Partial<RehearseOptions> = {},
): Promise<string> {
  const lines: string[] = [];
  const write = (line: string): void => { lines.push(line); };
  await rehearse({
    app: [folder],
    scale: 3600,
    destroy: true,
    parameters: parameters.reduce<readonly StackParameter[]>((all, text) => collectParameter(text, all), []),
    ssmParameter: ssmParameters.reduce<ReturnType<typeof collectSsmParameter>>(
      (all, text) => collectSsmParameter(text, all), {},
    ),
    ...options,
  }, { write, warn: write });
  return stripVTControlCharacters(lines.join('\n'));
}

test('stacks get their own parameters before those for all, and values from Parameter Store', async () => {
  const output = await outputOf(['Stage=dev', 'Store:Stage=prod'], ['/company/team=web']);
  expect(output).not.toContain('Failed');
  expect(output).toMatch(/Retained resources:[^]*Shop-web-dev of stack Shop[^]*Store-web-prod of stack Store/);
});

test('stacks keep their parameters in later deployments', async () => {
  const output = await outputOf(['Stage=dev'], ['/company/team=web'], { app: [folder, folder] });
  expect(output).toContain('Done: no changes');
});

test('a hint names the option for a parameter that has no value', async () => {
  expect(await outputOf([], ['/company/team=web'])).toContain(
    "hint: set the stack parameter 'Stage': --parameters Stage=<value>",
  );
  expect(await outputOf(['Stage=dev'], [])).toContain(
    "hint: if Parameter Store has '/company/team' on AWS, add it: --ssm-parameter /company/team=<value>",
  );
});

test.each<[string, string | RegExp]>([
  ['Shops:Stage=dev', "--parameters 'Stage': stack 'Shops' does not exist; the stacks are 'Shop', 'Store'"],
  ['Stages=dev', /^--parameters 'Stages': no stack of the app declares this parameter; the parameters are 'Stage', /],
  ['Store:Stages=dev', /stack 'Store' does not declare this parameter; the parameters are 'Stage', /],
])('rejects --parameters %s, which no stack declares', async (parameter, message) => {
  await expect(outputOf([parameter], [])).rejects.toThrow(message);
});

test.each<[string, () => unknown, string]>([
  [
    'a parameter without a value', () => collectParameter('Stage'),
    "must be <name>=<value> or <stack>:<name>=<value>, got 'Stage'",
  ],
  ['a repeated parameter', () => collectParameter('Stage=b', collectParameter('Stage=a')), "'Stage' is given twice"],
  [
    'a repeated parameter of a stack', () => collectParameter('Shop:Stage=b', collectParameter('Shop:Stage=a')),
    "'Shop:Stage' is given twice",
  ],
  ['an empty value for Parameter Store', () => collectSsmParameter('/team='), "the value is not empty, got '/team='"],
  [
    'a repeated parameter of Parameter Store', () => collectSsmParameter('/team=b', collectSsmParameter('/team=a')),
    "parameter '/team' is given twice",
  ],
])('rejects %s', (_title, collect, message) => {
  expect(collect).toThrow(message);
});
