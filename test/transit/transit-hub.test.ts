import type { TransitHubProps } from '../../src';
import { Account, Network, TransitHub } from '../../src';
import { Cicd, quickApp } from '../fixtures/app';
import { accountTemplateOf, onlyResource, resourcesOf, templateOf } from '../fixtures/assembly';
import { FixedRange, networkOf } from '../fixtures/networks';

const ATTACHMENT = 'Custom::OrgEnvironmentsTransitAttachment';

class World {
  public readonly app = quickApp();
  public readonly cicd = new Cicd(this.app, { imported: true });
  public readonly hub: TransitHub;

  public constructor(props: Partial<TransitHubProps> = {}) {
    this.hub = new TransitHub(this.cicd.stack, 'Hub', {
      organization: this.cicd.organization, account: this.cicd.account('hub'), ...props,
    });
  }

  public network(name = 'dev', props: Parameters<typeof networkOf>[3] = {}): Network {
    return networkOf(this.cicd, name, '10.1.0.0/20', props);
  }

  public synth() {
    const assembly = this.app.synth();
    return { assembly, outer: templateOf(assembly), inner: accountTemplateOf(assembly, this.hub.stack) };
  }
}

test('a hub accepts no attachment by itself, and has no default route table', () => {
  const { inner } = new World().synth();
  expect(onlyResource(inner, 'AWS::EC2::TransitGateway').Properties).toMatchObject({
    AutoAcceptSharedAttachments: 'disable',
    DefaultRouteTableAssociation: 'disable',
    DefaultRouteTablePropagation: 'disable',
    Description: 'Cicd/Hub',
  });
  expect(resourcesOf(inner, 'AWS::RAM::ResourceShare')).toEqual([]);
});

test('an attachment propagates to its segment and to those that reach it, also later ones', () => {
  const world = new World();
  const { hub } = world;
  hub.addSegment('shared');
  hub.attach(world.network('shared'), { segment: 'shared' });
  hub.addSegment('acme', { reaches: ['shared'] });
  hub.addSegment('globex', { reaches: ['shared'] });
  hub.attach(world.network('acme'), { segment: 'acme' });
  const { outer } = world.synth();
  const tablesOf = (path: string) => {
    const [{ Properties }] = resourcesOf(outer, ATTACHMENT).filter(one => one.Properties.networkName === path);
    const segments = (value: unknown) => [...new Set(JSON.stringify(value).match(/Segment(shared|acme|globex)/g))];
    return [segments(Properties.tableId), segments(Properties.propagatedTableIds)];
  };
  expect(tablesOf('Cicd/shared-network')).toEqual([
    ['Segmentshared'], ['Segmentshared', 'Segmentacme', 'Segmentglobex'],
  ]);
  expect(tablesOf('Cicd/acme-network')).toEqual([['Segmentacme'], ['Segmentacme', 'Segmentshared']]);
});

test('an attachment requests strings only', () => {
  const world = new World({ cidrs: ['10.0.0.0/8', '172.16.0.0/12'] });
  world.hub.addSegment('acme');
  world.hub.attach(world.network(), { segment: 'acme' });
  const { Properties } = onlyResource(world.synth().outer, ATTACHMENT);
  expect(Properties).toMatchObject({
    networkName: 'Cicd/dev-network',
    region: 'eu-west-1',
    cidrs: ['10.0.0.0/8', '172.16.0.0/12'],
    subnetIds: [expect.anything(), expect.anything()],
    routeTableIds: [expect.anything(), expect.anything(), expect.anything()],
  });
  expect(JSON.stringify(Properties.hubRoleArn)).toContain('network-org-environments-hub-');
});

