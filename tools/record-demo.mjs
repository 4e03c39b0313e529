// Runs the demo and draws its output as an animation, with shorter waits: `node tools/record-demo.mjs > docs/demo.svg`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [COLUMNS, ROWS, LINE, CHARACTER, MARGIN, BAR] = [112, 26, 18, 7.83, 16, 30];
/** Seconds: the longest wait, the shortest time between two lines, and how long the end is shown. */
const [MAX_WAIT, MIN_WAIT, END] = [0.6, 0.05, 8];
const CLASSES = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 36: 'c' };
const RESETS = { 0: Object.values(CLASSES), 22: ['b', 'd'], 39: ['r', 'g', 'y', 'c'] };

const escape = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Draws a line with its colors, cut at the last column. */
function drawLine(line, index) {
  const classes = new Set();
  let column = 0;
  // eslint-disable-next-line no-control-regex
  const parts = line.split(/\x1b\[(\d+)m/).map((part, number) => {
    if (number % 2 === 1) {
      RESETS[part]?.forEach(name => classes.delete(name));
      if (CLASSES[part]) classes.add(CLASSES[part]);
      return '';
    }
    const characters = [...part].slice(0, COLUMNS - column);
    const isCut = characters.length < [...part].length && characters.length > 0;
    column += characters.length;
    const content = escape(`${characters.slice(0, isCut ? -1 : undefined).join('')}${isCut ? '…' : ''}`);
    if (classes.size === 0 || content === '') return content;
    return `<tspan class="${[...classes].join(' ')}">${content}</tspan>`;
  });
  const text = parts.join('');
  return text === '' ? '' : `<text y="${(index + 1) * LINE - 4}">${text}</text>`;
}

function drawDot(color, index) {
  return `<circle cx="${20 + index * 18}" cy="15" r="5" fill="${color}"/>`;
}

/**
 * Returns the animation. Each line appears at the bottom and moves the others up.
 *
 * @param lines pairs of seconds since the start and text
 */
export function animationOf(lines) {
  let [now, before] = [0, 0];
  const times = lines.map(([at]) => {
    now += Math.max(MIN_WAIT, Math.min(MAX_WAIT, at - before));
    before = at;
    return now;
  });
  const total = now + END;
  const place = index => `transform:translateY(${(ROWS - 1 - index) * LINE}px)`;
  const steps = times.map((time, index) => `${(time / total * 100).toFixed(2)}%{${place(index)}}`);
  const [width, height] = [Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN, ROWS * LINE + BAR + MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">npm run demo: three environments are vended, and a push is deployed</title>
<style>
text{font:13px ui-monospace,'Cascadia Mono',Menlo,'DejaVu Sans Mono',monospace;fill:#d5dde6;white-space:pre}
.b{font-weight:bold;fill:#fff}.d{fill:#8d9aa8}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.c{fill:#76d9e6}
@keyframes lines{0%{${place(-1)}}${steps.join('')}to{${place(lines.length - 1)}}}
.lines{${place(lines.length - 1)};animation:lines ${total.toFixed(1)}s step-end infinite}
@media (prefers-reduced-motion:reduce){.lines{animation:none}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#10151c"/>
${['#ff5f57', '#febc2e', '#28c840'].map(drawDot).join('')}
<svg x="${MARGIN}" y="${BAR}" width="${width - 2 * MARGIN}" height="${ROWS * LINE + 6}"><g class="lines">
${lines.map(([, line], index) => drawLine(line, index)).filter(text => text !== '').join('\n')}
</g></svg>
</svg>
`;
}

/** Runs the demo. Returns the lines of its output with their times, without the names of folders of this machine. */
export async function record() {
  const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
  const startedAt = Date.now();
  const demo = spawn(process.execPath, ['examples/demo.mjs'], {
    cwd: root, env: { ...process.env, FORCE_COLOR: '1' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(demo, 'close');
  const lines = [[0, '$ npm run demo']];
  const folder = new RegExp(`${path.join(tmpdir(), 'org-environments-demo-')}\\w+/`, 'g');
  const clone = path.join(root, path.sep);
  for await (const line of createInterface({ input: demo.stdout })) {
    lines.push([(Date.now() - startedAt) / 1000, line.replace(folder, '').replace(clone, '')]);
  }
  const [status] = await ended;
  if (status !== 0) throw new Error(`the demo failed: exit status ${status}`);
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(animationOf(await record()));
