/** Style sheet of the page, for light and dark mode. */
export const STYLE = `
:root {
  color-scheme: light dark; --ink: #1d2733; --soft: #667485; --ground: #fff; --line: #e3e8ee; --create: #2f81c7;
  --run: #2c9a6b; --update: #7a5fd0; --delete: #8a94a0; --rollback: #d08a1d; --failed: #cf3b3b; --critical: #0d3d66;
  --wait: #c3ccd6
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e9ef; --soft: #93a1b0; --ground: #14191f; --line: #28313b; --create: #4fa3e8; --run: #4fc796;
    --update: #a48bf0; --delete: #75808c; --rollback: #e0a545; --failed: #f06a6a; --critical: #fff; --wait: #3d4853
  }
}
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 13px/1.5 system-ui, sans-serif }
h1 { font-size: 1.3rem; margin: 0 }
h2 { font-size: 1rem; margin: 1.2rem 0 .3rem }
small, header p { color: var(--soft); font-weight: normal }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; list-style: none; color: var(--soft) }
.legend i { display: inline-block; position: static; width: 22px; margin-right: .4rem; vertical-align: middle }
.legend .waiting { top: 0 }
.row {
  display: grid; grid-template-columns: minmax(140px, 24rem) 1fr; gap: .8rem; align-items: center; min-height: 19px
}
.row > span, .row > b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.resource > span { padding-left: 1.2rem; color: var(--soft) }
.track { position: relative; height: 17px; border-left: 1px solid var(--line) }
.bar { position: absolute; top: 3px; height: 11px; min-width: 2px; border-radius: 2px }
summary .bar { top: 2px; height: 13px }
.create { background: var(--create) }
.update { background: var(--update) }
.delete { background: var(--delete) }
.rollback { background: var(--rollback) }
.run { background: var(--run) }
.run.awaiting-approval {
  background: repeating-linear-gradient(-45deg, var(--rollback) 0 4px, transparent 4px 7px);
  border: 1px solid var(--rollback)
}
.failed { background: var(--failed) }
.push {
  position: absolute; top: -1px; width: 0; height: 0; margin-left: -5px; border: 5px solid transparent;
  border-top: 9px solid var(--critical); border-bottom: 0
}
.legend .bar.push { width: 0; height: 0; margin-left: 6px; background: none; border-radius: 0 }
.resource .critical, .legend .critical { outline: 2px solid var(--critical); outline-offset: -1px }
.waiting { position: absolute; top: 8px; height: 1px; background: var(--wait) }
.legend .waiting { height: 2px }
.axis { position: sticky; top: 0; background: var(--ground); z-index: 1; border-bottom: 1px solid var(--line) }
.axis .track { border: 0; margin-right: 3rem }
.row .track { margin-right: 3rem }
em { position: absolute; font-style: normal; color: var(--soft); border-left: 1px solid var(--line); padding-left: 3px }
details details > .quick span { padding-left: 1.2rem; color: var(--soft); font-style: italic }
summary { cursor: pointer; list-style: none }
summary b::before { content: "▸ "; color: var(--soft) }
details[open] > summary b::before { content: "▾ " }
.resource:hover, .chain { background: color-mix(in srgb, var(--create) 14%, transparent) }
.chain > span { color: var(--ink) }
header { position: sticky; left: 0; max-width: calc(100vw - 4rem) }
main { position: relative; width: calc(100% * var(--zoom, 1)) }
.row > :first-child { position: sticky; left: 0; z-index: 1; background: var(--ground) }
h2 { position: sticky; left: 0; display: inline-block }
.tools button { margin-right: .3rem }
.again {
  border-left: 3px double var(--ground); font: bold 9px/11px system-ui; color: var(--ground); text-align: center
}
main > ol.marks { margin: .2rem 0; padding-left: 1.6rem; color: var(--soft) }
.row.marks .track { position: relative; border: 0 }
u { position: absolute; top: 0; text-decoration: none; padding-left: 3px; color: var(--rollback); font-weight: bold }
u::before {
  content: ""; position: absolute; left: 0; top: 0; height: 100000px; border-left: 1px dashed var(--rollback)
}
main { overflow-y: clip }
`;

/** Highlights the row under the pointer and its chain of dependencies. */
export const SCRIPT = `
for (const row of document.querySelectorAll('.resource')) {
  row.addEventListener('mouseenter', () => {
    let next = row;
    while (next && !next.classList.contains('chain')) {
      next.classList.add('chain');
      next = document.getElementById(next.dataset.after);
    }
  });
  row.addEventListener('mouseleave', () => {
    for (const other of document.querySelectorAll('.chain')) other.classList.remove('chain');
  });
}
let zoom = 1;
for (const button of document.querySelectorAll('[data-zoom]')) {
  button.addEventListener('click', () => {
    const page = document.scrollingElement;
    const middle = (page.scrollLeft + page.clientWidth / 2) / page.scrollWidth;
    zoom = Math.min(64, Math.max(1, zoom * Number(button.dataset.zoom)));
    document.querySelector('main').style.setProperty('--zoom', zoom);
    page.scrollLeft = middle * page.scrollWidth - page.clientWidth / 2;
  });
}
for (const button of document.querySelectorAll('[data-open]')) {
  button.addEventListener('click', () => {
    for (const part of document.querySelectorAll('details')) part.open = button.dataset.open !== '';
  });
}
`;
