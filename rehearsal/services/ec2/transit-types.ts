import * as v from 'valibot';
import { ownedBy, placeOf, resourceType } from './resource-type';
import type { TransitGateways } from './transit-gateways';
import type { TransitAttachment } from './transit-model';
import type { Clock } from '../../core/clock';
import { read } from '../../core/protocol/read';
import { AwsError } from '../../core/service';
import type { Provisioned, ResourceContext, ResourceType } from '../../core/service';

const Switch = (otherwise: 'enable' | 'disable') =>
  v.pipe(v.optional(v.picklist(['enable', 'disable']), otherwise), v.transform(value => value === 'enable'));

const GatewayProperties = v.object({
  AmazonSideAsn: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number)), 64512),
  AutoAcceptSharedAttachments: Switch('disable'),
  DefaultRouteTableAssociation: Switch('enable'),
  DefaultRouteTablePropagation: Switch('enable'),
  Description: v.optional(v.string(), ''),
});
const AttachmentProperties = v.object({
  TransitGatewayId: v.string(), VpcId: v.string(), SubnetIds: v.array(v.string()),
});
const TableProperties = v.object({ TransitGatewayId: v.string() });
const LinkProperties = v.object({ TransitGatewayAttachmentId: v.string(), TransitGatewayRouteTableId: v.string() });
const RouteProperties = v.object({
  TransitGatewayRouteTableId: v.string(),
  DestinationCidrBlock: v.string(),
  TransitGatewayAttachmentId: v.optional(v.string()),
});

const LINK = Object.keys(LinkProperties.entries);

/** Transit gateways, attachments of VPCs, route tables and what is in them. */
export function transitTypes(transit: TransitGateways, clock: Clock): Record<string, ResourceType> {
  return {
    'AWS::EC2::TransitGateway': gatewayType(transit),
    'AWS::EC2::TransitGatewayAttachment': attachmentType(transit, clock),
    'AWS::EC2::TransitGatewayVpcAttachment': attachmentType(transit, clock),
    'AWS::EC2::TransitGatewayRouteTable': tableType(transit),
    'AWS::EC2::TransitGatewayRouteTableAssociation': associationType(transit, clock),
    'AWS::EC2::TransitGatewayRouteTablePropagation': propagationType(transit),
    'AWS::EC2::TransitGatewayRoute': routeType(transit),
  };
}

function gatewayType(transit: TransitGateways): ResourceType {
  const settings = (properties: Record<string, unknown>) => {
    const given = read(GatewayProperties, properties);
    return {
      acceptsAutomatically: given.AutoAcceptSharedAttachments,
      associatesAutomatically: given.DefaultRouteTableAssociation,
      propagatesAutomatically: given.DefaultRouteTablePropagation,
      description: given.Description,
      asn: given.AmazonSideAsn,
    };
  };
  const describe = (id: string): Provisioned => {
    const gateway = transit.gateways.get(id);
    return { id, attributes: { Id: id, TransitGatewayArn: gateway && transit.arnOf(gateway) } };
  };
  return resourceType({
    replacedBy: ['AmazonSideAsn', 'MulticastSupport'],
    create: async (properties, context) => {
      const id = transit.newId('tgw');
      const owner = ownedBy(context, properties);
      const given = settings(properties);
      const hasDefault = given.associatesAutomatically || given.propagatesAutomatically;
      const tableId = transit.newId('tgw-rtb');
      transit.gateways.set(id, { ...owner, id, ...given, ...hasDefault && { defaultTableId: tableId } });
      if (hasDefault) {
        transit.tables.set(tableId, {
          ...placeOf(context),
          id: tableId,
          tags: {},
          transitGatewayId: id,
          isDefault: true,
          propagations: new Set(),
          staticRoutes: new Map(),
        });
      }
      return describe(id);
    },
    update: async (id, properties) => {
      const gateway = transit.gateways.get(id);
      if (gateway) transit.gateways.set(id, { ...gateway, ...settings(properties) });
      return describe(id);
    },
    describe,
    remove: async id => {
      if (transit.living().some(one => one.transitGatewayId === id)) {
        throw new AwsError('IncorrectState', `${id} has non-deleted Transit Gateway Attachments.`);
      }
      for (const table of [...transit.tables.values()]) {
        if (table.transitGatewayId !== id) continue;
        if (!table.isDefault) throw new AwsError('IncorrectState', `${id} has non-deleted route tables.`);
        transit.tables.delete(table.id);
      }
      transit.gateways.delete(id);
    },
  });
}

