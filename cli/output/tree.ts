import pc from 'picocolors';
import type { EnvironmentReport } from '../report/environments';

/** The environments below their parents, as an indented tree of branches. */
export function drawTree(environments: readonly EnvironmentReport[]): string {
  const branches = new Set(environments.map(({ branch }) => branch));
  const roots = [...new Set(environments.map(({ parent }) => parent).filter(parent => !branches.has(parent)))];
  const rows = roots.flatMap(root => [[root], ...below(root, '', environments)]);
  const columns = Math.max(0, ...rows.map(row => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row => row.map((cell, column) => paint(column, cell.padEnd(widths[column]))).join('  ').trimEnd()).join('\n');
}

function below(parent: string, indent: string, environments: readonly EnvironmentReport[]): string[][] {
  const children = environments.filter(environment => environment.parent === parent);
  return children.flatMap((environment, index) => {
    const last = index === children.length - 1;
    const cells = [`${indent}${last ? '└─ ' : '├─ '}${environment.branch}`, ...describe(environment)];
    return [cells, ...below(environment.branch, `${indent}${last ? '   ' : '│  '}`, environments)];
  });
}

function describe({ name, commitId, accountId, organizationalUnit, pipeline, enabled }: EnvironmentReport): string[] {
  return [name, commitId.slice(0, 7), accountId, organizationalUnit || 'root', pipeline, enabled ? 'enabled' : 'disabled'];
}

/** Colours are put on last: their invisible letters must not count for the width. */
function paint(column: number, cell: string): string {
  if (column === 1) return pc.bold(cell);
  if (cell.startsWith('disabled')) return pc.yellow(cell);
  return cell.startsWith('enabled') ? pc.green(cell) : cell;
}
