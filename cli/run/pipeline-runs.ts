import pc from 'picocolors';
import { findAccount } from './acting-account';
import { Approvals } from './approvals';
import type { ApprovedNames } from './approvals';
import { ReleaseRuns } from './releases';
import { runUserCommand } from './user-command';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import type { Simulation } from '../../rehearsal/simulation';
import type { UserCommand } from '../options/parsers';
import { PipelineProgress } from '../output/pipeline-progress';
import type { Write } from '../output/terminal';
import { WorkingPipelines } from '../output/working-pipelines';

/** Exit status of a shell. */
const COMMAND_NOT_FOUND = 127;

/** Waits for pipelines and releases, and runs the commands of `--then`, which usually start them. */
export class PipelineRuns {
  private readonly progress: PipelineProgress;
  private readonly releases: ReleaseRuns;
  private readonly approvals: Approvals;

  public constructor(
    private readonly simulation: Simulation, private readonly write: Write,
    private readonly approved: ApprovedNames = [],
    private readonly mark: (title: string) => void = () => {},
  ) {
    this.approvals = new Approvals(simulation, approved, write);
    this.progress = new PipelineProgress(simulation, write);
    this.releases = new ReleaseRuns(simulation, write, approved);
  }

  /** Remembers the environments that `--approve` may name. */
  public async noteEnvironments(): Promise<void> {
    await this.approvals.noteEnvironments();
  }

  /** Error of `--approve`. */
  public get problem(): string | undefined {
    return this.approvals.problem;
  }

  /** Values of `--approve` that have approved nothing. */
  public get unusedApprovals(): ApprovedNames {
    const used = new Set([...this.approvals.used, ...this.releases.approvedEnvironments]);
    return [...new Set(this.approved)].filter(name => name === 'all' ? used.size === 0 : !used.has(name));
  }

  /** Ids of the releases that wait for approval. */
  public get awaitingReleases(): ReadonlySet<string> {
    return this.releases.awaiting;
  }

  /** Waits until no pipeline is working and no release is in progress, and prints their results. */
  public async wait(): Promise<void> {
    do {
      const working = new WorkingPipelines(this.simulation, this.write);
      await pipelinesIdle(this.simulation, () => working.update());
      this.progress.update();
    } while (
      await this.approvals.approve() || await this.releases.wait() || await this.releases.approve()
    );
  }

  /** Runs a command of `--then`. Returns its error. */
  public async runCommand({ command, as }: UserCommand, assemblyFolder: string): Promise<string | undefined> {
    const title = `Running ${command}${as === undefined ? '' : ` as ${as}`}`;
    this.write(pc.bold(`\n${title}`));
    this.mark(title);
    const account = as === undefined ? undefined : findAccount(this.simulation, as);
    if (account && 'problem' in account) return `--as '${as}': ${account.problem}`;
    const stacks = readAssembly(assemblyFolder);
    const status = await runUserCommand(this.simulation, stacks, command, account?.accountId);
    // a command may have pushed a commit before it failed
    await this.wait();
    const reason = status === COMMAND_NOT_FOUND ? ': command not found' : '';
    return status === 0 ? undefined : `--then '${command}' failed with exit status ${status}${reason}`;
  }
}

/**
 * Resolves when no pipeline is working: every execution has ended or waits for approval.
 *
 * @param whileBusy is called many times a second until then
 */
export async function pipelinesIdle(
  { codepipeline, lambda }: Simulation, whileBusy: () => void = () => {},
): Promise<void> {
  let idleChecks = 0;
  // an event may be in transit between two services, so one check is not enough
  while (idleChecks < 3) {
    await new Promise(resolve => setTimeout(resolve, 50));
    whileBusy();
    idleChecks = codepipeline.isBusy || lambda.isBusy ? 0 : idleChecks + 1;
  }
}
