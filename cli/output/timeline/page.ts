import type { Bar, Lane, Mark, Row } from './lane';
import { SCRIPT, STYLE } from './style';
import { formatClock, formatCount, formatDuration } from '../format';

interface Page {
  readonly title: string;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  /** By account id. */
  readonly accountNames: ReadonlyMap<string, string>;
  /** Simulated seconds of the whole rehearsal. */
  readonly seconds: number;
}

/** How many stacks the title names, if there are more. */
const MAX_NAMES = 4;

const LEGEND = [
  ['create', 'creation'], ['update', 'update'], ['delete', 'deletion'], ['rollback', 'rollback'],
  ['run', 'pipeline execution'], ['run awaiting-approval', 'waits for approval'], ['create failed', 'failed'],
  ['push', 'push of a commit'], ['create again', 'second attempt'], ['create critical', 'critical path of the stack'],
  ['waiting', 'waiting for a dependency'],
] as const;
const TOOLS = '<button data-zoom="2" title="Zoom in">+</button><button data-zoom="0.5" title="Zoom out">−</button>'
  + '<button data-open="true">Open all</button><button data-open="">Close all</button>';
/** A stack with more resources shows only the long operations at first. */
const MAX_ROWS = 30;
const LONG_SECONDS = 15;

/** Returns a title with the names of the stacks. The value of `--app` may be a temporary folder, and says less. */
export function titleOf(stackNames: readonly string[]): string {
  const names = [...new Set(stackNames)];
  // "and 1 more stack" would not be shorter than its name
  const isLong = names.length > MAX_NAMES + 1;
  const more = isLong ? ` and ${names.length - MAX_NAMES} more stacks` : '';
  return `Rehearsal of ${names.slice(0, isLong ? MAX_NAMES : undefined).join(', ')}${more}`;
}

