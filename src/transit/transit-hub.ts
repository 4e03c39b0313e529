import { Stack, Token } from 'aws-cdk-lib';
import { CfnTransitGateway } from 'aws-cdk-lib/aws-ec2';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import { Construct } from 'constructs';
import { hubStatements, HUB_WILDCARDS } from './hub-permissions';
import { HubSegments } from './hub-segments';
import type {
  ITransitHub, ITransitSegment, TransitAttachmentOptions, TransitSegmentOptions,
} from './transit-hub-interface';
import type { TransitHubAttributes, TransitHubProps, TransitSegmentAttributes } from './transit-hub-props';
import type { INetwork } from '../network/network-interface';
import {
  checkedRoleName, cicdParameter, NetworkRole, networkRoleArn, networkRoleName,
} from '../network/network-role';
import { fail } from '../private/validate';
import { AccountStack } from '../stack/account-stack';

const DEFAULT_CIDRS = ['10.0.0.0/8'];

abstract class TransitHubBase extends Construct implements ITransitHub {
  public abstract readonly transitGatewayId: string;
  public abstract readonly region: string;
  public abstract readonly cidrs: string[];

  /** @internal */
  protected abstract readonly _segments: HubSegments;

  public addSegment(segmentName: string, options: TransitSegmentOptions = {}): ITransitSegment {
    return this._segments.add(segmentName, options);
  }

  public segment(segmentName: string): ITransitSegment {
    return this._segments.get(segmentName);
  }

  /** @internal */
  public _import(segment: TransitSegmentAttributes): void {
    this._segments.import(segment);
  }

  public attach(network: INetwork, options: TransitAttachmentOptions): void {
    this._segments.attach(network, options);
  }
}

/**
 * A transit gateway in an account of the organization that connects networks. Each network is in a segment: it reaches
 * the networks of the same segment, and of the segments that were declared to reach each other, and no others.
 * Attachments are accepted only if the app declares them.
 *
 * A network that is removed is detached first, so that no route leads nowhere. Sharing must be enabled in the
 * organization once, in the management account: `aws ram enable-sharing-with-aws-organization`.
 *
 * @example
 * const hub = new TransitHub(this, 'Hub', { organization, account });
 * hub.addSegment('shared');
 * hub.addSegment('acme', { reaches: ['shared'] });
 * hub.attach(network, { segment: 'acme' });
 */
export class TransitHub extends TransitHubBase {
  /**
   * Imports a hub that another app defines, and to which this app adds segments and networks of its own.
   *
   * @param attrs ids of the transit gateway and of its account
   */
  public static fromTransitHubAttributes(scope: Construct, id: string, attrs: TransitHubAttributes): ITransitHub {
    class Import extends TransitHubBase {
      public readonly transitGatewayId = attrs.transitGatewayId;
      public readonly region = attrs.region ?? Stack.of(scope).region;
      public readonly cidrs = attrs.cidrs ?? DEFAULT_CIDRS;
      protected readonly _segments = new HubSegments(this, {
        organization: attrs.organization,
        account: attrs.account,
        cidrs: this.cidrs,
        hubRoleArn: networkRoleArn(attrs.account.accountId, checkedRoleName(this, 'hubRoleName', attrs.hubRoleName)),
        isShared: false,
      });
    }
    const hub = new Import(scope, id);
    for (const segment of attrs.segments ?? []) hub._import(segment);
    return hub;
  }

  public readonly transitGatewayId: string;

  public readonly region: string;

  public readonly cidrs: string[];

  /** @internal */
  protected readonly _segments: HubSegments;

  /** Name of the role in the account of the hub, for apps that import the hub. */
  public readonly hubRoleName: string;

  /** The stack in the account. */
  public readonly stack: AccountStack;

  public constructor(scope: Construct, id: string, props: TransitHubProps) {
    const { organization, account, shareWith = [] } = props;
    super(scope, id);
    this.region = props.region ?? Stack.of(this).region;
    this.cidrs = props.cidrs ?? DEFAULT_CIDRS;
    const suffix = `hub-${this.node.addr.slice(-12)}`;
    this.hubRoleName = networkRoleName(suffix);
    this._segments = new HubSegments(this, {
      organization,
      account,
      cidrs: this.cidrs,
      isShared: shareWith.length > 0,
      hubRoleArn: networkRoleArn(account.accountId, this.hubRoleName),
    });
    this.stack = new AccountStack(this, 'Stack', {
      organization,
      account,
      region: this.region,
      description: `Transit gateway of ${this.node.path}`,
      parameters: cicdParameter(Stack.of(this)),
    });
    const gateway = new CfnTransitGateway(this.stack, 'Gateway', {
      description: this.node.path,
      amazonSideAsn: checkedAsn(this, props.amazonSideAsn),
      autoAcceptSharedAttachments: 'disable',
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
      dnsSupport: 'enable',
      vpnEcmpSupport: 'enable',
      tags: [{ key: 'Name', value: this.node.path }],
    });
    this.transitGatewayId = gateway.ref;
    if (shareWith.length > 0) {
      new CfnResourceShare(this.stack, 'Share', {
        name: this.node.path.replace(/\W+/g, '-'),
        allowExternalPrincipals: false,
        principals: shareWith,
        resourceArns: [gateway.attrTransitGatewayArn],
      });
    }
    new NetworkRole(this.stack, 'Role', {
      suffix,
      description: 'Accepts attachments of networks and routes them',
      statements: hubStatements(),
      whyWildcards: HUB_WILDCARDS,
    });
  }
}

function checkedAsn(scope: Construct, asn: number | undefined): number | undefined {
  const isPrivate = (value: number): boolean =>
    (value >= 64512 && value <= 65534) || (value >= 4200000000 && value <= 4294967294);
  if (asn === undefined || Token.isUnresolved(asn) || isPrivate(asn)) return asn;
  return fail(scope, `'amazonSideAsn' must be from 64512 to 65534, or from 4200000000 to 4294967294, got ${asn}`);
}
