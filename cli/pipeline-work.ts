import pc from 'picocolors';
import { runCommand } from './command';
import { PipelineProgress, settled } from './pipelines';
import { UsageError } from './usage-error';
import { readAssembly } from '../rehearsal/assembly/manifest';
import type { Simulation } from '../rehearsal/simulation';

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

  public async runCommands(folder: string): Promise<void> {
    for (const command of this.commands) {
      this.write(pc.bold(`\nRunning ${command}`));
      const status = await runCommand(this.simulation, readAssembly(folder), command);
      if (status !== 0) throw new UsageError(`--then '${command}' ended with status ${status}`);
      await this.settle();
    }
  }
}
