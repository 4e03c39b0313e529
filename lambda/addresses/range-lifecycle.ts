import type { AddressContext } from './context';
import { IpamRanges } from './ipam-ranges';
import { TableRanges } from './table-ranges';
import type { AddressRangeRequest, AddressRangeResult } from '../../src/addresses/contract';
import type { Drift } from '../../src/operations/contract';
import { rangeOf } from '../address-spaces/space';
import { addressSpaceKey } from '../registry/address-space';
import type { AddressSpaceRecord } from '../registry/address-space';
import { deployOrReconcile } from '../shared/advice';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done } from '../shared/lifecycle';

/** Gives ranges of address spaces to networks, and takes them back. */
export class RangeLifecycle implements Lifecycle<AddressRangeRequest, AddressRangeResult> {
  private readonly tableRanges: TableRanges;
  private readonly ipamRanges: IpamRanges;

  public constructor(private readonly context: AddressContext) {
    this.tableRanges = new TableRanges(context);
    this.ipamRanges = new IpamRanges(context);
  }

  public recordKeys(request: AddressRangeRequest): readonly string[] {
    return isOfTable(request) ? [addressSpaceKey(request.spaceId)] : [];
  }

  public subjectOf({ name }: AddressRangeRequest): string {
    return `address range '${name}'`;
  }

  /** `reconcile` records the request where the range is given. */
  public async requestCreate(): Promise<void> {
    return undefined;
  }

  public async requestUpdate(owner: Owner, request: AddressRangeRequest, before: AddressRangeRequest): Promise<void> {
    const fixed = ['spaceId', 'prefixLength', 'cidr'] as const;
    const changed = fixed.filter(name => request[name] !== before[name]);
    if (changed.length === 0) return;
    throw new Error(
      `the range of '${request.name}' ('${owner.logicalId}') cannot change its ${changed.join(', ')}: give the `
        + 'construct another id, so that the new range is given before the old one is released',
    );
  }

  public async requestDelete(): Promise<void> {
    return undefined;
  }

  public async reconcile(owner: Owner, request: AddressRangeRequest): Promise<Progress<AddressRangeResult>> {
    if (!isOfTable(request)) return done({ cidr: await this.ipamRanges.give(owner, request) });
    const space = await this.spaceOf(request);
    const progress = await this.tableRanges.give(owner, request, space);
    return progress.done ? done({ cidr: progress.result }) : progress;
  }

  public async reconcileDelete(owner: Owner, request: AddressRangeRequest): Promise<Progress<void>> {
    await (isOfTable(request) ? this.tableRanges : this.ipamRanges).release(owner, request);
    return DONE;
  }

  public async check(owner: Owner, request: AddressRangeRequest): Promise<readonly Drift[]> {
    const isKnown = isOfTable(request)
      ? rangeOf(await this.context.tables.read(request.spaceId), owner.id) !== undefined
      : await this.ipamRanges.has(owner);
    if (isKnown) return [];
    return [{
      what: `'${request.spaceId}' does not have the range of '${request.name}'`,
      remedy: 'restore the table, or the registry, from a backup; another network may get the same range until then',
      isRepairable: false,
    }];
  }

  /** A lost range cannot be given again: its addresses are in use, and only a backup knows them. */
  public async requestRepair(): Promise<void> {
    return undefined;
  }

  private async spaceOf({ spaceId, name }: AddressRangeRequest) {
    const record = await this.context.registry.read<AddressSpaceRecord>(addressSpaceKey(spaceId));
    const space = record?.owners.at(-1)?.request;
    if (space?.kind === 'table') return space;
    throw new Error(
      `the registry has no address space '${spaceId}', so '${name}' cannot have a range of it: `
        + deployOrReconcile('the app that defines the AddressSpace'),
    );
  }
}

/** A space is named by the ARN of its table, or by the id of its pool. */
function isOfTable({ spaceId }: AddressRangeRequest): boolean {
  return spaceId.startsWith('arn:');
}