test('each segment shares the hub with the accounts of its networks, but not with that of the hub', () => {
  const world = new World();
  const { hub, cicd } = world;
  hub.addSegment('acme');
  hub.attach(world.network('one'), { segment: 'acme' });
  hub.attach(world.network('two'), { segment: 'acme' });
  const account = Account.fromAccountId(cicd.stack, 'Owner', '444444444444');
  const other = new TransitHub(cicd.stack, 'Other', { organization: cicd.organization, account });
  other.addSegment('own');
  other.attach(networkOf(cicd, 'own', '10.2.0.0/20', { account }), { segment: 'own' });
  const { assembly } = world.synth();
  const sharesIn = (name: string) => {
    const segment = [hub, other].flatMap(one => one.node.findAll())
      .find(({ node }) => node.path.endsWith(`Segment-${name}/Stack`));
    return resourcesOf(accountTemplateOf(assembly, segment as never), 'AWS::RAM::ResourceShare');
  };
  const [{ Properties }] = sharesIn('acme');
  expect(Properties.AllowExternalPrincipals).toBe(false);
  expect(Properties.Principals).toHaveLength(2);
  expect(sharesIn('own')).toEqual([]);
});

test('a hub can be shared with units instead', () => {
  const unit = 'arn:aws:organizations::999999999999:ou/o-exampleorgid/ou-ab12-cdefgh34';
  const world = new World({ shareWith: [unit] });
  world.hub.addSegment('acme');
  world.hub.attach(world.network(), { segment: 'acme' });
  const { inner } = world.synth();
  expect(onlyResource(inner, 'AWS::RAM::ResourceShare').Properties).toMatchObject({
    Principals: [unit], AllowExternalPrincipals: false,
  });
});

test('adding a segment and a network changes neither the hub nor other networks', () => {
  const templatesOf = (more: boolean) => {
    const world = new World();
    const { hub } = world;
    hub.addSegment('acme');
    hub.attach(world.network('acme'), { segment: 'acme' });
    if (more) {
      hub.addSegment('globex');
      hub.attach(world.network('globex'), { segment: 'globex' });
    }
    const { outer, inner } = world.synth();
    // the preconditions list the accounts that are created
    const others = Object.entries(outer.Resources).filter(([, { Type }]) => !Type.endsWith('Preconditions'));
    return { outer: Object.fromEntries(others), inner };
  };
  const [before, after] = [templatesOf(false), templatesOf(true)];
  expect(after.inner).toEqual(before.inner);
  expect(after.outer).toMatchObject(before.outer);
});

test.each<[string, (world: World) => void, string]>([
  ['an unknown segment', ({ hub, network }) => hub.attach(network as never, { segment: 'acme' }),
    "there is no segment 'acme', only none: add it first, with hub.addSegment('acme')"],
  ['a segment that reaches an unknown one', ({ hub }) => {
    hub.addSegment('shared');
    hub.addSegment('acme', { reaches: ['globex'] });
  }, "there is no segment 'globex', only 'shared': add it first, with hub.addSegment('globex')"],
  ['a segment twice', ({ hub }) => {
    hub.addSegment('acme');
    hub.addSegment('acme');
  }, "the segment 'acme' exists already: use another name, or hub.segment('acme')"],
  ['a segment with a space in its name', ({ hub }) => hub.addSegment('the acme'), 'the name of a segment must be 1 to '
    + "32 letters, digits and hyphens, beginning with a letter, got 'the acme'"],
  ['a network twice', world => {
    world.hub.addSegment('acme');
    const network = world.network();
    world.hub.attach(network, { segment: 'acme' });
    world.hub.attach(network, { segment: 'acme' });
  }, "the network 'Cicd/dev-network' is attached twice: remove one hub.attach()"],
  ['a network of another region', world => {
    world.hub.addSegment('acme');
    const range = new FixedRange(world.cicd.stack, 'Range', '10.1.0.0/20', 'us-east-1');
    world.hub.attach(world.network('dev', { addressRange: range }), { segment: 'acme' });
  }, "the network 'Cicd/dev-network' is in us-east-1, but the hub is in eu-west-1: AWS attaches only networks of the "
    + 'same region; give that region a hub of its own'],
  ['an imported network without a role', world => {
    world.hub.addSegment('acme');
    const account = world.cicd.account('old');
    world.hub.attach(Network.fromNetworkAttributes(world.cicd.stack, 'Old', {
      account, vpcId: 'vpc-1', cidr: '10.9.0.0/16', privateSubnetIds: ['subnet-1'],
    }), { segment: 'acme' });
  }, "the imported network 'Cicd/Old' cannot be attached without a role in its account: set its 'networkRoleName'"],
  ['an imported network without route tables', world => {
    world.hub.addSegment('acme');
    const account = world.cicd.account('old');
    world.hub.attach(Network.fromNetworkAttributes(world.cicd.stack, 'Old', {
      account,
      vpcId: 'vpc-1',
      cidr: '10.9.0.0/16',
      privateSubnetIds: ['subnet-1'],
      networkRoleName: 'network-org-environments-old',
    }), { segment: 'acme' });
  }, "the network 'Cicd/Old' has no route tables for the way to the hub: set its 'routeTableIds'"],
])('%s is rejected', (_what, act, message) => {
  expect(() => act(new World())).toThrow(`[Cicd/Hub] ${message}`);
});

