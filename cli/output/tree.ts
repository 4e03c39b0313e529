import pc from 'picocolors';
import { formatTable } from './table';
import type { EnvironmentReport } from '../report/report';

/** Formats the environments as a tree of branches, each below its parent. */
export function formatTree(environments: readonly EnvironmentReport[]): string {
  const branches = new Set(environments.map(({ branchName }) => branchName));
  const parents = environments.map(({ parentBranchName }) => parentBranchName);
  const roots = [...new Set(parents.filter(parent => !branches.has(parent)))];
  const rows = roots.flatMap(root => [[root], ...rowsBelow(root, '', environments)]);
  return formatTable(rows, (cell, _row, column) => paint(column, cell)).join('\n');
}

function rowsBelow(parent: string, indent: string, environments: readonly EnvironmentReport[]): string[][] {
  const children = environments.filter(({ parentBranchName }) => parentBranchName === parent);
  return children.flatMap((environment, index) => {
    const last = index === children.length - 1;
    const cells = [`${indent}${last ? '└─ ' : '├─ '}${environment.branchName}`, ...cellsOf(environment)];
    return [cells, ...rowsBelow(environment.branchName, `${indent}${last ? '   ' : '│  '}`, environments)];
  });
}

function cellsOf(environment: EnvironmentReport): string[] {
  const { environmentName, commitId, accountId, organizationalUnit, pipelineName, enabled } = environment;
  const state = enabled ? 'enabled' : 'disabled';
  return [environmentName, commitId.slice(0, 7), accountId, organizationalUnit || 'root', pipelineName, state];
}

function paint(column: number, cell: string): string {
  if (column === 1) return pc.bold(cell);
  if (cell.startsWith('disabled')) return pc.yellow(cell);
  return cell.startsWith('enabled') ? pc.green(cell) : cell;
}
