import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { BLUE, CANARY, dyingEverywhere, ENDPOINTS, GREEN, overtakenEverywhere } from './changing';
import type { World } from './changing';
import { FakeZone } from './fake-zone';
import type { ZoneRecords } from '../../lambda/traffic/route53';
import { Route53Traffic } from '../../lambda/traffic/route53';
import { NewerChangeError, TrafficTakenError } from '../../lambda/traffic/traffic';
import type { Traffic } from '../../lambda/traffic/traffic';

const NAME = 'shop.example.com';
const KINDS = {
  CNAME: { recordName: NAME, recordTypes: ['CNAME'], ttlSeconds: '60' },
  aliases: { recordName: NAME, recordTypes: ['A', 'AAAA'], ttlSeconds: '60' },
} as const;
type Kind = keyof typeof KINDS;

function over(zone: ZoneRecords, kind: Kind = 'CNAME'): Traffic {
  return new Route53Traffic({ kind: 'route53', hostedZoneId: 'Z1', ...KINDS[kind] }, zone);
}

function world(zone: FakeZone, kind: Kind): World<ZoneRecords> {
  return {
    port: zone,
    traffic: port => over(port, kind),
    check: () => {
      for (const type of KINDS[kind].recordTypes) {
        const weights = zone.weights(NAME);
        if (Object.keys(weights).length === 0) continue;
        expect((weights[`${type} blue`] ?? NaN) + (weights[`${type} green`] ?? NaN)).toBe(100);
      }
    },
  };
}

const cname = (target: string, rest: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: NAME, Type: 'CNAME', TTL: 300, ResourceRecords: [{ Value: target }], ...rest,
});

async function atBlue(kind: Kind): Promise<FakeZone> {
  const zone = new FakeZone();
  await over(zone, kind).write(BLUE, 3, ENDPOINTS);
  return zone;
}

