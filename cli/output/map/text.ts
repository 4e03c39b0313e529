import pc from 'picocolors';
import { countsOf, mapTrees, rowsOf } from './model';
import type { MapNode, MapRow, MapState } from './model';
import type { MapBranch, StatusOutcome } from '../../../src/operations/contract';
import { formatStatus, formatTime } from '../format';

const PAINT: Readonly<Record<MapState, (text: string) => string>> = {
  deployed: pc.green, failed: pc.red, running: pc.cyan, waiting: pc.magenta, stopped: pc.yellow, unknown: pc.dim,
};

/** Formats the map as a tree, one line for each branch. */
export function mapText(branches: readonly MapBranch[], pipelines: readonly StatusOutcome[]): string[] {
  if (branches.length === 0) return ['no environment has a branch'];
  return mapTrees(branches, pipelines).flatMap(root => [
    pc.dim(`repository ${root.repositoryName}`), ...rowsOf(root).map(line), '',
  ]).slice(0, -1);
}

function line({ node, continues }: MapRow): string {
  const stem = continues.slice(0, -1).map(more => (more ? '│  ' : '   ')).join('');
  const twig = continues.length === 0 ? '' : continues.at(-1) ? '├─ ' : '└─ ';
  const { branchName, branch } = node;
  if (!branch) return `${stem}${twig}${pc.bold(branchName)}`;
  return [
    `${stem}${twig}${pc.bold(branchName)}`, branch.environmentName, branch.accountId, stateText(node),
    pc.dim(countsOf(branch)),
  ].join('  ');
}

function stateText({ pipeline, state }: MapNode): string {
  if (!pipeline) return PAINT[state]('no pipeline');
  const { lastExecution } = pipeline;
  const last = lastExecution
    ? `${formatStatus(lastExecution.status)} ${formatTime(lastExecution.startedAt)}${commitOf(lastExecution.commitId)}`
    : 'never deployed';
  return PAINT[state](pipeline.state === 'enabled' ? last : `${pipeline.state}, ${last}`);
}

function commitOf(commitId: string | undefined): string {
  return commitId === undefined ? '' : ` (${commitId.slice(0, 7)})`;
}
