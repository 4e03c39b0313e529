import type { RecordedOwner } from './owners';
import { RECORDS } from '../../src/registry/contract';
import type { TransitAttachmentRequest } from '../../src/transit/contract';

/** A route of a network that leads to a hub. */
export interface HubRoute {
  readonly routeTableId: string;
  readonly cidr: string;
}

/** Record of the attachment of a network to a transit gateway. */
export interface TransitRecord {
  /** The owners; the last one is current. */
  readonly owners: readonly RecordedOwner<TransitAttachmentRequest>[];
  /** The last request, with which the attachment is removed. */
  readonly request: TransitAttachmentRequest;
  /** The routes that this library has created, or is about to create: others are not removed. */
  readonly routes: readonly HubRoute[];
  /** Absent: the attachment does not exist yet. */
  readonly attachmentId?: string;
}

/** A VPC has one attachment to a transit gateway. */
export function transitKey({ transitGatewayId, vpcId }: TransitAttachmentRequest): string {
  return `${RECORDS.transit}${transitGatewayId}/${vpcId}`;
}
