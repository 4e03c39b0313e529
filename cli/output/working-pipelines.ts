import pc from 'picocolors';
import { formatDuration } from './format';
import type { Write } from './terminal';
import type { Simulation } from '../../rehearsal/simulation';

/** Builds take minutes: within this time, the user sees that they run. */
const SILENCE_MILLISECONDS = 5000;
/** How many pipelines are named. */
const MAX_NAMES = 5;

/** Prints every few seconds what pipelines are doing. */
export class WorkingPipelines {
  private readonly startedAt: number;
  private printedAt: number;

  /** @param now real time in milliseconds since 1970 */
  public constructor(
    private readonly simulation: Pick<Simulation, 'codepipeline'>, private readonly write: Write,
    private readonly now: () => number = Date.now,
  ) {
    this.startedAt = now();
    this.printedAt = this.startedAt;
  }

  public update(): void {
    const now = this.now();
    if (now - this.printedAt < SILENCE_MILLISECONDS) return;
    const working = this.working();
    if (working.length === 0) return;
    this.printedAt = now;
    const more = working.length > MAX_NAMES ? ` and ${working.length - MAX_NAMES} more` : '';
    const seconds = formatDuration((now - this.startedAt) / 1000);
    this.write(pc.dim(`… running for ${seconds}: ${working.slice(0, MAX_NAMES).join(', ')}${more}`));
  }

  /** The actions that run, without approvals, which wait for a person. */
  private working(): string[] {
    return this.simulation.codepipeline.all.flatMap(({ name, executions }) => executions.flatMap(execution => {
      const running = execution.actionRuns.filter(({ status }) => status === 'InProgress');
      return running.filter(({ token }) => token === undefined).map(({ action }) => `${name} (${action.Name})`);
    }));
  }
}
