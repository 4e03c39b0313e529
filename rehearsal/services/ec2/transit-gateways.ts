import type { Networks } from './networks';
import type { TransitPresence } from './routes';
import type {
  AttachmentState, TransitAttachment, TransitGateway, TransitRoute, TransitRouteTable,
} from './transit-model';
import type { Clock } from '../../core/clock';
import { Identifiers } from '../../core/identifiers';
import { AwsError } from '../../core/service';
import type { Place } from '../../core/service';

/** Seconds until an attachment is available, or deleted, and until a table is associated. */
const ATTACHMENT_SECONDS = 60;
const ASSOCIATION_SECONDS = 20;

/** Accounts with which a resource is shared. */
export interface Shares {
  accountsOf(resourceArn: string): readonly string[];
}

/** The transit gateways of all accounts with their attachments and route tables. */
export class TransitGateways implements TransitPresence {
  public readonly gateways = new Map<string, TransitGateway>();
  public readonly attachments = new Map<string, TransitAttachment>();
  public readonly tables = new Map<string, TransitRouteTable>();
  private readonly identifiers = new Identifiers('ec2-transit');

  public constructor(
    private readonly networks: Networks,
    private readonly clock: Clock,
    private readonly partition: string,
    private readonly shares: Shares,
  ) {
    networks.isAttached = id => this.living().some(({ subnetIds }) => subnetIds.includes(id));
  }

  public newId(prefix: string): string {
    return `${prefix}-${this.identifiers.next(17)}`;
  }

  public arnOf({ region, accountId, id }: TransitGateway): string {
    return `arn:${this.partition}:ec2:${region}:${accountId}:transit-gateway/${id}`;
  }

  public isKnown(transitGatewayId: string): boolean {
    return this.gateways.has(transitGatewayId);
  }

  public isAttached(transitGatewayId: string, vpcId: string): boolean {
    return this.living().some(one =>
      one.transitGatewayId === transitGatewayId && one.vpcId === vpcId
      && ['available', 'modifying'].includes(this.stateOf(one)));
  }

  /** Whether the account owns the gateway, or shares it. */
  public sees(id: string, { accountId, region }: Place): boolean {
    const gateway = this.gateways.get(id);
    return gateway?.region === region
      && (gateway.accountId === accountId || this.shares.accountsOf(this.arnOf(gateway)).includes(accountId));
  }

  /** The gateway, of the account itself or shared with it. @throws AwsError if it sees none */
  public visible(id: string, place: Place): TransitGateway {
    const gateway = this.gateways.get(id);
    if (gateway && this.sees(id, place)) return gateway;
    throw new AwsError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${id}' does not exist.`);
  }

  public own(id: string, place: Place): TransitGateway {
    const gateway = this.visible(id, place);
    if (gateway.accountId === place.accountId) return gateway;
    throw new AwsError('OperationNotPermitted', `The transitGateway '${id}' is not owned by ${place.accountId}.`);
  }

  /** The table of a gateway of the account. @throws AwsError if there is none */
  public table(id: string, { accountId, region }: Place): TransitRouteTable {
    const table = this.tables.get(id);
    if (table?.accountId === accountId && table.region === region) return table;
    throw new AwsError('InvalidRouteTableID.NotFound', `The transitGatewayRouteTable ID '${id}' does not exist.`);
  }

  /** An attachment that the account owns, or of a gateway that it owns. @throws AwsError if there is none */
  public attachment(id: string, place: Place): TransitAttachment {
    const found = this.visibleAttachments(place).find(one => one.id === id);
    if (found) return found;
    throw new AwsError('InvalidTransitGatewayAttachmentID.NotFound',
      `The transitGatewayAttachment ID '${id}' does not exist.`);
  }

  public visibleAttachments({ accountId, region }: Place): TransitAttachment[] {
    return [...this.attachments.values()].filter(one =>
      one.region === region
      && (one.accountId === accountId || this.gateways.get(one.transitGatewayId)?.accountId === accountId));
  }

  /** @throws AwsError if the VPC has an attachment already */
  public attach(place: Place, wanted: Pick<TransitAttachment, 'transitGatewayId' | 'vpcId' | 'subnetIds' | 'tags'>) {
    const gateway = this.visible(wanted.transitGatewayId, place);
    const { vpcId, subnetIds } = wanted;
    const zones = subnetIds.map(id => this.networks.subnets.get(id)?.zone ?? id);
    if (subnetIds.some(id => (this.networks.subnets.get(id)?.vpcId ?? vpcId) !== vpcId)) {
      throw new AwsError('InvalidSubnetID.NotFound', `The subnets '${subnetIds.join()}' are not in VPC '${vpcId}'.`);
    }
    if (new Set(zones).size < zones.length) {
      throw new AwsError('DuplicateSubnetsInSameZone', 'Only one subnet of each Availability Zone can be specified.');
    }
    const double = this.living().find(one => one.vpcId === vpcId && one.transitGatewayId === gateway.id);
    if (double) {
      throw new AwsError('DuplicateTransitGatewayAttachment',
        `${gateway.id} has non-deleted Transit Gateway Attachments with same VPC ID.`);
    }
    const attachment: TransitAttachment = {
      ...wanted,
      accountId: place.accountId,
      region: place.region,
      id: this.newId('tgw-attach'),
      state: 'pendingAcceptance',
      createdAt: this.clock.now(),
    };
    this.attachments.set(attachment.id, attachment);
    if (gateway.accountId === place.accountId || gateway.acceptsAutomatically) this.start(gateway, attachment);
    return attachment;
  }

