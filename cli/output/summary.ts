import pc from 'picocolors';
import type { Leftovers } from '../report/leftovers';
import type { LimitUse, QuotaUse } from '../report/quotas';
import type { FaultReport } from '../run/fault-injection';

const LINES = 20;

type Write = (line: string) => void;

/** How often what AWS answers only so often was called. */
export function tellQuotas(quotas: readonly QuotaUse[], write: Write): void {
  if (quotas.length === 0) return;
  write('Busiest second and minute, of what AWS allows (what it does not publish is not told):');
  const width = Math.max(...quotas.map(({ operation }) => operation.length));
  for (const { operation, calls, secondPeak, secondAllowed, minutePeak, minuteAllowed, throttled } of quotas) {
    const refused = throttled > 0 ? pc.yellow(`, ${throttled} throttled`) : '';
    write(`  ${operation.padEnd(width)}  ${secondPeak} of ${secondAllowed}, ${minutePeak} of ${minuteAllowed}; ${calls} calls in all${refused}`);
  }
}

/** How many accounts there were, and how many in creation or closure, beside what AWS allows. */
export function tellLimits(limits: readonly LimitUse[], write: Write): void {
  if (limits.length === 0) return;
  const uses = limits.map(({ what, most, allowed }) => `${most} of ${allowed} ${what}`).join(', ');
  const isOver = limits.some(({ most, allowed }) => most > allowed);
  write(`Of what AWS Organizations allows at first: ${uses}${isOver ? pc.yellow(': ask Service Quotas for more') : ''}`);
}

/** What CloudFormation has made without anything that acts as it does on AWS. */
export function tellRecorded(types: readonly string[], write: Write): void {
  if (types.length > 0) write(`Written down and not acted out: ${types.join(', ')}`);
}

/** How often each kind of fault struck. */
export function tellFaults({ seed, struck }: FaultReport, write: Write): void {
  const kinds = Object.entries(struck).sort(([, one], [, other]) => other - one).map(([kind, times]) => `${kind} ${times}`);
  write(`Faults that struck: ${kinds.join(', ') || 'none, the deployment was too short for them'} (seed ${seed})`);
}

/** What environments have left that were removed or have moved. */
export function tellUnused({ accounts, branches }: Leftovers, write: Write): void {
  const lines = [
    ...accounts.filter(({ unused }) => unused !== undefined).map(({ accountId, name, email, unused }) => {
      const words = unused === 'free' ? ' is free: taken again by whoever asks for its e-mail, unless it was to be retained' : ': it is still declared by the app';
      return `account ${accountId} '${name}' (${email})${words}`;
    }),
    ...branches.filter(({ unused }) => unused).map(({ repository, accountId, name }) => `branch ${name} of repository ${repository} in account ${accountId}`),
  ];
  if (lines.length > 0) write('No environment uses any more:');
  for (const line of lines) write(`  ${line}`);
}

/** What would stay if all stacks went; accounts above all. */
export function tellLeftovers({ accounts, branches, resources }: Leftovers, write: Write): void {
  const lines = [
    ...accounts.map(({ accountId, name, email }) => `account ${accountId} '${name}' (${email})`),
    ...branches.map(({ repository, name }) => `branch ${name} of repository ${repository}`),
    ...resources.map(({ accountId, name, type }) => `${name} (${type} in account ${accountId})`),
  ];
  write(`Would be left if it were destroyed:${lines.length === 0 ? ' nothing' : ''}`);
  for (const line of lines.slice(0, LINES)) write(`  ${line}`);
  if (lines.length > LINES) write(`  and ${lines.length - LINES} more, which --report tells`);
}
