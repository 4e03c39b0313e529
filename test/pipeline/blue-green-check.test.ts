import { BlueGreenWorld as World, CURRENT, OWNER, REQUEST } from './blue-green-world';
import { blueGreenKey } from '../../lambda/registry/blue-green';
import { environmentKey } from '../../lambda/registry/environment';
import type { ReleaseRecord } from '../../lambda/registry/release';
import { routeKey } from '../../lambda/registry/route';
import type { BlueGreenRequest } from '../../src/blue-green/release/contract';
import { ownerOf } from '../stack/world';

const AUTO: BlueGreenRequest = {
  ...REQUEST,
  config: JSON.stringify({
    repository: { host: 'codecommit', repositoryName: 'shop', repositoryArn: 'arn:shop' },
    autoReleaseBranch: 'main',
    functionArn: 'arn:release',
  }),
};
const NAME = "blue/green environment 'prod'";
const GREEN_SERVES = { change: { shares: { blue: 0, green: 100 }, fence: 1, intendedAt: 0 } };
const again = (what: string) => ({ what, remedy: 'it is recorded again', isRepairable: true });

let world: World;
beforeEach(async () => {
  world = new World();
  await world.putEnvironment('green');
  await world.lifecycle.requestCreate(OWNER, AUTO);
  await world.lifecycle.reconcile(OWNER, AUTO);
});

async function lose(key: string): Promise<void> {
  await world.registry.remove(key, (await world.registry.read(key))?.version ?? 0);
}

async function repair(): Promise<void> {
  await world.survive(async lifecycle => lifecycle.requestRepair(OWNER, AUTO));
  for (let isDone = false; !isDone;) {
    ({ done: isDone } = await world.survive(async lifecycle => lifecycle.reconcile(OWNER, AUTO)));
  }
}

/** Checks what is found, and that nothing is found after a repair, even if it is killed at any of its calls. */
async function expectRepaired(damage: () => Promise<void>, found: readonly string[]): Promise<void> {
  for (const when of ['before', 'after'] as const) {
    for (let call = 1, wasKilled = true; wasKilled; call++) {
      await damage();
      expect(await world.lifecycle.check(OWNER, AUTO)).toEqual(found.map(again));
      const before = world.fate.calls.length;
      world.fate.dieAt(call, when);
      await repair();
      wasKilled = world.fate.calls.length - before >= call;
      world.fate.dieAt(Infinity, when);
      expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
    }
  }
}

test('nothing is found in an environment that is as declared, and that of another owner', async () => {
  expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
  const renamed = ownerOf('Renamed', 'Cicd');
  await world.lifecycle.requestCreate(renamed, REQUEST);
  expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
});

test('a lost record, and pushes that start no releases, are found and repaired', async () => {
  await expectRepaired(async () => lose(blueGreenKey('prod')), [`the registry has no record of ${NAME}`]);
  await expectRepaired(
    async () => lose(routeKey('arn:shop', 'main')), [`pushes to branch 'main' start no releases of ${NAME}`],
  );
});

test('other settings than declared are found and repaired', async () => {
  await expectRepaired(
    async () => world.lifecycle.requestCreate(OWNER, { ...AUTO, firstSide: 'blue' }),
    [`the registry has other settings of ${NAME} than declared`],
  );
});

test('the wrong active side is found and repaired before the first release', async () => {
  await expectRepaired(
    async () => world.putActive('blue'), [`side blue of ${NAME} is recorded as active, but side green serves`],
  );
});

test('after a release, the side that serves by the last change of the traffic is the active one', async () => {
  await world.putRelease({ change: { ...GREEN_SERVES.change, shares: { blue: 100, green: 0 } } });
  await expectRepaired(
    async () => world.putActive('green'), [`side green of ${NAME} is recorded as active, but side blue serves`],
  );
  expect(await world.active()).toBe('blue');
});