test('a VPC that two constructs import is attached only once', () => {
  const world = new World();
  world.hub.addSegment('acme');
  const account = world.cicd.account('old');
  const [one, two] = ['One', 'Two'].map(id => Network.fromNetworkAttributes(world.cicd.stack, id, {
    account,
    vpcId: 'vpc-1',
    cidr: '10.9.0.0/16',
    privateSubnetIds: ['subnet-1'],
    routeTableIds: ['rtb-1'],
    networkRoleName: 'network-org-environments-old',
  }));
  world.hub.attach(one, { segment: 'acme' });
  expect(() => world.hub.attach(two, { segment: 'acme' })).toThrow(
    "[Cicd/Two] the VPC of the hub 'Cicd/Hub' 'vpc-1' is already used by 'Cicd/One': a VPC can be attached to a hub "
      + 'only once; remove one hub.attach()',
  );
});

test.each<[string, Partial<TransitHubProps>, string]>([
  ['a wrong block', { cidrs: ['10.0.0.0'] },
    "'cidrs' must be an IPv4 range in CIDR notation like '10.0.0.0/16', got '10.0.0.0'"],
  ['a block of no addresses', { cidrs: ['10.0.0.300/33'] },
    "'cidrs' must be an IPv4 range in CIDR notation like '10.0.0.0/16', got '10.0.0.300/33'"],
  ['a block with bits after its prefix', { cidrs: ['10.1.0.0/8'] },
    "'cidrs' has bits set after its prefix: the range of '10.1.0.0/8' is '10.0.0.0/8'"],
  ['two blocks that overlap', { cidrs: ['10.0.0.0/8', '10.16.0.0/12'] },
    "'cidrs' contains '10.0.0.0/8' and '10.16.0.0/12', which overlap: remove the smaller one"],
  ['no block', { cidrs: [] }, "'cidrs' must contain at least one block, for example '10.0.0.0/8'"],
  ['a public number', { amazonSideAsn: 1 },
    "'amazonSideAsn' must be from 64512 to 65534, or from 4200000000 to 4294967294, got 1"],
])('a hub with %s is rejected', (_what, props, message) => {
  expect(() => new World(props)).toThrow(`[Cicd/Hub] ${message}`);
});

test('another app imports a hub, and adds a segment and a network', () => {
  const app = quickApp();
  const cicd = new Cicd(app, { imported: true });
  const { organization } = cicd;
  const account = Account.fromAccountId(cicd.stack, 'Owner', '444444444444');
  const hubRoleName = 'network-org-environments-hub-1';
  const attributes = { organization, account, transitGatewayId: 'tgw-1', hubRoleName };
  const hub = TransitHub.fromTransitHubAttributes(cicd.stack, 'Hub', attributes);
  hub.addSegment('acme');
  hub.attach(networkOf(cicd, 'dev', '10.1.0.0/20'), { segment: 'acme' });
  expect(hub.segment('acme').segmentName).toBe('acme');
  expect(onlyResource(templateOf(app.synth()), ATTACHMENT).Properties).toMatchObject({
    transitGatewayId: 'tgw-1',
    hubRoleArn: {
      'Fn::Join': ['', [
        'arn:', { Ref: 'AWS::Partition' }, expect.stringContaining(':role/network-org-environments-hub-1'),
      ]],
    },
  });
  const wrong = { ...attributes, hubRoleName: 'admin' };
  expect(() => TransitHub.fromTransitHubAttributes(cicd.stack, 'Wrong', wrong)).toThrow(
    "'hubRoleName' must begin with 'network-org-environments-', because the function that attaches networks assumes "
      + "no other roles, got 'admin'",
  );
});
