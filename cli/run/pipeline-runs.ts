import pc from 'picocolors';
import { runCommand } from './user-command';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import type { Simulation } from '../../rehearsal/simulation';
import { PipelineProgress, settled } from '../output/pipeline-progress';

/** What happens in pipelines after deployments, and after what the user does to repositories. */
export class PipelineWork {
  private readonly progress: PipelineProgress;

  public constructor(
    private readonly simulation: Simulation, private readonly commands: readonly string[] = [], private readonly write: (line: string) => void,
  ) {
    this.progress = new PipelineProgress(simulation, write);
  }

  /** Waits until no pipeline runs, and tells how they went. */
  public async settle(): Promise<void> {
    await settled(this.simulation);
    this.progress.tell();
  }

  /** The first failure ends it; answers that failure in words. */
  public async runCommands(folder: string): Promise<string | undefined> {
    for (const command of this.commands) {
      this.write(pc.bold(`\nRunning ${command}`));
      const status = await runCommand(this.simulation, readAssembly(folder), command);
      // what it has pushed before it failed runs, too
      await this.settle();
      if (status !== 0) return `--then '${command}' ended with status ${status}`;
    }
    return undefined;
  }
}
