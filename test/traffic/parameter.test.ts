import { BLUE, CANARY, dyingEverywhere, ENDPOINTS, GREEN, haltedAt, overtakenEverywhere } from './changing';
import type { World } from './changing';
import type { StoredParameter, StoredValue } from '../../lambda/traffic/parameter';
import { ParameterTraffic } from '../../lambda/traffic/parameter';
import { NewerChangeError, TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Traffic } from '../../lambda/traffic/traffic';

class FakeParameter implements StoredParameter {
  public readonly versions: string[] = [];

  public async read(version = this.versions.length): Promise<StoredValue | undefined> {
    const value = this.versions[version - 1];
    return value === undefined ? undefined : { value, version };
  }

  public async create(value: string): Promise<boolean> {
    return this.versions.length === 0 && this.versions.push(value) > 0;
  }

  public async overwrite(value: string): Promise<number> {
    return this.versions.push(value);
  }
}

function world(...versions: string[]): World<StoredParameter> & { readonly port: FakeParameter } {
  const port = new FakeParameter();
  port.versions.push(...versions);
  return {
    port,
    traffic: parameter => new ParameterTraffic('/shop/active', parameter),
    check: () => undefined,
  };
}

const atBlue = '{"active":"blue","fence":3}';

test('a parameter that does not exist has no shares, and is created by the first change', async () => {
  const { port, traffic } = world();
  const shop = traffic(port);
  expect(await shop.read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
  expect(await shop.write(BLUE, 1, ENDPOINTS)).toBeUndefined();
  expect(port.versions).toEqual(['{"active":"blue","fence":1}']);
  expect(await shop.read(ENDPOINTS)).toEqual({ shares: BLUE, fence: 1, isInEffect: true });
});

test('the same change is written once', async () => {
  const { port, traffic } = world(atBlue);
  await traffic(port).write(GREEN, 4, ENDPOINTS);
  await traffic(port).write(GREEN, 4, ENDPOINTS);
  expect(port.versions).toEqual([atBlue, '{"active":"green","fence":4}']);
});

test.each([
  ['an older change', 2],
  ['another change with the same fence', 3],
])('%s is rejected and changes nothing', async (_title, fence) => {
  const { port, traffic } = world(atBlue);
  const writing = traffic(port).write(GREEN, fence, ENDPOINTS);
  await expect(writing).rejects.toThrow(NewerChangeError);
  await expect(writing).rejects.toThrow(
    `parameter '/shop/active' was not set to blue 0 %, green 100 % (change ${fence}), because change 3 has set it to `
      + 'blue 100 %, green 0 %: a newer release, rollback or abort is in charge, see '
      + '`org-environments release-status <environment>`',
  );
  expect(port.versions).toEqual([atBlue]);
});

test.each(['blue', '{"active":"red","fence":1}', '{"active":"blue"}', '{"active":"blue","fence":-1}', 'null'])(
  'the value %s of someone else is rejected with advice',
  async value => {
    const { port, traffic } = world(value);
    for (const call of [traffic(port).read(ENDPOINTS), traffic(port).write(GREEN, 4, ENDPOINTS)]) {
      await expect(call).rejects.toThrow(TrafficTakenError);
      await expect(call).rejects.toThrow(
        `parameter '/shop/active' has the value '${value}', which is not from a release: someone else has changed it; `
          + 'set it to \'{"active":"blue","fence":0}\' with the side that is active, or delete it if none is, then try '
          + 'again',
      );
    }
    expect(port.versions).toEqual([value]);
  },
);

test.each(['blue', '{"active":"blue"}', atBlue])('a repair replaces the value %s', async value => {
  const { port, traffic } = world(value);
  await traffic(port).replace(GREEN, 4, ENDPOINTS);
  expect(port.versions).toEqual([value, '{"active":"green","fence":4}']);
  await expect(traffic(port).replace(BLUE, 3, ENDPOINTS)).rejects.toThrow(NewerChangeError);
});

test('a parameter that names a side before the first release is taken over', async () => {
  const { port, traffic } = world('{"active":"green","fence":0}');
  expect(await traffic(port).read(ENDPOINTS)).toEqual({ shares: GREEN, fence: 0, isInEffect: true });
  await traffic(port).write(BLUE, 1, ENDPOINTS);
  expect(await traffic(port).read(ENDPOINTS)).toMatchObject({ shares: BLUE, fence: 1 });
});

test('shares of both sides are rejected', async () => {
  const { port, traffic } = world(atBlue);
  await expect(traffic(port).write(CANARY, 4, ENDPOINTS)).rejects.toThrow(
    "parameter '/shop/active' names one active side, so it cannot divide the traffic into blue 90 %, green 10 %: use "
      + 'Shift.allAtOnce(), or another kind of traffic',
  );
});

test.each([[0, 0], [50, 51], [-1, 101], [0.5, 99.5]])(
  'the shares %p and %p are rejected',
  async (blue, green) => {
    const { port, traffic } = world(atBlue);
    await expect(traffic(port).write({ blue, green }, 4, ENDPOINTS)).rejects.toThrow(
      `the shares must be whole percents that add up to 100, got blue ${blue} and green ${green}`,
    );
  },
);

test.each([[[]], [[atBlue]]])('a change of %p that dies at any call is completed by the next run', async versions => {
  const deaths = await dyingEverywhere(
    async () => world(...versions), traffic => traffic.write(GREEN, 4, ENDPOINTS),
    async traffic => expect(await traffic.read(ENDPOINTS)).toEqual({ shares: GREEN, fence: 4, isInEffect: true }),
  );
  expect(deaths).toBe(4);
});

test('of two concurrent changes the newer one is in effect, whichever is overtaken', async () => {
  for (const versions of [[], [atBlue]]) {
    const newest = async (traffic: Traffic) =>
      expect(await traffic.read(ENDPOINTS)).toEqual({ shares: GREEN, fence: 5, isInEffect: true });
    await overtakenEverywhere(
      async () => world(...versions), traffic => traffic.write(BLUE, 4, ENDPOINTS),
      traffic => traffic.write(GREEN, 5, ENDPOINTS),
      async (traffic, error) => {
        expect(error).toBeInstanceOf(NewerChangeError);
        await newest(traffic);
      },
    );
    await overtakenEverywhere(
      async () => world(...versions), traffic => traffic.write(GREEN, 5, ENDPOINTS),
      traffic => traffic.write(BLUE, 4, ENDPOINTS),
      async (traffic, error) => {
        expect(error).toBeUndefined();
        await newest(traffic);
      },
    );
  }
});

test('a newer change that was overwritten is restored, and the overwriting one gets an error', async () => {
  const { port, traffic } = world(atBlue);
  const halted = haltedAt(2, port, () => traffic(port).write(GREEN, 5, ENDPOINTS));
  await expect(traffic(halted).write(BLUE, 4, ENDPOINTS)).rejects.toThrow(
    "parameter '/shop/active' was set by change 5 at the same time as by change 4: the newer one is in effect, see "
      + '`org-environments release-status <environment>`',
  );
  expect(port.versions.map(value => JSON.parse(value).fence)).toEqual([3, 5, 4, 5]);
});
