// Draws overview.svg, the picture of the README: `node images/overview.mjs > images/overview.svg`.
// There is no automatic layout: change the coordinates below, then look at the result.

/** Frames: [x, y, width, height, title]. */
const zones = [
  [20, 160, 190, 220, 'Your CDK app'],
  [290, 20, 390, 92, 'Management account'],
  [290, 160, 390, 470, 'CICD account'],
  [820, 20, 240, 610, 'Member accounts'],
];

/** [x, y, width, height, title, ...lines] */
const boxes = [
  [308, 60, 354, 40, 'Role org-environments-access'],
  [308, 200, 162, 116, 'One function per kind', 'account', 'branch', 'pipeline', 'stack'],
  [500, 200, 162, 56, 'Registry', 'state of all resources'],
  [308, 340, 162, 56, 'Entry and waiter', 'one for all requests'],
  [500, 392, 162, 124, 'Repository', 'main', '  └ env/prod', '      └ env/test', '          └ env/dev'],
  [308, 558, 162, 56, 'Artifact key', 'one for all pipelines'],
  [500, 558, 162, 56, 'Trigger', 'on every push'],
];

/** An environment in its account: [y, name, branch, steps]. */
const environments = [
  [60, 'prod', 'env/prod', ['Source', 'Synth', 'Check', 'Approve', 'Deploy']],
  [250, 'test', 'env/test', ['Source', 'Synth', 'Check', 'Deploy']],
  [440, 'dev', 'env/dev', ['Source', 'Synth', 'Check', 'Deploy']],
];

const code = [
  'Organization', 'Source', 'Account', 'AccountPipelineBranch',
  '  ├ Branch', '  └ Pipeline', '      └ AccountStack',
];

/** [points, label, x and y of the label, anchor of the label] */
const arrows = [
  [[[210, 368], [302, 368]], 'cdk deploy', 250, 359, 'middle'],
  [[[389, 340], [389, 322]]],
  [[[430, 200], [430, 118]], 'assumes', 442, 142, 'start'],
  [[[680, 66], [814, 66]], 'creates accounts', 747, 56, 'middle'],
  [[[470, 290], [814, 290]], 'deploys stacks', 747, 280, 'middle'],
  [[[470, 306], [580, 306], [580, 386]], 'branches', 590, 350, 'start'],
  [[[200, 486], [494, 486]], 'git push', 192, 491, 'end'],
  [[[814, 454], [668, 454]], 'reads', 747, 444, 'middle'],
  [[[580, 516], [580, 552]]],
  [[[662, 586], [814, 586]], 'starts', 747, 576, 'middle'],
];

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
  .head { fill: var(--arrow) }`;

const escape = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const text = (x, y, content, kind = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escape(content)}</text>`;
const rectangle = (kind, x, y, width, height, radius = 6) =>
  `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;

function zone([x, y, width, height, title]) {
  return [rectangle('zone', x, y, width, height, 10), text(x + 16, y + 26, title, 'title')];
}

function box([x, y, width, height, title, ...lines]) {
  const isTree = lines.length > 1;
  return [
    rectangle('box', x, y, width, height),
    text(x + 12, y + 24, title, 'title'),
    ...lines.map((line, index) => text(x + 12, y + 44 + index * 20, line, isTree ? 'code' : 'soft')),
  ];
}

function environment([y, name, branch, steps]) {
  const [x, width] = [836, 208];
  return [
    rectangle('box', x, y, width, 176),
    text(x + 12, y + 26, name, 'title'),
    text(x + width - 12, y + 26, branch, 'code', 'end'),
    text(x + 12, y + 52, 'pipeline', 'soft'),
    ...steps.flatMap((step, index) => {
      const [left, top] = [x + 12 + (index % 3) * 63, y + 62 + Math.floor(index / 3) * 34];
      return [rectangle('step', left, top, 58, 28, 4), text(left + 29, top + 19, step, 'soft', 'middle')];
    }),
    rectangle('zone', x + 12, y + 136, width - 24, 28, 4),
    text(x + width / 2, y + 155, 'your application', 'soft', 'middle'),
  ];
}

function arrow([points, label, x, y, anchor]) {
  const line = points.map(([px, py], index) => `${index ? 'L' : 'M'}${px} ${py}`).join(' ');
  const path = `<path class="arrow" d="${line}" marker-end="url(#head)"/>`;
  return label ? [path, text(x, y, label, 'label', anchor)] : [path];
}

const picture = [
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1080 650" role="img" aria-labelledby="title">',
  '<title id="title">A CDK app in the CICD account vends environments with a branch, a pipeline and an account</title>',
  `<style>${style}</style>`,
  '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    + '<path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
  rectangle('page', 0, 0, 1080, 650, 12),
  ...zones.flatMap(zone),
  ...boxes.flatMap(box),
  ...code.map((line, index) => text(36, 216 + index * 24, line, 'code')),
  ...environments.flatMap(environment),
  ...arrows.flatMap(arrow),
  '</svg>',
];
process.stdout.write(`${picture.join('\n')}\n`);
