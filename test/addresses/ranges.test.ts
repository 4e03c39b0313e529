import { FakeTables } from './fake-tables';
import { AddressWorld, rangeRequest } from './world';
import type { Placement } from '../../lambda/address-spaces/space';
import type { Written } from '../../lambda/address-spaces/tables';

async function world(changes: Parameters<AddressWorld['deploySpace']>[0] = {}): Promise<AddressWorld> {
  const made = new AddressWorld();
  await made.deploySpace(changes);
  return made;
}

describe('a range', () => {
  test('is the first part of the smallest free range that is large enough', async () => {
    const addresses = await world();
    expect(await addresses.give('A')).toBe('10.0.0.0/20');
    expect(await addresses.give('Small', { prefixLength: '24' })).toBe('10.0.16.0/24');
    expect(await addresses.give('Large', { prefixLength: '17' })).toBe('10.0.128.0/17');
    expect(await addresses.give('Fits', { prefixLength: '24' })).toBe('10.0.17.0/24');
  });

  test('stays the same when it is requested again', async () => {
    const addresses = await world();
    const first = await addresses.give('A');
    await addresses.give('B');
    expect(await addresses.give('A')).toBe(first);
  });

  test('can be given again by the call after its release', async () => {
    const addresses = await world({ cidr: '10.0.0.0/20' });
    await addresses.give('A');
    await addresses.release('A');
    expect(await addresses.give('B')).toBe('10.0.0.0/20');
  });

  test('stays the same while a network to compare cannot be read, which rejects new ranges', async () => {
    const addresses = await world({ compared: [{ accountId: '333333333333', region: 'eu-west-1' }] });
    const first = await addresses.give('A');
    const error = new Error('the networks of account 333333333333 cannot be compared');
    addresses.networks.read = () => Promise.reject(error);
    expect(await addresses.give('A')).toBe(first);
    await expect(addresses.give('B')).rejects.toThrow(error.message);
  });

  test('is not given back to an owner that requests again after its release', async () => {
    const addresses = await world();
    await addresses.give('A');
    await addresses.release('A');
    expect(await addresses.give('B')).toBe('10.0.0.0/20');
    expect(await addresses.give('A')).toBe('10.0.16.0/20');
    expect(await addresses.ranges()).toEqual({ '10.0.0.0/20': 'B', '10.0.16.0/20': 'A' });
  });

  test('takes two calls, and one when it is requested again or released', async () => {
    const addresses = await world();
    const before = { ...addresses.tables.calls };
    await addresses.give('A');
    expect(addresses.tables.calls).toEqual({ ...before, request: 1, give: 1 });
    await addresses.give('A');
    expect(addresses.tables.calls).toEqual({ ...before, request: 2, give: 1 });
    await addresses.release('A');
    expect(addresses.tables.calls).toEqual({ ...before, request: 2, give: 1, release: 1 });
  });

  test('takes at most three calls, however many others are requested at the same time', async () => {
    const addresses = await world({ cidr: '10.0.0.0/12' });
    const names = Array.from({ length: 60 }, (_, index) => `N${index}`);
    const given = await Promise.all(names.map(async name => addresses.give(name)));
    expect(new Set(given).size).toBe(60);
    const { request, give } = addresses.tables.calls;
    expect(request).toBe(60);
    expect(give).toBeLessThanOrEqual(120);
  });

  test('cannot be changed, because the new one must be given before the old one is released', async () => {
    const addresses = await world();
    await expect(addresses.update('A', { prefixLength: '24' })).rejects.toThrow(
      "the range of 'A' ('A') cannot change its prefixLength: give the construct another id, so that the new range is "
        + 'given before the old one is released',
    );
    await addresses.update('A', { region: 'eu-west-1' });
  });

  test('is reported if the table has lost it', async () => {
    const addresses = await world();
    await addresses.give('A');
    expect(await addresses.check('A')).toEqual([]);
    await addresses.tables.release('', 'A-Customer');
    expect(await addresses.check('A')).toMatchObject([{ isRepairable: false }]);
  });
});

describe('a range is not given', () => {
  test('if nothing is free, with what is free', async () => {
    const addresses = await world({ cidr: '10.0.0.0/20' });
    await addresses.give('A', { prefixLength: '21' });
    await addresses.give('B', { prefixLength: '23' });
    await expect(addresses.give('C', { prefixLength: '21' })).rejects.toThrow(
      "address space 'customers' (10.0.0.0/20) has no free range of /21 for 'C': free are 1 × /22, 1 × /23 (1,536 of "
        + '4,096 addresses); request a smaller range, remove one that is not needed '
        + "('org-environments addresses' lists them), or define another AddressSpace",
    );
    await addresses.give('D', { prefixLength: '22' });
    await addresses.give('E', { prefixLength: '23' });
    await expect(addresses.give('F', { prefixLength: '28' })).rejects.toThrow('free are no addresses (0 of 4,096');
  });

  test('by a space that is not deployed', async () => {
    const addresses = new AddressWorld();
    await expect(addresses.give('A')).rejects.toThrow(
      `the registry has no address space '${rangeRequest().spaceId}', so 'A' cannot have a range of it: deploy the app `
        + 'that defines the AddressSpace, or if it is deployed, run: org-environments reconcile --all',
    );
  });
});

