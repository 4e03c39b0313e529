import pc from 'picocolors';
import type { Failure } from '../../rehearsal/assembly/deployer';
import { constructPathOf } from '../report/construct-path';

const NO_REASON = 'no reason given';

const CUSTOM_RESOURCE = /^Received response status \[FAILED\] from custom resource\. Message returned: /;
const CANCELLED = /^Resource (creation|update) cancelled$/;

/** Describes failures, each once. Resources that were cancelled because of another failure are omitted. */
export function describeFailures(failures: readonly Failure[]): string[] {
  const causes = failures.filter(({ reason }) => !CANCELLED.test(reason));
  const lines = (causes.length > 0 ? causes : failures).map(failure => {
    const { accountId, type, reason } = failure;
    const message = messageLines(reason).join('\n  ');
    const path = pc.bold(readablePath(constructPathOf(failure)));
    return `${pc.red('✗')} ${path} (${type} in account ${accountId}): ${message}`;
  });
  return [...new Set(lines)];
}

/** Removes the constructs at the end of a path that the CDK adds. */
export function readablePath(path: string): string {
  return path.replace(/(\/(Resource|Default))+$/, '');
}

/** Returns the first line of a reason, in full, for the progress of a deployment. The verdict has all lines. */
export function firstLineOf(reason = NO_REASON): string {
  const [line = NO_REASON] = messageLines(reason);
  return line;
}

/**
 * Removes what CloudFormation writes before the message of a custom resource, request ids, stack traces of CDK's
 * provider framework, and the name of a log group that does not exist.
 */
function messageLines(reason: string): string[] {
  return reason.replace(CUSTOM_RESOURCE, '').replace(/ ?\(RequestId: [^)]*\)/g, '')
    .split('\n').map(line => line.trimEnd())
    .filter(line => line.trim() !== '' && !/^\s+at /.test(line) && !/^\s*Logs: \/aws\/lambda\//.test(line));
}
