import { drawGroup, groupHeight, groupWidth } from './group';
import { drawMatrix, matrixHeight, matrixWidth } from './matrix';
import type { GatewayNode, NetworkMap } from './model';
import { box, COLORS, shortened, text } from './shapes';

const [MARGIN, HEAD, ROW_GAP] = [28, 76, 34];
const GATEWAY = { width: 200, gap: 56 } as const;
const LEGEND_WIDTH = 1120;

/**
 * Draws the networks of an organization: the transit gateway on the left, in each row the segments that reach each
 * other, and below a table of all pairs.
 */
export function networkSvg(map: NetworkMap): string[] {
  const left = map.gateways.length > 0 ? MARGIN + GATEWAY.width + GATEWAY.gap : MARGIN;
  const heights = map.groups.map(groupHeight);
  const tops = heights.map((_, index) =>
    HEAD + heights.slice(0, index).reduce((sum, height) => sum + height + ROW_GAP, 0));
  const bottom = HEAD + heights.reduce((sum, height) => sum + height + ROW_GAP, 0);
  const width = 2 * MARGIN + Math.max(
    LEGEND_WIDTH, matrixWidth(map), ...map.groups.map(group => left - MARGIN + groupWidth(group)),
  );
  const height = bottom + matrixHeight(map) + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" `
      + 'role="img">',
    '<title>Accounts, networks and the ways between them</title>',
    ...styles(),
    box(0, 0, width, height, { fill: '#ffffff', radius: 0 }),
    ...legend(),
    ...map.groups.flatMap((group, index) =>
      drawGroup(group, left, tops[index] ?? HEAD, map.gateways.length > 0 ? MARGIN + GATEWAY.width : left)),
    ...map.gateways.flatMap((gateway, index) => drawGateway(gateway, index, map, bottom)),
    ...map.networks.length > 0 ? drawMatrix(map, MARGIN, bottom) : [text(MARGIN, HEAD + 20, 'no networks')],
    '</svg>',
  ];
}

function styles(): string[] {
  const arrow = (id: string, color: string): string =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" `
    + `orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
  return [
    '<style>',
    `  text { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: ${COLORS.text} }`,
    '  .title { font-size: 17px; font-weight: 700 }',
    '  .name { font-weight: 600 }',
    '  .small { font-size: 11.5px }',
    "  .mono { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }",
    '  .strong { font-size: 14px; font-weight: 700 }',
    `  .dim { fill: ${COLORS.dim} }`,
    `  .link { fill: ${COLORS.link} }`,
    `  .database { fill: ${COLORS.database} }`,
    '  .badge { font-size: 11px; font-weight: 700; fill: #ffffff }',
    '  .light { fill: #ffffff }',
    '</style>',
    `<defs>${arrow('to-link', COLORS.link)}${arrow('to-database', COLORS.database)}</defs>`,
  ];
}

function legend(): string[] {
  const entries = [
    { color: COLORS.publicSubnet, meaning: 'public subnets' },
    { color: COLORS.otherSubnet, meaning: 'private and database subnets' },
    { color: COLORS.free, meaning: 'no subnet' },
    { color: COLORS.link, meaning: 'reach each other' },
    { color: COLORS.database, meaning: 'and connects to the database' },
  ];
  const starts = [0, 150, 390, 510, 680];
  return entries.flatMap(({ color, meaning }, index) => {
    const x = MARGIN + (starts[index] ?? 0);
    return [
      box(x, 24, 16, 16, { fill: color, stroke: COLORS.line, radius: 3 }),
      text(x + 23, 37, meaning),
    ];
  });
}

/** A transit gateway beside the rows of its segments. */
function drawGateway({ id, accountId, accountName }: GatewayNode, index: number, map: NetworkMap, bottom: number) {
  const count = map.gateways.length;
  const height = (bottom - ROW_GAP - HEAD - (count - 1) * ROW_GAP) / count;
  const [x, y] = [MARGIN, HEAD + index * (height + ROW_GAP)];
  const attached = map.groups.flatMap(({ segments }) => segments)
    .filter(segment => segment.transitGatewayId === id).flatMap(({ networks }) => networks).length;
  const center = x + GATEWAY.width / 2;
  const line = (row: number, content: string, kind: string): string =>
    text(center, y + 40 + row * 22, content, { kind, anchor: 'middle' });
  return [
    box(x, y, GATEWAY.width, height, { fill: COLORS.gateway, radius: 10 }),
    line(0, 'Transit gateway', 'title light'),
    line(1, id, 'mono light'),
    line(3, shortened(accountName, 24), 'name light'),
    line(4, accountId, 'mono light'),
    line(6, `${attached} attached networks`, 'light'),
  ];
}
