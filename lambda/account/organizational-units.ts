import type { Organization } from './aws';
import { isNamed } from '../shared/errors';

const ID = /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;

/** The organization has no such unit. */
class UnitNotFoundError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'UnitNotFoundError';
  }
}

/** Checks that a unit exists, also one that is given by its id. @throws UnitNotFoundError */
export async function requireUnit(
  organization: Pick<Organization, 'root' | 'unitsBelow'>,
  unit: string,
): Promise<void> {
  try {
    const id = await resolveUnit(organization, unit);
    if (id === unit) await organization.unitsBelow(id);
  } catch (error) {
    if (!isNamed(error, 'ParentNotFoundException')) throw error;
    throw new UnitNotFoundError(`organizational unit '${unit}' does not exist: use the id or path of an existing unit`);
  }
}

/** Returns the id of an organizational unit, which is given by its id or by its path from the root. */
export async function resolveUnit(
  organization: Pick<Organization, 'root' | 'unitsBelow'>,
  unit: string,
): Promise<string> {
  if (ID.test(unit)) return unit;
  let parent = { id: await organization.root(), path: '' };
  for (const name of unit.split('/').filter(part => part !== '')) {
    const known = await organization.unitsBelow(parent.id);
    // the unit may have been created after the list was cached
    const units = known.some(candidate => candidate.name === name)
      ? known
      : await organization.unitsBelow(parent.id, true);
    const found = units.find(candidate => candidate.name === name);
    if (!found) {
      throw new UnitNotFoundError(
        `organizational unit '${unit}' does not exist: ${parent.path ? `'${parent.path}'` : 'the root'} has `
          + `${
            units.length > 0
              ? units
                .map(candidate => candidate.name)
                .sort()
                .join(', ')
              : 'no units'
          }: create it, or `
          + 'use the path or id of an existing unit',
      );
    }
    parent = { id: found.id, path: parent.path ? `${parent.path}/${name}` : name };
  }
  return parent.id;
}