/** Returns an HTML page that loads no other file: a bar for each operation, by account and stack. */
export function formatTimeline({ title, lanes, marks, accountNames, seconds }: Page): string {
  const end = Math.max(1, ...marks.map(({ at }) => at), ...lanes.flatMap(({ bars }) => bars.map(({ to }) => to)));
  const accountIds = [...new Set(lanes.map(({ accountId }) => accountId))];
  const sections = accountIds.map(accountId => {
    const own = lanes.filter(lane => lane.accountId === accountId);
    const name = accountNames.get(accountId);
    const heading = `${name ? `${text(name)} ` : ''}<small>${text(accountId)}</small>`;
    const content = own.map((lane, index) => formatLane(lane, `${accountId}-${index}`, end)).join('');
    return `<section><h2>${heading}</h2>${content}</section>`;
  });
  const legend = LEGEND.map(([kind, label]) => `<li><i class="bar ${kind}"></i>${label}</li>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${text(title)}</h1>
<p>${describe(lanes, accountIds.length, seconds)}</p>
<ul class="legend">${legend}</ul></header>
<main><div class="row axis"><span class="tools">${TOOLS}</span><div class="track">${ticks(end)}</div></div>
${formatMarks(marks, end)}
${sections.join('\n')}</main><script>${SCRIPT}</script></body></html>
`;
}

function describe(lanes: readonly Lane[], accounts: number, seconds: number): string {
  const pipelines = lanes.filter(({ bars }) => bars.some(({ operation }) => operation === 'run')).length;
  const stacks = formatCount(lanes.length - pipelines, 'stack');
  const contents = pipelines > 0 ? `${stacks} and ${formatCount(pipelines, 'pipeline')}` : stacks;
  const time = `${formatDuration(seconds)} ${pipelines > 0 ? 'simulated' : 'on AWS (estimate)'}`;
  const place = formatCount(accounts, 'account');
  return `${contents} in ${place}, ${time}. Click a stack or a pipeline to show or hide its resources.`;
}

function formatLane(lane: Lane, id: string, end: number): string {
  const rows = [...lane.rows].sort(([, a], [, b]) => startOf(a) - startOf(b) || endOf(a) - endOf(b));
  const label = `<b title="${text(`${lane.name} (${lane.region})`)}">${text(lane.name)}</b>`;
  const track = `<div class="track">${lane.bars.map(bar => formatBar(bar, lane.name, end)).join('')}</div>`;
  const head = `<summary class="row">${label}${track}</summary>`;
  const format = (part: typeof rows): string => part.map(([key, row]) => formatRow(lane, key, row, id, end)).join('');
  if (rows.length <= MAX_ROWS) return `<details>${head}${format(rows)}</details>`;
  const [long, short] = [rows.filter(([, row]) => isProminent(row)), rows.filter(([, row]) => !isProminent(row))];
  const summary = `<summary class="row quick"><span>${short.length} short operations</span></summary>`;
  return `<details>${head}${format(long)}<details>${summary}${format(short)}</details></details>`;
}

function formatRow(lane: Lane, key: string, row: Row, id: string, end: number): string {
  const bars = row.bars.map((bar, index) => {
    const before = bar.waitedFor === undefined ? undefined : lane.rows.get(bar.waitedFor);
    const details = { waitedFor: before?.name, attempt: attemptOf(row, index) };
    return `${formatWaiting(lane, bar, end)}${formatBar(bar, `${row.name} (${row.type})`, end, details)}`;
  });
  const waitedFor = row.bars.map(bar => bar.waitedFor).find(other => other !== undefined);
  const link = waitedFor ? ` data-after="${id}-${waitedFor}"` : '';
  const label = `<span title="${text(row.type)}">${text(row.name)}</span>`;
  return `<div class="row resource" id="${id}-${key}"${link}>${label}<div class="track">${bars.join('')}</div></div>`;
}

/** Draws a line from the start of the operation on the stack to the start of the operation on the resource. */
function formatWaiting(lane: Lane, bar: Bar, end: number): string {
  const operation = lane.bars.filter(({ from }) => from <= bar.from).at(-1);
  if (!operation || bar.from - operation.from < 1) return '';
  return `<i class="waiting" style="${position(operation.from, bar.from, end)}"></i>`;
}

interface BarDetails {
  readonly waitedFor?: string;
  readonly attempt?: number;
}

/** The number of this attempt: one more than the failed attempts of the same operation directly before it. */
function attemptOf(row: Row, index: number): number {
  const [bar, before] = [row.bars[index], row.bars[index - 1]];
  const isRetry = before?.failed && bar?.operation === before.operation && bar.executionId === before.executionId;
  return isRetry ? attemptOf(row, index - 1) + 1 : 1;
}

/** Vertical lines through all rows, with numbers, and what they stand for. */
function formatMarks(marks: readonly Mark[], end: number): string {
  const place = ({ at }: Mark): string => `style="left:${(at / end * 100).toFixed(2)}%"`;
  const lines = marks.map((mark, index) => `<u ${place(mark)} title="${text(mark.text)}">${index + 1}</u>`).join('');
  const list = marks.map(({ at, text: what }) => `<li>${formatClock(at)} ${text(what)}</li>`).join('');
  return `<div class="row marks"><span></span><div class="track">${lines}</div></div><ol class="marks">${list}</ol>`;
}

function formatBar(bar: Bar, name: string, end: number, { waitedFor, attempt = 1 }: BarDetails = {}): string {
  const to = bar.to < 0 ? end : bar.to;
  const operation = bar.isWaiting ? 'waits for approval' : bar.operation;
  const time = `${formatClock(bar.from)} – ${formatClock(to)} (${formatDuration(to - bar.from)})`;
  const lines = [
    `${name}: ${operation}${bar.failed ? ' failed' : ''} ${time}`,
    ...attempt > 1 ? [`attempt ${attempt}`] : [],
    ...waitedFor ? [`waited for ${waitedFor}`] : [],
    ...bar.reason && bar.reason !== 'User Initiated' ? [bar.reason] : [],
  ];
  const flags = {
    'awaiting-approval': bar.isWaiting, 'failed': bar.failed, 'critical': bar.critical, 'again': attempt > 1,
  };
  const set = Object.entries(flags).filter(([, isSet]) => isSet).map(([flag]) => flag);
  const classes = ['bar', bar.operation, ...set].join(' ');
  return `<i class="${classes}" style="${position(bar.from, to, end)}" title="${text(lines.join('\n'))}">`
    + `${attempt > 1 ? attempt : ''}</i>${formatPush(bar, end)}`;
}

/** A triangle where a push has started an execution. */
function formatPush({ from, pushed }: Bar, end: number): string {
  if (pushed === undefined) return '';
  const title = `push of commit ${pushed.slice(0, 7)} at ${formatClock(from)}`;
  return `<i class="push" style="left:${(from / end * 100).toFixed(2)}%" title="${text(title)}"></i>`;
}

function position(from: number, to: number, end: number): string {
  return `left:${(from / end * 100).toFixed(2)}%;width:${((to - from) / end * 100).toFixed(2)}%`;
}

function ticks(end: number): string {
  const steps = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
  const step = steps.find(seconds => end / seconds <= 10) ?? 14_400;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step)
    .map(at => `<em style="left:${(at / end * 100).toFixed(2)}%">${formatClock(at).replace(/^00:/, '')}</em>`).join('');
}

function isProminent({ bars }: Row): boolean {
  return bars.some(({ from, to, failed, critical }) => failed || critical || to < 0 || to - from >= LONG_SECONDS);
}

function startOf({ bars }: Row): number {
  return bars[0]?.from ?? 0;
}

function endOf({ bars }: Row): number {
  return bars[0]?.to ?? 0;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
