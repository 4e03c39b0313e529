import * as v from 'valibot';
import { tagsOf } from './describe';
import { filtered } from './filters';
import type { Networks } from './networks';
import type { TransitGateways } from './transit-gateways';
import type { TransitAttachment, TransitGateway, TransitRouteTable } from './transit-model';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Call, Operation, Place } from '../../core/service';

const Ids = v.optional(v.array(v.string()));
const Specification = v.optional(v.array(v.object({
  Tag: v.optional(v.array(v.object({ Key: v.string(), Value: v.string() })), []),
})), []);
const CreateInput = v.object({
  TransitGatewayId: v.string(), VpcId: v.string(), SubnetIds: v.array(v.string()), TagSpecifications: Specification,
});
const AttachmentInput = v.object({ TransitGatewayAttachmentId: v.string() });
const ModifyInput = v.object({
  ...AttachmentInput.entries,
  AddSubnetIds: v.optional(v.array(v.string()), []),
  RemoveSubnetIds: v.optional(v.array(v.string()), []),
});
const TableInput = v.object({ TransitGatewayRouteTableId: v.string() });
const LinkInput = v.object({ ...AttachmentInput.entries, ...TableInput.entries });
const StaticInput = v.object({
  ...TableInput.entries, DestinationCidrBlock: v.string(), TransitGatewayAttachmentId: v.optional(v.string()),
});

type Described = Readonly<Record<string, unknown>>;

/** Calls of EC2 for transit gateways. */
export function transitOperations(networks: Networks, transit: TransitGateways): Record<string, Operation> {
  return { ...descriptions(transit), ...attachments(networks, transit), ...tables(transit) };
}

function descriptions(transit: TransitGateways): Record<string, Operation> {
  const seen = (call: Call): TransitAttachment[] => transit.visibleAttachments(placeOf(call));
  const list = (call: Call, member: string, idsName: string, idName: string, items: readonly Described[]) => {
    const ids = v.safeParse(Ids, call.input[idsName]);
    const wanted = ids.success ? ids.output : undefined;
    const chosen = items.filter(item => wanted?.includes(String(item[idName])) ?? true);
    return { [member]: filtered(chosen, call.input) };
  };
  return {
    DescribeTransitGateways: async call => {
      const { accountId, region } = placeOf(call);
      const visible = [...transit.gateways.values()].filter(({ id }) => transit.sees(id, { accountId, region }));
      return list(call, 'transitGatewaySet', 'TransitGatewayIds', 'transitGatewayId',
        visible.map(one => describedGateway(transit, one)));
    },
    DescribeTransitGatewayVpcAttachments: async call => list(call, 'transitGatewayVpcAttachments',
      'TransitGatewayAttachmentIds', 'transitGatewayAttachmentId',
      seen(call).map(one => describedVpc(transit, one, call))),
    DescribeTransitGatewayAttachments: async call => list(call, 'transitGatewayAttachments',
      'TransitGatewayAttachmentIds', 'transitGatewayAttachmentId', seen(call).map(one => described(transit, one))),
    DescribeTransitGatewayRouteTables: async call => {
      const { accountId, region } = placeOf(call);
      const own = [...transit.tables.values()].filter(one => one.accountId === accountId && one.region === region);
      return list(call, 'transitGatewayRouteTables', 'TransitGatewayRouteTableIds', 'transitGatewayRouteTableId',
        own.map(({ id, transitGatewayId, isDefault, ...table }) => ({
          transitGatewayRouteTableId: id,
          transitGatewayId,
          state: 'available',
          defaultAssociationRouteTable: isDefault,
          ...tagsOf(table),
        })));
    },
  };
}

