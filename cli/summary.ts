import pc from 'picocolors';
import type { FaultReport } from './bad-day';
import type { Leftovers } from './leftovers';
import type { QuotaUse } from './quotas';

const LINES = 20;

type Write = (line: string) => void;

/** How often what AWS answers only so often was called. */
export function tellQuotas(quotas: readonly QuotaUse[], write: Write): void {
  if (quotas.length === 0) return;
  write('Busiest second and minute, of what AWS allows:');
  const width = Math.max(...quotas.map(({ operation }) => operation.length));
  for (const { operation, calls, secondPeak, secondAllowed, minutePeak, minuteAllowed, throttled } of quotas) {
    const refused = throttled > 0 ? pc.yellow(`, ${throttled} throttled`) : '';
    write(`  ${operation.padEnd(width)}  ${secondPeak} of ${secondAllowed}, ${minutePeak} of ${minuteAllowed}; ${calls} calls in all${refused}`);
  }
}

/** How often each kind of fault struck. */
export function tellFaults({ seed, struck }: FaultReport, write: Write): void {
  const kinds = Object.entries(struck).sort(([, one], [, other]) => other - one).map(([kind, times]) => `${kind} ${times}`);
  write(`Faults that struck: ${kinds.join(', ') || 'none, the deployment was too short for them'} (seed ${seed})`);
}

/** What would stay if all stacks went; accounts above all. */
export function tellLeftovers({ accounts, resources }: Leftovers, write: Write): void {
  const lines = [
    ...accounts.map(({ accountId, name, email }) => `account ${accountId} '${name}' (${email})`),
    ...resources.map(({ accountId, name, type }) => `${name} (${type} in account ${accountId})`),
  ];
  write(`Would be left if it were destroyed:${lines.length === 0 ? ' nothing' : ''}`);
  for (const line of lines.slice(0, LINES)) write(`  ${line}`);
  if (lines.length > LINES) write(`  and ${lines.length - LINES} more, which --report tells`);
}
