import type { Organization } from './aws';
import { isNamed } from '../shared/errors';
import { nearName } from '../shared/near-name';

const ID = /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;

/** The organization has no such unit. */
export class UnitNotFoundError extends Error {
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

/**
 * Returns the id of an organizational unit, which is given by its id or by its path from the root.
 *
 * @param fresh do not use the cache, which may have a unit that was deleted, moved or renamed since
 */
export async function resolveUnit(
  organization: Pick<Organization, 'root' | 'unitsBelow'>,
  unit: string,
  fresh = false,
): Promise<string> {
  if (ID.test(unit)) return unit;
  try {
    return await findUnit(organization, unit, fresh);
  } catch (error) {
    if (fresh || !isNamed(error, 'ParentNotFoundException')) throw error;
    return findUnit(organization, unit, true);
  }
}

async function findUnit(
  organization: Pick<Organization, 'root' | 'unitsBelow'>,
  unit: string,
  fresh: boolean,
): Promise<string> {
  let parent = { id: await organization.root(), path: '' };
  for (const name of unit.split('/').filter(part => part !== '')) {
    const known = await organization.unitsBelow(parent.id, fresh);
    // the unit may have been created after the list was cached
    const units = fresh || known.some(candidate => candidate.name === name)
      ? known
      : await organization.unitsBelow(parent.id, true);
    const found = units.find(candidate => candidate.name === name);
    if (!found) throw unknownName(unit, parent.path, name, units.map(candidate => candidate.name).sort());
    parent = { id: found.id, path: pathBelow(parent.path, name) };
  }
  return parent.id;
}

function unknownName(unit: string, parentPath: string, name: string, existing: readonly string[]): UnitNotFoundError {
  const near = nearName(name, existing);
  const question = near === undefined ? '' : `did you mean '${pathBelow(parentPath, near)}'? Otherwise `;
  return new UnitNotFoundError(
    `organizational unit '${unit}' does not exist: ${parentPath ? `'${parentPath}'` : 'the root'} has `
    + `${existing.length > 0 ? existing.join(', ') : 'no units'}: `
    + `${question}create it, or use the path or id of an existing unit`,
  );
}

function pathBelow(parentPath: string, name: string): string {
  return parentPath ? `${parentPath}/${name}` : name;
}