describe('a new range never overlaps', () => {
  test('reserved ranges', async () => {
    const addresses = await world({
      cidr: '10.0.0.0/20', reserved: [{ cidr: '10.0.0.0/22', reason: 'office' }, { cidr: '10.0.8.0/21', reason: 'x' }],
    });
    expect(await addresses.give('A', { prefixLength: '22' })).toBe('10.0.4.0/22');
    await expect(addresses.give('B', { prefixLength: '28' })).rejects.toThrow('no free range');
  });

  test('networks that exist, until they are gone', async () => {
    const addresses = await world({
      cidr: '10.0.0.0/20', compared: [{ accountId: '333333333333', region: 'eu-west-1' }],
    });
    addresses.networks.cidrs.set('333333333333', ['10.0.0.0/22', '172.31.0.0/16', '10.0.4.128/25']);
    expect(await addresses.give('A', { prefixLength: '22' })).toBe('10.0.8.0/22');
    addresses.networks.cidrs.set('333333333333', ['10.0.8.0/22']);
    expect(await addresses.give('B', { prefixLength: '22' })).toBe('10.0.12.0/22');
    expect(await addresses.give('C', { prefixLength: '22' })).toBe('10.0.0.0/22');
    expect(await addresses.give('A', { prefixLength: '22' })).toBe('10.0.8.0/22');
  });

  test('routes that exist, except those that contain the whole space', async () => {
    const route = { accountId: '333333333333', region: 'eu-west-1', transitGatewayRouteTableId: 'tgw-rtb-1' };
    const addresses = await world({ cidr: '10.0.0.0/20', compared: [route] });
    addresses.networks.cidrs.set('333333333333', ['0.0.0.0/0', '10.0.0.0/20', '10.0.0.0/22']);
    expect(await addresses.give('A', { prefixLength: '22' })).toBe('10.0.4.0/22');
  });

  test('a VPC that contains the whole space', async () => {
    const addresses = await world({
      cidr: '10.0.0.0/20', compared: [{ accountId: '333333333333', region: 'eu-west-1' }],
    });
    addresses.networks.cidrs.set('333333333333', ['10.0.0.0/16']);
    await expect(addresses.give('A', { prefixLength: '22' })).rejects.toThrow('free are no addresses');
  });

  test('networks that were seen after another request arrived', async () => {
    const addresses = await world({
      cidr: '10.0.0.0/20', compared: [{ accountId: '333333333333', region: 'eu-west-1' }],
    });
    // its networks were read later than those that the next process has read
    await addresses.tables.request('', 'Late-Customer', {
      ticket: 'late',
      prefixLength: 22,
      name: 'Late',
      stackName: 'Customer',
      region: 'eu-west-1',
      since: '',
      seenAt: addresses.clock.now + 1_000_000,
    }, {});
    await addresses.give('A', { prefixLength: '22' });
    expect(await addresses.ranges()).toEqual({ '10.0.0.0/22': 'A' });
  });

  test('ranges that were adopted', async () => {
    const addresses = await world({
      cidr: '10.0.0.0/20', compared: [{ accountId: '333333333333', region: 'eu-west-1' }],
    });
    addresses.networks.cidrs.set('333333333333', ['10.0.0.0/22']);
    expect(await addresses.give('Old', { cidr: '10.0.0.0/22', prefixLength: '22' })).toBe('10.0.0.0/22');
    addresses.networks.cidrs.clear();
    expect(await addresses.give('A', { prefixLength: '22' })).toBe('10.0.4.0/22');
    await expect(addresses.give('B', { cidr: '10.0.0.0/21', prefixLength: '21' })).rejects.toThrow(
      "'10.0.0.0/21' cannot be adopted in address space 'customers' for 'B': '10.0.0.0/22' of 'Old' (stack 'Customer') "
        + 'overlaps it; remove that range first, or adopt another one',
    );
  });
});

test('each owner has one range, and no other, if the function dies at any call', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let call = 1; call <= 8; call++) {
      const addresses = await world({ compared: [{ accountId: '333333333333', region: 'eu-west-1' }] });
      addresses.fate.dieAt(call, when, [2, 'after']);
      await addresses.give('A');
      await addresses.give('B');
      await addresses.release('A');
      await addresses.give('C', { prefixLength: '19' });
      expect(Object.values(await addresses.ranges()).sort()).toEqual(['B', 'C']);
      expect(Object.keys(addresses.tables.space.requests).sort()).toEqual(['B-Customer', 'C-Customer']);
    }
  }
});

/** A table that others write before each of the first attempts. */
class ContestedTables extends FakeTables {
  public attempts = 0;
  public constructor(private readonly before: (attempt: number) => Promise<void>) {
    super();
  }

  public async give(tableArn: string, placement: Placement, version: number): Promise<Written> {
    await this.before(++this.attempts);
    return super.give(tableArn, placement, version);
  }
}

test('a range takes three calls if a writer that does not know it is faster', async () => {
  const tables = new ContestedTables(async attempt => {
    if (attempt === 1) tables.space = { ...tables.space, version: tables.space.version + 1 };
  });
  const addresses = new AddressWorld({ tables });
  await addresses.deploySpace();
  const before = { ...tables.calls };
  expect(await addresses.give('A')).toBe('10.0.0.0/20');
  expect(tables.calls).toEqual({ ...before, request: 1, give: 2 });
});
