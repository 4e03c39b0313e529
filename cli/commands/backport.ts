import type { BackportStatus } from '../../src/backport/contract';
import type { BackportRequest } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type { AbsorbOptions, BackportOptions, BackportStatusOptions } from '../options/branch-options';
import { formatBackport } from '../output/backport';
import type { Write } from '../output/terminal';
import { UsageError } from '../usage-error';

/** What the commands need. */
export interface BackportContext {
  readonly operations: OperationsClient;
  readonly write: Write;
  readonly sleep: (seconds: number) => Promise<void>;
}

const POLL_SECONDS = 3;

/** The states in which the state machine works, and waits for no person. */
const WORKING: readonly BackportStatus['state'][] = ['picking', 'absorbing'];

/** Ports commits back. Returns whether a pull request is open, or none is needed. */
export async function backport(
  commits: readonly string[], { from, to, pullRequest }: BackportOptions, context: BackportContext,
): Promise<boolean> {
  if (commits.length === 0 && pullRequest === undefined) {
    throw new UsageError(
      'backport needs a commit or a pull request: org-environments backport <commits...> --from <branch>, '
      + 'or: org-environments backport --pull-request <id> --from <branch>',
    );
  }
  const by = await context.operations.callerArn();
  const named = { ...commits.length > 0 && { commits }, ...pullRequest !== undefined && { pullRequest } };
  return follow(await invoke({ operation: 'backport', ...named, from, by, ...to && { to } }, context), context);
}

/** Brings the head of a branch to those that come from it. Returns whether that was possible for all. */
export async function absorb(branch: string, { to }: AbsorbOptions, context: BackportContext): Promise<boolean> {
  const by = await context.operations.callerArn();
  return follow(await invoke({ operation: 'absorb', branch, by, ...to && { to } }, context), context);
}

/** Shows a backport. */
export async function describeBackport(
  backportId: string, { json, restart }: BackportStatusOptions, context: BackportContext,
): Promise<boolean> {
  if (restart) {
    const by = await context.operations.callerArn();
    return follow(await invoke({ operation: 'restartBackport', backportId, by }, context), context);
  }
  const status = await invoke({ operation: 'describeBackport', backportId }, context);
  if (json) context.write(JSON.stringify(status, undefined, 2));
  else formatBackport(status).forEach(line => context.write(line));
  return true;
}

async function follow(first: BackportStatus, context: BackportContext): Promise<boolean> {
  let status = first;
  while (WORKING.includes(status.state)) {
    await context.sleep(POLL_SECONDS);
    status = await invoke({ operation: 'describeBackport', backportId: first.backportId }, context);
  }
  formatBackport(status).forEach(line => context.write(line));
  const isBlocked = status.branches.some(({ state }) => state === 'conflict' || state === 'failed');
  return !isBlocked && !['conflict', 'failed', 'closed'].includes(status.state);
}

async function invoke(request: BackportRequest, { operations }: BackportContext): Promise<BackportStatus> {
  const { backport: status } = await operations.invoke<never>(request);
  if (status) return status;
  throw new Error('the organization does not know backports: deploy it with the version of this command');
}
