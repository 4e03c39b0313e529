import { countsOf, mapTrees, rowsOf } from './model';
import type { MapNode, MapState } from './model';
import { MAP_COLORS, MAP_LEGEND } from './svg';
import type { MapBranch, StatusOutcome } from '../../../src/operations/contract';
import { formatStatus } from '../format';

/** Writes the map as a flow chart of Mermaid. https://mermaid.js.org/syntax/flowchart.html */
export function mapMermaid(branches: readonly MapBranch[], pipelines: readonly StatusOutcome[]): string[] {
  const rows = mapTrees(branches, pipelines).flatMap(root => rowsOf(root));
  const ids = new Map<MapNode, string>(rows.map(({ node }, index) => [node, `n${index}`]));
  const states = Object.keys(MAP_LEGEND) as readonly MapState[];
  return [
    'flowchart LR',
    ...rows.map(({ node }) => `  ${ids.get(node)}["${label(node)}"]:::${node.state}`),
    ...rows.flatMap(({ node }) => node.children.map(child => {
      const counts = child.branch ? `|"${escape(countsOf(child.branch))}"|` : '';
      return `  ${ids.get(node)} -->${counts} ${ids.get(child)}`;
    })),
    ...states.map(state => `  classDef ${state} fill:${MAP_COLORS[state]},stroke:#4c5a6b,color:#17202c`),
  ];
}

function label({ branchName, branch, pipeline }: MapNode): string {
  if (!branch) return escape(branchName);
  const { status } = pipeline?.lastExecution ?? {};
  const last = status === undefined ? pipeline ? 'never deployed' : 'no pipeline' : formatStatus(status);
  return [branchName, `${branch.environmentName}, ${branch.accountId}`, last].map(escape).join('<br/>');
}

/** Mermaid has entities for all characters. */
function escape(text: string): string {
  return text.replace(/["#&<>`\\[\]{}|]/g, character => `#${character.codePointAt(0)};`);
}