  public accept(attachment: TransitAttachment, place: Place): void {
    const gateway = this.own(attachment.transitGatewayId, place);
    this.requireState(attachment, 'pendingAcceptance');
    this.start(gateway, attachment);
  }

  public reject(attachment: TransitAttachment, place: Place): void {
    this.own(attachment.transitGatewayId, place);
    this.requireState(attachment, 'pendingAcceptance');
    attachment.state = 'rejected';
  }

  public modify(attachment: TransitAttachment, subnetIds: readonly string[]): void {
    this.requireState(attachment, 'available');
    attachment.subnetIds = subnetIds;
    this.enter(attachment, 'modifying', 'available');
  }

  /** Deletes an attachment; its association and propagations end. */
  public detach(attachment: TransitAttachment): void {
    if (['deleting', 'deleted'].includes(this.stateOf(attachment))) return;
    delete attachment.association;
    for (const table of this.tables.values()) table.propagations.delete(attachment.id);
    this.enter(attachment, 'deleting', 'deleted');
  }

  public associate(attachment: TransitAttachment, table: TransitRouteTable): void {
    this.requireState(attachment, 'available');
    if (this.associationOf(attachment) !== undefined) {
      throw new AwsError('Resource.AlreadyAssociated',
        `Transit Gateway Attachment ${attachment.id} is already associated to a route table.`);
    }
    const until = this.clock.now() + ASSOCIATION_SECONDS * 1000;
    attachment.association = { tableId: table.id, state: 'associating', until };
  }

  public disassociate(attachment: TransitAttachment, table: TransitRouteTable): void {
    const association = this.associationOf(attachment);
    if (association?.tableId !== table.id) {
      throw new AwsError('InvalidAssociation.NotFound',
        `The association of ${attachment.id} with ${table.id} does not exist.`);
    }
    association.state = 'disassociating';
    association.until = this.clock.now() + ASSOCIATION_SECONDS * 1000;
  }

  public propagate(attachment: TransitAttachment, table: TransitRouteTable): void {
    this.requireState(attachment, 'available');
    if (table.propagations.has(attachment.id)) {
      throw new AwsError('TransitGatewayRouteTablePropagation.Duplicate',
        `Propagation ${attachment.id} is already enabled in ${table.id}.`);
    }
    table.propagations.add(attachment.id);
  }

  /** The association with its present state; undefined: there is none. */
  public associationOf(attachment: TransitAttachment) {
    const { association } = attachment;
    if (association && this.clock.now() >= association.until) {
      if (association.state === 'disassociating') delete attachment.association;
      else association.state = 'associated';
    }
    return attachment.association;
  }

  public stateOf(attachment: TransitAttachment): AttachmentState {
    const { until = Infinity, next } = attachment;
    if (next !== undefined && this.clock.now() >= until) {
      attachment.state = next;
      delete attachment.next;
    }
    return attachment.state;
  }

  /** The routes of a table. A static route wins over a propagated one of the same block. */
  public routesOf(table: TransitRouteTable): TransitRoute[] {
    const propagated = [...table.propagations].flatMap((attachmentId): TransitRoute[] => {
      const attachment = this.attachments.get(attachmentId);
      const destination = this.networks.vpcs.get(attachment?.vpcId ?? '')?.cidr;
      return destination === undefined || table.staticRoutes.has(destination)
        ? [] : [{ destination, attachmentId, type: 'propagated', state: 'active' }];
    });
    const fixed = [...table.staticRoutes.values()].map((route): TransitRoute => {
      const attachment = this.attachments.get(route.attachmentId ?? '');
      const isActive = attachment !== undefined && ['available', 'modifying'].includes(this.stateOf(attachment));
      return { ...route, type: 'static', state: isActive ? 'active' : 'blackhole' };
    });
    return [...propagated, ...fixed];
  }

  /** Attachments that are neither deleted nor rejected. */
  public living(): TransitAttachment[] {
    return [...this.attachments.values()]
      .filter(one => !['deleted', 'rejected', 'failed'].includes(this.stateOf(one)));
  }

  private start(gateway: TransitGateway, attachment: TransitAttachment): void {
    this.enter(attachment, 'pending', 'available');
    const table = this.tables.get(gateway.defaultTableId ?? '');
    if (!table) return;
    if (gateway.associatesAutomatically) {
      attachment.association = { tableId: table.id, state: 'associating', until: this.clock.now() };
    }
    if (gateway.propagatesAutomatically) table.propagations.add(attachment.id);
  }

  private enter(attachment: TransitAttachment, state: AttachmentState, next: AttachmentState): void {
    Object.assign(attachment, { state, next, until: this.clock.now() + ATTACHMENT_SECONDS * 1000 });
  }

  private requireState(attachment: TransitAttachment, state: AttachmentState): void {
    if (this.stateOf(attachment) === state) return;
    throw new AwsError('IncorrectState', `${attachment.id} is in invalid state`);
  }
}
