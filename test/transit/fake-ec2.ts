import type { HubRoute } from '../../lambda/registry/transit';
import type {
  Association, Attachment, Hubs, NetworkRoute, Networks, Place,
} from '../../lambda/transit/aws';
import { MissingRoleError } from '../../lambda/transit/aws';

export const GATEWAY = 'tgw-1';
export const HUB: Place = { roleArn: 'arn:aws:iam::111111111111:role/hub', region: 'eu-west-1' };

function isHub({ roleArn }: Place): boolean {
  return roleArn === HUB.roleArn;
}

function awsError(name: string): Error {
  const error = new Error(name);
  error.name = name;
  return error;
}

/** A VPC and a transit gateway in two accounts. States change with every look, as if time passed. */
export class FakeEc2 implements Networks, Hubs {
  public present?: Attachment;
  public associated?: Association;
  public readonly propagated = new Set<string>();
  public table: readonly NetworkRoute[] = [];
  /** Whether a route has led nowhere at any time. */
  public wasBlackhole = false;
  public readonly groupRules = { ingress: ['sgr-1'], egress: ['sgr-2'] };
  /** Looks until the share of the gateway has reached the account of the network. */
  public looksUntilShared = 1;
  /** Roles that do not exist. */
  public readonly missing = new Set<string>();
  /** Whether the hub is still shared with the account of the network. */
  public isShared = true;
  private looks = 0;

  public async attachment(place: Place): Promise<Attachment | undefined> {
    this.enter(place);
    this.looks += 1;
    const seen = this.present;
    if (seen?.state === 'pending' || seen?.state === 'modifying') this.present = { ...seen, state: 'available' };
    if (seen?.state === 'deleting') this.present = undefined;
    if (!seen || !isHub(place)) return seen;
    const { owner: _, ...untagged } = seen;
    return untagged;
  }

  public async attach(
    _place: Place, _gateway: string, _vpc: string, subnetIds: readonly string[], owner: string,
  ): Promise<void> {
    if (this.looks <= this.looksUntilShared) throw awsError('InvalidTransitGatewayID.NotFound');
    this.present ??= { attachmentId: 'tgw-attach-1', state: 'pendingAcceptance', subnetIds, owner };
  }

  public async changeSubnets(
    _place: Place, _id: string, added: readonly string[], removed: readonly string[],
  ): Promise<void> {
    const present = this.available();
    const subnetIds = [...present.subnetIds.filter(id => !removed.includes(id)), ...added];
    this.present = { ...present, subnetIds, state: 'modifying' };
  }

  public async detach(place: Place = HUB): Promise<void> {
    this.enter(place);
    if (!isHub(place) && !this.isShared) throw awsError('OperationNotPermitted');
    if (!this.present) return;
    this.wasBlackhole ||= this.table.some(({ transitGatewayId }) => transitGatewayId === GATEWAY);
    this.present = { ...this.present, state: 'deleting' };
    this.associated = undefined;
    this.propagated.clear();
  }

  public async routes(place: Place, routeTableIds: readonly string[]): Promise<readonly NetworkRoute[]> {
    this.enter(place);
    return this.table.filter(({ routeTableId }) => routeTableIds.includes(routeTableId));
  }

  public async createRoute(_place: Place, route: HubRoute, transitGatewayId: string): Promise<void> {
    this.available();
    if (this.table.some(other => isSame(other, route))) return;
    this.table = [...this.table, { ...route, transitGatewayId, isBlackhole: false }];
  }

  public async deleteRoute(_place: Place, route: HubRoute): Promise<void> {
    this.table = this.table.filter(other => !isSame(other, route));
  }

  public async rules() {
    return { ...this.groupRules };
  }

  public async revoke(_place: Place, _group: string, direction: 'ingress' | 'egress'): Promise<void> {
    this.groupRules[direction] = [];
  }

  public async reject(): Promise<void> {
    if (this.present?.state !== 'pendingAcceptance') throw awsError('IncorrectState');
    this.present = undefined;
  }

  public async accept(): Promise<void> {
    if (this.present?.state !== 'pendingAcceptance') throw awsError('IncorrectState');
    this.present = { ...this.present, state: 'pending' };
  }

  public async association(): Promise<Association | undefined> {
    const seen = this.associated;
    if (seen?.state === 'associating') this.associated = { ...seen, state: 'associated' };
    if (seen?.state === 'disassociating') this.associated = undefined;
    return seen;
  }

  public async associate(_place: Place, _id: string, tableId: string): Promise<void> {
    this.available();
    this.associated ??= { tableId, state: 'associating' };
  }

  public async disassociate(): Promise<void> {
    if (this.associated) this.associated = { ...this.associated, state: 'disassociating' };
  }

  public async propagations(place: Place): Promise<readonly string[]> {
    this.enter(place);
    return [...this.propagated];
  }

  public async propagate(_place: Place, _id: string, tableId: string): Promise<void> {
    this.available();
    this.propagated.add(tableId);
  }

  public async endPropagation(_place: Place, _id: string, tableId: string): Promise<void> {
    this.propagated.delete(tableId);
  }

  private enter({ roleArn }: Place): void {
    if (this.missing.has(roleArn)) throw new MissingRoleError(`cannot assume role '${roleArn}'`);
  }

  private available(): Attachment {
    if (this.present?.state !== 'available') throw awsError('IncorrectState');
    return this.present;
  }
}

function isSame(one: HubRoute, other: HubRoute): boolean {
  return one.routeTableId === other.routeTableId && one.cidr === other.cidr;
}
