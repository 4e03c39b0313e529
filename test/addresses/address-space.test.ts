import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Account, AddressSpace } from '../../src';
import type { TableAddressSpaceProps } from '../../src';
import { Cicd, CICD_ACCOUNT, quickApp, REGION } from '../fixtures/app';

function cicd(): Cicd {
  return new Cicd(quickApp(), { imported: true });
}

function spaceIn({ stack, organization }: Cicd, props: Partial<TableAddressSpaceProps> = {}, id = 'Space') {
  return AddressSpace.table(stack, id, { organization, cidr: '10.0.0.0/16', ...props });
}

const TABLE = 'AWS::DynamoDB::Table';
const SPACE = 'Custom::OrgEnvironmentsAddressSpace';
const RANGE = 'Custom::OrgEnvironmentsAddressRange';

const onlyRole = (name: string) => ({
  ArnEquals: { 'aws:PrincipalArn': roleArn(name, { Ref: 'AWS::AccountId' }) },
});

describe('a table of an address space', () => {
  test('is in the CICD account by default, is retained, and admits the two functions only', () => {
    const { stack, organization } = cicd();
    AddressSpace.table(stack, 'Space', { organization, cidr: '10.0.0.0/16' });
    const template = Template.fromStack(stack);
    template.hasResource(TABLE, {
      DeletionPolicy: 'Retain',
      Properties: {
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        ResourcePolicy: {
          PolicyDocument: {
            Statement: [
              Match.objectLike({
                Sid: 'GiveRanges',
                Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
                Condition: onlyRole('org-environments-address-provider'),
              }),
              Match.objectLike({
                Sid: 'ShowRanges',
                Action: 'dynamodb:GetItem',
                Condition: onlyRole('org-environments-operations'),
              }),
            ],
          },
        },
      },
    });
    expect(Object.keys(template.findResources(TABLE))).toEqual([expect.stringMatching(/^OrgEnvironmentsAddresses/)]);
    template.hasResourceProperties(SPACE, { kind: 'table', spaceName: 'Cicd/Space', cidr: '10.0.0.0/16' });
  });

  test('can be in an account that the deployment creates', () => {
    const made = cicd();
    const space = spaceIn(made, { account: made.account('shared'), spaceName: 'customer' });
    space.addRange(made.stack, 'Range', { prefixLength: 20 });
    const assembly = (made.stack.node.root as App).synth();
    const template = Template.fromJSON(assembly.getStackByName('Cicd').template as object);
    template.resourceCountIs(TABLE, 0);
    template.hasResourceProperties('Custom::OrgEnvironmentsStack', { parameters: { CicdAccount: CICD_ACCOUNT } });
    expect(propertiesOf(template, SPACE)).toMatchObject([{ spaceName: 'customer' }]);
    expect(propertiesOf(template, RANGE)).toMatchObject([
      { kind: 'range', name: 'Cicd/Range', prefixLength: '20', region: REGION },
    ]);
  });

  test('has the networks to compare and the reserved ranges in its space', () => {
    const made = cicd();
    const account = Account.fromAccountId(made.stack, 'Network', '333333333333');
    spaceIn(made, {
      reserved: [{ cidr: '10.0.0.0/24', reason: 'office' }],
      compare: [{ account }, { account, region: 'eu-central-1', transitGatewayRouteTableId: 'tgw-rtb-1' }],
    });
    expect(propertiesOf(Template.fromStack(made.stack), SPACE)).toMatchObject([{
      reserved: [{ cidr: '10.0.0.0/24', reason: 'office' }],
      compared: [{ region: REGION }, { region: 'eu-central-1', transitGatewayRouteTableId: 'tgw-rtb-1' }],
    }]);
  });
});

function propertiesOf(template: Template, type: string): unknown[] {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}

