import { CfnOutput, CfnParameter, Tags } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnParameter as SsmParameter } from 'aws-cdk-lib/aws-ssm';
import { reasons, Harness } from './harness';
import { AccountStack } from '../../src';
import { Cicd, REGION } from '../fixtures/app';

interface Options { readonly color: string; readonly padding?: number; readonly broken?: boolean }

/** Defines a stack in a vended account, and a parameter in the CICD account with its output and its id. */
function network(options: Options): (cicd: Cicd) => void {
  return cicd => {
    const stack = new AccountStack(cicd.stack, 'Network', {
      organization: cicd.organization,
      account: cicd.account(),
      stackName: 'network',
      parameters: { Color: options.color },
    });
    const color = new CfnParameter(stack, 'Color');
    const topic = new CfnTopic(stack, 'Topic', { topicName: `topic-${color.valueAsString}` });
    new SsmParameter(stack, 'Padding', { type: 'String', name: '/padding', value: 'x' });
    for (let index = 0; index < (options.padding ?? 0); index++) {
      new SsmParameter(stack, `Padding${index}`, {
        type: 'String',
        name: `/padding/${index}`,
        value: 'x'.repeat(4000),
      });
    }
    // a second parameter with the same name cannot be created
    if (options.broken) {
      new SsmParameter(stack, 'Again', { type: 'String', name: '/padding', value: 'y' }).addResourceDependency(topic);
    }
    new CfnOutput(stack, 'TopicName', { value: `topic-${color.valueAsString}` }).overrideLogicalId('TopicName');
    Tags.of(stack).add('team', 'network');
    new SsmParameter(cicd.stack, 'NetworkOutputs', {
      type: 'String',
      name: '/network',
      value: `${stack.outputValue('TopicName')} ${stack.stackId}`,
    });
  };
}

describe('account stack in a vended account', () => {
  let harness: Harness;
  beforeAll(async () => { harness = await Harness.start(); });
  afterAll(() => harness.stop());
  const accountId = () => harness.vended['shop-dev'];
  const padding = () =>
    Array.from({ length: 15 }, (_, index) =>
      harness.simulation.ssm.value(accountId(), REGION, `/padding/${index}`),
    ).join('');
  const stack = () => harness.simulation.cloudformation.find(accountId(), REGION, 'network');

  test('a creation that fails names the cause, and succeeds after the cause is fixed', async () => {
    const failed = await harness.deploy(network({ color: 'red', broken: true }));
    expect(reasons(failed)).toMatch(/stack 'network' in account \d{12}.* could not be created: .*\/padding/);
    expect(reasons(await harness.deploy(network({ color: 'red' })))).toBe('');
    expect(stack()).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  test('the stack has the given tags and parameters, and its outputs can be read', () => {
    expect(stack()?.target.tags).toEqual({
      'team': 'network',
      'org-environments:declared-by': harness.simulation.cloudformation.find('222222222222', REGION, 'Cicd')?.id,
    });
    expect(harness.simulation.ssm.value('222222222222', REGION, '/network')).toBe(`topic-red ${stack()?.id}`);
  });

  test('a template over 51,200 bytes is updated through the staging bucket of its account', async () => {
    const id = stack()?.id;
    expect(reasons(await harness.deploy(network({ color: 'blue', padding: 15 })))).toBe('');
    expect(stack()).toMatchObject({ status: 'UPDATE_COMPLETE', id });
    expect(padding()).toHaveLength(60_000);
    expect(harness.simulation.ssm.value('222222222222', REGION, '/network')).toBe(`topic-blue ${id}`);
    expect(harness.calls('s3:PutObject')).toBe(1);
  });

  test('an update that fails is rolled back, and the next update succeeds', async () => {
    const failed = await harness.deploy(network({ color: 'green', broken: true }));
    expect(reasons(failed)).toMatch(/stack 'network' in account \d{12}.* could not be updated: .*\/padding/);
    expect(padding()).toHaveLength(60_000);
    expect(reasons(await harness.deploy(network({ color: 'green' })))).toBe('');
    expect(harness.simulation.ssm.value('222222222222', REGION, '/network')).toContain('topic-green');
  });

  test('the stack is deleted when its construct is removed', async () => {
    expect(reasons(await harness.deploy(cicd => { cicd.account(); }))).toBe('');
    expect(stack()).toBeUndefined();
  });
});
