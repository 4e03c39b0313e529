import pc from 'picocolors';
import type { Simulation } from '../../rehearsal/simulation';
import type { OperationResponse } from '../../src/operations/contract';
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

  public constructor(private readonly simulation: Simulation, private readonly write: Write) {}

  /** Waits until every release has ended or waits for an approval. Returns whether it has waited. */
  public async wait(): Promise<boolean> {
    let hasWaited = false;
    while (await this.isBusy()) {
      hasWaited = true;
      await this.simulation.clock.sleep(POLL_SECONDS);
    }
    reportReleases(this.simulation).forEach(release => this.print(release));
    return hasWaited;
  }

  private async isBusy(): Promise<boolean> {
    const inProgress = releaseExecutions(this.simulation).filter(({ state }) => state === 'in progress');
    const waiting = await Promise.all(inProgress.map(async release => this.waitsForApproval(release)));
    return waiting.includes(false);
  }

  private async waitsForApproval({ stateMachineArn, environmentName }: ReleaseExecution): Promise<boolean> {
    const [arn, partition, , region, accountId] = stateMachineArn.split(':');
    const operations = [arn, partition, 'lambda', region, accountId, 'function', NAMES.operationsFunction].join(':');
    const request = { operation: 'describeRelease', environmentName };
    const { failed, payload } = await this.simulation.lambda.invoke(operations, request);
    // an environment that is removed during its release cannot be described
    if (failed) return true;
    const { release } = JSON.parse(payload) as OperationResponse<never>;
    return release?.current?.step === 'approve' && release.current.failure === undefined;
  }

  private print({ environmentName, releaseId, state, reason }: ReleaseReport): void {
    const key = `${releaseId} ${state}`;
    if (this.printed.has(key)) return;
    this.printed.add(key);
    const mark = { 'succeeded': pc.green('✓'), 'failed': pc.red('✗'), 'in progress': pc.yellow('…') }[state];
    const result = state === 'in progress' ? 'waits for an approval' : state;
    this.write(`${mark} release of ${environmentName}  ${result}${reason === undefined ? '' : `: ${reason}`}`);
  }
}
