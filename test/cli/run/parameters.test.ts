import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnInstance, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { rehearse } from '../../../cli/commands/rehearse';
import type { RehearseOptions } from '../../../cli/options/rehearse-options';
import { collectParameter, collectStored } from '../../../cli/run/parameters';
import { REGION, quickApp } from '../../fixtures/app';

const ACCOUNT = '111122223333';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parameters-'));
  const app = quickApp({ outdir: folder });
  for (const id of ['Shop', 'Store']) {
    const stack = new Stack(app, id, { env: { account: ACCOUNT, region: REGION } });
    const stage = new CfnParameter(stack, 'Stage');
    const team = StringParameter.valueForStringParameter(stack, '/company/team');
    new Queue(stack, 'Orders', { queueName: `${id}-${team}-${stage.valueAsString}`, removalPolicy: RemovalPolicy.RETAIN });
    new CfnInstance(stack, 'Instance', { imageId: MachineImage.latestAmazonLinux2023().getImage(stack).imageId });
  }
  app.synth();
});
afterAll(() => { rmSync(folder, { recursive: true }); });

/** As the command line would be called; answers what is printed. */
async function told(parameters: readonly string[], stored: readonly string[], options: Partial<RehearseOptions> = {}): Promise<string> {
  const lines: string[] = [];
  const write = (line: string): void => { lines.push(line); };
  await rehearse({
    app: [folder],
    scale: 3600,
    destroy: true,
    parameters: parameters.reduce<ReturnType<typeof collectParameter>>((before, text) => collectParameter(text, before), []),
    ssmParameter: stored.reduce<Record<string, string>>((before, text) => collectStored(text, before), {}),
    ...options,
  }, { write, warn: write });
  return lines.join('\n').replace(/\u001b\[\d+m/g, '');
}

describe('an app whose stacks have parameters', () => {
  test('gets them as from cdk deploy, those of one stack before those of all, and finds in Parameter Store what AWS has', async () => {
    const words = await told(['Stage=dev', 'Store:Stage=prod'], ['/company/team=web']);
    expect(words).not.toContain('Failed');
    expect(words).toMatch(/Resources were retained:[^]*Shop-web-dev of stack Shop[^]*Store-web-prod of stack Store/);
  });

  test('keeps them in later deployments', async () => {
    const words = await told(['Stage=dev'], ['/company/team=web'], { app: [folder, folder] });
    expect(words).toContain('Done: no changes');
  });

  test('is told which option gives what is missing', async () => {
    expect(await told([], ['/company/team=web'])).toContain("hint: give the parameter 'Stage' a value, as cdk deploy is given it: --parameters Stage=<value>");
    expect(await told(['Stage=dev'], [])).toContain("hint: if AWS has '/company/team' in Parameter Store, let the rehearsal have it, too: --ssm-parameter /company/team=<value>");
  });

  test.each<[string, string | RegExp]>([
    ['Shops:Stage=dev', "--parameters 'Stage': no stack is called 'Shops': there is 'Shop', 'Store'"],
    ['Stages=dev', /^--parameters 'Stages': no stack of the app has such a parameter: there is 'Stage', /],
    ['Store:Stages=dev', /stack 'Store' does not have such a parameter: there is 'Stage', /],
  ])('refuses %s, which no stack could take', async (parameter, words) => {
    await expect(told([parameter], [])).rejects.toThrow(words);
  });
});

test.each<[string, () => unknown, string]>([
  ['a parameter without value', () => collectParameter('Stage'), "must be <name>=<value> or <stack>:<name>=<value>, got 'Stage'"],
  ['a parameter that is given twice', () => collectParameter('Stage=b', collectParameter('Stage=a')), "'Stage' is given twice"],
  ['a stack\'s parameter that is given twice', () => collectParameter('Shop:Stage=b', collectParameter('Shop:Stage=a')), "'Shop:Stage' is given twice"],
  ['nothing for Parameter Store', () => collectStored('/team='), "a value that is not empty, for example /team/name=web, got '/team='"],
  ['something twice for Parameter Store', () => collectStored('/team=b', collectStored('/team=a')), "parameter '/team' is given twice"],
])('%s is refused', (_what, collect, words) => {
  expect(collect).toThrow(words);
});
