import type { Route, RouteTable } from './model';
import type { Networks } from './networks';
import { parseCidr } from '../../core/cidr';
import { AwsError } from '../../core/service';

/** What the routes of VPCs need to know of transit gateways. */
export interface TransitPresence {
  /** Whether the transit gateway exists in the rehearsal. */
  isKnown(transitGatewayId: string): boolean;
  /** Whether an available attachment connects the VPC with it. */
  isAttached(transitGatewayId: string, vpcId: string): boolean;
}

/** Adds a route, or replaces one. @throws AwsError if the target cannot be used */
export function putRoute(
  networks: Networks, transit: TransitPresence, table: RouteTable, route: Route, isNew: boolean,
): void {
  const { destination, target, targetId } = route;
  const isBlock = /^[\d.]+\//.test(destination);
  if (isBlock && parseCidr(destination) === undefined) {
    throw new AwsError('InvalidParameterValue',
      `Value (${destination}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`);
  }
  const isLocal = networks.vpcs.get(table.vpcId)?.cidr === destination;
  const known = table.routes.get(destination);
  if (isNew && (isLocal || known !== undefined)) {
    throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists.`);
  }
  const isMissing = target === 'transitGatewayId' && transit.isKnown(targetId)
    && !transit.isAttached(targetId, table.vpcId);
  if (isMissing) {
    throw new AwsError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${targetId}' does not exist.`);
  }
  table.routes.set(destination, route);
}

/** `blackhole` if the target does not exist any more. */
export function stateOf(
  networks: Networks, transit: TransitPresence, { vpcId }: RouteTable, { target, targetId }: Route,
): 'active' | 'blackhole' {
  const isGone: Partial<Record<Route['target'], () => boolean>> = {
    transitGatewayId: () => transit.isKnown(targetId) && !transit.isAttached(targetId, vpcId),
    natGatewayId: () => !networks.natGateways.has(targetId),
    gatewayId: () => targetId.startsWith('igw-') && networks.internetGateways.get(targetId)?.vpcId !== vpcId,
  };
  return isGone[target]?.() ? 'blackhole' : 'active';
}
