import { isDeepStrictEqual } from 'node:util';
import type { AddressContext } from './context';
import { sourceOf } from './table-ranges';
import type { AddressSpaceRequest, AddressSpaceResult, TableSpaceRequest } from '../../src/addresses/contract';
import type { Drift } from '../../src/operations/contract';
import { LISTED } from '../../src/registry/contract';
import { contains, overlap, parseCidr } from '../address-spaces/cidr';
import { liveRanges } from '../address-spaces/space';
import type { Space, SpaceSettings } from '../address-spaces/space';
import { addressSpaceKey, spaceIdOf } from '../registry/address-space';
import type { AddressSpaceRecord } from '../registry/address-space';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import { isAccessDenied, isNamed } from '../shared/errors';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done, IN_PROGRESS, waitFor } from '../shared/lifecycle';
import { retryWhileRolePropagates } from '../shared/propagation';

/** Within this time, the index of the registry has a space that another app declares at the same time. */
const INDEX_MILLISECONDS = 4000;

/** An unchanged app does not create its table again, and only a backup knows the ranges. */
const RESTORE = 'restore it from a backup under the same name';

/** Number of ranges that an error names. */
const MAX_NAMED = 5;

/** Declares address spaces: their settings are in their table, where each range is given by them. */
export class SpaceLifecycle
implements Lifecycle<AddressSpaceRequest, AddressSpaceResult> {
  public constructor(private readonly context: Pick<AddressContext, 'registry' | 'tables' | 'now'>) {}

  public recordKeys(request: AddressSpaceRequest): readonly string[] {
    return [addressSpaceKey(spaceIdOf(request))];
  }

  public subjectOf({ spaceName }: AddressSpaceRequest): string {
    return `address space '${spaceName}'`;
  }

  public async requestCreate(owner: Owner, request: AddressSpaceRequest): Promise<void> {
    const key = addressSpaceKey(spaceIdOf(request));
    const record = await this.context.registry.read<AddressSpaceRecord>(key);
    const foreign = record && foreignOwner(record.owners, owner);
    if (foreign) {
      throw new Error(
        `address space '${request.spaceName}' is declared by stack '${stackNameOf(foreign)}' already: use `
          + 'AddressSpace.fromAddressSpaceAttributes() here',
      );
    }
    const owners = withOwner(record?.owners ?? [], owner, request);
    const declaredAt = record?.declaredAt ?? this.context.now();
    await this.context.registry.write<AddressSpaceRecord>(key, { owners, declaredAt }, record?.version);
  }

  public async requestUpdate(
    owner: Owner, request: AddressSpaceRequest, before: AddressSpaceRequest,
  ): Promise<void> {
    await this.requestCreate(owner, request);
    if (spaceIdOf(before) !== spaceIdOf(request)) await this.release(owner, before);
  }

  public async requestFormer(
    owner: Owner, request: AddressSpaceRequest, former: AddressSpaceRequest,
  ): Promise<void> {
    if (spaceIdOf(former) !== spaceIdOf(request)) await this.release(owner, former);
  }

  /** The deletion fails while ranges are in use, so the record stays until then. */
  public async requestDelete(): Promise<void> {}

  private async release(owner: Owner, request: AddressSpaceRequest): Promise<void> {
    const key = addressSpaceKey(spaceIdOf(request));
    const record = await this.context.registry.read<AddressSpaceRecord>(key);
    if (!record || !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    const { registry } = this.context;
    if (owners.length === 0) await registry.remove(key, record.version);
    else await registry.write<AddressSpaceRecord>(key, { owners, declaredAt: record.declaredAt }, record.version);
  }

  public async check(owner: Owner, request: AddressSpaceRequest): Promise<readonly Drift[]> {
    const record = await this.context.registry.read<AddressSpaceRecord>(addressSpaceKey(spaceIdOf(request)));
    const name = `address space '${request.spaceName}'`;
    if (!record || !owns(record.owners, owner)) {
      return [{ what: `the registry has no record of ${name}`, remedy: 'it is recorded again', isRepairable: true }];
    }
    // after a change of the construct's id, its last owner is compared
    if (request.kind === 'ipam' || record.owners.at(-1)?.id !== owner.id) return [];
    const settings = await this.settingsIn(request);
    if (settings === 'no table') {
      const what = `the table '${request.tableArn}' of ${name} does not exist`;
      return [{ what, remedy: RESTORE, isRepairable: false }];
    }
    if (isDeepStrictEqual(settings, settingsOf(request))) return [];
    const what = `the table '${request.tableArn}' has other settings than ${name}`;
    return [{ what, remedy: 'they are written again', isRepairable: true }];
  }

  public async requestRepair(owner: Owner, request: AddressSpaceRequest): Promise<void> {
    await this.requestCreate(owner, request);
  }

  private async settingsIn({ tableArn }: TableSpaceRequest): Promise<SpaceSettings | 'no table' | undefined> {
    try {
      return (await this.context.tables.read(tableArn)).settings;
    } catch (error) {
      if (isNamed(error, 'ResourceNotFoundException')) return 'no table';
      throw error;
    }
  }

  public async reconcile(_owner: Owner, request: AddressSpaceRequest): Promise<Progress<AddressSpaceResult>> {
    const result = { spaceId: spaceIdOf(request) };
    if (request.kind === 'ipam') return done(result);
    const { registry, now } = this.context;
    const declared = await registry.read<AddressSpaceRecord>(addressSpaceKey(request.tableArn));
    if (now() - (declared?.declaredAt ?? 0) < INDEX_MILLISECONDS) return waitFor('the index of the address spaces');
    const last = declared?.owners.at(-1)?.request;
    const current = last?.kind === 'table' ? last : request;
    await this.assertDisjoint(current);
    const space = await this.read(current);
    const settings = settingsOf(current);
    assertRangesKept(space, settings);
    if (isDeepStrictEqual(space.settings, settings)) return done(result);
    const { isWritten } = await this.context.tables.configure(request.tableArn, settings, space.version);
    return isWritten ? done(result) : IN_PROGRESS;
  }

  public async reconcileDelete(owner: Owner, request: AddressSpaceRequest): Promise<Progress<void>> {
    const record = await this.context.registry.read<AddressSpaceRecord>(addressSpaceKey(spaceIdOf(request)));
    if (!record || !owns(record.owners, owner)) return DONE;
    if (request.kind === 'table' && withoutOwner(record.owners, owner).length === 0) await this.assertUnused(request);
    await this.release(owner, request);
    return DONE;
  }

  /** @throws if ranges are in use, for example those of another app: another space would give them again */
  private async assertUnused({ spaceName, tableArn }: TableSpaceRequest): Promise<void> {
    const space = await this.context.tables.read(tableArn).catch((error: unknown) => {
      // without its table, or with a table that cannot be read, nothing can be checked
      if (isNamed(error, 'ResourceNotFoundException') || isAccessDenied(error)) return undefined;
      throw error;
    });
    const used = space ? liveRanges(space) : [];
    if (used.length === 0) return;
    const named = used.slice(0, MAX_NAMED)
      .map(({ cidr, request: { name, stackName } }) => `${cidr} of '${name}' (stack '${stackName}')`).join(', ');
    const more = used.length > MAX_NAMED ? ` and ${used.length - MAX_NAMED} more` : '';
    throw new Error(`address space '${spaceName}' has ranges in use: ${named}${more}; remove them first`);
  }

  /** The policy of a new table may not be in effect yet. */
  private async read({ tableArn }: TableSpaceRequest): Promise<Space> {
    try {
      return await this.context.tables.read(tableArn);
    } catch (error) {
      const record = await this.context.registry.read<AddressSpaceRecord>(addressSpaceKey(tableArn));
      if (isNamed(error, 'ResourceNotFoundException')) {
        throw new Error(`the table '${tableArn}' of an address space does not exist: ${RESTORE}`);
      }
      throw retryWhileRolePropagates(error, this.context.now() - (record?.declaredAt ?? 0));
    }
  }

  /** @throws if the space overlaps another one: networks of both could not be connected */
  private async assertDisjoint(request: TableSpaceRequest): Promise<void> {
    const records = await this.context.registry.list<AddressSpaceRecord>(LISTED.space);
    for (const { owners } of records) {
      const other = owners.at(-1);
      if (other?.request.kind !== 'table' || other.request.tableArn === request.tableArn) continue;
      if (!overlap(parseCidr(other.request.cidr), parseCidr(request.cidr))) continue;
      throw new Error(
        `address space '${request.spaceName}' (${request.cidr}) overlaps '${other.request.spaceName}' `
          + `(${other.request.cidr}) of stack '${stackNameOf(other)}': use another 'cidr', or that space with `
          + 'AddressSpace.fromAddressSpaceAttributes()',
      );
    }
  }
}

function settingsOf({ spaceName, cidr, reserved, compared }: TableSpaceRequest): SpaceSettings {
  return { spaceName, cidr, reserved, sources: compared.map(sourceOf) };
}

/** @throws if a range that is in use would be outside of the space, or reserved */
function assertRangesKept(space: Space, { spaceName, cidr, reserved }: SpaceSettings): void {
  for (const range of liveRanges(space)) {
    const { block } = range;
    const of = `'${range.cidr}' of '${range.request.name}' (stack '${range.request.stackName}')`;
    if (!contains(parseCidr(cidr), block)) {
      throw new Error(`address space '${spaceName}' cannot become ${cidr}: ${of} is outside of it; remove it first`);
    }
    const taken = reserved.find(other => overlap(parseCidr(other.cidr), block));
    if (taken && range.request.cidr === undefined) {
      throw new Error(
        `address space '${spaceName}' cannot reserve '${taken.cidr}': ${of} is in use; remove it first, or reserve `
          + 'another range',
      );
    }
  }
}
