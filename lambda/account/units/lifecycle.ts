import type { Units } from './aws';
import { unitDrifts } from './check';
import type { UnitRequest, UnitResult } from '../../../src/account/contract';
import type { Drift } from '../../../src/operations/contract';
import { NAMES } from '../../../src/private/contract';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../../registry/owners';
import type { Registry } from '../../registry/registry';
import { unitKey } from '../../registry/unit';
import type { UnitRecord } from '../../registry/unit';
import { isNamed, RecordChangedError } from '../../shared/errors';
import type { Lifecycle, Owner, Progress } from '../../shared/lifecycle';
import { DONE, done, doneWith } from '../../shared/lifecycle';
import type { Organization } from '../aws';
import { resolveUnit, UnitNotFoundError } from '../organizational-units';
import { ownerTagValue } from '../record';

interface UnitContext {
  readonly organization: Pick<Organization, 'root' | 'unitsBelow' | 'tags'>;
  readonly units: Units;
  readonly registry: Registry;
  readonly cicdAccount: string;
}

/**
 * Creates or adopts organizational units. A unit is deleted only if this library has created it, and nothing is in it.
 * The tag of a unit says whether it was created here, so a lost registry changes nothing.
 */
export class UnitLifecycle implements Lifecycle<UnitRequest, UnitResult> {
  public constructor(private readonly context: UnitContext) {}

  public subjectOf({ unitName }: UnitRequest): string {
    return `organizational unit '${unitName}'`;
  }

  public recordKeys(request: UnitRequest): readonly string[] {
    return [unitKey(request)];
  }

  public async requestCreate(owner: Owner, request: UnitRequest): Promise<void> {
    const key = unitKey(request);
    const record = await this.read(key);
    const foreign = record && foreignOwner(record.owners, owner);
    if (foreign) {
      throw new Error(
        `organizational unit '${request.unitName}' is declared by stack '${stackNameOf(foreign)}' already: use its `
          + 'id or path there, or OrganizationalUnit.fromOrganizationalUnitId()',
      );
    }
    const owners = withOwner(record?.owners ?? [], owner, request);
    await this.context.registry.write<UnitRecord>(key, { ...record, owners }, record?.version);
  }

  public async requestUpdate(owner: Owner, request: UnitRequest, before: UnitRequest): Promise<void> {
    const record = await this.read(unitKey(request));
    // the rollback of a rejected change requests what the owner already has: that is not a change
    if (unitKey(request) !== unitKey(before) && !(record && owns(record.owners, owner))) {
      throw new Error(
        `organizational unit '${placeOf(before)}' cannot become '${placeOf(request)}': AWS moves no units; define `
          + 'another OrganizationalUnit, move the accounts there, and remove this one afterwards',
      );
    }
    await this.requestCreate(owner, request);
  }

  public async requestDelete(owner: Owner, request: UnitRequest): Promise<void> {
    const key = unitKey(request);
    const record = await this.read(key);
    if (!record || !owns(record.owners, owner)) return;
    const owners = withoutOwner(record.owners, owner);
    await this.context.registry.write<UnitRecord>(key, { ...record, owners }, record.version);
  }

  public async reconcile(owner: Owner, request: UnitRequest): Promise<Progress<UnitResult>> {
    const key = unitKey(request);
    const record = await this.read(key);
    if (!record || !owns(record.owners, owner)) {
      throw new Error(`${this.subjectOf(request)} was removed concurrently: deploy again`);
    }
    const parentId = await this.parentId(request);
    const organizationalUnitId = (await this.find(parentId, request)) ?? (await this.create(parentId, request));
    if (record.organizationalUnitId !== organizationalUnitId) {
      await this.context.registry.write<UnitRecord>(key, { ...record, organizationalUnitId }, record.version);
    }
    return done({ organizationalUnitId, path: await this.pathOf(parentId, request) });
  }

  public async reconcileDelete(_owner: Owner, request: UnitRequest): Promise<Progress<void>> {
    const key = unitKey(request);
    const record = await this.read(key);
    if (!record || record.owners.length > 0) return DONE;
    const note = await this.removeUnit(request, record);
    await this.context.registry.remove(key, record.version);
    return note === undefined ? DONE : doneWith(note);
  }