describe('the first change', () => {
  test('creates a weighted CNAME for each side, and a record with the fence', async () => {
    const zone = new FakeZone();
    expect(await over(zone).read(ENDPOINTS)).toEqual({ fence: 0, isInEffect: true });
    expect(await over(zone).write(CANARY, 1, ENDPOINTS)).toBe('/change/1');
    const weighted = { Name: `${NAME}.`, Type: 'CNAME', TTL: 60 };
    expect(zone.records).toEqual([
      { ...weighted, SetIdentifier: 'blue', Weight: 90, ResourceRecords: [{ Value: 'blue.example.com' }] },
      { ...weighted, SetIdentifier: 'green', Weight: 10, ResourceRecords: [{ Value: 'green.example.com' }] },
      {
        Name: `_org-environments.${NAME}.`,
        Type: 'TXT',
        TTL: 60,
        ResourceRecords: [{ Value: expect.stringMatching(/^"fence=1 blue=90 green=10 records=[0-9a-f]{16}"$/) }],
      },
    ]);
  });

  test('creates aliases of both address types that do not depend on the health of their targets', async () => {
    const zone = new FakeZone();
    await over(zone, 'aliases').write(BLUE, 1, ENDPOINTS);
    expect(zone.weights(NAME)).toEqual({ 'A blue': 100, 'A green': 0, 'AAAA blue': 100, 'AAAA green': 0 });
    expect(zone.records[1]).toEqual({
      Name: `${NAME}.`,
      Type: 'A',
      SetIdentifier: 'green',
      Weight: 0,
      AliasTarget: { DNSName: 'green.example.com.', HostedZoneId: 'ZGREEN', EvaluateTargetHealth: false },
    });
  });

  test.each([['BLUE.example.com.', BLUE], ['green.example.com', GREEN]])(
    'takes over a record that points to a side: %s', async (target, shares) => {
      const zone = new FakeZone(cname(target));
      expect(await over(zone).read(ENDPOINTS)).toEqual({ shares, fence: 0, isInEffect: true });
      await over(zone).write(BLUE, 1, ENDPOINTS);
      expect(zone.weights(NAME)).toEqual({ 'CNAME blue': 100, 'CNAME green': 0 });
      expect(zone.batches).toHaveLength(1);
    },
  );

  test('takes over weighted records that point to the sides', async () => {
    const zone = new FakeZone(
      cname('blue.example.com', { SetIdentifier: 'one', Weight: 3 }),
      cname('green.example.com', { SetIdentifier: 'two', Weight: 1 }),
    );
    expect(await over(zone).read(ENDPOINTS)).toMatchObject({ shares: { blue: 75, green: 25 }, fence: 0 });
    await over(zone).write(BLUE, 1, ENDPOINTS);
    expect(zone.weights(NAME)).toEqual({ 'CNAME blue': 100, 'CNAME green': 0 });
  });

  test.each([
    ['a record of someone else', [cname('other.example.com')], 'CNAME other.example.com'],
    [
      'weights that are all zero',
      [
        cname('blue.example.com', { SetIdentifier: 'one', Weight: 0 }),
        cname('green.example.com', { SetIdentifier: 'two', Weight: 0 }),
      ],
      'CNAME blue.example.com (one, weight 0); CNAME green.example.com (two, weight 0)',
    ],
    [
      'records with another routing policy',
      [cname('blue.example.com', { SetIdentifier: 'main', Failover: 'PRIMARY' })],
      'CNAME blue.example.com (main)',
    ],
  ])('rejects %s with advice', async (_title, records, text) => {
    const zone = new FakeZone(...records);
    for (const call of [over(zone).read(ENDPOINTS), over(zone).write(BLUE, 1, ENDPOINTS)]) {
      await expect(call).rejects.toThrow(TrafficTakenError);
      await expect(call).rejects.toThrow(
        `the record '${NAME}' exists and is not from a release: ${text}: delete it, choose another name, or let it `
          + "point to the side that is active (blue 'blue.example.com' and green 'green.example.com'), then try again",
      );
    }
    expect(zone.batches).toEqual([]);
  });

  test('rejects aliases of only one of the address types, which point to different sides', async () => {
    const alias = (type: 'A' | 'AAAA', dns: string): ResourceRecordSet => ({
      Name: NAME, Type: type, AliasTarget: { DNSName: dns, HostedZoneId: 'Z', EvaluateTargetHealth: true },
    });
    const zone = new FakeZone(alias('A', 'blue.example.com'), alias('AAAA', 'green.example.com'));
    await expect(over(zone, 'aliases').read(ENDPOINTS)).rejects.toThrow('is not from a release');
  });

  test('rejects records of other types, which would not follow the side', async () => {
    const zone = new FakeZone({ Name: NAME, Type: 'AAAA', TTL: 60, ResourceRecords: [{ Value: '2001:db8::1' }] });
    await expect(over(zone).write(BLUE, 1, ENDPOINTS)).rejects.toThrow(
      `the name '${NAME}' has records of other types than CNAME, through which traffic would reach one side only: AAAA `
        + '2001:db8::1: delete them, then try again',
    );
  });
});