function attachments(networks: Networks, transit: TransitGateways): Record<string, Operation> {
  const attachmentOf = (call: Call): TransitAttachment =>
    transit.attachment(read(AttachmentInput, call.input).TransitGatewayAttachmentId, placeOf(call));
  /** The account of the VPC changes it only while the gateway is shared with it. */
  const ownAttachmentOf = (call: Call): TransitAttachment => {
    const attachment = attachmentOf(call);
    const { accountId } = call.caller;
    if (attachment.accountId !== accountId) throw notPermitted(`${attachment.id} is not owned by ${accountId}.`);
    if (transit.sees(attachment.transitGatewayId, placeOf(call))) return attachment;
    throw notPermitted(`${attachment.transitGatewayId} is not shared with ${accountId}.`);
  };
  const answer = (call: Call, attachment: TransitAttachment) => (
    { transitGatewayVpcAttachment: describedVpc(transit, attachment, call) }
  );
  return {
    CreateTransitGatewayVpcAttachment: async call => {
      const { TransitGatewayId: transitGatewayId, VpcId: vpcId, SubnetIds: subnetIds, TagSpecifications: given } =
        read(CreateInput, call.input);
      networks.find(networks.vpcs, vpcId, placeOf(call), 'InvalidVpcID');
      const tags = Object.fromEntries(given.flatMap(({ Tag: all }) => all.map(({ Key, Value }) => [Key, Value])));
      return answer(call, transit.attach(placeOf(call), { transitGatewayId, vpcId, subnetIds, tags }));
    },
    ModifyTransitGatewayVpcAttachment: async call => {
      const attachment = ownAttachmentOf(call);
      const { AddSubnetIds: added, RemoveSubnetIds: removed } = read(ModifyInput, call.input);
      transit.modify(attachment, [...attachment.subnetIds.filter(id => !removed.includes(id)), ...added]);
      return answer(call, attachment);
    },
    DeleteTransitGatewayVpcAttachment: async call => {
      const attachment = attachmentOf(call);
      const isHub = transit.gateways.get(attachment.transitGatewayId)?.accountId === call.caller.accountId;
      transit.detach(isHub ? attachment : ownAttachmentOf(call));
      return answer(call, attachment);
    },
    AcceptTransitGatewayVpcAttachment: async call => {
      const attachment = attachmentOf(call);
      transit.accept(attachment, placeOf(call));
      return answer(call, attachment);
    },
    RejectTransitGatewayVpcAttachment: async call => {
      const attachment = attachmentOf(call);
      transit.reject(attachment, placeOf(call));
      return answer(call, attachment);
    },
    GetTransitGatewayAttachmentPropagations: async call => {
      const { id } = attachmentOf(call);
      const found = [...transit.tables.values()].filter(({ propagations }) => propagations.has(id));
      return {
        transitGatewayAttachmentPropagations: found.map(table => (
          { transitGatewayRouteTableId: table.id, state: 'enabled' }
        )),
      };
    },
  };
}

