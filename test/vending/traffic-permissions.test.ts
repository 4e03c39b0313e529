import { KINDS, TrafficKinds } from './traffic-kinds';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import { CICD_ACCOUNT } from '../fixtures/app';

/** The permissions of the role of each environment. */
const ACTIONS = [
  ['parameter', 'ssm:GetParameter'],
  ['parameter', 'ssm:PutParameter'],
  ['route53', 'route53:ListResourceRecordSets'],
  ['route53', 'route53:ChangeResourceRecordSets'],
  ['route53', 'route53:GetChange'],
  ['cloudfront', 'cloudfront-keyvaluestore:DescribeKeyValueStore'],
  ['cloudfront', 'cloudfront-keyvaluestore:GetKey'],
  ['cloudfront', 'cloudfront-keyvaluestore:PutKey'],
  ['accelerator', 'globalaccelerator:DescribeEndpointGroup'],
  ['accelerator', 'globalaccelerator:UpdateEndpointGroup'],
  ['accelerator', 'globalaccelerator:DescribeAccelerator'],
  ['accelerator', 'globalaccelerator:ListCrossAccountResources'],
  ['custom', 'lambda:InvokeFunction'],
] as const;

test('the shipped functions release with the permissions of the roles, and use all of them', async () => {
  const { harness, releases } = await TrafficKinds.start({ virtual: {} });
  const outcomes: unknown[] = [];
  for (const kind of KINDS) outcomes.push((await releases.release(kind)).last?.outcome);
  expect(outcomes).toEqual(KINDS.map(() => 'succeeded'));
  const roles = new RegExp(`^(Cicd-(${KINDS.join('|')})-[0-9A-F]{8}|org-environments-pipeline-release)$`);
  expect(harness.simulation.iam.rolesOf(CICD_ACCOUNT).filter(({ roleName }) => roles.test(roleName))).toHaveLength(5);
  expect(Object.keys(unusedPermissions(harness.simulation)).filter(name => roles.test(name))).toEqual([]);
  await harness.stop();
}, 300_000);

describe('a release whose role lacks a permission', () => {
  let world: TrafficKinds;
  beforeAll(async () => {
    world = await TrafficKinds.start();
    for (const kind of KINDS) await world.releases.release(kind);
  }, 300_000);
  afterAll(async () => world.harness.stop());

  test('has these permissions otherwise', () => {
    const found = KINDS.flatMap(kind => world.actionsOf(kind).map(action => [kind, action]));
    expect(found.sort()).toEqual(ACTIONS.map(pair => [...pair]).sort());
  });

  test.each(ACTIONS)('for the traffic of the kind %s fails without %s, and names it', async (kind, action) => {
    const restore = world.withoutAction(kind, action);
    const { last } = await world.releases.release(kind);
    restore();
    expect(last?.outcome).toMatch(/^(returned|stuck)$/);
    expect(last?.failure).toMatch(/^the role '.*' was denied access to /);
    expect(last?.failure).toContain(`is not authorized to perform: ${action} on resource: `);
  });

  test.each(KINDS)('for the traffic of the kind %s is followed by one that succeeds with it', async kind => {
    expect((await world.releases.release(kind)).last?.outcome).toBe('succeeded');
  });
});
