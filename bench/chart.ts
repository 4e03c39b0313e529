import { LIMITS } from './limits';
import type { Results } from './limits';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly label: string;
  readonly kind: 'ours' | 'bound' | 'peer';
}

interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const [WIDTH, LABELS, ROW, BAR, HEAD] = [800, 250, 28, 16, 44];
const LONGEST = WIDTH - LABELS - 150;

const STYLE = `
  :root { --page: #ffffff; --ink: #17202c; --soft: #4c5a6b; --ours: #0b62a8; --peer: #b6c1ce; --bound: #8a99ad }
  @media (prefers-color-scheme: dark) {
    :root { --page: #10151c; --ink: #eef3f8; --soft: #b4c1d0; --ours: #6db5f2; --peer: #4a596b; --bound: #5f7086 }
  }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: var(--soft) }
  .title { font-size: 14px; font-weight: 600; fill: var(--ink) }
  .own { font-weight: 600; fill: var(--ink) }
  .page { fill: var(--page) }
  .ours { fill: var(--ours) }
  .peer { fill: var(--peer) }
  .bound { fill: none; stroke: var(--bound); stroke-dasharray: 4 3 }`;

/** Returns docs/bench.svg: bars of the vending times and of the environments per stack, for light and dark pages. */
export function drawChart(results: Results): string {
  const { vending, preparation: { awsSeconds } } = results;
  const times = vending
    .filter(({ accounts }) => accounts >= LIMITS.ratioFromAccounts)
    .map(row => timePanel(row, awsSeconds));
  const panels = [...times, resourcePanel(results)];
  const heightOf = (some: readonly Panel[]): number =>
    some.reduce((sum, { bars }) => sum + HEAD + bars.length * ROW, 0);
  const tops = panels.map((_, index) => heightOf(panels.slice(0, index)) + 10);
  const height = heightOf(panels) + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">Time until accounts are created, and environments per stack, compared with the peers</title>
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="12"/>
${panels.map((panel, index) => drawPanel(panel, tops[index])).join('\n')}
</svg>
`;
}

function timePanel(row: Results['vending'][number], preparationSeconds: number): Panel {
  const { accounts, lowerBoundSeconds, ours, bootstrapKit, native } = row;
  const bar = (name: string, kind: Bar['kind'], seconds: number): Bar => ({
    name,
    kind,
    value: seconds,
    label: minutes(seconds),
  });
  return {
    title: `Vending time of ${accounts} accounts`,
    bars: [
      bar('lower bound: created', 'bound', lowerBoundSeconds),
      bar('ours: created', 'ours', ours.createdSeconds),
      bar('lower bound: ready', 'bound', lowerBoundSeconds + preparationSeconds),
      bar('ours: ready', 'ours', ours.readySeconds),
      ...bootstrapKit ? [bar('aws-bootstrap-kit: created', 'peer', bootstrapKit.createdSeconds)] : [],
      bar('native: created', 'peer', native.createdSeconds),
    ],
  };
}

function resourcePanel({ resources }: Results): Panel {
  const names = [
    'ours: account, branch, pipeline',
    'ours: accounts',
    'aws-bootstrap-kit: accounts',
    'native: accounts',
  ];
  return {
    title: 'Maximum per stack of 500 resources',
    bars: resources.map(({ environmentsPerStack: value }, index) => (
      { name: names[index], kind: index < 2 ? 'ours' : 'peer', value, label: String(value) }
    )),
  };
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ name, value, label, kind }, index) => {
    const [y, width] = [top + HEAD + index * ROW, Math.round(value / longest * LONGEST)];
    return `<text${kind === 'ours' ? ' class="own"' : ''} x="${LABELS}" y="${y + 13}" text-anchor="end">${name}</text>`
      + `<rect class="${kind}" x="${LABELS + 12}" y="${y}" width="${width}" height="${BAR}" rx="3"/>`
      + `<text${kind === 'ours' ? ' class="own"' : ''} x="${LABELS + width + 20}" y="${y + 13}">${label}</text>`;
  });
  return `<text class="title" x="24" y="${top + 26}">${title}</text>\n${rows.join('\n')}`;
}

function minutes(seconds: number): string {
  const [hours, rest] = [Math.floor(seconds / 3600), Math.round(seconds % 3600 / 60)];
  return hours > 0 ? `${hours} h ${rest} min` : `${(seconds / 60).toFixed(1)} min`;
}
