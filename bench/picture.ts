import type { Results } from './results';

interface Bar {
  readonly name: string;
  readonly value: number;
  readonly words: string;
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
  @media (prefers-color-scheme: dark) { :root { --page: #10151c; --ink: #eef3f8; --soft: #b4c1d0; --ours: #6db5f2; --peer: #4a596b; --bound: #5f7086 } }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: var(--soft) }
  .title { font-size: 14px; font-weight: 600; fill: var(--ink) }
  .own { font-weight: 600; fill: var(--ink) }
  .page { fill: var(--page) }
  .ours { fill: var(--ours) }
  .peer { fill: var(--peer) }
  .bound { fill: none; stroke: var(--bound); stroke-dasharray: 4 3 }`;

/** Bars: how long until the accounts are there, and how many environments a stack holds. Readable on a light and on a dark ground. */
export function drawPicture(results: Results): string {
  const { vending, preparation: { awsSeconds } } = results;
  const panels = [...vending.filter(({ accounts }) => accounts >= 25).map(row => timePanel(row, awsSeconds)), fitPanel(results)];
  const tops = panels.map((_, index) => panels.slice(0, index).reduce((sum, { bars }) => sum + HEAD + bars.length * ROW, 10));
  const height = panels.reduce((sum, { bars }) => sum + HEAD + bars.length * ROW, 30);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
<title id="title">Minutes until accounts are created, and how many environments fit into a stack, ours beside the peers</title>
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="12"/>
${panels.map((panel, index) => drawPanel(panel, tops[index])).join('\n')}
</svg>
`;
}

function timePanel(row: Results['vending'][number], preparationSeconds: number): Panel {
  const { accounts, lowerBoundSeconds, ours, bootstrapKit, native } = row;
  const bar = (name: string, kind: Bar['kind'], seconds: number): Bar => ({ name, kind, value: seconds, words: minutes(seconds) });
  return {
    title: `Time until ${accounts} accounts are there`,
    bars: [
      bar('what AWS allows', 'bound', lowerBoundSeconds),
      bar('ours: created', 'ours', ours.createdSeconds),
      bar('what AWS allows, prepared', 'bound', lowerBoundSeconds + preparationSeconds),
      bar('ours: and bootstrapped', 'ours', ours.readySeconds),
      ...bootstrapKit ? [bar('aws-bootstrap-kit: created', 'peer', bootstrapKit.createdSeconds)] : [],
      bar('native: created', 'peer', native.createdSeconds),
    ],
  };
}

function fitPanel({ resources }: Results): Panel {
  const names = ['ours: account, branch, pipeline', 'ours: accounts', 'aws-bootstrap-kit: accounts', 'native: accounts'];
  return {
    title: 'How many fit into the 500 resources of a stack',
    bars: resources.map(({ fit }, index) => ({ name: names[index], kind: index < 2 ? 'ours' : 'peer', value: fit, words: String(fit) })),
  };
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ name, value, words, kind }, index) => {
    const [y, width] = [top + HEAD + index * ROW, Math.round(value / longest * LONGEST)];
    return `<text${kind === 'ours' ? ' class="own"' : ''} x="${LABELS}" y="${y + 13}" text-anchor="end">${name}</text>`
      + `<rect class="${kind}" x="${LABELS + 12}" y="${y}" width="${width}" height="${BAR}" rx="3"/>`
      + `<text${kind === 'ours' ? ' class="own"' : ''} x="${LABELS + width + 20}" y="${y + 13}">${words}</text>`;
  });
  return `<text class="title" x="24" y="${top + 26}">${title}</text>\n${rows.join('\n')}`;
}

function minutes(seconds: number): string {
  const [hours, rest] = [Math.floor(seconds / 3600), Math.round(seconds % 3600 / 60)];
  return hours > 0 ? `${hours} h ${rest} min` : `${(seconds / 60).toFixed(1)} min`;
}
