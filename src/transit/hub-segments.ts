import { Aws, Lazy, Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { TransitAttachmentRequest, TransitAttachmentResult } from './contract';
import { Segment } from './segment';
import type {
  ITransitHub, ITransitSegment, TransitAttachmentOptions, TransitSegmentOptions,
} from './transit-hub-interface';
import type { TransitSegmentAttributes } from './transit-hub-props';
import type { IAccount } from '../account/account-interface';
import { doOverlap, parsedCidr } from '../addresses/cidr';
import type { INetwork } from '../network/network-interface';
import type { IOrganization } from '../organization/organization-interface';
import { RESOURCE_TYPES } from '../private/contract';
import { ManagedResource } from '../private/managed-resource';
import { UniqueClaims } from '../private/unique-claims';
import { fail } from '../private/validate';

/** What the segments of a hub need to know of it. */
export interface HubProps {
  readonly organization: IOrganization;
  readonly account: IAccount;
  readonly cidrs: string[];
  /** ARN of the role in the account of the hub. */
  readonly hubRoleArn: string;
  /** Whether it is shared with all accounts that may need it. */
  readonly isShared: boolean;
}

const SEGMENT_NAME = /^[A-Za-z][A-Za-z0-9-]{0,31}$/;

/** The segments of a hub, and the networks in them. */
export class HubSegments {
  private readonly segments = new Map<string, Segment>();
  private readonly networks = new Set<INetwork>();

  /** @param hub the construct of the hub, for errors and as scope */
  public constructor(private readonly hub: ITransitHub & Construct, private readonly props: HubProps) {
    checkCidrs(hub, props.cidrs);
    if (props.cidrs.length === 0) fail(hub, "'cidrs' must contain at least one block, for example '10.0.0.0/8'");
  }

  /** Adds a segment that another app defines, and to which this app attaches networks. */
  public import({ segmentName, routeTableId, reaches = [] }: TransitSegmentAttributes): void {
    this.connect(this.create(segmentName, routeTableId), reaches.map(name => this.known(name)));
  }

  public add(segmentName: string, { reaches = [] }: TransitSegmentOptions): ITransitSegment {
    const reached = reaches.map(name => this.known(name));
    const imported = reached.find(({ isImported }) => isImported);
    if (imported) {
      fail(this.hub, `the segment '${segmentName}' cannot reach '${imported.segmentName}', which another app defines: `
        + 'the networks there would have no way back; add the segment in that app');
    }
    const segment = this.create(segmentName);
    this.connect(segment, reached);
    return segment;
  }

  private create(segmentName: string, routeTableId?: string): Segment {
    const { organization, account, isShared } = this.props;
    const { region } = this.hub;
    if (!SEGMENT_NAME.test(segmentName)) {
      fail(this.hub, 'the name of a segment must be 1 to 32 letters, digits and hyphens, beginning with a letter, got '
        + `'${segmentName}'`);
    }
    if (this.segments.has(segmentName)) {
      fail(this.hub, `the segment '${segmentName}' exists already: use another name, or hub.segment('${segmentName}')`);
    }
    const segment = new Segment(this.hub, `Segment-${segmentName}`, {
      organization,
      account,
      region,
      isShared,
      segmentName,
      routeTableId,
      hubPath: this.hub.node.path,
      transitGatewayId: this.hub.transitGatewayId,
      transitGatewayArn: `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:transit-gateway/`
        + this.hub.transitGatewayId,
    });
    this.segments.set(segmentName, segment);
    return segment;
  }

  private connect(segment: Segment, reached: readonly Segment[]): void {
    for (const other of reached) {
      segment.reached.add(other);
      other.reached.add(segment);
    }
  }

  public get(segmentName: string): ITransitSegment {
    return this.known(segmentName);
  }

  public attach(network: INetwork, options: TransitAttachmentOptions): void {
    const segment = this.known(options.segment);
    const { region, node: { path } } = network;
    const { region: own } = this.hub;
    const isElsewhere = ![region, own].some(one => Token.isUnresolved(one)) && region !== own;
    if (isElsewhere) {
      fail(this.hub, `the network '${path}' is in ${region}, but the hub is in ${own}: AWS attaches only networks of `
        + 'the same region; give that region a hub of its own');
    }
    if (this.networks.has(network)) {
      fail(this.hub, `the network '${path}' is attached twice: remove one hub.attach()`);
    }
    this.networks.add(network);
    const hint = 'a VPC can be attached to a hub only once; remove one hub.attach()';
    const kind = `VPC of the hub '${this.hub.node.path}'`;
    UniqueClaims.of(this.hub).claim(network, kind, network.vpcId, hint);
    const roleArn = network.networkRoleArn ?? fail(this.hub, `the imported network '${path}' cannot be attached `
      + "without a role in its account: set its 'networkRoleName'");
    if (network.routeTableIds.length === 0) {
      fail(this.hub, `the network '${path}' has no route tables for the way to the hub: set its 'routeTableIds'`);
    }
    segment.shareWith(network.account);
    this.request(network, segment, roleArn);
  }

  private request(network: INetwork, segment: Segment, roleArn: string): void {
    const { organization, cidrs, hubRoleArn } = this.props;
    const addresses = [network, this.hub].map(({ node: { addr } }) => addr.slice(-8));
    // in the stack of the network, so that its app can be removed
    new ManagedResource<TransitAttachmentRequest, TransitAttachmentResult>(
      Stack.of(network), `${network.node.id}Attachment-${addresses.join('-')}`, {
        organization,
        resourceType: RESOURCE_TYPES.transitAttachment,
        request: {
          networkName: network.node.path,
          region: this.hub.region,
          transitGatewayId: this.hub.transitGatewayId,
          hubRoleArn,
          vpcId: network.vpcId,
          roleArn,
          subnetIds: network.privateSubnetIds,
          routeTableIds: network.routeTableIds,
          cidrs,
          tableId: segment.routeTableId,
          // later segments may reach this one
          propagatedTableIds: Lazy.list({
            produce: () => [segment, ...segment.reached].map(({ routeTableId }) => routeTableId),
          }),
        },
      },
    );
  }

  private known(segmentName: string): Segment {
    const segment = this.segments.get(segmentName);
    if (segment) return segment;
    const names = [...this.segments.keys()].map(name => `'${name}'`).join(', ') || 'none';
    return fail(this.hub, `there is no segment '${segmentName}', only ${names}: add it first, with `
      + `hub.addSegment('${segmentName}')`);
  }
}

function checkCidrs(hub: Construct, cidrs: readonly string[]): void {
  const known = cidrs.filter(cidr => !Token.isUnresolved(cidr))
    .map(text => ({ text, ...parsedCidr(hub, 'cidrs', text) }));
  for (const [index, one] of known.entries()) {
    const other = known.slice(index + 1).find(later => doOverlap(one, later));
    if (other) fail(hub, `'cidrs' contains '${one.text}' and '${other.text}', which overlap: remove the smaller one`);
  }
}