function tables(transit: TransitGateways): Record<string, Operation> {
  const tableOf = (call: Call): TransitRouteTable =>
    transit.table(read(TableInput, call.input).TransitGatewayRouteTableId, placeOf(call));
  const link = (change: (attachment: TransitAttachment, table: TransitRouteTable) => void): Operation =>
    async call => {
      const attachment = transit.attachment(read(LinkInput, call.input).TransitGatewayAttachmentId, placeOf(call));
      change(attachment, tableOf(call));
      return {};
    };
  const resource = ({ id, vpcId: resourceId }: TransitAttachment) => (
    { transitGatewayAttachmentId: id, resourceId, resourceType: 'vpc' }
  );
  return {
    AssociateTransitGatewayRouteTable: link((attachment, table) => transit.associate(attachment, table)),
    DisassociateTransitGatewayRouteTable: link((attachment, table) => transit.disassociate(attachment, table)),
    EnableTransitGatewayRouteTablePropagation: link((attachment, table) => transit.propagate(attachment, table)),
    DisableTransitGatewayRouteTablePropagation: link((attachment, table) => {
      if (table.propagations.delete(attachment.id)) return;
      throw new AwsError('TransitGatewayRouteTablePropagation.NotFound',
        `Propagation ${attachment.id} does not exist in ${table.id}.`);
    }),
    GetTransitGatewayRouteTableAssociations: async call => ({
      associations: transit.living().flatMap(one => {
        const association = transit.associationOf(one);
        return association?.tableId === tableOf(call).id ? [{ ...resource(one), state: association.state }] : [];
      }),
    }),
    GetTransitGatewayRouteTablePropagations: async call => ({
      transitGatewayRouteTablePropagations: transit.living().filter(({ id }) => tableOf(call).propagations.has(id))
        .map(one => ({ ...resource(one), state: 'enabled' })),
    }),
    SearchTransitGatewayRoutes: async call => {
      const routes = transit.routesOf(tableOf(call)).map(({ destination, type, state, attachmentId }) => {
        const attachment = transit.attachments.get(attachmentId ?? '');
        return {
          destinationCidrBlock: destination,
          type,
          state,
          transitGatewayAttachments: attachment === undefined ? [] : [resource(attachment)],
        };
      });
      return { routeSet: filtered(routes, call.input), additionalRoutesAvailable: false };
    },
    CreateTransitGatewayRoute: async call => {
      const { DestinationCidrBlock: destination, TransitGatewayAttachmentId: attachmentId } =
        read(StaticInput, call.input);
      const { staticRoutes } = tableOf(call);
      if (staticRoutes.has(destination)) {
        throw new AwsError('RouteAlreadyExists', `Route ${destination} already exists.`);
      }
      staticRoutes.set(destination, { destination, ...attachmentId !== undefined && { attachmentId } });
      return {};
    },
    DeleteTransitGatewayRoute: async call => {
      const { DestinationCidrBlock: destination } = read(StaticInput, call.input);
      if (tableOf(call).staticRoutes.delete(destination)) return {};
      throw new AwsError('InvalidRoute.NotFound', `Route ${destination} does not exist.`);
    },
  };
}

function describedGateway(transit: TransitGateways, gateway: TransitGateway): Described {
  const flag = (isOn: boolean): string => isOn ? 'enable' : 'disable';
  return {
    transitGatewayId: gateway.id,
    transitGatewayArn: transit.arnOf(gateway),
    ownerId: gateway.accountId,
    state: 'available',
    description: gateway.description,
    options: {
      amazonSideAsn: gateway.asn,
      autoAcceptSharedAttachments: flag(gateway.acceptsAutomatically),
      defaultRouteTableAssociation: flag(gateway.associatesAutomatically),
      defaultRouteTablePropagation: flag(gateway.propagatesAutomatically),
    },
    ...tagsOf(gateway),
  };
}

/** Only the account of the VPC sees the tags. */
function describedVpc(transit: TransitGateways, attachment: TransitAttachment, { caller }: Call): Described {
  const { id, transitGatewayId, vpcId, accountId: vpcOwnerId, subnetIds } = attachment;
  const state = transit.stateOf(attachment);
  return {
    transitGatewayAttachmentId: id,
    transitGatewayId,
    vpcId,
    vpcOwnerId,
    state,
    subnetIds,
    ...vpcOwnerId === caller.accountId && tagsOf(attachment),
  };
}

function notPermitted(message: string): AwsError {
  return new AwsError('OperationNotPermitted', message);
}

function described(transit: TransitGateways, attachment: TransitAttachment): Described {
  const { id, transitGatewayId, vpcId: resourceId, accountId: resourceOwnerId } = attachment;
  const association = transit.associationOf(attachment);
  return {
    transitGatewayAttachmentId: id,
    transitGatewayId,
    resourceId,
    resourceOwnerId,
    resourceType: 'vpc',
    transitGatewayOwnerId: transit.gateways.get(transitGatewayId)?.accountId,
    state: transit.stateOf(attachment),
    ...association && { association: { transitGatewayRouteTableId: association.tableId, state: association.state } },
    ...tagsOf(attachment),
  };
}

function placeOf({ caller: { accountId }, region }: Call): Place {
  return { accountId, region };
}
