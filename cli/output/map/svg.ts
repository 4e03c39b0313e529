import { countsOf, mapTrees, rowsOf } from './model';
import type { MapRow, MapState } from './model';
import type { MapBranch, StatusOutcome } from '../../../src/operations/contract';
import { formatStatus, formatTime } from '../format';

/** Fill of a branch by its state. The text on it has a contrast of at least 7 to 1. */
export const MAP_COLORS: Readonly<Record<MapState, string>> = {
  deployed: '#cdebd0',
  failed: '#f9d0cb',
  running: '#cfe4f7',
  waiting: '#e3d6f5',
  stopped: '#f7e6b5',
  unknown: '#e6e9ed',
};

/** What the states mean. */
export const MAP_LEGEND: Readonly<Record<MapState, string>> = {
  deployed: 'deployed',
  failed: 'last deployment failed',
  running: 'deployment in progress',
  waiting: 'waits for approval',
  stopped: 'halted, disabled or stopped',
  unknown: 'never deployed, or not known',
};

const [INDENT, ROW, BOX, HEAD, MARGIN] = [36, 34, 26, 92, 24];
const [NAME_WIDTH, CHARACTER, COLUMN] = [190, 7.4, 16];
const [ENVIRONMENT_WIDTH, ACCOUNT_WIDTH, DEPLOYED_WIDTH, COUNTS_WIDTH] = [150, 110, 290, 170];
const MAX_NAME = 60;

/** Draws the map: one row for each branch, with its color by its state, and a legend. */
export function mapSvg(branches: readonly MapBranch[], pipelines: readonly StatusOutcome[]): string[] {
  const rows = mapTrees(branches, pipelines).flatMap(root => rowsOf(root));
  const names = rows.map(({ node, depth }) => depth * INDENT + shortened(node.branchName).length * CHARACTER + 24);
  const nameWidth = Math.max(NAME_WIDTH, ...names);
  const legend = Object.keys(MAP_LEGEND).length * 205;
  const width = Math.max(
    legend, nameWidth + ENVIRONMENT_WIDTH + ACCOUNT_WIDTH + DEPLOYED_WIDTH + COUNTS_WIDTH + 4 * COLUMN,
  ) + 2 * MARGIN;
  const height = HEAD + rows.length * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" `
      + 'role="img">',
    '<title>Branches, environments and accounts</title>',
    '<style>',
    "  text { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #17202c }",
    '  .head { fill: #4c5a6b; font-size: 12px }',
    '  .name { font-weight: 600 }',
    '</style>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...legendOf(),
    ...headOf(nameWidth),
    ...rows.flatMap((row, index) => drawRow(row, index, rows, nameWidth)),
    '</svg>',
  ];
}

function legendOf(): string[] {
  return Object.entries(MAP_LEGEND).flatMap(([state, meaning], index) => {
    const x = MARGIN + index * 205;
    const color = Object.entries(MAP_COLORS).find(([name]) => name === state)?.[1];
    return [
      `<rect x="${x}" y="20" width="16" height="16" rx="3" fill="${color}" stroke="#4c5a6b"/>`,
      `<text x="${x + 22}" y="33">${meaning}</text>`,
    ];
  });
}

function headOf(nameWidth: number): string[] {
  return columnsOf(nameWidth).map(({ x, title }) => `<text class="head" x="${x}" y="${HEAD - 18}">${title}</text>`);
}

function columnsOf(nameWidth: number) {
  const environment = MARGIN + nameWidth + COLUMN;
  const account = environment + ENVIRONMENT_WIDTH + COLUMN;
  const deployed = account + ACCOUNT_WIDTH + COLUMN;
  return [
    { x: MARGIN, title: 'Branch' },
    { x: environment, title: 'Environment' },
    { x: account, title: 'Account' },
    { x: deployed, title: 'Last deployment' },
    { x: deployed + DEPLOYED_WIDTH + COLUMN, title: 'Commits ahead (+) and behind (−)' },
  ];
}

function drawRow({ node, depth }: MapRow, index: number, rows: readonly MapRow[], nameWidth: number): string[] {
  const [x, y] = [MARGIN + depth * INDENT, HEAD + index * ROW];
  const { branch, pipeline, state, branchName } = node;
  const last = pipeline?.lastExecution;
  const deployed = last
    ? `${formatStatus(last.status)} ${formatTime(last.startedAt)} ${last.commitId?.slice(0, 7) ?? ''}`
    : pipeline ? 'never' : '';
  const cells = branch ? [branch.environmentName, branch.accountId, deployed, countsOf(branch)] : [];
  const columns = columnsOf(nameWidth).slice(1);
  return [
    ...lineToParent(depth, index, rows),
    `<rect x="${x}" y="${y}" width="${nameWidth - depth * INDENT}" height="${BOX}" rx="5" `
      + `fill="${MAP_COLORS[state]}" stroke="#4c5a6b"/>`,
    `<text class="name" x="${x + 10}" y="${y + 18}">${escaped(shortened(branchName))}</text>`,
    ...cells.map((text, column) => `<text x="${columns[column]?.x ?? 0}" y="${y + 18}">${escaped(text)}</text>`),
  ];
}

/** From the box of the parent, which is the last row above with a smaller depth. */
function lineToParent(depth: number, index: number, rows: readonly MapRow[]): string[] {
  if (depth === 0) return [];
  const parent = rows.slice(0, index).map(row => row.depth).lastIndexOf(depth - 1);
  const x = MARGIN + (depth - 1) * INDENT + INDENT / 2;
  const [from, to] = [HEAD + parent * ROW + BOX, HEAD + index * ROW + BOX / 2];
  return [`<path d="M${x} ${from}V${to}H${MARGIN + depth * INDENT}" fill="none" stroke="#4c5a6b"/>`];
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > MAX_NAME ? `${characters.slice(0, MAX_NAME - 1).join('')}…` : name;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`);
}
