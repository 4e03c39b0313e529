import { CfnOutput } from 'aws-cdk-lib';
import { reasons, Harness } from './harness';
import { Reconciliation } from './reconcile';
import { unusedPermissions } from '../../rehearsal/assembly/unused-permissions';
import { AddressSpace } from '../../src';
import type { IAddressSpace } from '../../src';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';

type Prefixes = Readonly<Record<string, number>>;

/** Defines an address space in a vended account, and ranges of it. */
function customer(prefixes: Prefixes, adopted: Readonly<Record<string, string>> = {}) {
  return (cicd: Cicd): void => {
    const { stack, organization } = cicd;
    const space = AddressSpace.table(stack, 'Addresses', {
      organization,
      account: cicd.account('shared'),
      cidr: '10.0.0.0/12',
      reserved: [{ cidr: '10.0.0.0/20', reason: 'office network' }],
    });
    addRanges(cicd, space, prefixes);
    for (const [name, cidr] of Object.entries(adopted)) {
      new CfnOutput(stack, `${name}Cidr`, { value: space.adoptRange(stack, name, { cidr }).cidr });
    }
  };
}

function addRanges({ stack }: Cicd, space: IAddressSpace, prefixes: Prefixes): void {
  for (const [name, prefixLength] of Object.entries(prefixes)) {
    new CfnOutput(stack, `${name}Cidr`, { value: space.addRange(stack, name, { prefixLength }).cidr });
  }
}

const [both, one, resized, none, adopting] = [
  customer({ Blue: 20, Green: 20 }), customer({ Green: 20 }), customer({ Green: 19 }), customer({}),
  customer({ Blue: 20, Green: 20 }, { Old: '10.0.16.0/20' }),
];

describe('an address space in an account that the same deployment creates', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.start();
  });
  afterAll(() => harness.stop());

  const outputs = (): Record<string, string> => Object.fromEntries(
    (harness.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.outputs ?? [])
      .map(({ key, value }) => [key, value]),
  );

  test('gives ranges that overlap neither each other nor what is reserved or adopted', async () => {
    expect(reasons(await harness.deploy(adopting))).toBe('');
    expect(outputs()).toEqual(expect.objectContaining({ OldCidr: '10.0.16.0/20' }));
    expect([outputs().BlueCidr, outputs().GreenCidr].sort()).toEqual(['10.0.32.0/20', '10.0.48.0/20']);
  });

  test('keeps the ranges of a network when others are released', async () => {
    const before = outputs();
    expect(reasons(await harness.deploy(both))).toBe('');
    expect(outputs()).toMatchObject({ BlueCidr: before.BlueCidr, GreenCidr: before.GreenCidr });
    expect(reasons(await harness.deploy(one))).toBe('');
    expect(outputs().GreenCidr).toBe(before.GreenCidr);
  });

  test('gives a range of another size before it releases the old one', async () => {
    const { GreenCidr: before } = outputs();
    expect(reasons(await harness.deploy(resized))).toBe('');
    expect(outputs().GreenCidr).toMatch(/\/19$/);
    expect(outputs().GreenCidr).not.toBe(before);
  });

  test('changes nothing in another deployment, and gives everything back at its end', async () => {
    expect(await new Reconciliation(harness).check()).toEqual([]);
    const calls = harness.calls('dynamodb:UpdateItem');
    expect(reasons(await harness.deploy(resized))).toBe('');
    expect(harness.calls('dynamodb:UpdateItem')).toBe(calls);
    expect(reasons(await harness.deploy(none))).toBe('');
    expect(unusedPermissions(harness.simulation)['org-environments-address-provider']).toEqual([
      'ec2:AllocateIpamPoolCidr', 'ec2:GetIpamPoolAllocations', 'ec2:ReleaseIpamPoolAllocation', 'sts:AssumeRole',
    ]);
    const shared = harness.vended['shop-shared'] ?? '';
    const tables = harness.simulation.cloudformation.inventory.all({ accountId: shared, region: REGION })
      .filter(({ type }) => type === 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(1);
    const [item = {}] = harness.simulation.tables.items(shared, REGION, tables[0]?.id ?? '');
    expect(Object.keys(item).filter(name => name.startsWith('request:'))).toEqual([]);
  });
});
