import type { AwsCredentialIdentity } from '@smithy/types';
import { NAMES } from '../../src/private/contract';
import type { HubRoute } from '../registry/transit';
import { reconcileAdvice } from '../shared/advice';
import type { Api } from '../shared/api/api';
import { itemsAt, textAt, valueAt } from '../shared/api/protocols';
import { assumeRole } from '../shared/assume-role';
import { isAccessDenied, isNamed } from '../shared/errors';
import { loggedApi } from '../shared/logged-api';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Where a call is made. */
export interface Place {
  readonly roleArn: string;
  readonly region: string;
}

/** An attachment as the account of its network sees it. */
export interface Attachment {
  readonly attachmentId: string;
  readonly state: string;
  readonly subnetIds: readonly string[];
  /** Key of the record of the registry that it was created for; undefined: it was not created by this library. */
  readonly owner?: string;
}

/** The association of an attachment with a route table of its hub. */
export interface Association {
  readonly tableId: string;
  readonly state: string;
}

/** A route of a VPC. */
export interface NetworkRoute extends HubRoute {
  /** Undefined: it leads elsewhere. */
  readonly transitGatewayId?: string;
  readonly isBlackhole: boolean;
}

/** EC2 in the account of a network. */
export interface Networks {
  /** The attachment of a VPC, unless it is deleted or rejected. */
  attachment(place: Place, transitGatewayId: string, vpcId: string): Promise<Attachment | undefined>;
  attach(place: Place, transitGatewayId: string, vpcId: string, subnetIds: readonly string[], owner: string):
  Promise<void>;
  changeSubnets(
    place: Place, attachmentId: string, added: readonly string[], removed: readonly string[],
  ): Promise<void>;
  detach(place: Place, attachmentId: string): Promise<void>;
  /** The routes of the tables to blocks of IPv4 addresses; those of tables that do not exist are missing. */
  routes(place: Place, routeTableIds: readonly string[]): Promise<readonly NetworkRoute[]>;
  createRoute(place: Place, route: HubRoute, transitGatewayId: string): Promise<void>;
  deleteRoute(place: Place, route: HubRoute): Promise<void>;
  /** The ids of the rules of a security group. */
  rules(place: Place, securityGroupId: string): Promise<{ readonly ingress: string[]; readonly egress: string[] }>;
  revoke(place: Place, securityGroupId: string, direction: 'ingress' | 'egress', ruleIds: string[]): Promise<void>;
}

/** EC2 in the account of a hub. It sees no tags of attachments, which belong to the accounts of the networks. */
export interface Hubs extends Pick<Networks, 'attachment' | 'detach'> {
  accept(place: Place, attachmentId: string): Promise<void>;
  /** Ends an attachment that was not accepted. */
  reject(place: Place, attachmentId: string): Promise<void>;
  association(place: Place, attachmentId: string): Promise<Association | undefined>;
  associate(place: Place, attachmentId: string, tableId: string): Promise<void>;
  disassociate(place: Place, attachmentId: string, tableId: string): Promise<void>;
  /** The tables to which the network is propagated. */
  propagations(place: Place, attachmentId: string): Promise<readonly string[]>;
  propagate(place: Place, attachmentId: string, tableId: string): Promise<void>;
  endPropagation(place: Place, attachmentId: string, tableId: string): Promise<void>;
}

/** The role of a network, or of a hub, was deleted, or its account was closed. */
export class MissingRoleError extends Error {}

const ENDED = ['deleted', 'rejected', 'failed'];

/** Networks and hubs through the API of EC2. What exists already, or does not exist any more, is no error. */
export class Ec2 implements Networks, Hubs {
  /** @param apiOf the API with the credentials of a role */
  public constructor(private readonly apiOf: (roleArn: string) => Api) {}

  public async attachment(place: Place, transitGatewayId: string, vpcId: string): Promise<Attachment | undefined> {
    const found = await this.list(place, 'DescribeTransitGatewayVpcAttachments', 'transitGatewayVpcAttachments', {
      Filter: filters({ 'transit-gateway-id': transitGatewayId, 'vpc-id': vpcId }),
    });
    const living = found.find(item => !ENDED.includes(textAt(item, 'state') ?? ''));
    if (living === undefined) return undefined;
    const tag = itemsAt(living, 'tagSet.item').find(item => textAt(item, 'key') === NAMES.ownerTag);
    const owner = textAt(tag, 'value');
    return {
      attachmentId: textAt(living, 'transitGatewayAttachmentId') ?? '',
      state: textAt(living, 'state') ?? '',
      subnetIds: itemsAt(living, 'subnetIds.item').map(String),
      ...owner !== undefined && { owner },
    };
  }

