import { Reconciliation } from './reconcile';
import { KINDS, TrafficKinds } from './traffic-kinds';
import type { Kind } from './traffic-kinds';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

let world: TrafficKinds;
let reconciliation: Reconciliation;
beforeAll(async () => {
  world = await TrafficKinds.start({ virtual: {} });
  reconciliation = new Reconciliation(world.harness);
  for (const kind of KINDS) await world.releases.release(kind);
}, 300_000);
afterAll(() => world.harness.stop());

/** Physical id of the resource with this type in the app. */
function idOf(type: string): string {
  const { resources } = world.harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd') ?? {};
  return [...resources?.values() ?? []].find(resource => resource.type === type)?.id ?? '';
}

/** Moves the traffic of an environment to side blue by hand. */
const MOVES: Readonly<Record<Kind, () => Promise<void> | void>> = {
  parameter: () => {
    world.harness.simulation.ssm.put(CICD_ACCOUNT, REGION, '/shop/active', '{"active":"blue","fence":9}');
  },
  route53: () => {
    const { route53, clock } = world.harness.simulation;
    const [zone] = route53.zonesNamed(CICD_ACCOUNT, 'example.com.');
    const swapped = [...zone.sets].map(([key, set]) =>
      [key, set.Weight === undefined ? set : { ...set, Weight: 100 - set.Weight }] as const);
    zone.replace(new Map(swapped), clock.now(), clock.now());
  },
  cloudfront: () => {
    const { cloudfront: { stores }, clock } = world.harness.simulation;
    const store = stores.byName(CICD_ACCOUNT, idOf('AWS::CloudFront::KeyValueStore'));
    if (!store) throw new Error('there is no store');
    const moved = [...store.keys].map(([key, value]) =>
      [key, JSON.stringify({ ...JSON.parse(value), blue: 100, green: 0 })] as const);
    store.update(store.etag, new Map(moved), [], clock.now(), { seconds: 0, missingSeconds: 0 });
  },
  accelerator: () => {
    const { globalAccelerator } = world.harness.simulation;
    const group = globalAccelerator.group(idOf('AWS::GlobalAccelerator::EndpointGroup'));
    const swapped = group.endpoints.map(endpoint => ({ ...endpoint, Weight: 100 - endpoint.Weight }));
    globalAccelerator.update(group, swapped, {});
  },
  custom: async () => {
    const { lambda } = world.harness.simulation;
    const { resources } = world.harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd') ?? {};
    const id = [...resources ?? []].find(([logicalId]) => /^Divide[0-9A-F]{8}$/.test(logicalId))?.[1].id;
    const { failed } = await lambda.invoke(`arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${id}`, {
      action: 'write', shares: { blue: 100, green: 0 }, fence: 9,
    });
    expect(failed).toBe(false);
  },
};

test('nothing differs after releases', async () => {
  expect(await reconciliation.check()).toEqual([]);
});

test.each(KINDS)('traffic of the kind %s that was moved by hand is found and returned', async kind => {
  await MOVES[kind]();
  const drifts = await reconciliation.check();
  expect(drifts).toEqual([{
    what: expect.stringContaining(`the traffic of blue/green environment '${kind}' `),
    remedy: 'it is set to blue 0 %, green 100 % again',
    isRepairable: true,
  }]);
  expect(drifts[0].what).toContain(kind === 'route53' ? 'was changed by hand' : 'is blue 100 %, green 0 %');
  // the daily check names it, and moves nothing
  expect(await reconciliation.daily()).toEqual(drifts);
  expect(await reconciliation.repair([kind])).toEqual([]);
  expect(await reconciliation.check()).toEqual([]);
  expect((await world.releases.release(kind)).last).toMatchObject({ outcome: 'succeeded', to: 'blue' });
});
