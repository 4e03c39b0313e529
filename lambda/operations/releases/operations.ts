import { describeReleases } from './describe';
import type { Releases } from './releases';
import { CHANGES } from '../../../src/history/contract';
import type { ChangeKind } from '../../../src/history/contract';
import type { OperationResponse, ReleaseRequest } from '../../../src/operations/contract';
import type { History } from '../../history/history';
import type { Registry } from '../../registry/registry';
import type { CurrentRelease } from '../../registry/release';

type Decision = Exclude<ReleaseRequest, { operation: 'describeRelease' }>;

const CHANGE_OF: Readonly<Record<Decision['operation'], ChangeKind>> = {
  release: CHANGES.release,
  releasePush: CHANGES.release,
  rollback: CHANGES.rollback,
  abort: CHANGES.abort,
  approve: CHANGES.approval,
};

/** The requests that concern the releases of one environment. */
export class ReleaseOperations {
  public constructor(
    private readonly registry: Registry,
    private readonly releases: Releases,
    private readonly history: History,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param requestId id of the invocation, which the log lines contain */
  public async run(request: ReleaseRequest, requestId: string): Promise<OperationResponse<never>> {
    const { environmentName } = request;
    if (request.operation !== 'describeRelease') {
      const changed = await this.decide(request);
      if (changed) await this.record(request, requestId, changed);
    }
    return { pipelines: [], release: await describeReleases(this.registry, environmentName) };
  }

  private async record(request: Decision, requestId: string, release: CurrentRelease): Promise<void> {
    const { commitId, to, by: starter } = release;
    const { operation, environmentName } = request;
    const by = 'by' in request ? request.by : starter;
    const reason = 'reason' in request ? request.reason : undefined;
    await this.history.record({
      at: new Date(this.now()).toISOString(),
      change: CHANGE_OF[operation],
      outcome: 'succeeded',
      by,
      requestId,
      environmentName,
      commitId,
      ...(reason !== undefined && { reason }),
      subject: 'decision' in request ? request.decision : `side ${to}`,
    });
  }

  /** Undefined: nothing was to do. */
  private async decide(request: Decision): Promise<CurrentRelease | undefined> {
    const { environmentName } = request;
    switch (request.operation) {
      case 'release':
        return this.releases.release(environmentName, request.reference, request.by);
      case 'releasePush': {
        return this.releases.releasePush(environmentName, request);
      }
      case 'rollback':
        return this.releases.rollback(environmentName, request.by);
      case 'abort':
        return this.releases.abort(environmentName, request.by, request);
      case 'approve':
        return this.releases.approve(environmentName, request.by, {
          ...request, isApproved: request.decision === 'approved',
        });
    }
  }
}
