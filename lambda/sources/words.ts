const SHOWN = 10;

/** The first names of a list, in quotes. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(name => `'${name}'`);
  return `${shown.join(', ')}${names.length > SHOWN ? ' and more' : ''}`;
}
