import type { Sample } from './clients';

/** What a person has done, at a time. */
export interface Mark {
  readonly at: number;
  readonly what: string;
}

export interface Panel {
  readonly title: string;
  readonly groups: readonly string[];
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
}

const [WIDTH, LEFT, RIGHT, PLOT, HEAD, FOOT] = [960, 60, 24, 190, 62, 46];
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const SECONDS_IN_BUCKET = 5;
const COLORS = ['#0b62a8', '#c2571a', '#2f7d32'];

/** Draws the share of the answers that came from the side green, over time. */
export function drawShares(panels: readonly Panel[]): string {
  const height = HEAD + PLOT + FOOT;
  const drawn = panels.map((panel, index) => `<g transform="translate(0 ${index * height})">${drawPanel(panel)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height * panels.length}" role="img">
<title>Share of the answers of side green</title>
<style>
  text { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #4c5a6b }
  .title { font-size: 15px; font-weight: 600; fill: #17202c }
  .mark { fill: #17202c }
</style>
<rect width="${WIDTH}" height="${height * panels.length}" fill="#ffffff"/>
${drawn.join('\n')}
</svg>
`;
}

function drawPanel({ title, groups, samples, marks }: Panel): string {
  const times = samples.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const x = (at: number) => LEFT + ((at - first) / (last - first)) * PLOT_WIDTH;
  const y = (share: number) => HEAD + PLOT - share * PLOT;
  const lines = groups.map((group, index) => drawLine(sharesOf(samples, group), x, y, COLORS[index]));
  return [
    `<text class="title" x="${LEFT}" y="22">${title}</text>`,
    ...groups.map((group, index) => drawLegend(group, index)),
    ...[0, 0.5, 1].map(share => drawLevel(share, y(share))),
    ...minutesOf(first, last).map(at => drawMinute(Math.round((at - first) / 60_000), x(at))),
    ...marks.map(({ at, what }) => drawMark(what, x(at))),
    ...lines,
  ].join('\n');
}

function drawLegend(group: string, index: number): string {
  const left = LEFT + index * 190;
  return `<rect x="${left}" y="34" width="12" height="4" fill="${COLORS[index]}"/>`
    + `<text x="${left + 18}" y="41">${group}</text>`;
}

function drawLevel(share: number, y: number): string {
  return `<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#dfe5ec"/><text x="${LEFT - 8}" y="${y + 4}" `
    + `text-anchor="end">${share * 100} %</text>`;
}

function drawMinute(minute: number, x: number): string {
  return `<text x="${x.toFixed(1)}" y="${HEAD + PLOT + 18}" text-anchor="middle">${minute} min</text>`;
}

function drawMark(what: string, x: number): string {
  const [top, bottom] = [HEAD, HEAD + PLOT];
  return `<path d="M${x.toFixed(1)} ${top}V${bottom}" stroke="#17202c" stroke-dasharray="3 3"/>`
    + `<text class="mark" x="${(x + 5).toFixed(1)}" y="${bottom + 36}">${what}</text>`
    + `<path d="M${x.toFixed(1)} ${bottom + 24}V${bottom + 38}" stroke="#17202c"/>`;
}

function drawLine(
  points: readonly (readonly [number, number])[], x: (at: number) => number, y: (share: number) => number, color = '',
): string {
  const path = points.map(([at, share]) => `${x(at).toFixed(1)} ${y(share).toFixed(1)}`).join('L');
  return `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>`;
}

/** The share of the side green in the answers of some seconds. */
function sharesOf(samples: readonly Sample[], group: string): (readonly [number, number])[] {
  const buckets = new Map<number, { blue: number; green: number }>();
  for (const { at, blue, green } of samples.filter(sample => sample.group === group)) {
    const time = Math.floor(at / (SECONDS_IN_BUCKET * 1000)) * SECONDS_IN_BUCKET * 1000;
    const known = buckets.get(time) ?? { blue: 0, green: 0 };
    buckets.set(time, { blue: known.blue + blue, green: known.green + green });
  }
  return [...buckets].map(([at, { blue, green }]) => [at, green / Math.max(1, blue + green)] as const);
}

function minutesOf(first: number, last: number): number[] {
  const step = Math.ceil((last - first) / 60_000 / 12);
  const count = Math.floor((last - first) / 60_000 / step) + 1;
  return Array.from({ length: count }, (_, index) => first + index * step * 60_000);
}
