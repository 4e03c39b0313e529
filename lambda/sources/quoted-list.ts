const MAX_NAMES = 10;

/** The first names of a list, in quotes. */
export function quotedList(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(name => `'${name}'`);
  return `${shown.join(', ')}${names.length > MAX_NAMES ? ' and more' : ''}`;
}
