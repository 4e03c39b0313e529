// What the pictures of this folder have in common. `node images/<name>.mjs > images/<name>.svg` draws one.

const style = `
  :root {
    --page: #ffffff; --zone: #f3f6fa; --box: #ffffff; --line: #8a99ad;
    --ink: #17202c; --soft: #4c5a6b; --arrow: #0b62a8; --step: #e2edf8;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #10151c; --zone: #18202a; --box: #222d3a; --line: #5f7086;
      --ink: #eef3f8; --soft: #b4c1d0; --arrow: #6db5f2; --step: #2c3f54;
    }
  }
  text { font: 14px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: var(--ink) }
  .title { font-weight: 600 }
  .soft { fill: var(--soft); font-size: 13px }
  .code {
    font-family: ui-monospace, 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', monospace;
    font-size: 12px; white-space: pre;
  }
  .label { fill: var(--arrow); font-size: 13px }
  .page { fill: var(--page) }
  .zone { fill: var(--zone); stroke: var(--line) }
  .box { fill: var(--box); stroke: var(--line) }
  .step { fill: var(--step) }
  .arrow { fill: none; stroke: var(--arrow); stroke-width: 1.6 }
  .lifeline { fill: none; stroke: var(--line); stroke-dasharray: 3 5 }
  .dashed { stroke-dasharray: 5 4 }
  .head { fill: var(--arrow) }`;

const escape = content => content.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** A text; `kind` is one or more classes of the style. */
export const text = (x, y, content, kind = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escape(content)}</text>`;

export const rectangle = (kind, x, y, width, height, radius = 6) =>
  `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;

/** A frame: [x, y, width, height, title]. */
export function zone([x, y, width, height, title]) {
  return [rectangle('zone', x, y, width, height, 10), text(x + 16, y + 26, title, 'title')];
}

/** A box: [x, y, width, height, title, ...lines]. A line that begins with | is code. */
export function box([x, y, width, height, title, ...lines]) {
  return [
    rectangle('box', x, y, width, height),
    text(x + 12, y + 24, title, 'title'),
    ...lines.map((line, index) => (
      text(x + 12, y + 44 + index * 20, line.replace(/^\|/, ''), line.startsWith('|') ? 'code' : 'soft')
    )),
  ];
}

/** An arrow: [points, label, x and y of the label, anchor of the label, kind]. */
export function arrow([points, label, x, y, anchor = 'middle', kind = '']) {
  const line = points.map(([px, py], index) => `${index ? 'L' : 'M'}${px} ${py}`).join(' ');
  const path = `<path class="arrow ${kind}" d="${line}" marker-end="url(#head)"/>`;
  return label ? [path, text(x, y, label, 'label', anchor)] : [path];
}

/** Writes a picture. There is no automatic layout: change coordinates, then look at the result. */
export function draw(width, height, title, parts) {
  const picture = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escape(title)}</title>`,
    `<style>${style}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
      + '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    rectangle('page', 0, 0, width, height, 12),
    ...parts,
    '</svg>',
  ];
  process.stdout.write(`${picture.join('\n')}\n`);
}
