import { clock, duration } from '../progress';
import type { Bar, Lane, Row } from './recorder';
import { SCRIPT, STYLE } from './style';

export interface Page {
  readonly title: string;
  readonly lanes: readonly Lane[];
  /** Names of accounts by their ids. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Simulated seconds that all of it took. */
  readonly seconds: number;
}

/** So many stacks are named; one more does not take more room than saying so. */
const NAMED = 4;

/** Apps are named by their stacks: what was given to get them may be a folder that is gone tomorrow. */
export function titleOf(stackNames: readonly string[]): string {
  const names = [...new Set(stackNames)];
  const isLong = names.length > NAMED + 1;
  return `Rehearsal of ${names.slice(0, isLong ? NAMED : undefined).join(', ')}${isLong ? ` and ${names.length - NAMED} more stacks` : ''}`;
}

/** One file that opens in a browser and needs nothing besides: a bar for whatever took time, by account and stack. */
export function drawTimeline({ title, lanes, accounts, seconds }: Page): string {
  const pipelines = lanes.filter(({ bars }) => bars.some(({ doing }) => doing === 'run')).length;
  const whole = Math.max(1, ...lanes.flatMap(({ bars }) => bars.map(({ to }) => to)));
  const sections = [...new Set(lanes.map(({ accountId }) => accountId))].map(accountId => {
    const own = lanes.filter(lane => lane.accountId === accountId);
    const name = accounts.get(accountId);
    return `<section><h2>${name ? `${text(name)} ` : ''}<small>${text(accountId)}</small></h2>${own.map((lane, index) => drawLane(lane, `${accountId}-${index}`, whole)).join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${text(title)}</h1><p>${lanes.length - pipelines} stacks${pipelines > 0 ? ` and ${pipelines} pipelines` : ''} in ${sections.length} accounts, ${duration(seconds)} ${pipelines > 0 ? 'simulated' : 'on AWS'}. A click on a stack shows its resources.</p>
<ul class="legend">${LEGEND.map(([kind, words]) => `<li><i class="bar ${kind}"></i>${words}</li>`).join('')}</ul></header>
<main><div class="row axis"><span></span><div class="track">${ticks(whole)}</div></div>
${sections.join('\n')}</main><script>${SCRIPT}</script></body></html>
`;
}

const LEGEND = [
  ['create', 'created'], ['update', 'updated'], ['delete', 'deleted'], ['rollback', 'rolled back'], ['run', 'ran in a pipeline'], ['run waits', 'waits for somebody'], ['create failed', 'failed'],
  ['create critical', 'decided how long its stack took'], ['waiting', 'waited for another'],
] as const;
/** A stack of more resources shows only those that took long at first. */
const MANY = 30;
const LONG_SECONDS = 15;

function drawLane(lane: Lane, id: string, whole: number): string {
  const rows = [...lane.rows].sort(([, a], [, b]) => begin(a) - begin(b) || end(a) - end(b));
  const head = `<summary class="row"><b title="${text(`${lane.stackName} (${lane.region})`)}">${text(lane.stackName)}</b><div class="track">${lane.bars.map(bar => drawBar(bar, lane.stackName, whole)).join('')}</div></summary>`;
  const draw = (part: typeof rows): string => part.map(([logicalId, row]) => drawRow(lane, logicalId, row, id, whole)).join('');
  if (rows.length <= MANY) return `<details open>${head}${draw(rows)}</details>`;
  const [told, quick] = [rows.filter(([, row]) => matters(row)), rows.filter(([, row]) => !matters(row))];
  const rest = `<details><summary class="row quick"><span>${quick.length} quick ones</span></summary>${draw(quick)}</details>`;
  return `<details open>${head}${draw(told)}${rest}</details>`;
}

function drawRow(lane: Lane, logicalId: string, row: Row, id: string, whole: number): string {
  const bars = row.bars.map(bar => {
    const before = bar.after === undefined ? undefined : lane.rows.get(bar.after);
    return `${drawWaiting(lane, bar, whole)}${drawBar(bar, `${row.name} (${row.type})`, whole, before?.name)}`;
  });
  const after = row.bars.map(bar => bar.after).find(other => other !== undefined);
  return `<div class="row resource" id="${id}-${logicalId}"${after ? ` data-after="${id}-${after}"` : ''}><span title="${text(row.type)}">${text(row.name)}</span><div class="track">${bars.join('')}</div></div>`;
}

/** From the moment at which the stack began. */
function drawWaiting(lane: Lane, bar: Bar, whole: number): string {
  const operation = lane.bars.filter(({ from }) => from <= bar.from).at(-1);
  if (!operation || bar.from - operation.from < 1) return '';
  return `<i class="waiting" style="${place(operation.from, bar.from, whole)}"></i>`;
}

function drawBar(bar: Bar, name: string, whole: number, after?: string): string {
  const to = bar.to < 0 ? whole : bar.to;
  const words = [
    `${name}: ${bar.waits ? 'waits for somebody' : bar.doing}${bar.failed ? ' failed' : ''} ${clock(bar.from)} – ${clock(to)} (${duration(to - bar.from)})`,
    ...after ? [`waited for ${after}`] : [],
    ...bar.reason && bar.reason !== 'User Initiated' ? [bar.reason] : [],
  ];
  const kinds = ['bar', bar.doing, ...bar.waits ? ['waits'] : [], ...bar.failed ? ['failed'] : [], ...bar.critical ? ['critical'] : []];
  return `<i class="${kinds.join(' ')}" style="${place(bar.from, to, whole)}" title="${text(words.join('\n'))}"></i>`;
}

function place(from: number, to: number, whole: number): string {
  return `left:${(from / whole * 100).toFixed(2)}%;width:${((to - from) / whole * 100).toFixed(2)}%`;
}

function ticks(whole: number): string {
  const step = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200].find(seconds => whole / seconds <= 10) ?? 14_400;
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, index) => index * step)
    .map(at => `<em style="left:${(at / whole * 100).toFixed(2)}%">${clock(at).replace(/^00:/, '')}</em>`).join('');
}

function matters({ bars }: Row): boolean {
  return bars.some(({ from, to, failed, critical }) => failed || critical || to < 0 || to - from >= LONG_SECONDS);
}

function begin({ bars }: Row): number {
  return bars[0]?.from ?? 0;
}

function end({ bars }: Row): number {
  return bars[0]?.to ?? 0;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
