import { AddressWorld, owner, TABLE } from './world';
import { AwsNetworks } from '../../lambda/addresses/aws';
import type { ApiCall } from '../../lambda/shared/api/api';
import { awsError } from '../fixtures/aws-error';

const OTHER = TABLE.replace('Addresses1', 'Addresses2');

describe('an address space', () => {
  test('may grow, and may shrink if its ranges stay inside', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    await addresses.give('A');
    await addresses.updateSpace({ cidr: '10.0.0.0/12' });
    expect(await addresses.give('B', { prefixLength: '14' })).toBe('10.4.0.0/14');
    await expect(addresses.updateSpace({ cidr: '10.0.0.0/16' })).rejects.toThrow(
      "address space 'customers' cannot become 10.0.0.0/16: '10.4.0.0/14' of 'B' (stack 'Customer') is outside of it; "
        + 'remove it first',
    );
  });

  test('reserves no range that is in use', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    await addresses.give('A');
    await expect(addresses.updateSpace({ reserved: [{ cidr: '10.0.8.0/24', reason: 'office' }] })).rejects.toThrow(
      "address space 'customers' cannot reserve '10.0.8.0/24': '10.0.0.0/20' of 'A' (stack 'Customer') is in use; "
        + 'remove it first, or reserve another range',
    );
    await addresses.updateSpace({ reserved: [{ cidr: '10.0.16.0/20', reason: 'office' }] });
    expect(await addresses.give('B')).toBe('10.0.32.0/20');
  });

  test('cannot overlap one of another app', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    const other = { tableArn: OTHER, spaceName: 'other', cidr: '10.0.128.0/17' };
    await expect(addresses.deploySpace(other, owner('Other', 'OtherApp'))).rejects.toThrow(
      "address space 'other' (10.0.128.0/17) overlaps 'customers' (10.0.0.0/16) of stack 'Customer': use another "
        + "'cidr', or that space with AddressSpace.fromAddressSpaceAttributes()",
    );
  });

  test('cannot overlap one that another app declares at the same time', async () => {
    const addresses = new AddressWorld();
    const other = { tableArn: OTHER, spaceName: 'other', cidr: '10.0.128.0/17' };
    const otherApp = owner('Other', 'OtherApp');
    const list = addresses.registry.list.bind(addresses.registry);
    const declaredAt = addresses.clock.now;
    // the index has a record only some time after it was written
    addresses.registry.list = async kind => addresses.clock.now - declaredAt < 3000 ? [] : list(kind);
    await addresses.declareSpace();
    await addresses.declareSpace(other, otherApp);
    await expect(addresses.finishSpace()).rejects.toThrow("overlaps 'other' (10.0.128.0/17) of stack 'OtherApp'");
    await expect(addresses.finishSpace(other, otherApp)).rejects.toThrow("overlaps 'customers' (10.0.0.0/16)");
  });

  test('is declared by one app', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    await expect(addresses.deploySpace({}, owner('Space', 'OtherApp'))).rejects.toThrow(
      "address space 'customers' is declared by stack 'Customer' already: use "
        + 'AddressSpace.fromAddressSpaceAttributes() here',
    );
  });

  test('is not recorded with a former table, which only a restored registry has', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    const keys = [...addresses.registry.keys];
    await addresses.requestFormerSpace({}, { cidr: '10.0.0.0/12' });
    expect(addresses.registry.keys).toEqual(keys);
    await addresses.requestFormerSpace({ tableArn: OTHER }, {});
    expect(addresses.registry.keys.filter(key => key.includes(TABLE))).toEqual([]);
  });

  test('differs in nothing after its deployment', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    expect(await addresses.checkSpace()).toEqual([]);
  });

  test('whose record was lost is reported, and recorded again, so that it gives ranges', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    const [key] = addresses.registry.keys.filter(name => name.includes(TABLE));
    await addresses.registry.remove(key, (await addresses.registry.read(key))?.version ?? 0);
    await expect(addresses.give('A')).rejects.toThrow('or if it is deployed, run: org-environments reconcile --all');
    expect(await addresses.checkSpace()).toEqual([{
      what: "the registry has no record of address space 'customers'",
      remedy: 'it is recorded again',
      isRepairable: true,
    }]);
    await addresses.repairSpace();
    expect(await addresses.checkSpace()).toEqual([]);
    expect(await addresses.give('A')).toBe('10.0.0.0/20');
  });

  test('whose settings in the table were changed is reported, and they are written again', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    const { version } = await addresses.tables.read();
    const other = { spaceName: 'customers', cidr: '10.9.0.0/16', reserved: [], sources: [] };
    await addresses.tables.configure(TABLE, other, version);
    expect(await addresses.checkSpace()).toMatchObject([{ remedy: 'they are written again', isRepairable: true }]);
    await addresses.repairSpace();
    expect(await addresses.checkSpace()).toEqual([]);
  });

  test('keeps the settings of its renamed construct while the former one is retained', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    const renamed = { reserved: [{ cidr: '10.0.16.0/20', reason: 'office' }] };
    await addresses.deploySpace(renamed, owner('Renamed'));
    expect(await addresses.checkSpace()).toEqual([]);
    expect(await addresses.checkSpace(renamed, owner('Renamed'))).toEqual([]);
    await addresses.finishSpace();
    expect((await addresses.tables.read()).settings).toMatchObject(renamed);
  });

  test('whose table was deleted is reported, and must be restored', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    addresses.tables.read = async () => { throw awsError('ResourceNotFoundException', 'no table'); };
    expect(await addresses.checkSpace()).toEqual([{
      what: `the table '${TABLE}' of address space 'customers' does not exist`,
      remedy: 'restore it from a backup under the same name',
      isRepairable: false,
    }]);
    await expect(addresses.updateSpace({})).rejects.toThrow(
      `the table '${TABLE}' of an address space does not exist: restore it from a backup under the same name`,
    );
  });

  test('that was removed can be declared by another app', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    await addresses.removeSpace();
    await addresses.deploySpace({}, owner('Space', 'OtherApp'));
    expect(await addresses.give('A')).toBe('10.0.0.0/20');
  });

  test('is not removed while ranges are in use, for example those of another app', async () => {
    const addresses = new AddressWorld();
    await addresses.deploySpace();
    await addresses.give('A');
    await expect(addresses.removeSpace()).rejects.toThrow(
      "address space 'customers' has ranges in use: 10.0.0.0/20 of 'A' (stack 'Customer'); remove them first",
    );
    await expect(addresses.deploySpace({}, owner('Space', 'OtherApp'))).rejects.toThrow('is declared by stack');
    await addresses.release('A');
    await addresses.removeSpace();
    await addresses.deploySpace({}, owner('Space', 'OtherApp'));
    expect(await addresses.give('B')).toBe('10.0.0.0/20');
  });
});