  public async attach(
    place: Place, transitGatewayId: string, vpcId: string, subnetIds: readonly string[], owner: string,
  ): Promise<void> {
    const input = {
      TransitGatewayId: transitGatewayId,
      VpcId: vpcId,
      SubnetIds: subnetIds,
      TagSpecifications: [
        { ResourceType: 'transit-gateway-attachment', Tag: [{ Key: NAMES.ownerTag, Value: owner }] },
      ],
    };
    await unless(['DuplicateTransitGatewayAttachment'],
      this.call(place, 'CreateTransitGatewayVpcAttachment', input));
  }

  public async changeSubnets(
    place: Place, attachmentId: string, added: readonly string[], removed: readonly string[],
  ): Promise<void> {
    await this.call(place, 'ModifyTransitGatewayVpcAttachment', {
      TransitGatewayAttachmentId: attachmentId,
      ...added.length > 0 && { AddSubnetIds: added },
      ...removed.length > 0 && { RemoveSubnetIds: removed },
    });
  }

  public async detach(place: Place, attachmentId: string): Promise<void> {
    await unless(['InvalidTransitGatewayAttachmentID.NotFound'],
      this.call(place, 'DeleteTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId }));
  }

  public async routes(place: Place, routeTableIds: readonly string[]): Promise<readonly NetworkRoute[]> {
    if (routeTableIds.length === 0) return [];
    const tables = await this.list(place, 'DescribeRouteTables', 'routeTableSet', {
      Filter: [{ Name: 'route-table-id', Value: routeTableIds }],
    });
    return tables.flatMap(table => itemsAt(table, 'routeSet.item').flatMap(item => {
      const cidr = textAt(item, 'destinationCidrBlock');
      const transitGatewayId = textAt(item, 'transitGatewayId');
      return cidr === undefined ? [] : [{
        routeTableId: textAt(table, 'routeTableId') ?? '',
        cidr,
        isBlackhole: textAt(item, 'state') === 'blackhole',
        ...transitGatewayId !== undefined && { transitGatewayId },
      }];
    }));
  }

  public async createRoute(place: Place, { routeTableId, cidr }: HubRoute, transitGatewayId: string): Promise<void> {
    const input = { RouteTableId: routeTableId, DestinationCidrBlock: cidr, TransitGatewayId: transitGatewayId };
    await unless(['RouteAlreadyExists'], this.call(place, 'CreateRoute', input));
  }

  public async deleteRoute(place: Place, { routeTableId, cidr }: HubRoute): Promise<void> {
    await unless(['InvalidRoute.NotFound', 'InvalidRouteTableID.NotFound'],
      this.call(place, 'DeleteRoute', { RouteTableId: routeTableId, DestinationCidrBlock: cidr }));
  }

  public async rules(place: Place, securityGroupId: string) {
    const found = await this.list(place, 'DescribeSecurityGroupRules', 'securityGroupRuleSet', {
      Filter: filters({ 'group-id': securityGroupId }),
    });
    const idsOf = (isEgress: string): string[] => found.filter(rule => textAt(rule, 'isEgress') === isEgress)
      .flatMap(rule => textAt(rule, 'securityGroupRuleId') ?? []);
    return { ingress: idsOf('false'), egress: idsOf('true') };
  }

  public async revoke(
    place: Place, securityGroupId: string, direction: 'ingress' | 'egress', ruleIds: string[],
  ): Promise<void> {
    const operation = { ingress: 'RevokeSecurityGroupIngress', egress: 'RevokeSecurityGroupEgress' }[direction];
    await unless(['InvalidSecurityGroupRuleId.NotFound'],
      this.call(place, operation, { GroupId: securityGroupId, SecurityGroupRuleId: ruleIds }));
  }

  public async accept(place: Place, attachmentId: string): Promise<void> {
    await this.call(place, 'AcceptTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId });
  }

  public async reject(place: Place, attachmentId: string): Promise<void> {
    await unless(['InvalidTransitGatewayAttachmentID.NotFound'],
      this.call(place, 'RejectTransitGatewayVpcAttachment', { TransitGatewayAttachmentId: attachmentId }));
  }

  public async association(place: Place, attachmentId: string): Promise<Association | undefined> {
    const [found] = await this.list(place, 'DescribeTransitGatewayAttachments', 'transitGatewayAttachments', {
      TransitGatewayAttachmentIds: [attachmentId],
    });
    const association = valueAt(found, 'association');
    const tableId = textAt(association, 'transitGatewayRouteTableId');
    const state = textAt(association, 'state');
    return tableId === undefined || state === undefined || state === 'disassociated' ? undefined : { tableId, state };
  }

  public async associate(place: Place, attachmentId: string, tableId: string): Promise<void> {
    await unless(['Resource.AlreadyAssociated'],
      this.call(place, 'AssociateTransitGatewayRouteTable', linkOf(attachmentId, tableId)));
  }

  public async disassociate(place: Place, attachmentId: string, tableId: string): Promise<void> {
    await unless(['InvalidAssociation.NotFound'],
      this.call(place, 'DisassociateTransitGatewayRouteTable', linkOf(attachmentId, tableId)));
  }

  public async propagations(place: Place, attachmentId: string): Promise<readonly string[]> {
    const found = await this.list(place, 'GetTransitGatewayAttachmentPropagations',
      'transitGatewayAttachmentPropagations', { TransitGatewayAttachmentId: attachmentId });
    return found.filter(item => ['enabled', 'enabling'].includes(textAt(item, 'state') ?? ''))
      .flatMap(item => textAt(item, 'transitGatewayRouteTableId') ?? []);
  }

  public async propagate(place: Place, attachmentId: string, tableId: string): Promise<void> {
    await unless(['TransitGatewayRouteTablePropagation.Duplicate'],
      this.call(place, 'EnableTransitGatewayRouteTablePropagation', linkOf(attachmentId, tableId)));
  }

  public async endPropagation(place: Place, attachmentId: string, tableId: string): Promise<void> {
    await unless(['TransitGatewayRouteTablePropagation.NotFound'],
      this.call(place, 'DisableTransitGatewayRouteTablePropagation', linkOf(attachmentId, tableId)));
  }

  /** All pages of a list. */
  private async list(
    place: Place, operation: string, member: string, input: Readonly<Record<string, unknown>>,
  ): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    for (let token: string | undefined; ;) {
      const page = await this.call(place, operation, { ...input, ...token !== undefined && { NextToken: token } });
      items.push(...itemsAt(page, `${member}.item`));
      token = textAt(page, 'nextToken');
      if (token === undefined || token === '') return items;
    }
  }

  private async call({ roleArn, region }: Place, operation: string, input: Readonly<Record<string, unknown>>) {
    return this.apiOf(roleArn).call({ service: 'ec2', region, operation, input });
  }
}

/** EC2 through the roles in the accounts. A role that was just created is denied for a while. */
export function ec2InAccounts(partition: string, now: () => number = Date.now): Ec2 {
  const deniedSince = new Map<string, number>();
  const credentials = (roleArn: string) => async (): Promise<AwsCredentialIdentity> => {
    try {
      const session = await assumeRole({ roleArn });
      deniedSince.delete(roleArn);
      return session;
    } catch (error) {
      const since = deniedSince.get(roleArn) ?? now();
      deniedSince.set(roleArn, since);
      const seen = retryWhileRolePropagates(error, now() - since);
      if (seen !== error || !isAccessDenied(error)) throw seen;
      throw new MissingRoleError(`cannot assume role '${roleArn}': the stack of the network, or of the hub, creates `
        + `it; if it was deleted, ${reconcileAdvice()} (${error.message})`, { cause: error });
    }
  };
  return new Ec2(roleArn => loggedApi(credentials(roleArn), partition));
}

function linkOf(attachmentId: string, tableId: string) {
  return { TransitGatewayAttachmentId: attachmentId, TransitGatewayRouteTableId: tableId };
}

function filters(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([Name, value]) => ({ Name, Value: [value] }));
}

async function unless(names: readonly string[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNamed(error, ...names)) throw error;
  }
}
