import pc from 'picocolors';
import type { Failure } from '../../rehearsal/assembly/deployer';
import { constructPathOf } from '../report/construct-path';

const NO_REASON = 'no reason given';

const CANCELLED = /^Resource (creation|update) cancelled$/;

/** Describes failures, each once. Resources that were cancelled because of another failure are omitted. */
export function describeFailures(failures: readonly Failure[]): string[] {
  const causes = failures.filter(({ reason }) => !CANCELLED.test(reason));
  const lines = (causes.length > 0 ? causes : failures).map(failure => {
    const { accountId, type, reason } = failure;
    const message = messageLines(reason).join('\n  ');
    return `${pc.red('✗')} ${pc.bold(constructPathOf(failure))} (${type} in account ${accountId}): ${message}`;
  });
  return [...new Set(lines)];
}

/** Returns the first line of a reason, in full, for the progress of a deployment. The verdict has all lines. */
export function firstLineOf(reason = NO_REASON): string {
  const [line = NO_REASON] = messageLines(reason);
  return line;
}

/** Removes request ids, stack traces of CDK's provider framework, and the name of a log group that does not exist. */
function messageLines(reason: string): string[] {
  return reason.replace(/ ?\(RequestId: [^)]*\)/g, '').split('\n').map(line => line.trimEnd())
    .filter(line => line.trim() !== '' && !/^\s+at /.test(line) && !/^\s*Logs: \/aws\/lambda\//.test(line));
}
