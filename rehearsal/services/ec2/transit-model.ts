import type { Owned } from './model';

/** Its account owns the gateway; the accounts of its attachments may be others. */
export interface TransitGateway extends Owned {
  readonly acceptsAutomatically: boolean;
  readonly associatesAutomatically: boolean;
  readonly propagatesAutomatically: boolean;
  readonly description: string;
  readonly asn: number;
  /** Undefined: without a default table. */
  defaultTableId?: string;
}

/** An attachment of a VPC; its account owns the VPC. */
export interface TransitAttachment extends Owned {
  readonly transitGatewayId: string;
  readonly vpcId: string;
  subnetIds: readonly string[];
  /** The state until `until`. */
  state: AttachmentState;
  until?: number;
  next?: AttachmentState;
  association?: Association;
  readonly createdAt: number;
}

export type AttachmentState =
  | 'pendingAcceptance' | 'pending' | 'available' | 'modifying' | 'deleting' | 'deleted' | 'rejected' | 'failed';

export interface Association {
  readonly tableId: string;
  state: 'associating' | 'associated' | 'disassociating';
  until: number;
}

export interface TransitRouteTable extends Owned {
  readonly transitGatewayId: string;
  readonly isDefault: boolean;
  /** Ids of the attachments whose VPCs are routes of the table. */
  readonly propagations: Set<string>;
  /** By CIDR block. */
  readonly staticRoutes: Map<string, StaticRoute>;
}

export interface StaticRoute {
  readonly destination: string;
  /** Absent: a blackhole. */
  readonly attachmentId?: string;
}

export interface TransitRoute {
  readonly destination: string;
  readonly type: 'static' | 'propagated';
  readonly state: 'active' | 'blackhole';
  readonly attachmentId?: string;
}
