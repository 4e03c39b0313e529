import type { Row } from './rows';

/** The table in HTML. Names, commits and failures come from others: nothing gets into it but escaped. */
export function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return '<p>There is no environment yet.</p>';
  const head = HEADINGS.map(heading => `<th>${heading}</th>`).join('');
  const body = rows.map(row => `<tr>${cellsOf(row).map(cell => `<td>${cell}</td>`).join('')}</tr>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table><p>Medians and rates are those of the last fifty runs.</p>`;
}

const HEADINGS = ['Environment', 'Account', 'State', 'Commit', 'Deployed (UTC)', 'Lead time', 'Failure rate', 'Time to restore'];
/** A message of a build can be a page long. */
const LONGEST = 200;

function cellsOf(row: Row): string[] {
  const { environmentName, accountId, state, isBroken, failure, commitId, deployedAt, leadTime, failureRate, timeToRestore } = row;
  const words = isBroken ? `<b style="color:#d13212">${escape(state)}</b>` : escape(state);
  return [
    escape(environmentName),
    escape(accountId),
    failure === undefined ? words : `${words}<br><small>${escape(shortened(failure))}</small>`,
    commitId === undefined ? '' : `<code title="${escape(commitId)}">${escape(commitId.slice(0, 8))}</code>`,
    deployedAt === undefined ? '' : new Date(deployedAt).toISOString().slice(0, 16).replace('T', ' '),
    durationOf(leadTime),
    failureRate === undefined ? '' : `${Math.round(failureRate * 100)} %`,
    durationOf(timeToRestore),
  ];
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

const UNITS = [['d', 86_400], ['h', 3600], ['min', 60]] as const;

/** The two greatest units are enough to see. */
function durationOf(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  const total = Math.max(0, Math.round(milliseconds / 1000));
  if (total < 60) return `${total} s`;
  const parts = UNITS.map(([unit, seconds], index) => ({ unit, count: Math.floor((index === 0 ? total : total % UNITS[index - 1][1]) / seconds) }));
  return parts
    .slice(parts.findIndex(({ count }) => count > 0))
    .slice(0, 2)
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count} ${unit}`)
    .join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character]);
}
