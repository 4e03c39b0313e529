import { BLUE, CANARY, dyingEverywhere, ENDPOINTS, GREEN, overtakenEverywhere } from './changing';
import type { World } from './changing';
import { ConcurrentChangeError } from '../../lambda/traffic/changes';
import type { KeyValues } from '../../lambda/traffic/cloud-front';
import { CloudFrontTraffic } from '../../lambda/traffic/cloud-front';
import { NewerChangeError, TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Traffic } from '../../lambda/traffic/traffic';

const ARN = 'arn:aws:cloudfront::111111111111:key-value-store/11111111-2222-3333-4444-555555555555';
const NOW = 1_000_000;

/** A store whose version changes with every write. */
class FakeStore implements KeyValues {
  public readonly values = new Map<string, string>();
  public writes = 0;

  public async version(): Promise<string> {
    return `version-${this.writes}`;
  }

  public async get(key: string): Promise<string | undefined> {
    return this.values.get(key);
  }

  public async put(key: string, value: string, version: string): Promise<void> {
    if (version !== `version-${this.writes}`) throw new ConcurrentChangeError('the store');
    this.values.set(key, value);
    this.writes++;
  }
}

function over(store: KeyValues, now = NOW): Traffic {
  return new CloudFrontTraffic(ARN, 'shop', store, () => now);
}

function world(store: FakeStore): World<KeyValues> {
  return {
    port: store,
    traffic: port => over(port),
    check: () => {
      for (const value of store.values.values()) {
        const { blue, green } = JSON.parse(value);
        expect(blue + green).toBe(100);
      }
    },
  };
}

async function atBlue(): Promise<FakeStore> {
  const store = new FakeStore();
  await over(store).write(BLUE, 3, ENDPOINTS);
  return store;
}

test('changes are written to two keys by turns, so that the edge always finds one', async () => {
  const store = await atBlue();
  await over(store).write(CANARY, 4, ENDPOINTS);
  await over(store).write(GREEN, 5, ENDPOINTS);
  const origins = { blue: 'blue.example.com', green: 'green.example.com' };
  expect([...store.values].map(([key, value]) => [key, JSON.parse(value)])).toEqual([
    ['shop-1', { n: 3, fence: 5, ...GREEN, origins, since: { blue: 1, green: 2 }, at: NOW }],
    ['shop-2', { n: 2, fence: 4, ...CANARY, origins, since: { blue: 1, green: 2 }, at: NOW }],
  ]);
});

test('a side that gets traffic again does not find the cache of its earlier release', async () => {
  const store = await atBlue();
  await over(store).write(GREEN, 4, ENDPOINTS);
  await over(store).write(CANARY, 5, ENDPOINTS);
  expect(JSON.parse(store.values.get('shop-1') ?? '').since).toEqual({ blue: 3, green: 2 });
});

test('a value fits into a KeyValueStore with the longest domain names', async () => {
  const store = new FakeStore();
  const address = 'a'.repeat(253);
  await over(store, Date.now()).write(BLUE, 1_000_000, { blue: { address }, green: { address } });
  expect([...store.values.values()][0]?.length).toBeLessThan(1024);
});

test('a change is in effect when all edge locations have it', async () => {
  const store = new FakeStore();
  expect(await over(store).read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
  expect(await over(store).write(CANARY, 4, ENDPOINTS)).toBeUndefined();
  expect(await over(store, NOW + 31_999).read(ENDPOINTS)).toEqual({ shares: CANARY, fence: 4, isInEffect: false });
  expect(await over(store, NOW + 32_000).read(ENDPOINTS)).toEqual({ shares: CANARY, fence: 4, isInEffect: true });
});

test('the same change is written again only if an origin has moved', async () => {
  const store = await atBlue();
  await over(store).write(BLUE, 3, ENDPOINTS);
  expect(store.writes).toBe(1);
  await over(store).write(BLUE, 3, { ...ENDPOINTS, blue: { address: 'new.example.com' } });
  expect(store.values.get('shop-2')).toContain('new.example.com');
});

test.each([2, 3])('a change with the fence %p, which is not greater, is rejected', async fence => {
  const store = await atBlue();
  const writing = over(store).write(GREEN, fence, ENDPOINTS);
  await expect(writing).rejects.toThrow(NewerChangeError);
  await expect(writing).rejects.toThrow(
    `key 'shop' of KeyValueStore '${ARN}' was not set to blue 0 %, green 100 % (change ${fence}), because change 3 has `
      + 'set it to blue 100 %, green 0 %',
  );
  expect(store.writes).toBe(1);
});

const ZERO = '{"n":1,"fence":1,"blue":0,"green":0,"at":1,"since":{"blue":1,"green":1},'
  + '"origins":{"blue":"b","green":"g"}}';

test.each(['blue', '{}', 'null', ZERO])(
  'the value %s of someone else is rejected with advice', async value => {
    const store = await atBlue();
    store.values.set('shop-2', value);
    for (const call of [over(store).read(ENDPOINTS), over(store).write(GREEN, 4, ENDPOINTS)]) {
      await expect(call).rejects.toThrow(TrafficTakenError);
      await expect(call).rejects.toThrow(
        `key 'shop-2' of KeyValueStore '${ARN}' has the value '${value}', which is not from a release: someone else `
          + 'has changed it; delete the key, then try again',
      );
    }
  },
);

test('a change that dies at any call is completed by the next run', async () => {
  const deaths = await dyingEverywhere(
    async () => world(await atBlue()), traffic => traffic.write(GREEN, 4, ENDPOINTS),
    async traffic => expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 }),
  );
  expect(deaths).toBe(8);
});

test('of two concurrent changes the newer one is in effect, whichever is overtaken', async () => {
  const older = (traffic: Traffic) => traffic.write(CANARY, 4, ENDPOINTS);
  const newer = (traffic: Traffic) => traffic.write(GREEN, 5, ENDPOINTS);
  for (const start of [async () => new FakeStore(), atBlue]) {
    const begin = async () => world(await start());
    const verify = async (traffic: Traffic): Promise<void> =>
      expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 5 });
    expect(await overtakenEverywhere(begin, older, newer, async (traffic, error) => {
      expect(error).toBeInstanceOf(NewerChangeError);
      await verify(traffic);
    })).toBe(4);
    await overtakenEverywhere(begin, newer, older, async (traffic, error) => {
      expect(error).toBeUndefined();
      await verify(traffic);
    });
  }
});

test('a writer that always meets others gives up with an error that is retried', async () => {
  const store = await atBlue();
  store.put = async () => {
    throw new ConcurrentChangeError('the store');
  };
  await expect(over(store).write(GREEN, 4, ENDPOINTS)).rejects.toMatchObject({
    message: 'a concurrent writer changed the store: try again', $retryable: {},
  });
});

test.each([1, 2])('a repair replaces a value of key %p that someone else has changed', async number => {
  const store = await atBlue();
  await over(store).write(CANARY, 4, ENDPOINTS);
  store.values.set(`shop-${number}`, 'blue');
  await over(store).replace(GREEN, 6, ENDPOINTS);
  expect(await over(store).read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 6 });
  await expect(over(store).replace(BLUE, 5, ENDPOINTS)).rejects.toThrow(NewerChangeError);
});