/** Complete when the attachment is available, or waits for the owner of the gateway. */
function attachmentType(transit: TransitGateways, clock: Clock): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { Id: id } });
  const settle = async (attachment: TransitAttachment): Promise<void> => {
    while (['pending', 'modifying', 'deleting'].includes(transit.stateOf(attachment))) await clock.sleep(5);
  };
  return resourceType({
    replacedBy: ['TransitGatewayId', 'VpcId'],
    create: async (properties, context) => {
      const { TransitGatewayId: transitGatewayId, VpcId: vpcId, SubnetIds: subnetIds } =
        read(AttachmentProperties, properties);
      const { tags } = ownedBy(context, properties);
      const attachment = transit.attach(placeOf(context), { transitGatewayId, vpcId, subnetIds, tags });
      await settle(attachment);
      return describe(attachment.id);
    },
    update: async (id, properties) => {
      const attachment = transit.attachments.get(id);
      const { SubnetIds: subnetIds } = read(AttachmentProperties, properties);
      if (attachment && subnetIds.join() !== attachment.subnetIds.join()) {
        transit.modify(attachment, subnetIds);
        await settle(attachment);
      }
      return describe(id);
    },
    describe,
    remove: async id => {
      const attachment = transit.attachments.get(id);
      if (!attachment) return;
      transit.detach(attachment);
      await settle(attachment);
    },
  });
}

function tableType(transit: TransitGateways): ResourceType {
  const describe = (id: string): Provisioned => ({ id, attributes: { TransitGatewayRouteTableId: id } });
  return resourceType({
    replacedBy: ['TransitGatewayId'],
    create: async (properties, context) => {
      const { TransitGatewayId: transitGatewayId } = read(TableProperties, properties);
      const id = transit.newId('tgw-rtb');
      if (transit.isKnown(transitGatewayId)) transit.own(transitGatewayId, context);
      transit.tables.set(id, {
        ...ownedBy(context, properties),
        id,
        transitGatewayId,
        isDefault: false,
        propagations: new Set(),
        staticRoutes: new Map(),
      });
      return describe(id);
    },
    describe,
    remove: async id => {
      if (transit.living().some(one => transit.associationOf(one)?.tableId === id)) {
        throw new AwsError('IncorrectState', `${id} has associated attachments.`);
      }
      transit.tables.delete(id);
    },
  });
}

function linked(transit: TransitGateways, properties: Record<string, unknown>, context: ResourceContext) {
  const { TransitGatewayAttachmentId: attachmentId, TransitGatewayRouteTableId: tableId } =
    read(LinkProperties, properties);
  const [attachment, table] = [transit.attachment(attachmentId, context), transit.table(tableId, context)];
  return { attachment, table, id: `${tableId}_${attachmentId}` };
}

function associationType(transit: TransitGateways, clock: Clock): ResourceType {
  return resourceType({
    replacedBy: LINK,
    create: async (properties, context) => {
      const { attachment, table, id } = linked(transit, properties, context);
      transit.associate(attachment, table);
      while (transit.associationOf(attachment)?.state === 'associating') await clock.sleep(5);
      return { id, attributes: {} };
    },
    describe: id => ({ id, attributes: {} }),
    remove: async (id, properties, context) => {
      const known = transit.attachments.get(id.split('_')[1]);
      if (!known || transit.associationOf(known) === undefined) return;
      const { attachment, table } = linked(transit, properties, context);
      transit.disassociate(attachment, table);
      while (transit.associationOf(attachment) !== undefined) await clock.sleep(5);
    },
  });
}

function propagationType(transit: TransitGateways): ResourceType {
  return resourceType({
    replacedBy: LINK,
    create: async (properties, context) => {
      const { attachment, table, id } = linked(transit, properties, context);
      transit.propagate(attachment, table);
      return { id, attributes: {} };
    },
    describe: id => ({ id, attributes: {} }),
    remove: async id => {
      const [tableId, attachmentId] = id.split('_');
      transit.tables.get(tableId)?.propagations.delete(attachmentId);
    },
  });
}

function routeType(transit: TransitGateways): ResourceType {
  return resourceType({
    replacedBy: Object.keys(RouteProperties.entries),
    create: async properties => {
      const { TransitGatewayRouteTableId: tableId, DestinationCidrBlock: destination, ...rest } =
        read(RouteProperties, properties);
      const { TransitGatewayAttachmentId: attachmentId } = rest;
      transit.tables.get(tableId)?.staticRoutes.set(destination, {
        destination, ...attachmentId !== undefined && { attachmentId },
      });
      return { id: `${tableId}|${destination}`, attributes: {} };
    },
    describe: id => ({ id, attributes: {} }),
    remove: async id => {
      const [tableId, destination] = id.split('|');
      transit.tables.get(tableId)?.staticRoutes.delete(destination);
    },
  });
}