test.each<[string, Partial<ReleaseRecord>]>([
  ['a release is in progress', { ...GREEN_SERVES, current: CURRENT }],
  ['a release has not restored the traffic', {
    ...GREEN_SERVES, last: { ...CURRENT, outcome: 'stuck', endedAt: 0, heldUntil: 0 },
  }],
  ['a failed first release has left traffic', { ...GREEN_SERVES, hasStrayTraffic: true }],
])('while %s, no side is compared or changed', async (_, release) => {
  await world.putActive('blue');
  await world.putRelease(release);
  expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
  await repair();
  expect(await world.active()).toBe('blue');
});

test('a release that begins during a repair keeps the active side', async () => {
  await world.putActive('blue');
  await world.putRelease(GREEN_SERVES);
  const { registry } = world;
  const transaction = registry.transaction.bind(registry);
  registry.transaction = async action => {
    await world.putRelease({ ...GREEN_SERVES, current: CURRENT });
    return transaction(action);
  };
  await expect(world.lifecycle.reconcile(OWNER, AUTO)).rejects.toThrow('a concurrent writer changed the record');
  expect(await world.active()).toBe('blue');
});

test('a record of the environment that was lost is left to the check of its pipelines', async () => {
  await lose(environmentKey('prod'));
  expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
});

describe('the traffic', () => {
  const difference = { what: 'the traffic is blue 100 %, green 0 %', remedy: 'it is set again', isRepairable: true };

  test('that differs is found and repaired with consent, also after the repair is killed at any call', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let call = 1, wasKilled = true; wasKilled; call++) {
        world.traffic.finding = { difference };
        expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([difference]);
        const before = world.fate.calls.length;
        world.fate.dieAt(call, when);
        await repair();
        wasKilled = world.fate.calls.length - before >= call;
        world.fate.dieAt(Infinity, when);
        expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
        expect((await world.blueGreen())?.repairsTraffic).toBeUndefined();
      }
    }
    expect(world.traffic.asked).toContainEqual(
      { functionArn: 'arn:release', environmentName: 'prod', traffic: 'check' },
    );
  });

  test('is not changed by a deployment, not even after a repair that did not end', async () => {
    world.traffic.finding = { difference };
    await world.lifecycle.requestRepair(OWNER, AUTO);
    await world.lifecycle.requestUpdate(OWNER, AUTO, AUTO);
    await world.lifecycle.reconcile(OWNER, AUTO);
    expect(world.traffic.asked).toEqual([]);
  });

  test('says which side is active when the registry has no record of a release', async () => {
    world.traffic.finding = { serving: 'blue', difference };
    world.traffic.afterRepair = { serving: 'blue' };
    const wrongSide = again(`side green of ${NAME} is recorded as active, but side blue serves`);
    expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([difference, wrongSide]);
    await world.putRelease({ change: { ...GREEN_SERVES.change, shares: { blue: 100, green: 0 } } });
    await repair();
    expect(await world.active()).toBe('blue');
    expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([]);
  });

  test('that cannot be compared is named beside what else differs', async () => {
    await world.putActive('blue');
    world.traffic.error = new Error("the role 'arn:prod' was denied access to parameter '/shop/active'");
    expect(await world.lifecycle.check(OWNER, AUTO)).toEqual([
      {
        what: `the traffic of ${NAME} could not be compared: ${world.traffic.error.message}`,
        remedy: 'remove the cause, then check again',
        isRepairable: false,
      },
      again(`side blue of ${NAME} is recorded as active, but side green serves`),
    ]);
    world.traffic.error = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    await expect(world.lifecycle.check(OWNER, AUTO)).rejects.toThrow('Rate exceeded');
  });

  test('of an environment that an earlier version has deployed is not compared', async () => {
    world.traffic.finding = { difference };
    await world.lifecycle.requestCreate(OWNER, REQUEST);
    expect(await world.lifecycle.check(OWNER, REQUEST)).toEqual([]);
    expect(world.traffic.asked).toEqual([]);
  });
});