function roleArn(name: string, account: unknown) {
  return { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', account, `:role/${name}`]] };
}

describe('a range', () => {
  test('of another size or space is another resource, so that the old one is released last', () => {
    const ids = [[20, 'Space'], [24, 'Space'], [20, 'Other']].map(([prefixLength, id]) => {
      const made = cicd();
      spaceIn(made, {}, String(id)).addRange(made.stack, 'Range', { prefixLength: Number(prefixLength) });
      return Object.keys(Template.fromStack(made.stack).findResources(RANGE))[0];
    });
    expect(new Set(ids).size).toBe(3);
  });

  test('is given after all ranges that are adopted', () => {
    const made = cicd();
    const space = spaceIn(made);
    space.addRange(made.stack, 'Before', { prefixLength: 20 });
    space.adoptRange(made.stack, 'Adopted', { cidr: '10.0.16.0/20' });
    space.addRange(made.stack, 'After', { prefixLength: 20 });
    const ranges = Object.entries(Template.fromStack(made.stack).findResources(RANGE));
    const [[adopted] = ['']] = ranges.filter(([, { Properties }]) => Properties.cidr === '10.0.16.0/20');
    const dependent = ranges.filter(([, { DependsOn = [] }]) => DependsOn.includes(adopted));
    expect(dependent).toHaveLength(2);
  });

  test('of a space of another app names it by its id', () => {
    const { stack, organization } = cicd();
    const space = AddressSpace.fromAddressSpaceAttributes(stack, 'Space', { organization, spaceId: 'ipam-pool-1' });
    space.addRange(stack, 'Range', { prefixLength: 24, region: 'eu-central-1' });
    expect(propertiesOf(Template.fromStack(stack), RANGE)).toMatchObject([
      { spaceId: 'ipam-pool-1', region: 'eu-central-1' },
    ]);
  });

  test('has the region of the pool of IPAM', () => {
    const { stack, organization } = cicd();
    const space = AddressSpace.ipam(stack, 'Space', { organization, pool: 'ipam-pool-0123456789abcdef0' });
    expect(space.addRange(stack, 'Range', { prefixLength: 24 }).region).toBe(REGION);
    expect(() => space.addRange(stack, 'Other', { prefixLength: 24, region: 'eu-central-1' })).toThrow(
      "[Cicd/Other] the pool of the address space 'Cicd/Space' has the locale 'eu-west-1', so it has no ranges for the "
        + "region 'eu-central-1': use an AddressSpace of that region",
    );
  });
});

describe('at synth, the error says', () => {
  test.each<[string, Partial<TableAddressSpaceProps>, string]>([
    ['no range', { cidr: '10.0.0.0' },
      "'cidr' must be an IPv4 range in CIDR notation like '10.0.0.0/16', got '10.0.0.0'"],
    ['bits of the host', { cidr: '10.0.1.5/16' },
      "'cidr' has bits set after its prefix: the range of '10.0.1.5/16' is '10.0.0.0/16'"],
    ['a space that is too small', { cidr: '10.0.0.0/29' },
      "'cidr' must have a prefix from /8 to /28, got '10.0.0.0/29'"],
    ['a reserved range outside', { reserved: [{ cidr: '10.1.0.0/24', reason: 'x' }] },
      "the reserved range '10.1.0.0/24' is outside of the address space '10.0.0.0/16': reserve only ranges"],
    ['a reserved range that is larger', { reserved: [{ cidr: '10.0.0.0/8', reason: 'x' }] },
      "the reserved range '10.0.0.0/8' is larger than the address space '10.0.0.0/16': reserve only ranges"],
    ['a bad name', { spaceName: '' }, "'spaceName' must be 1 to 64 printable ASCII characters, got ''"],
  ])('%s', (_case, props, message) => {
    expect(() => spaceIn(cicd(), props)).toThrow(`[Cicd/Space] ${message}`);
  });

  test('that spaces overlap', () => {
    const made = cicd();
    spaceIn(made);
    expect(() => spaceIn(made, { cidr: '10.0.128.0/17' }, 'Other')).toThrow(
      "[Cicd/Other] the address space '10.0.128.0/17' overlaps '10.0.0.0/16' of 'Cicd/Space', so networks of both "
        + "could not be connected: use another 'cidr', or ranges of that space",
    );
  });

  test('that two spaces have one name', () => {
    const made = cicd();
    spaceIn(made, { spaceName: 'one' });
    expect(() => spaceIn(made, { spaceName: 'one', cidr: '10.1.0.0/16' }, 'Other')).toThrow(
      "[Cicd/Other] the address space 'one' is already used by 'Cicd/Space': every AddressSpace needs its own "
        + 'spaceName',
    );
  });

  test('that a range is too large, too small, or outside', () => {
    const made = cicd();
    const space = spaceIn(made);
    expect(() => space.addRange(made.stack, 'Large', { prefixLength: 12 })).toThrow(
      "[Cicd/Large] a range of /12 is larger than its address space '10.0.0.0/16': use a 'prefixLength' from 16 to 28",
    );
    expect(() => space.addRange(made.stack, 'Small', { prefixLength: 29 })).toThrow(
      "[Cicd/Small] 'prefixLength' must be a whole number from 8 to 28, got 29",
    );
    expect(() => space.adoptRange(made.stack, 'Outside', { cidr: '10.1.0.0/16' })).toThrow(
      "[Cicd/Outside] '10.1.0.0/16' is outside of its address space '10.0.0.0/16': adopt only ranges inside of it, "
        + 'because no other one can collide',
    );
  });

  test('that too many networks are compared, and that the pool has no id of a pool', () => {
    const made = cicd();
    const account = Account.fromAccountId(made.stack, 'Network', '333333333333');
    expect(() => spaceIn(made, { compare: Array.from({ length: 11 }, () => ({ account })) })).toThrow(
      '[Cicd/Space] at most 10 networks can be compared, because each is read before a range is given, got 11: compare '
        + 'the routes of a Transit Gateway, which has those of all its VPCs',
    );
    const { stack, organization } = made;
    expect(() => AddressSpace.ipam(stack, 'Ipam', { organization, pool: 'pool' })).toThrow(
      "[Cicd/Ipam] 'pool' must be the id of a pool of VPC IPAM like 'ipam-pool-0123456789abcdef0', got 'pool'",
    );
  });

  test('that a range is known at deployment only', () => {
    const made = cicd();
    const { account } = new Stack(quickApp(), 'Agnostic');
    expect(() => spaceIn(made, { cidr: account })).toThrow("[Cicd/Space] 'cidr' must be known at synth, got a token");
  });
});