describe.each(['CNAME', 'aliases'] as const)('a change of a %s', kind => {
  test('replaces all records and the fence in one batch', async () => {
    const zone = await atBlue(kind);
    await over(zone, kind).write(CANARY, 4, ENDPOINTS);
    expect(zone.batches).toHaveLength(2);
    world(zone, kind).check();
    expect(await over(zone, kind).read(ENDPOINTS)).toMatchObject({ shares: CANARY, fence: 4 });
  });

  test('uses the endpoints of now', async () => {
    const zone = await atBlue(kind);
    const moved = { ...ENDPOINTS, green: { address: 'new.example.com', hostedZoneId: 'ZNEW' } };
    await over(zone, kind).write(GREEN, 4, moved);
    expect(JSON.stringify(zone.records)).toContain('new.example.com');
    expect(JSON.stringify(zone.records)).not.toContain('green.example.com');
  });

  test('is in effect when all servers have it, and is sent again if its id is unknown', async () => {
    const zone = await atBlue(kind);
    const traffic = over(zone, kind);
    const changeId = await traffic.write(GREEN, 4, ENDPOINTS);
    expect(await traffic.read(ENDPOINTS, changeId)).toMatchObject({ isInEffect: false });
    zone.synced.add(String(changeId));
    expect(await traffic.read(ENDPOINTS, changeId)).toEqual({ shares: GREEN, fence: 4, isInEffect: true });
    expect(await traffic.read(ENDPOINTS)).toMatchObject({ isInEffect: false });
    expect(await traffic.write(GREEN, 4, ENDPOINTS)).not.toBe(changeId);
  });

  test.each([2, 3])('with the fence %p, which is not greater, is rejected and changes nothing', async fence => {
    const zone = await atBlue(kind);
    const before = zone.records;
    const writing = over(zone, kind).write(GREEN, fence, ENDPOINTS);
    await expect(writing).rejects.toThrow(NewerChangeError);
    await expect(writing).rejects.toThrow(
      `the record '${NAME}' was not set to blue 0 %, green 100 % (change ${fence}), because change 3 has set it to `
        + 'blue 100 %, green 0 %',
    );
    expect(zone.records).toBe(before);
  });

  test('that dies at any call is completed by the next run', async () => {
    const deaths = await dyingEverywhere(
      async () => world(await atBlue(kind), kind), traffic => traffic.write(GREEN, 4, ENDPOINTS),
      async traffic => expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 }),
    );
    expect(deaths).toBe(6);
  });

  test('wins over an older one that is concurrent, whichever is overtaken', async () => {
    for (const start of [async () => new FakeZone(), async () => atBlue(kind)]) {
      const verify = async (traffic: Traffic): Promise<void> =>
        expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 5 });
      const older = (traffic: Traffic) => traffic.write(CANARY, 4, ENDPOINTS);
      const newer = (traffic: Traffic) => traffic.write(GREEN, 5, ENDPOINTS);
      const begin = async () => world(await start(), kind);
      expect(await overtakenEverywhere(begin, older, newer, async (traffic, error) => {
        expect(error).toBeInstanceOf(NewerChangeError);
        await verify(traffic);
      })).toBe(3);
      await overtakenEverywhere(begin, newer, older, async (traffic, error) => {
        expect(error).toBeUndefined();
        await verify(traffic);
      });
    }
  });

  test('that runs twice at the same time is made', async () => {
    const write = (traffic: Traffic) => traffic.write(GREEN, 4, ENDPOINTS);
    await overtakenEverywhere(async () => world(await atBlue(kind), kind), write, write, async (traffic, error) => {
      expect(error).toBeUndefined();
      expect(await traffic.read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 });
    });
  });
});

