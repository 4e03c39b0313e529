import { CfnOutput, CfnParameter, Tags } from 'aws-cdk-lib';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import { CfnParameter as SsmParameter } from 'aws-cdk-lib/aws-ssm';
import { reasons, World } from './world';
import { AccountStack } from '../../src';
import { Cicd, REGION } from '../fixtures/app';

interface Wish { readonly color: string; readonly padding?: number; readonly broken?: boolean }

/** A stack in a vended account, and a parameter in the CICD account that shows what is known of it there. */
function network(wish: Wish): (cicd: Cicd) => void {
  return cicd => {
    const stack = new AccountStack(cicd.stack, 'Network', {
      organization: cicd.organization, account: cicd.account(), stackName: 'network', parameters: { Color: wish.color },
    });
    const color = new CfnParameter(stack, 'Color');
    const topic = new CfnTopic(stack, 'Topic', { topicName: `topic-${color.valueAsString}` });
    new SsmParameter(stack, 'Padding', { type: 'String', name: '/padding', value: 'x' });
    for (let index = 0; index < (wish.padding ?? 0); index++) {
      new SsmParameter(stack, `Padding${index}`, { type: 'String', name: `/padding/${index}`, value: 'x'.repeat(4000) });
    }
    // two parameters of one name: the second one cannot be made
    if (wish.broken) new SsmParameter(stack, 'Again', { type: 'String', name: '/padding', value: 'y' }).addResourceDependency(topic);
    new CfnOutput(stack, 'TopicName', { value: `topic-${color.valueAsString}` }).overrideLogicalId('TopicName');
    Tags.of(stack).add('team', 'network');
    new SsmParameter(cicd.stack, 'Seen', { type: 'String', name: '/seen', value: `${stack.outputValue('TopicName')} ${stack.stackId}` });
  };
}

describe('a stack in a vended account', () => {
  let world: World;
  beforeAll(async () => { world = await World.start(); });
  afterAll(() => world.stop());
  const accountId = () => world.vended['shop-dev'];
  const padding = () => Array.from({ length: 15 }, (_, index) => world.simulation.ssm.value(accountId(), REGION, `/padding/${index}`)).join('');
  const stack = () => world.simulation.cloudformation.find(accountId(), REGION, 'network');

  test('that cannot be created fails in words, and is created once it is mended', async () => {
    const failed = await world.deploy(network({ color: 'red', broken: true }));
    expect(reasons(failed)).toMatch(/stack 'network' in account \d{12}.* could not be created: .*\/padding/);
    expect(reasons(await world.deploy(network({ color: 'red' })))).toBe('');
    expect(stack()).toMatchObject({ status: 'CREATE_COMPLETE' });
  });

  test('has the tags and parameters that it was given, and tells its outputs', () => {
    expect(stack()?.target.tags).toEqual({ team: 'network' });
    expect(world.simulation.ssm.value('222222222222', REGION, '/seen')).toBe(`topic-red ${stack()?.id}`);
  });

  test('is updated in place, with a template over 51,200 bytes through the staging bucket of its account', async () => {
    const id = stack()?.id;
    expect(reasons(await world.deploy(network({ color: 'blue', padding: 15 })))).toBe('');
    expect(stack()).toMatchObject({ status: 'UPDATE_COMPLETE', id });
    expect(padding()).toHaveLength(60_000);
    expect(world.simulation.ssm.value('222222222222', REGION, '/seen')).toBe(`topic-blue ${id}`);
    expect(world.calls('s3:PutObject')).toBe(1);
  });

  test('goes back to what it was when its update fails, and can be updated again', async () => {
    const failed = await world.deploy(network({ color: 'green', broken: true }));
    expect(reasons(failed)).toMatch(/stack 'network' in account \d{12}.* could not be updated: .*\/padding/);
    expect(padding()).toHaveLength(60_000);
    expect(reasons(await world.deploy(network({ color: 'green' })))).toBe('');
    expect(world.simulation.ssm.value('222222222222', REGION, '/seen')).toContain('topic-green');
  });

  test('is deleted with its construct', async () => {
    expect(reasons(await world.deploy(cicd => { cicd.account(); }))).toBe('');
    expect(stack()).toBeUndefined();
  });
});
