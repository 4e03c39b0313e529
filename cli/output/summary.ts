import pc from 'picocolors';
import { formatDuration } from './format';
import { formatTable } from './table';
import type { Write } from './terminal';
import { formatTree } from './tree';
import type { FaultReport, LimitUse, QuotaUse, Report } from '../report/report';
import type { Time } from '../run/time';

/** The share of a limit from which it is printed. */
const NEAR_LIMIT = 0.8;

/**
 * Prints the environments, the calls to AWS, the use of quotas, and the time.
 *
 * @param isVerbose whether limits are printed that the calls do not nearly reach
 */
export function printSummary(report: Report, time: Time, write: Write, isVerbose = false): void {
  if (report.environments.length > 0) write(`\n${formatTree(report.environments)}`);
  const calls = Object.entries(callsByService(report.awsCalls)).map(([service, count]) => `${service} ${count}`);
  write(`\nAWS calls: ${calls.join(', ') || 'none'}`);
  printQuotas(isVerbose ? report.quotas : report.quotas.filter(isNearLimit), write);
  printLimits(report.limits, write);
  for (const { constructPath, accountId, host } of report.refusedConnections) {
    const title = `${pc.yellow('!')} ${constructPath} in account ${accountId}`;
    write(`${title} was not allowed to call '${host}': functions reach only the simulated AWS`);
  }
  if (report.faults) printFaults(report.faults, write);
  write(`Time: ${describeTime(report, time)}`);
}

function callsByService(awsCalls: Report['awsCalls']): Record<string, number> {
  const services: Record<string, number> = {};
  for (const [operation, count] of Object.entries(awsCalls)) {
    const [service] = operation.split(':');
    services[service] = (services[service] ?? 0) + count;
  }
  return services;
}

/** Whether calls have nearly reached a limit, or were throttled. */
export function isNearLimit(use: QuotaUse): boolean {
  return use.throttledCalls > 0
    || use.peakPerSecond >= NEAR_LIMIT * use.limitPerSecond || use.peakPerMinute >= NEAR_LIMIT * use.limitPerMinute;
}

export function printQuotas(quotas: readonly QuotaUse[], write: Write): void {
  if (quotas.length === 0) return;
  write('Peak calls per second and minute vs. published limits:');
  const rows = quotas.map(use => [
    `${use.service}:${use.operations.join(', ')}`,
    `${use.peakPerSecond} of ${use.limitPerSecond}/s`,
    `${use.peakPerMinute} of ${use.limitPerMinute}/min`,
    `${use.calls} calls total${use.throttledCalls > 0 ? pc.yellow(`, ${use.throttledCalls} throttled`) : ''}`,
  ]);
  for (const line of formatTable(rows, cell => cell)) write(`  ${line}`);
}

export function printLimits(limits: readonly LimitUse[], write: Write): void {
  if (limits.length === 0) return;
  const uses = limits.map(({ name, peak, limit }) => `${peak} of ${limit} ${name}`).join(', ');
  const isExceeded = limits.some(({ peak, limit }) => peak > limit);
  const advice = isExceeded ? pc.yellow('; request an increase from Service Quotas before you deploy') : '';
  write(`Default AWS Organizations quotas used: ${uses}${advice}`);
}

function printFaults({ seed, injected }: FaultReport, write: Write): void {
  const kinds = Object.entries(injected).sort(([, one], [, other]) => other - one);
  const counts = kinds.map(([kind, count]) => `${kind} ${count}`).join(', ');
  write(`Injected faults: ${counts || 'none, the deployments were too short'} (seed ${seed})`);
}

function describeTime({ simulatedSeconds, realSeconds, pipelines }: Report, { scale, reason }: Time): string {
  const [simulated, real] = [formatDuration(simulatedSeconds), `${realSeconds.toFixed(1)} seconds on this machine`];
  if (pipelines.some(({ executions }) => executions.length > 0)) {
    return `${real}, ${simulated} simulated, which is no estimate for AWS: builds run on other machines there`;
  }
  const estimate = `${simulated} on AWS (estimate), ${real}`;
  if (scale === undefined) return estimate;
  return `${estimate}; computing on this machine counts ${scale} times, because ${reason}`;
}
