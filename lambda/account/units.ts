import type { Directory } from './aws';

const ID = /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/;

/** The id of an organizational unit that is named by its id or by its path from the root. */
export async function resolveUnit(directory: Pick<Directory, 'root' | 'unitsBelow'>, unit: string): Promise<string> {
  if (ID.test(unit)) return unit;
  let parent = { id: await directory.root(), path: '' };
  for (const name of unit.split('/').filter(part => part !== '')) {
    const units = await directory.unitsBelow(parent.id);
    const found = units.find(candidate => candidate.name === name);
    if (!found) {
      throw new Error(`organizational unit '${unit}' does not exist: ${parent.path ? `'${parent.path}'` : 'the root'} has `
        + `${units.length > 0 ? units.map(candidate => candidate.name).sort().join(', ') : 'no units'}`);
    }
    parent = { id: found.id, path: parent.path ? `${parent.path}/${name}` : name };
  }
  return parent.id;
}
