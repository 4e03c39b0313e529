/**
 * Returns the name that was probably meant: one that differs in case only, or else in one character that is missing,
 * added, changed or swapped with its neighbour.
 */
export function nearName(name: string, existing: readonly string[]): string | undefined {
  return existing.find(other => other.toLowerCase() === name.toLowerCase())
    ?? existing.find(other => differsInOneCharacter(name.toLowerCase(), other.toLowerCase()));
}

function differsInOneCharacter(a: string, b: string): boolean {
  let [start, end] = [0, 0];
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return left.length <= 1 && right.length <= 1 || left === [...right].reverse().join('') && left.length === 2;
}
