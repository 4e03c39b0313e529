import type { UnitRequest } from '../../../src/account/contract';
import type { Drift } from '../../../src/operations/contract';

/** What exists of a declared unit. */
interface Found {
  /** Whether the registry has the record of its owner. */
  readonly isRecorded: boolean;
  /** Id of the unit, if it is recorded. */
  readonly id: string | undefined;
  /** The unit with the recorded id, if it exists. */
  readonly unit: { readonly name: string; readonly parentId: string } | undefined;
  /** Id of the declared parent, if it exists. */
  readonly parentId: string | undefined;
  /** Id of the unit with the declared name in the declared parent, if there is one. */
  readonly sameName: string | undefined;
}

/** What differs between a unit and its request. What AWS cannot change, or only by hand, is not repaired. */
export function unitDrifts({ unitName, parent }: UnitRequest, found: Found): readonly Drift[] {
  const { isRecorded, id, unit, parentId, sameName } = found;
  const name = `organizational unit '${unitName}'`;
  if (unit && unit.name !== unitName) {
    const quoted = `'${unitName.replaceAll("'", "'\\''")}'`;
    const command = `aws organizations update-organizational-unit --organizational-unit-id ${id} --name ${quoted}`;
    const remedy = `rename it back (${command}), then reconcile again`;
    return [byHand(`${name} (${id}) was renamed to '${unit.name}'`, remedy)];
  }
  if (parentId === undefined) {
    const what = `the parent '${parent}' of ${name} does not exist`;
    return [byHand(what, 'rename it back, or create it, then reconcile again')];
  }
  if (unit && unit.parentId !== parentId) {
    const what = `${name} (${id}) is in '${unit.parentId}', but its parent '${parent ?? 'root'}' is '${parentId}'`;
    return [byHand(what, 'AWS moves no units: define another OrganizationalUnit, and move the accounts there')];
  }
  const drifts = isRecorded ? [] : [repairable(`the registry has no record of ${name}`, 'it is recorded again')];
  if (unit) return drifts;
  if (sameName !== undefined) {
    if (!isRecorded) return drifts;
    const replaced = `${name} (${id}) was replaced by '${sameName}'`;
    return [repairable(id === undefined ? `the registry has no id of ${name}` : replaced, NEW_ID)];
  }
  const place = id === undefined ? name : `${name} (${id})`;
  return [...drifts, repairable(`${place} does not exist`, `it is created again; ${NEW_ID}`)];
}

const NEW_ID = 'its id is recorded: declare accounts that use the former id with the path of the unit instead';

function repairable(what: string, remedy: string): Drift {
  return { what, remedy, isRepairable: true };
}

function byHand(what: string, remedy: string): Drift {
  return { what, remedy, isRepairable: false };
}
