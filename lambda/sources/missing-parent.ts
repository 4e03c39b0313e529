import { quotedList } from './quoted-list';
import { nearName } from '../shared/near-name';

/**
 * Returns the end of an error about a parent branch that does not exist: what exists, and what was probably meant.
 *
 * @param created names of the branches that the app creates
 */
export function insteadOfParent(
  parentName: string, branches: readonly string[], created: readonly string[] = [],
): string {
  const missing = [...new Set(created)].filter(name => !branches.includes(name));
  const meant = nearName(parentName, [...branches, ...missing]);
  if (meant !== undefined) {
    const creation = missing.includes(meant) ? ', which this app creates' : '';
    return `it has ${quotedList(branches)}: did you mean '${meant}'${creation}? Otherwise push '${parentName}' or use `
      + 'one of these';
  }
  const creation = missing.length === 0 ? '' : `, and this app creates ${quotedList(missing)}`;
  return `it has ${quotedList(branches)}${creation}; push '${parentName}' or use one of these`;
}