  /** What was changed by hand. AWS renames units, but does not move them. */
  public async check(owner: Owner, request: UnitRequest): Promise<readonly Drift[]> {
    const record = await this.read(unitKey(request));
    const isRecorded = record !== undefined && owns(record.owners, owner);
    // after a change of the construct's id, its last owner is compared
    if (isRecorded && record.owners.at(-1)?.id !== owner.id) return [];
    const { organizationalUnitId: id } = record ?? {};
    const [unit, parentId] = [id && (await this.context.units.describe(id)), await this.existingParentId(request)];
    return unitDrifts(request, {
      isRecorded,
      id,
      parentId,
      unit: unit || undefined,
      // only needed if the unit is missing: this call lists all units of the parent
      sameName: unit || parentId === undefined ? undefined : await this.find(parentId, request),
    });
  }

  public async requestRepair(owner: Owner, request: UnitRequest): Promise<void> {
    await this.requestCreate(owner, request);
  }

  /** Returns why the unit was kept, if it was created here. */
  private async removeUnit(
    request: UnitRequest,
    { organizationalUnitId: id }: UnitRecord,
  ): Promise<string | undefined> {
    const { organization, units } = this.context;
    if (id === undefined || request.onRemoval === 'retain') return undefined;
    if ((await units.describe(id)) === undefined) return undefined;
    if ((await organization.tags(id))[NAMES.ownerTag] !== this.tagOf(request)) return undefined;
    try {
      await units.delete(id);
      return undefined;
    } catch (error) {
      if (!isNamed(error, 'OrganizationalUnitNotEmptyException')) throw error;
      return `${this.subjectOf(request)} (${id}) was kept, because accounts or other units are in it`;
    }
  }

  private async find(parentId: string, { unitName }: UnitRequest): Promise<string | undefined> {
    // a unit that is deleted by hand must not be found in a cache
    const units = await this.context.organization.unitsBelow(parentId, true);
    return units.find(({ name }) => name === unitName)?.id;
  }

  /** AWS rejects a second unit with the name, so a repeated call creates none. */
  private async create(parentId: string, request: UnitRequest): Promise<string> {
    try {
      return await this.context.units.create(parentId, request.unitName, { [NAMES.ownerTag]: this.tagOf(request) });
    } catch (error) {
      // it was created concurrently: the next step finds it
      if (isNamed(error, 'DuplicateOrganizationalUnitException')) throw new RecordChangedError(unitKey(request));
      throw refusal(request, error);
    }
  }

  private async parentId({ parent }: UnitRequest): Promise<string> {
    const { organization } = this.context;
    return parent === undefined ? organization.root() : resolveUnit(organization, parent, true);
  }

  /** undefined: the parent does not exist. */
  private async existingParentId(request: UnitRequest): Promise<string | undefined> {
    try {
      return await this.parentId(request);
    } catch (error) {
      if (error instanceof UnitNotFoundError) return undefined;
      throw error;
    }
  }

  private async pathOf(parentId: string, { parent, unitName }: UnitRequest): Promise<string> {
    if (parent === undefined) return unitName;
    if (parent !== parentId) return `${parent}/${unitName}`;
    const names = [unitName];
    const root = await this.context.organization.root();
    for (let id = parentId; id !== root && id !== '';) {
      const unit = await this.context.units.describe(id);
      if (!unit) break;
      names.unshift(unit.name);
      id = unit.parentId;
    }
    return names.join('/');
  }

  private tagOf(request: UnitRequest): string {
    return ownerTagValue(unitKey(request), this.context.cicdAccount);
  }

  private read(key: string) {
    return this.context.registry.read<UnitRecord>(key);
  }
}

function placeOf({ parent, unitName }: UnitRequest): string {
  return parent === undefined ? unitName : `${parent}/${unitName}`;
}

/** Explains the quotas of AWS. */
function refusal({ unitName }: UnitRequest, error: unknown): unknown {
  const { Reason: reason } = error as { Reason?: string };
  const limits: Readonly<Record<string, string>> = {
    OU_DEPTH_LIMIT_EXCEEDED: 'AWS allows five levels of units below the root: choose another parent',
    OU_NUMBER_LIMIT_EXCEEDED: 'the organization has as many units as AWS allows: remove some, then deploy again',
  };
  const advice = limits[reason ?? ''];
  return advice === undefined
    ? error
    : new Error(`organizational unit '${unitName}' cannot be created: ${advice}`, { cause: error });
}
