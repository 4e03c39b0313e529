import type { Directory } from './aws';
import { isNamed } from '../shared/errors';

const ID = /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;

/** The organization has no such unit. */
export class UnitNotFoundError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'UnitNotFoundError';
  }
}

/** @throws UnitNotFoundError if there is no such unit; an id is looked up, too */
export async function requireUnit(directory: Pick<Directory, 'root' | 'unitsBelow'>, unit: string): Promise<void> {
  try {
    const id = await resolveUnit(directory, unit);
    if (id === unit) await directory.unitsBelow(id);
  } catch (error) {
    if (!isNamed(error, 'ParentNotFoundException')) throw error;
    throw new UnitNotFoundError(`organizational unit '${unit}' does not exist: give the id or the path of one that does`);
  }
}

/** The id of an organizational unit that is named by its id or by its path from the root. */
export async function resolveUnit(directory: Pick<Directory, 'root' | 'unitsBelow'>, unit: string): Promise<string> {
  if (ID.test(unit)) return unit;
  let parent = { id: await directory.root(), path: '' };
  for (const name of unit.split('/').filter(part => part !== '')) {
    const known = await directory.unitsBelow(parent.id);
    // one that is missing may have been made since the list was read
    const units = known.some(candidate => candidate.name === name) ? known : await directory.unitsBelow(parent.id, true);
    const found = units.find(candidate => candidate.name === name);
    if (!found) {
      throw new UnitNotFoundError(`organizational unit '${unit}' does not exist: ${parent.path ? `'${parent.path}'` : 'the root'} has `
        + `${units.length > 0 ? units.map(candidate => candidate.name).sort().join(', ') : 'no units'}: create it, or give the path or id of one that exists`);
    }
    parent = { id: found.id, path: parent.path ? `${parent.path}/${name}` : name };
  }
  return parent.id;
}
