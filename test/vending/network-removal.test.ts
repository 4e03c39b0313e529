import { Harness, reasons } from './harness';
import { AddressSpace, Network, TransitHub } from '../../src';
import type { Cicd } from '../fixtures/app';
import { REGION } from '../fixtures/app';

/** A hub with networks of one segment, whose ranges are in a table. */
function app(...names: readonly string[]) {
  return (cicd: Cicd): void => {
    const { organization, stack } = cicd;
    const account = cicd.account('hub');
    const space = AddressSpace.table(stack, 'Addresses', { organization, account, cidr: '10.0.0.0/16' });
    const hub = new TransitHub(stack, 'Hub', { organization, account });
    hub.addSegment('acme');
    for (const name of names) {
      const network = new Network(stack, name, {
        organization,
        account: cicd.account(name),
        addressRange: space.addRange(stack, `${name}-range`, {
          prefixLength: 20,
        }),
      });
      hub.attach(network, { segment: 'acme' });
    }
  };
}

const BOTH = app('one', 'two');
const ONE = app('one');

describe('a network that is removed', () => {
  let harness: Harness;
  /** Routes that lead nowhere, looked up at each event of a stack. */
  const blackholes: string[] = [];
  beforeEach(async () => {
    harness = await Harness.start();
    blackholes.length = 0;
    expect(reasons(await harness.deploy(BOTH))).toBe('');
    harness.simulation.cloudformation.onEvent(() => {
      for (const table of ec2().networks.routeTables.values()) {
        for (const { target, targetId, destination } of table.routes.values()) {
          const leadsNowhere = target === 'transitGatewayId' && !ec2().transit.isAttached(targetId, table.vpcId);
          if (leadsNowhere) blackholes.push(`${table.vpcId} → ${destination}`);
        }
      }
    });
  });
  afterEach(() => harness.stop());

  const ec2 = () => harness.simulation.ec2;
  const vpcs = () => [...ec2().networks.vpcs.values()]
    .filter(({ isDefault, region }) => !isDefault && region === REGION).map(({ cidr }) => cidr);
  const networkStack = () => {
    const accountId = harness.vended['shop-two'] ?? '';
    const found = harness.simulation.cloudformation.all.find(stack =>
      stack.accountId === accountId && [...stack.resources.values()].some(({ type }) => type === 'AWS::EC2::VPC'));
    return { accountId, id: found?.id ?? '' };
  };

  /** The ranges in use and their number. */
  const ranges = (): readonly string[] => {
    const { simulation } = harness;
    const accountId = harness.vended['shop-hub'] ?? '';
    const tables = simulation.cloudformation.all.filter(stack => stack.accountId === accountId)
      .flatMap(({ resources }) => [...resources.values()])
      .filter(({ type }) => type === 'AWS::DynamoDB::Table').map(({ id }) => id ?? '');
    return [...new Set(tables)].flatMap(table => simulation.tables.items(accountId, REGION, table))
      .flatMap(item => Object.keys(item)).filter(name => name.startsWith('request:'));
  };

  const expectRemoved = () => {
    expect(vpcs()).toHaveLength(1);
    expect(ec2().transit.living()).toHaveLength(1);
    expect(ranges()).toHaveLength(1);
  };

  test('is detached after its share has ended, and leaves no route that leads nowhere', async () => {
    const shared = () => ec2().transit.living().map(({ accountId, transitGatewayId: id }) =>
      ec2().transit.sees(id, { accountId, region: REGION }));
    const seen: boolean[][] = [];
    harness.simulation.cloudformation.onEvent(() => seen.push(shared()));
    expect(reasons(await harness.deploy(ONE))).toBe('');
    expectRemoved();
    // the update of the segment comes before the detachment
    expect(seen.some(all => all.includes(false))).toBe(true);
    expect(blackholes).toEqual([]);
  });

  test('is removed when its stack was deleted by hand, and its range is free again', async () => {
    const { accountId, id } = networkStack();
    const attachment = ec2().transit.living().find(one => one.accountId === accountId);
    if (attachment) ec2().transit.detach(attachment);
    await harness.simulation.clock.sleep(120);
    await harness.simulation.cloudformation.remove(accountId, REGION, id);
    expect(vpcs()).toHaveLength(1);
    expect(reasons(await harness.deploy(ONE))).toBe('');
    expectRemoved();
    expect(reasons(await harness.deploy(BOTH))).toBe('');
    expect(vpcs()).toHaveLength(2);
  });

  test('is removed when the deletion of its stack by hand has failed, because the network was attached', async () => {
    const { accountId, id } = networkStack();
    const stack = await harness.simulation.cloudformation.remove(accountId, REGION, id);
    expect(stack?.status).toBe('DELETE_FAILED');
    expect(reasons(await harness.deploy(ONE))).toBe('');
    expectRemoved();
  });
});
