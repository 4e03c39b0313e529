import { isDeepStrictEqual } from 'node:util';
import type { Attachment, Hubs, Networks } from './aws';
import { hubPlace, networkPlace, waitForAssociation } from './places';
import { isSame, TransitRemoval } from './removal';
import type { Drift } from '../../src/operations/contract';
import type { TransitAttachmentRequest, TransitAttachmentResult } from '../../src/transit/contract';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import { transitKey } from '../registry/transit';
import type { HubRoute, TransitRecord } from '../registry/transit';
import { isNamed, isTransient } from '../shared/errors';
import type { InProgress, Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { checkAgainIn, DONE, done, waitFor } from '../shared/lifecycle';

interface TransitContext {
  readonly registry: Registry;
  readonly networks: Networks;
  readonly hubs: Hubs;
}

type Request = TransitAttachmentRequest;
type Result = TransitAttachmentResult;
type Present = Pick<TransitRecord, 'routes' | 'attachmentId'>;

/** Errors of calls that EC2 accepts later: a share or a state is not yet known everywhere. */
const NOT_YET = ['IncorrectState', 'InvalidTransitGatewayID.NotFound', 'InvalidTransitGatewayAttachmentID.NotFound'];

/** Attaches networks to transit gateways: first the attachment, then its tables, then the routes of the network. */
export class TransitLifecycle implements Lifecycle<Request, Result> {
  private readonly removal: TransitRemoval;

  public constructor(private readonly context: TransitContext) {
    this.removal = new TransitRemoval(context.networks, context.hubs);
  }

  public subjectOf({ networkName, transitGatewayId }: Request): string {
    return `the attachment of network '${networkName}' to ${transitGatewayId}`;
  }

  public recordKeys(request: Request): readonly string[] {
    return [transitKey(request)];
  }

  public async requestCreate(owner: Owner, request: Request): Promise<void> {
    await this.request(owner, request);
  }

  /** @param present what the record may lack */
  private async request(owner: Owner, request: Request, present: Present = { routes: [] }): Promise<void> {
    const key = transitKey(request);
    const record = await this.read(key);
    const foreign = record && foreignOwner(record.owners, owner);
    if (foreign) {
      throw new Error(`${this.subjectOf(request)} is declared by stack '${stackNameOf(foreign)}' already: remove one `
        + 'of the two hub.attach()');
    }
    const owners = withOwner(record?.owners ?? [], owner, request);
    const routes = union(record?.routes ?? [], present.routes);
    await this.context.registry.write<TransitRecord>(
      key, { ...present, ...record, routes, owners, request }, record?.version);
  }

  public async requestUpdate(owner: Owner, request: Request, before: Request): Promise<void> {
    const record = await this.read(transitKey(request));
    // the rollback of a rejected change requests what the owner already has: that is not a change
    const isOther = transitKey(request) !== transitKey(before) && !(record && owns(record.owners, owner));
    if (isOther) {
      throw new Error(`the attachment of network '${request.networkName}' cannot move from ${before.vpcId} and `
        + `${before.transitGatewayId} to ${request.vpcId} and ${request.transitGatewayId}: define another Network and `
        + 'attach it, and remove this one afterwards');
    }
    const isOld = isOlder(record, owner, before) && isOlder(record, owner, request);
    await this.request(owner, request, { routes: isOld ? routesOf(before) : [] });
  }

  public async requestDelete(owner: Owner, request: Request): Promise<void> {
    const key = transitKey(request);
    const record = await this.read(key);
    if (!record || !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    const isOld = isOlder(record, owner, request);
    const last = owners.at(-1)?.request ?? (isOld ? request : record.request);
    const routes = isOld ? union(record.routes, routesOf(request)) : record.routes;
    await this.context.registry.write<TransitRecord>(key, { ...record, routes, owners, request: last }, record.version);
  }

  /** A lost record is restored with all routes that the request may have created. */
  public async recover(owner: Owner, request: Request): Promise<void> {
    const key = transitKey(request);
    if (await this.read(key)) return;
    const present = await this.findPresent(request);
    if (!present) return;
    const record: TransitRecord = { ...present, owners: withOwner([], owner, request), request };
    await this.context.registry.write<TransitRecord>(key, record, undefined);
  }

  /** What the request may have created, if the attachment carries the tag of its record. */
  private async findPresent(request: Request): Promise<Present | undefined> {
    const found = await this.find(request).catch((error: unknown) => {
      // an attachment that is not seen for a moment would be left behind
      if (isTransient(error)) throw error;
      return undefined;
    });
    if (found?.owner !== transitKey(request)) return undefined;
    return { routes: routesOf(request), attachmentId: found.attachmentId };
  }

  public async reconcile(owner: Owner, request: Request): Promise<Progress<Result>> {
    const key = transitKey(request);
    const record = await this.read(key);
    if (!record || !owns(record.owners, owner)) {
      throw new Error(`${this.subjectOf(request)} was removed concurrently: deploy again`);
    }
    return laterIfNotYet(async () => {
      const attachment = await this.find(request);
      const known = await this.remember(key, record, attachment);
      return await this.reconcileAttachment(request, attachment)
        ?? await this.reconcileTables(request, attachment?.attachmentId ?? '')
        ?? await this.reconcileRoutes(request, known)
        ?? done({ attachmentId: attachment?.attachmentId ?? '' });
    });
  }

  public async reconcileDelete(_owner: Owner, request: Request): Promise<Progress<void>> {
    const key = transitKey(request);
    const record = await this.read(key);
    if (!record || record.owners.length > 0) return DONE;
    return laterIfNotYet(async () => {
      const progress = await this.removal.step(record);
      if (progress.done) await this.context.registry.remove(key, record.version);
      return progress;
    });
  }

  public async check(owner: Owner, request: Request): Promise<readonly Drift[]> {
    const { networkName } = request;
    const record = await this.read(transitKey(request));
    const repairable = (what: string, remedy: string): Drift => ({ what, remedy, isRepairable: true });
    if (!record || !owns(record.owners, owner)) {
      return [repairable(`the registry has no record of ${this.subjectOf(request)}`, 'it is recorded again')];
    }
    const attachment = await this.find(request);
    if (attachment && attachment.owner !== transitKey(request)) return [foreignAttachment(request, attachment)];
    if (attachment?.state !== 'available') {
      return [repairable(`network '${networkName}' is not attached to ${request.transitGatewayId}`,
        'it is attached again')];
    }
    const { attachmentId } = attachment;
    const association = await this.context.hubs.association(hubPlace(request), attachmentId);
    const propagations = await this.context.hubs.propagations(hubPlace(request), attachmentId);
    const isRouted = association?.tableId === request.tableId
      && sameItems(propagations, request.propagatedTableIds);
    const missing = await this.missingRoutes(request);
    const hasSubnets = sameItems(attachment.subnetIds, request.subnetIds);
    return [
      ...hasSubnets ? [] : [repairable(`the attachment of network '${networkName}' to ${request.transitGatewayId} has `
        + `the subnets ${attachment.subnetIds.join(', ')} instead of ${request.subnetIds.join(', ')}`,
      'its subnets are restored')],
      ...isRouted ? [] : [repairable(`the hub does not route network '${networkName}' as its segment says`,
        'its route tables are restored')],
      ...missing.map(({ routeTableId, cidr }) => repairable(
        `route table ${routeTableId} of network '${networkName}' has no route to the hub for ${cidr}`,
        'the route is created again')),
    ];
  }

  public async requestRepair(owner: Owner, request: Request): Promise<void> {
    const record = await this.read(transitKey(request));
    await this.request(owner, request, record ? undefined : await this.findPresent(request));
  }

  /** Creates and accepts the attachment; undefined: it is available, with the requested subnets. */
  private async reconcileAttachment(
    request: Request, attachment: Attachment | undefined,
  ): Promise<InProgress | undefined> {
    const { networks, hubs } = this.context;
    const key = transitKey(request);
    const { transitGatewayId, vpcId, subnetIds } = request;
    if (!attachment) {
      await networks.attach(networkPlace(request), transitGatewayId, vpcId, subnetIds, key);
      return waitFor('the attachment');
    }
    const { attachmentId, state } = attachment;
    if (attachment.owner !== key) {
      const { what, remedy } = foreignAttachment(request, attachment);
      throw new Error(`${what}: ${remedy}, then deploy again`);
    }
    if (state === 'pendingAcceptance') {
      await hubs.accept(hubPlace(request), attachmentId);
      return waitFor('the accepted attachment');
    }
    if (state !== 'available') return checkAgainIn(10, `the attachment (${state})`);
    const added = subnetIds.filter(id => !attachment.subnetIds.includes(id));
    const removed = attachment.subnetIds.filter(id => !subnetIds.includes(id));
    if (added.length + removed.length === 0) return undefined;
    await networks.changeSubnets(networkPlace(request), attachmentId, added, removed);
    return waitFor('the subnets of the attachment');
  }

  /** Associates the attachment with its table, and propagates it to those that reach it; undefined: it is. */
  private async reconcileTables(request: Request, attachmentId: string): Promise<InProgress | undefined> {
    const { hubs } = this.context;
    const place = hubPlace(request);
    const present = await hubs.propagations(place, attachmentId);
    for (const tableId of present.filter(id => !request.propagatedTableIds.includes(id))) {
      await hubs.endPropagation(place, attachmentId, tableId);
    }
    const association = await hubs.association(place, attachmentId);
    if (!association) {
      await hubs.associate(place, attachmentId, request.tableId);
      return waitFor('the association with the route table of the segment');
    }
    if (association.state !== 'associated') return waitForAssociation(association);
    if (association.tableId !== request.tableId) {
      await hubs.disassociate(place, attachmentId, association.tableId);
      return waitFor('the end of the former association');
    }
    for (const tableId of request.propagatedTableIds.filter(id => !present.includes(id))) {
      await hubs.propagate(place, attachmentId, tableId);
    }
    return undefined;
  }

  /** Creates the routes of the network, and removes those that are not requested any more. */
  private async reconcileRoutes(request: Request, record: Versioned<TransitRecord>): Promise<InProgress | undefined> {
    const { networks, registry } = this.context;
    const wanted = routesOf(request);
    const missing = await this.missingRoutes(request);
    const created = wanted.filter(route => includes(record.routes, route) || includes(missing, route));
    const obsolete = record.routes.filter(route => !includes(wanted, route));
    if (missing.length + obsolete.length === 0 && created.length === record.routes.length) return undefined;
    const { version, ...rest } = record;
    const { version: recorded } = await registry.write<TransitRecord>(
      transitKey(request), { ...rest, routes: [...created, ...obsolete] }, version);
    for (const route of missing) await networks.createRoute(networkPlace(request), route, request.transitGatewayId);
    await this.removal.removeRoutes(request, obsolete);
    if (obsolete.length > 0) {
      await registry.write<TransitRecord>(transitKey(request), { ...rest, routes: created }, recorded);
    }
    return undefined;
  }

  /** The requested routes that do not exist. @throws Error if a table has a route that leads elsewhere */
  private async missingRoutes(request: Request): Promise<readonly HubRoute[]> {
    const present = await this.context.networks.routes(networkPlace(request), request.routeTableIds);
    return routesOf(request).filter(route => {
      const found = present.find(other => isSame(other, route));
      if (found && found.transitGatewayId !== request.transitGatewayId) {
        throw new Error(`route table ${route.routeTableId} of network '${request.networkName}' has a route for `
          + `${route.cidr} that does not lead to ${request.transitGatewayId}: remove it, or choose other 'cidrs' of `
          + 'the hub, then deploy again');
      }
      return found === undefined;
    });
  }

  /** Keeps the id of the attachment: in the account of the hub, nothing else says that it is ours. */
  private async remember(
    key: string, record: Versioned<TransitRecord>, attachment: Attachment | undefined,
  ): Promise<Versioned<TransitRecord>> {
    if (attachment?.owner !== key || attachment.attachmentId === record.attachmentId) return record;
    const { version, ...rest } = record;
    return this.context.registry.write<TransitRecord>(
      key, { ...rest, attachmentId: attachment.attachmentId }, version);
  }

  private async find(request: Request): Promise<Attachment | undefined> {
    const { transitGatewayId, vpcId } = request;
    return this.context.networks.attachment(networkPlace(request), transitGatewayId, vpcId);
  }

  private async read(key: string): Promise<Versioned<TransitRecord> | undefined> {
    return this.context.registry.read<TransitRecord>(key);
  }
}

async function laterIfNotYet<Outcome>(step: () => Promise<Progress<Outcome>>): Promise<Progress<Outcome>> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Error && isNamed(error, ...NOT_YET)) return waitFor('the transit gateway', error);
    throw error;
  }
}

function foreignAttachment({ vpcId, networkName, transitGatewayId }: Request, { attachmentId }: Attachment): Drift {
  return {
    what: `VPC ${vpcId} of network '${networkName}' is attached to ${transitGatewayId} already (${attachmentId}), but `
      + 'not by this app',
    remedy: 'delete that attachment',
    isRepairable: false,
  };
}

/** A route for each table and block. */
function routesOf({ routeTableIds, cidrs }: Request): readonly HubRoute[] {
  return routeTableIds.flatMap(routeTableId => cidrs.map(cidr => ({ routeTableId, cidr })));
}

/**
 * Whether the registry was restored to a time before a request that CloudFormation has completed: the routes of that
 * request may exist, and are not in the record.
 */
function isOlder(record: TransitRecord | undefined, { id }: Owner, completed: Request): boolean {
  const known = record?.owners.find(other => other.id === id)?.request;
  return known !== undefined && !isDeepStrictEqual(known, completed);
}

function union(routes: readonly HubRoute[], others: readonly HubRoute[]): readonly HubRoute[] {
  return [...routes, ...others.filter(other => !includes(routes, other))];
}

function includes(routes: readonly HubRoute[], route: HubRoute): boolean {
  return routes.some(other => isSame(other, route));
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
