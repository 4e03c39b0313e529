import type { Association, Attachment, Hubs, NetworkRoute, Networks } from './aws';
import { MissingRoleError } from './aws';
import { hubPlace, networkPlace, waitForAssociation } from './places';
import type { TransitAttachmentRequest } from '../../src/transit/contract';
import { transitKey } from '../registry/transit';
import type { HubRoute, TransitRecord } from '../registry/transit';
import type { InProgress, Progress } from '../shared/lifecycle';
import { checkAgainIn, DONE, doneWith, waitFor } from '../shared/lifecycle';

type Request = TransitAttachmentRequest;

/** What a removal could not change, because a role was deleted. */
const UNREACHABLE = Symbol('unreachable');

/**
 * Removes routes and attachments.
 *
 * The account of the hub deletes an attachment: it may do so also when the hub is not shared any more with the account
 * of the network. Then that account cannot, so the order of the deletion and the end of the share is of no importance.
 * A role that was deleted by hand, with the stack of the network or of the hub, blocks nothing.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html
 */
export class TransitRemoval {
  public constructor(private readonly networks: Networks, private readonly hubs: Hubs) {}

  /** Takes one step. Routes first, so that none ever leads nowhere. */
  public async step({ request, routes, attachmentId }: TransitRecord): Promise<Progress<void>> {
    const without = await ifReachable(async () => this.removeRoutes(request, routes));
    const attachment = await this.find(request, attachmentId);
    if (!attachment) return without === UNREACHABLE ? doneWith(routesKept(request)) : DONE;
    const left = await ifReachable(async () => this.leaveTables(request, attachment));
    return left !== UNREACHABLE && left !== undefined ? left : this.detach(request, attachment);
  }

  /** Removes routes that lead to the hub, also those that lead nowhere any more. */
  public async removeRoutes(request: Request, routes: readonly HubRoute[]): Promise<void> {
    const place = networkPlace(request);
    const tables = [...new Set(routes.map(({ routeTableId }) => routeTableId))];
    const present: readonly NetworkRoute[] = await this.networks.routes(place, tables);
    for (const route of present) {
      const isOurs = routes.some(other => isSame(other, route)) && route.transitGatewayId === request.transitGatewayId;
      if (isOurs) await this.networks.deleteRoute(place, route);
    }
  }

  /** The attachment, if this library has created it. Its tag is seen only in the account of the network. */
  private async find(request: Request, attachmentId: string | undefined): Promise<Attachment | undefined> {
    const { transitGatewayId, vpcId } = request;
    const ofHub = await ifReachable(async () => this.hubs.attachment(hubPlace(request), transitGatewayId, vpcId));
    if (ofHub === undefined) return undefined;
    if (ofHub !== UNREACHABLE && attachmentId === ofHub.attachmentId) return ofHub;
    const tagged = await ifReachable(async () =>
      this.networks.attachment(networkPlace(request), transitGatewayId, vpcId));
    return tagged !== UNREACHABLE && tagged?.owner === transitKey(request) ? tagged : undefined;
  }

  private async leaveTables(request: Request, { attachmentId, state }: Attachment): Promise<InProgress | undefined> {
    if (state !== 'available') return undefined;
    const place = hubPlace(request);
    for (const tableId of await this.hubs.propagations(place, attachmentId)) {
      await this.hubs.endPropagation(place, attachmentId, tableId);
    }
    const association: Association | undefined = await this.hubs.association(place, attachmentId);
    if (!association) return undefined;
    if (association.state !== 'associated') return waitForAssociation(association);
    await this.hubs.disassociate(place, attachmentId, association.tableId);
    return waitFor('the end of the association with the route table of the segment');
  }

  private async detach(request: Request, { attachmentId, state }: Attachment): Promise<InProgress> {
    if (state !== 'deleting') {
      const place = hubPlace(request);
      const byHub = await ifReachable(async () => state === 'pendingAcceptance'
        ? this.hubs.reject(place, attachmentId) : this.hubs.detach(place, attachmentId));
      if (byHub === UNREACHABLE) await this.networks.detach(networkPlace(request), attachmentId);
    }
    return checkAgainIn(10, 'the deletion of the attachment');
  }
}

/** The outcome of a call, unless the role for it does not exist any more. */
async function ifReachable<Outcome>(call: () => Promise<Outcome>): Promise<Outcome | typeof UNREACHABLE> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof MissingRoleError) return UNREACHABLE;
    throw error;
  }
}

function routesKept({ networkName, roleArn, transitGatewayId }: Request): string {
  return `the routes of network '${networkName}' to ${transitGatewayId} could not be removed, because the role `
    + `'${roleArn}' does not exist: if the VPC still exists, delete them`;
}

export function isSame(one: HubRoute, other: HubRoute): boolean {
  return one.routeTableId === other.routeTableId && one.cidr === other.cidr;
}
