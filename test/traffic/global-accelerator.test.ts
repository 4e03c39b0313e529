import { BLUE, CANARY, dyingEverywhere, ENDPOINTS, GREEN } from './changing';
import type { World } from './changing';
import type { EndpointGroup, GroupEndpoint } from '../../lambda/traffic/global-accelerator';
import { GlobalAcceleratorTraffic } from '../../lambda/traffic/global-accelerator';

class FakeGroup implements EndpointGroup {
  public isUpdated = true;
  public readonly replacements: (readonly GroupEndpoint[])[] = [];
  private present: readonly GroupEndpoint[];

  public constructor(...present: readonly GroupEndpoint[]) {
    this.present = present;
  }

  public async endpoints(): Promise<readonly GroupEndpoint[]> {
    return this.present;
  }

  public async replace(endpoints: readonly GroupEndpoint[]): Promise<void> {
    this.present = endpoints;
    this.replacements.push(endpoints);
  }

  public async isDeployed(): Promise<boolean> {
    return this.isUpdated;
  }
}

const BLUE_ENDPOINT = { endpointId: 'blue.example.com', weight: 100, clientIpPreservation: true };
const GREEN_ENDPOINT = { endpointId: 'green.example.com', weight: 0 };
const OTHER = { endpointId: 'other', weight: 5, clientIpPreservation: false };

const over = (group: EndpointGroup): GlobalAcceleratorTraffic => new GlobalAcceleratorTraffic(group);

test('a group without the endpoints of the sides has no shares, and the first change adds them', async () => {
  const group = new FakeGroup(OTHER);
  expect(await over(group).read(ENDPOINTS)).toEqual({ isInEffect: true });
  await over(group).write(CANARY, 1, ENDPOINTS);
  expect(group.replacements).toEqual([
    [OTHER, { endpointId: 'blue.example.com', weight: 90 }, { endpointId: 'green.example.com', weight: 10 }],
  ]);
});

test('a side without an endpoint is not in the group', async () => {
  const group = new FakeGroup();
  const { green } = ENDPOINTS;
  await over(group).write({ blue: 0, green: 100 }, 1, { green });
  expect(group.replacements).toEqual([[{ endpointId: 'green.example.com', weight: 100 }]]);
  expect(await over(group).read({ green })).toEqual({ shares: { blue: 0, green: 100 }, isInEffect: true });
});

test('a change keeps the other endpoints and what is set of those of the sides', async () => {
  const group = new FakeGroup(GREEN_ENDPOINT, OTHER, BLUE_ENDPOINT);
  await over(group).write(GREEN, 4, ENDPOINTS);
  expect(group.replacements).toEqual([
    [OTHER, { ...BLUE_ENDPOINT, weight: 0 }, { ...GREEN_ENDPOINT, weight: 100 }],
  ]);
  expect(await over(group).read(ENDPOINTS)).toEqual({ shares: GREEN, isInEffect: true });
});

test('the same change is written once', async () => {
  const group = new FakeGroup(BLUE_ENDPOINT, GREEN_ENDPOINT);
  await over(group).write(BLUE, 4, ENDPOINTS);
  expect(group.replacements).toEqual([]);
});

test('a change is in effect when the accelerator is deployed', async () => {
  const group = new FakeGroup(BLUE_ENDPOINT, GREEN_ENDPOINT);
  group.isUpdated = false;
  expect(await over(group).read(ENDPOINTS)).toEqual({ shares: BLUE, isInEffect: false });
});

test.each([
  [[{ ...BLUE_ENDPOINT, weight: 128 }], BLUE],
  [[{ ...BLUE_ENDPOINT, weight: 192 }, { ...GREEN_ENDPOINT, weight: 64 }], { blue: 75, green: 25 }],
  [[{ ...BLUE_ENDPOINT, weight: 0 }, GREEN_ENDPOINT], undefined],
])('the shares of the weights %j are %p', async (endpoints, shares) => {
  expect((await over(new FakeGroup(...endpoints)).read(ENDPOINTS)).shares).toEqual(shares);
});

test('a change that dies at any call is completed by the next run', async () => {
  const begin = async (): Promise<World<EndpointGroup>> => {
    const group = new FakeGroup(BLUE_ENDPOINT, GREEN_ENDPOINT, OTHER);
    return {
      port: group,
      traffic: over,
      check: () => {
        for (const endpoints of group.replacements) {
          expect(endpoints.reduce((sum, { weight }) => sum + weight, 0)).toBe(105);
        }
      },
    };
  };
  const deaths = await dyingEverywhere(begin, traffic => traffic.write(GREEN, 4, ENDPOINTS), async traffic =>
    expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN }));
  expect(deaths).toBe(4);
});
