import { KINDS, TrafficKinds } from './traffic-kinds';
import type { Kind } from './traffic-kinds';

/** The calls for the endpoints, which are read once, and to what divides the traffic. */
const CHANGE: Readonly<Record<Kind, readonly string[]>> = {
  parameter: ['ssm:GetParameter', 'ssm:PutParameter'],
  route53: ['cloudformation:DescribeStacks', 'route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
  cloudfront: [
    'ssm:GetParameter',
    'cloudfront-keyvaluestore:DescribeKeyValueStore',
    'cloudfront-keyvaluestore:GetKey',
    'cloudfront-keyvaluestore:PutKey',
  ],
  accelerator: [
    'cloudformation:DescribeStacks',
    'globalaccelerator:DescribeEndpointGroup',
    'globalaccelerator:ListCrossAccountResources',
    'globalaccelerator:UpdateEndpointGroup',
  ],
  custom: ['lambda:Invoke'],
};

/** After the last look: the step, the history with its event, and the active side with the end of the lock. */
const END = ['dynamodb:PutItem', 'dynamodb:PutItem', 'dynamodb:TransactWriteItems', 'events:PutEvents'];

/** The role of the function, those in the accounts of the sides, and those of the environments. */
const CALLERS = /:assumed-role\/(org-environments-(release|pipeline-(release|operate))|Cicd-)/;

describe('the calls between the decision to shift all traffic and its end', () => {
  let world: TrafficKinds;
  beforeAll(async () => {
    world = await TrafficKinds.start();
  }, 120_000);
  afterAll(async () => world.harness.stop());

  /** The calls of the function that makes releases. Equal calls are made at the same time, and count once. */
  const callsOf = async (action: () => Promise<unknown>): Promise<string[]> => {
    const { server } = world.harness.simulation;
    const first = server.calls.length;
    await action();
    return server.calls.slice(first)
      .filter(({ caller }) => CALLERS.test(caller))
      .map(({ service, operation }) => `${service}:${operation}`)
      .filter((call, index, all) => call !== all[index - 1] || call.startsWith('dynamodb:'));
  };
  /** From the step in which the release decides, without the looks whether the change is in effect. */
  const changeIn = (calls: readonly string[]) => {
    const look = 'dynamodb:BatchGetItem';
    const begun = calls.slice(calls.lastIndexOf('codepipeline:DisableStageTransition') + 1);
    const decided = begun.slice(begun.indexOf('dynamodb:PutItem') + 1);
    const last = decided.slice(decided.lastIndexOf(look) + 1);
    return { change: decided.slice(0, decided.indexOf(look)), end: last.slice(last.indexOf('dynamodb:PutItem')) };
  };

  test.each(KINDS)('of a release with traffic of the kind %s are these', async kind => {
    await world.releases.release(kind);
    const { change, end } = changeIn(await callsOf(async () => world.releases.release(kind)));
    expect(change).toEqual(['dynamodb:PutItem', ...CHANGE[kind], 'dynamodb:PutItem']);
    expect([...end].sort()).toEqual(END);
    expect(CHANGE[kind].length).toBeLessThan(5);
  });

  test.each(KINDS)('of a rollback with traffic of the kind %s are the same, and assume the roles', async kind => {
    const { change, end } = changeIn(await callsOf(async () => world.releases.rollback(kind)));
    const calls = change.filter(call => call !== 'sts:AssumeRole');
    expect(calls).toEqual(['dynamodb:PutItem', ...CHANGE[kind], 'dynamodb:PutItem']);
    expect([...end].sort()).toEqual(END);
  });
});
