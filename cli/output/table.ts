/**
 * Returns the rows as lines with aligned columns.
 *
 * @param paint colours a padded cell: escape codes must not count for the width
 */
export function formatTable(
  rows: readonly (readonly string[])[], paint: (cell: string, row: number, column: number) => string,
): string[] {
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  // the last cell is not padded: spaces inside escape codes cannot be trimmed
  const padded = (row: readonly string[], column: number) =>
    column === row.length - 1 ? row[column] : row[column].padEnd(widths[column]);
  return rows.map((row, index) =>
    row.map((_cell, column) => paint(padded(row, column), index, column)).join('  ').trimEnd());
}