describe('networks of an account', () => {
  const world = (answers: Readonly<Record<string, unknown>>[]) => {
    const calls: ApiCall[] = [];
    const networks = new AwsNetworks('aws', () => ({
      call: async call => {
        calls.push(call);
        return answers[calls.length - 1] ?? {};
      },
    }));
    return { networks, calls };
  };
  const place = { accountId: '333333333333', region: 'eu-west-1' };

  test('are the ranges of all its VPCs, by one call for each page', async () => {
    const vpc = {
      cidrBlock: '10.1.0.0/16',
      cidrBlockAssociationSet: {
        item: [
          { cidrBlock: '10.1.0.0/16' }, { cidrBlock: '10.9.0.0/20' },
        ],
      },
    };
    const { networks, calls } = world([
      { vpcSet: { item: [vpc, { vpcId: 'vpc-1' }] }, nextToken: 'next' },
      { vpcSet: { item: { cidrBlock: '10.2.0.0/24' } } },
    ]);
    expect(await networks.read(place)).toEqual(['10.1.0.0/16', '10.2.0.0/24', '10.9.0.0/20']);
    expect(calls.map(({ operation, input }) => [operation, input.NextToken])).toEqual([
      ['DescribeVpcs', undefined], ['DescribeVpcs', 'next'],
    ]);
  });

  test('are the routes of a Transit Gateway, if there are not too many to read', async () => {
    const table = { ...place, transitGatewayRouteTableId: 'tgw-rtb-1' };
    const routes = { routeSet: { item: [{ destinationCidrBlock: '10.3.0.0/16' }, { prefixListId: 'pl-1' }] } };
    const { networks, calls } = world([routes, { ...routes, additionalRoutesAvailable: 'true' }]);
    expect(await networks.read(table)).toEqual(['10.3.0.0/16']);
    expect(calls).toMatchObject([{ operation: 'SearchTransitGatewayRoutes' }]);
    await expect(networks.read(table)).rejects.toThrow(
      "route table 'tgw-rtb-1' has more than 1000 routes, which cannot all be compared: compare a table with fewer "
        + 'routes, or the VPCs of accounts',
    );
  });

  test('that cannot be read say what to do', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    const networks = new AwsNetworks('aws', () => ({ call: async () => { throw denied; } }));
    await expect(networks.read(place)).rejects.toThrow(
      'the networks of account 333333333333 in eu-west-1 cannot be compared, because role '
        + "'arn:aws:iam::333333333333:role/cdk-hnb659fds-lookup-role-333333333333-eu-west-1' cannot be used: bootstrap "
        + "the account for CDK in that region, or remove the network from 'compare' of the AddressSpace "
        + '(not authorized)',
    );
  });
});
