import pc from 'picocolors';
import type { Failure } from '../../rehearsal/assembly/deployer';
import type { Deployment } from '../report/report';

const LONGEST_LINE = 120;

const CANCELLED = /^Resource (creation|update) cancelled$/;

/** What failed, once and in full; what was cancelled because of it only where nothing else is told. */
export function describeFailures(deployments: readonly Deployment[]): string[] {
  const failures = deployments.flatMap(({ result }) => result.failures);
  const causes = failures.filter(({ reason }) => !CANCELLED.test(reason));
  const lines = (causes.length > 0 ? causes : failures).map(failure => {
    const { accountId, type, reason } = failure;
    return `${pc.red('✗')} ${pc.bold(constructOf(failure))} (${type} in account ${accountId}): ${readable(reason).join('\n  ')}`;
  });
  return [...new Set(lines)];
}

/** The construct that failed, as far as CDK left a trace of it. */
export function constructOf({ path, stackName, logicalId }: Failure): string {
  return path ?? (logicalId === stackName ? stackName : `${stackName}/${logicalId}`);
}

/** One line for the terminal while the deployment goes on; the rest comes at the end. */
export function firstLine(reason = 'no reason given'): string {
  const [line = 'no reason given'] = readable(reason);
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}

/** Without the stack of CDK's framework, the name of a log that does not exist here, and the ids of requests. */
function readable(reason: string): string[] {
  return reason.replace(/ ?\(RequestId: [^)]*\)/g, '').split('\n').map(line => line.trimEnd())
    .filter(line => line.trim() !== '' && !/^\s+at /.test(line) && !/^\s*Logs: \/aws\/lambda\//.test(line));
}
