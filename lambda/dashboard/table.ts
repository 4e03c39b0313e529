import type { Content, Row } from './rows';

/** The table in HTML. Every value is escaped, because names, commits and failures come from other accounts. */
export function tableOf({ rows, unusedDrifts }: Content): string {
  const others = unusedDrifts.map(({ what }) => `<li>${escape(what)}</li>`).join('');
  const list = others && `<p><b>Drift of what no environment uses</b></p><ul>${others}</ul>`;
  if (rows.length === 0) return `<p>No environments exist.</p>${list}`;
  const head = HEADINGS.map(heading => `<th>${heading}</th>`).join('');
  const body = rows
    .map(
      row =>
        `<tr>${cellsOf(row)
          .map(cell => `<td>${cell}</td>`)
          .join('')}</tr>`,
    )
    .join('');
  const note = '<p>Medians and rates are those of the last fifty runs.</p>';
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>${note}${list}`;
}

const HEADINGS = [
  'Environment',
  'Account',
  'State',
  'Commit',
  'Deployed (UTC)',
  'Lead time',
  'Failure rate',
  'Time to restore',
];
/** The message of a build may be a page long. */
const MAX_FAILURE_LENGTH = 200;

function cellsOf(row: Row): string[] {
  const { state, isBroken, failure, commitId, deployedAt, leadTime, failureRate, timeToRestore } = row;
  const stateCell = isBroken ? `<b style="color:#d13212">${escape(state)}</b>` : escape(state);
  return [
    escape(row.environmentName),
    escape(row.accountId),
    failure === undefined ? stateCell : `${stateCell}<br><small>${escape(shortened(failure))}</small>`,
    commitId === undefined ? '' : `<code title="${escape(commitId)}">${escape(commitId.slice(0, 8))}</code>`,
    deployedAt === undefined ? '' : new Date(deployedAt).toISOString().slice(0, 16).replace('T', ' '),
    durationOf(leadTime),
    failureRate === undefined ? '' : `${Math.round(failureRate * 100)} %`,
    durationOf(timeToRestore),
  ];
}

function shortened(text: string): string {
  return text.length > MAX_FAILURE_LENGTH ? `${text.slice(0, MAX_FAILURE_LENGTH - 1)}…` : text;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** A duration in its two largest units. */
function durationOf(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  const total = Math.max(0, Math.round(milliseconds / 1000));
  if (total < 60) return `${total} s`;
  const parts = UNITS.map(([unit, seconds], index) => {
    const remaining = index === 0 ? total : total % UNITS[index - 1][1];
    return { unit, count: Math.floor(remaining / seconds) };
  });
  return parts
    .slice(parts.findIndex(({ count }) => count > 0))
    .slice(0, 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count} ${unit}`)
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]);
}