describe('records that someone else has changed', () => {
  const change = async (zone: FakeZone, edit: (record: ResourceRecordSet) => ResourceRecordSet[]): Promise<void> => {
    zone.records = zone.records.flatMap(record => record.Name === `${NAME}.` ? edit(record) : [record]);
  };

  test.each<[string, (record: ResourceRecordSet) => ResourceRecordSet[], string]>([
    [
      'another weight', record => [{ ...record, Weight: 50 }],
      'CNAME blue.example.com (blue, weight 50); CNAME green.example.com (green, weight 50)',
    ],
    ['no records', () => [], 'there are none'],
    [
      'another record', record => [record, { ...record, SetIdentifier: `${record.SetIdentifier}2` }],
      'CNAME blue.example.com (blue, weight 100); CNAME blue.example.com (blue2, weight 100); CNAME green.example.com '
        + '(green, weight 0); CNAME green.example.com (green2, weight 0)',
    ],
    ['another TTL', record => [{ ...record, TTL: 5 }], 'CNAME blue.example.com (blue, weight 100)'],
  ])('are rejected with advice: %s', async (_title, edit, text) => {
    const zone = await atBlue('CNAME');
    await change(zone, edit);
    for (const call of [over(zone).read(ENDPOINTS), over(zone).write(GREEN, 4, ENDPOINTS)]) {
      await expect(call).rejects.toThrow(TrafficTakenError);
      await expect(call).rejects.toThrow(
        `someone else has changed the record '${NAME}' since change 3, which has set it to blue 100 %, green 0 %; now `
          + `it is: ${text}`,
      );
      await expect(call).rejects.toThrow(
        `: undo that, or delete the record '_org-environments.${NAME}' to accept it, then try again`,
      );
    }
  });

  test('are accepted after the record with the fence was deleted', async () => {
    const zone = await atBlue('CNAME');
    await change(zone, record => [{ ...record, Weight: record.SetIdentifier === 'blue' ? 60 : 40 }]);
    zone.records = zone.records.filter(({ Type: type }) => type !== 'TXT');
    expect(await over(zone).read(ENDPOINTS)).toMatchObject({ shares: { blue: 60, green: 40 }, fence: 0 });
    await over(zone).write(GREEN, 4, ENDPOINTS);
    expect(await over(zone).read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 });
  });

  test('are rejected with advice if the fence is unreadable', async () => {
    const zone = await atBlue('CNAME');
    zone.records = zone.records.map(record =>
      record.Type === 'TXT' ? { ...record, ResourceRecords: [{ Value: '"hello"' }] } : record,
    );
    await expect(over(zone).read(ENDPOINTS)).rejects.toThrow(
      `the record '_org-environments.${NAME}' (TXT "hello") is not from a release: someone else has changed it; delete `
        + 'it, then try again',
    );
  });

  test.each<[string, (record: ResourceRecordSet) => ResourceRecordSet[]]>([
    ['another weight', record => [{ ...record, Weight: 50 }]],
    ['no records', () => []],
    ['another record', record => [record, { ...record, SetIdentifier: `${record.SetIdentifier}2` }]],
  ])('are replaced by a repair, unless a newer change was made: %s', async (_title, edit) => {
    const zone = await atBlue('CNAME');
    await change(zone, edit);
    await expect(over(zone).replace(GREEN, 2, ENDPOINTS)).rejects.toThrow(NewerChangeError);
    await over(zone).replace(GREEN, 4, ENDPOINTS);
    expect(zone.weights(NAME)).toEqual({ 'CNAME blue': 0, 'CNAME green': 100 });
    expect(await over(zone).read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 });
  });

  test('are replaced by a repair with the record of the fence, if that is unreadable', async () => {
    const zone = await atBlue('CNAME');
    zone.records = zone.records.map(record =>
      record.Type === 'TXT' ? { ...record, ResourceRecords: [{ Value: '"hello"' }] } : record,
    );
    await over(zone).replace(GREEN, 4, ENDPOINTS);
    expect(await over(zone).read(ENDPOINTS)).toMatchObject({ shares: GREEN, fence: 4 });
  });

  test('of another type are left to a person by a repair', async () => {
    const zone = await atBlue('CNAME');
    const address = { Name: `${NAME}.`, Type: 'A' as const, TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] };
    zone.records = [...zone.records, address];
    await expect(over(zone).replace(GREEN, 4, ENDPOINTS)).rejects.toThrow(
      `the name '${NAME}' has records of other types than CNAME`,
    );
  });

  test('are not suspected while a change is made between two reads', async () => {
    const begin = async () => world(await atBlue('CNAME'), 'CNAME');
    const read = (traffic: Traffic) => traffic.read(ENDPOINTS);
    const write = (traffic: Traffic) => traffic.write(GREEN, 4, ENDPOINTS);
    expect(await overtakenEverywhere(begin, read, write, async (_, error) => expect(error).toBeUndefined())).toBe(2);
  });

  test('and changed in the moment of a change are kept', async () => {
    const zone = await atBlue('CNAME');
    const write = (traffic: Traffic) => traffic.write(GREEN, 4, ENDPOINTS);
    const edit = () => change(zone, record => [{ ...record, TTL: 5 }]);
    const port = new Proxy<ZoneRecords>(zone, {
      get: (target, name) => name !== 'change' ? Reflect.get(target, name).bind(target)
        : async (...batch: Parameters<ZoneRecords['change']>) => edit().then(() => target.change(...batch)),
    });
    await expect(write(over(port))).rejects.toThrow('someone else has changed the record');
    expect(zone.records.filter(({ TTL: ttl }) => ttl === 5)).toHaveLength(2);
  });
});
