import type { AddressContext } from './context';
import { TableRanges } from './table-ranges';
import type { AddressRangeRequest, AddressRangeResult } from '../../src/addresses/contract';
import type { Drift } from '../../src/operations/contract';
import { rangeOf } from '../address-spaces/space';
import { addressSpaceKey } from '../registry/address-space';
import type { AddressSpaceRecord } from '../registry/address-space';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done } from '../shared/lifecycle';

/** Gives ranges of address spaces to networks, and takes them back. */
export class RangeLifecycle implements Lifecycle<AddressRangeRequest, AddressRangeResult> {
  private readonly tableRanges: TableRanges;

  public constructor(private readonly context: AddressContext) {
    this.tableRanges = new TableRanges(context);
  }

  public recordKeys({ spaceId }: AddressRangeRequest): readonly string[] {
    return [addressSpaceKey(spaceId)];
  }

  public subjectOf({ name }: AddressRangeRequest): string {
    return `address range '${name}'`;
  }

  /** The table has all records: the request is written together with what it needs. */
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
    const space = await this.spaceOf(request);
    const progress = await this.tableRanges.give(owner, request, space);
    return progress.done ? done({ cidr: progress.result }) : progress;
  }

  public async reconcileDelete(owner: Owner, request: AddressRangeRequest): Promise<Progress<void>> {
    await this.tableRanges.release(owner, request);
    return DONE;
  }

  public async check(owner: Owner, request: AddressRangeRequest): Promise<readonly Drift[]> {
    const space = await this.context.tables.read(request.spaceId);
    if (rangeOf(space, owner.id) !== undefined) return [];
    return [{
      what: `the table '${request.spaceId}' does not have the range of '${request.name}'`,
      remedy: 'restore the table from a backup; another network may get the same range until then',
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
      `the registry has no address space '${spaceId}', so '${name}' cannot have a range of it: deploy the app that `
        + 'defines the AddressSpace again',
    );
  }
}
