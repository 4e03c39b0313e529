import { Lazy, Stack } from 'aws-cdk-lib';
import { CfnTransitGatewayRouteTable } from 'aws-cdk-lib/aws-ec2';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import { Construct } from 'constructs';
import type { ITransitSegment } from './transit-hub-interface';
import type { IAccount } from '../account/account-interface';
import type { IOrganization } from '../organization/organization-interface';
import { AccountStack } from '../stack/account-stack';

interface SegmentProps {
  /** Id of the route table, if another app defines it. @default - the segment has a route table of its own */
  readonly routeTableId?: string;
  readonly organization: IOrganization;
  /** The account of the hub. */
  readonly account: IAccount;
  readonly region: string;
  /** Path of the construct of the hub. */
  readonly hubPath: string;
  readonly transitGatewayId: string;
  readonly transitGatewayArn: string;
  readonly segmentName: string;
  /** Whether the hub is shared with all accounts that may need it. */
  readonly isShared: boolean;
}

/**
 * A segment is a stack of its own, with its route table and the share for its accounts: a further segment changes no
 * other, and the table of a removed one is deleted after its networks are detached.
 */
export class Segment extends Construct implements ITransitSegment {
  public readonly segmentName: string;
  public readonly routeTableId: string;
  /** The segments that this one reaches, without itself. */
  public readonly reached = new Set<Segment>();
  private readonly accountIds = new Set<string>();
  private share?: CfnResourceShare;
  private ownStack?: AccountStack;

  public constructor(scope: Construct, id: string, private readonly props: SegmentProps) {
    super(scope, id);
    this.segmentName = props.segmentName;
    this.routeTableId = props.routeTableId ?? this.table();
  }

  /** Whether another app attaches networks to it, too. */
  public get isImported(): boolean {
    return this.props.routeTableId !== undefined;
  }

  /** Lets an account attach a network. */
  public shareWith(account: IAccount): void {
    const { account: owner, isShared, transitGatewayArn } = this.props;
    if (isShared || account.accountId === owner.accountId) return;
    this.accountIds.add(account.accountId);
    this.share ??= new CfnResourceShare(this.stack(), 'Share', {
      name: `${Stack.of(this).stackName}-${this.segmentName}`,
      allowExternalPrincipals: false,
      principals: Lazy.list({ produce: () => [...this.accountIds] }),
      resourceArns: [transitGatewayArn],
    });
  }

  private table(): string {
    const { transitGatewayId, segmentName } = this.props;
    return new CfnTransitGatewayRouteTable(this.stack(), 'Table', {
      transitGatewayId, tags: [{ key: 'Name', value: segmentName }],
    }).ref;
  }

  /** An imported segment has one only for the share. */
  private stack(): AccountStack {
    const { organization, account, region, segmentName, hubPath } = this.props;
    this.ownStack ??= new AccountStack(this, 'Stack', {
      organization, account, region, description: `Segment '${segmentName}' of ${hubPath}`,
    });
    return this.ownStack;
  }
}
