import { AWAITS_APPROVAL } from '../../../src/operations/contract';
import type { MapBranch, StatusOutcome } from '../../../src/operations/contract';

type MapRepository = Pick<MapBranch, 'host' | 'repositoryName'>;

/** What the color of a branch says. */
export type MapState = 'deployed' | 'failed' | 'running' | 'waiting' | 'stopped' | 'unknown';

/** A branch in the map. A root has no environment. */
export interface MapNode {
  readonly repositoryName: string;
  readonly branchName: string;
  /** Absent for a root. */
  readonly branch?: MapBranch;
  /** Absent without a pipeline. */
  readonly pipeline?: StatusOutcome;
  readonly state: MapState;
  readonly children: readonly MapNode[];
}

/** A node with its place in the drawing of the tree. */
export interface MapRow {
  readonly node: MapNode;
  readonly depth: number;
  /** For each level: whether the branch of that level has a later sibling. */
  readonly continues: readonly boolean[];
}

/** By the status of the last execution. */
const STATES: Readonly<Record<string, MapState>> = {
  Succeeded: 'deployed',
  Failed: 'failed',
  InProgress: 'running',
  [AWAITS_APPROVAL]: 'waiting',
  Stopping: 'stopped',
  Stopped: 'stopped',
};

/** The trees of all repositories, their roots first. */
export function mapTrees(branches: readonly MapBranch[], pipelines: readonly StatusOutcome[]): readonly MapNode[] {
  const keyOf = ({ host, repositoryName }: MapRepository, name: string): string => `${host}:${repositoryName}#${name}`;
  const known = new Set(branches.map(branch => keyOf(branch, branch.branchName)));
  const node = (branch: MapBranch, path: readonly string[]): MapNode => {
    const pipeline = pipelines.find(one =>
      one.environmentName === branch.environmentName && one.branchName === branch.branchName);
    return {
      repositoryName: branch.repositoryName,
      branchName: branch.branchName,
      branch,
      ...pipeline && { pipeline },
      state: stateOf(pipeline),
      children: childrenOf(keyOf(branch, branch.branchName), path),
    };
  };
  const childrenOf = (key: string, path: readonly string[]): MapNode[] => branches
    .filter(one => keyOf(one, one.parentName) === key && !path.includes(one.branchName))
    .sort((one, other) => one.branchName.localeCompare(other.branchName))
    .map(one => node(one, [...path, one.branchName]));
  const roots = new Map(branches
    .map(branch => [keyOf(branch, branch.parentName), branch] as const)
    .filter(([key]) => !known.has(key)));
  return [...roots].map(([key, { repositoryName, parentName: branchName }]) => ({
    repositoryName,
    branchName,
    state: 'unknown' as const,
    children: childrenOf(key, [branchName]),
  }));
}

/** All nodes of a tree, as rows. */
export function rowsOf(node: MapNode, continues: readonly boolean[] = []): readonly MapRow[] {
  return [
    { node, depth: continues.length, continues },
    ...node.children.flatMap((child, index) => rowsOf(child, [...continues, index < node.children.length - 1])),
  ];
}

/** `+3 −1`: commits that the parent lacks, and commits of the parent that are missing. */
export function countsOf({ ahead, behind, isMinimum, problem }: MapBranch): string {
  if (problem !== undefined) return problem;
  if (ahead === undefined || behind === undefined) return 'not compared yet';
  const more = isMinimum ? '≥' : '';
  return ahead === 0 && behind === 0 ? 'same as its parent' : `+${more}${ahead} −${more}${behind}`;
}

function stateOf(pipeline: StatusOutcome | undefined): MapState {
  if (!pipeline || pipeline.problem !== undefined) return 'unknown';
  if (pipeline.state !== 'enabled') return 'stopped';
  return STATES[pipeline.lastExecution?.status ?? ''] ?? 'unknown';
}
