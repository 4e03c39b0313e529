import type { ReleaseStatus } from '../../src/blue-green/release/contract';
import type { ReleaseRequest } from '../../src/operations/contract';
import type { OperationsClient } from '../operations/operations-function';
import type {
  AbortOptions, ApproveOptions, ReleaseOptions, ReleaseStatusOptions, WatchOptions,
} from '../options/release-options';
import { formatLast, formatRelease, progressLine } from '../output/release';
import type { Write } from '../output/terminal';
import { UsageError } from '../usage-error';

/** What the commands need. */
export interface ReleaseContext {
  readonly operations: OperationsClient;
  readonly write: Write;
  readonly sleep: (seconds: number) => Promise<void>;
}

/** Time between two looks at the progress. */
const WATCH_SECONDS = 5;

/** Releases a commit to the idle side. Returns whether it was started, or with `--watch`, whether it has succeeded. */
export async function release(
  environmentName: string, { to, watch }: ReleaseOptions, context: ReleaseContext,
): Promise<boolean> {
  const by = await context.operations.callerArn();
  return start({ operation: 'release', environmentName, reference: to, by }, watch, context);
}

/** Returns the traffic to the side that served before. */
export async function rollback(
  environmentName: string, { watch }: WatchOptions, context: ReleaseContext,
): Promise<boolean> {
  const by = await context.operations.callerArn();
  return start({ operation: 'rollback', environmentName, by }, watch, context);
}

/** Stops the release in progress, which returns the traffic. */
export async function abort(
  environmentName: string, { reason, release: meant, watch }: AbortOptions, context: ReleaseContext,
): Promise<boolean> {
  const by = await context.operations.callerArn();
  const status = await invoke(
    { operation: 'abort', environmentName, by, reason, ...meant !== undefined && { releaseId: meant } }, context,
  );
  const releaseId = status.current?.releaseId;
  if (!watch || releaseId === undefined) {
    formatRelease(status).forEach(line => context.write(line));
    return true;
  }
  const { last } = await watchRelease(status, context);
  return last?.releaseId === releaseId && last.outcome === 'returned';
}

/** Lets the release in progress go on, or rejects it. */
export async function approve(
  environmentName: string, { reject, reason, release: meant }: ApproveOptions, context: ReleaseContext,
): Promise<boolean> {
  if (reject && reason === undefined) throw new UsageError('--reject needs a reason: use --reason <text>');
  const by = await context.operations.callerArn();
  const decision = reject ? 'rejected' : 'approved';
  const status = await invoke({
    operation: 'approve',
    environmentName,
    by,
    decision,
    ...reason !== undefined && { reason },
    ...meant !== undefined && { releaseId: meant },
  }, context);
  const { current } = status;
  if (current) context.write(reject ? 'rejected: the traffic returns' : 'approved: the release continues');
  formatRelease(status).filter(line => !line.startsWith('To approve')).forEach(line => context.write(line));
  return true;
}

/** Shows the releases of an environment. */
export async function describeRelease(
  environmentName: string, { json, watch }: ReleaseStatusOptions, context: ReleaseContext,
): Promise<boolean> {
  const status = await invoke({ operation: 'describeRelease', environmentName }, context);
  if (json) {
    context.write(JSON.stringify(status, undefined, 2));
    return true;
  }
  if (watch) return follow(status, context);
  formatRelease(status).forEach(line => context.write(line));
  return true;
}

async function start(request: ReleaseRequest, watch: boolean | undefined, context: ReleaseContext): Promise<boolean> {
  const status = await invoke(request, context);
  if (watch) return follow(status, context);
  formatRelease(status).forEach(line => context.write(line));
  context.write(`To follow it: org-environments release-status ${status.environmentName} --watch`);
  return true;
}

/** Prints the progress until the release ends. Returns whether it, or else the last one, has succeeded. */
async function follow(status: ReleaseStatus, context: ReleaseContext): Promise<boolean> {
  const releaseId = status.current?.releaseId ?? status.last?.releaseId;
  const { last } = await watchRelease(status, context);
  return last?.releaseId === releaseId && (last === undefined || last.outcome === 'succeeded');
}

/** Prints a line for each step until the release ends. */
async function watchRelease(first: ReleaseStatus, context: ReleaseContext): Promise<ReleaseStatus> {
  const { environmentName } = first;
  const releaseId = first.current?.releaseId;
  let last = '';
  let status = first;
  while (status.current && status.current.releaseId === releaseId) {
    const line = progressLine(status);
    if (line !== last) context.write(line);
    last = line;
    await context.sleep(WATCH_SECONDS);
    status = await invoke({ operation: 'describeRelease', environmentName }, context);
  }
  if (status.current && status.last?.releaseId === releaseId) {
    formatLast(status).forEach(line => context.write(line));
  }
  formatRelease(status).forEach(line => context.write(line));
  return status;
}

async function invoke(request: ReleaseRequest, { operations }: ReleaseContext): Promise<ReleaseStatus> {
  const { release: status } = await operations.invoke<never>(request);
  if (status) return status;
  throw new Error('the organization does not know releases: deploy it with the version of this command');
}
