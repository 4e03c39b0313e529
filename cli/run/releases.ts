import pc from 'picocolors';
import { administratorOf } from './acting-account';
import { isApproved, type ApprovedNames } from './approvals';
import type { Simulation } from '../../rehearsal/simulation';
import type { OperationResponse, ReleaseRequest } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import type { Write } from '../output/terminal';
import { releaseExecutions, reportReleases } from '../report/releases';
import type { ReleaseExecution } from '../report/releases';
import type { ReleaseReport } from '../report/report';

/** Time between two looks at the releases in progress. */
const POLL_SECONDS = 10;

/** Waits for the releases of blue/green environments, and prints how they end. */
export class ReleaseRuns {
  private readonly printed = new Set<string>();
  /** Ids of the releases that were approved. */
  private readonly approved = new Set<string>();
  /** Names of the environments whose releases were approved. */
  public readonly approvedEnvironments = new Set<string>();
  /** Ids of the releases that waited for approval at the last look. */
  public awaiting: ReadonlySet<string> = new Set();

  /** @param approvals whose releases are approved: names of environments, or `all` */
  public constructor(
    private readonly simulation: Simulation, private readonly write: Write, private readonly approvals: ApprovedNames,
  ) {}

  /** Waits until every release has ended or waits for approval. Returns whether it has waited. */
  public async wait(): Promise<boolean> {
    let hasWaited = false;
    while (await this.isBusy()) {
      hasWaited = true;
      await this.simulation.clock.sleep(POLL_SECONDS);
    }
    reportReleases(this.simulation, this.awaiting).forEach(release => this.print(release));
    return hasWaited;
  }

  /** Approves the releases that wait for it. Returns whether there were any. */
  public async approve(): Promise<boolean> {
    const inProgress = releaseExecutions(this.simulation).filter(({ state }) => state === 'in progress');
    const chosen = inProgress.filter(({ environmentName }) => isApproved(this.approvals, environmentName));
    let hasApproved = false;
    for (const release of chosen) {
      if (!await this.waitsForApproval(release)) continue;
      const { environmentName, releaseId } = release;
      await this.operate(release, {
        operation: 'approve', environmentName, decision: 'approved', by: this.administrator(release), releaseId,
      });
      this.approved.add(releaseId);
      this.approvedEnvironments.add(environmentName);
      this.write(`${pc.green('✓')} release of ${environmentName} approved (--approve)`);
      hasApproved = true;
    }
    return hasApproved;
  }

  private async isBusy(): Promise<boolean> {
    const inProgress = releaseExecutions(this.simulation).filter(({ state }) => state === 'in progress');
    const waiting = await Promise.all(inProgress.map(async release => this.waitsForApproval(release)));
    this.awaiting = new Set(inProgress.filter((_, index) => waiting[index]).map(({ releaseId }) => releaseId));
    return waiting.includes(false);
  }

  private async waitsForApproval(release: ReleaseExecution): Promise<boolean> {
    const { environmentName, releaseId } = release;
    if (this.approved.has(releaseId)) return false;
    const response = await this.operate(release, { operation: 'describeRelease', environmentName });
    // an environment that is removed during its release cannot be described
    if (response === undefined) return true;
    const { current } = response.release ?? {};
    return current?.step === 'approve' && current.failure === undefined;
  }

  private administrator({ stateMachineArn }: ReleaseExecution): string {
    return administratorOf(this.simulation, stateMachineArn.split(':')[4] ?? '');
  }

  /** Invokes the operations function beside the state machine. Returns nothing if that fails. */
  private async operate(
    { stateMachineArn }: ReleaseExecution, request: ReleaseRequest,
  ): Promise<OperationResponse<never> | undefined> {
    const [arn, partition, , region, accountId] = stateMachineArn.split(':');
    const operations = [arn, partition, 'lambda', region, accountId, 'function', NAMES.operationsFunction].join(':');
    const { failed, payload } = await this.simulation.lambda.invoke(operations, request);
    return failed ? undefined : JSON.parse(payload) as OperationResponse<never>;
  }

  private print({ environmentName, releaseId, state, reason }: ReleaseReport): void {
    const key = `${releaseId} ${state}`;
    if (this.printed.has(key)) return;
    this.printed.add(key);
    const mark = state === 'succeeded' ? pc.green('✓') : state === 'failed' ? pc.red('✗') : pc.yellow('…');
    this.write(`${mark} release of ${environmentName}  ${state}${reason === undefined ? '' : `: ${reason}`}`);
  }
}
