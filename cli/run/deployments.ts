import pc from 'picocolors';
import type { BadDay } from './fault-injection';
import type { PipelineWork } from './pipeline-runs';
import { deployAssembly, destroyAssembly, type DeploymentResult, type ParametersOf } from '../../rehearsal/assembly/deployer';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import { retryFailedOperations } from '../../rehearsal/assembly/retry-failed-operations';
import type { Simulation } from '../../rehearsal/simulation';
import { describeFailures } from '../output/failures';
import { memberWords } from '../output/hints';
import type { Deployment } from '../report/report';

/** A cloud assembly and what was given to get it. */
export interface App {
  readonly name: string;
  readonly folder: string;
}

interface Circumstances {
  readonly badDay?: BadDay;
  readonly pipelines?: PipelineWork;
  readonly parametersOf: ParametersOf;
}

/** How many names are printed. */
const SHOWN = 5;

type Work = (simulation: Simulation, folder: string) => Promise<DeploymentResult>;

/** Deploys apps into one world, on a bad day if there is one, and tells how it went. */
export class Deployments {
  public readonly done: Deployment[] = [];
  /** Why a command that ran after the deployments failed, in words. */
  public commandFailure?: string;
  /** Whether the last app was asked to go. */
  public destroyed = false;

  public constructor(
    private readonly simulation: Simulation, private readonly circumstances: Circumstances, private readonly write: (line: string) => void,
  ) {}

  /** The first failure ends it. */
  public async all(apps: readonly App[], destroy: boolean): Promise<void> {
    const { pipelines, parametersOf } = this.circumstances;
    const deploy: Work = async (simulation, folder) => deployAssembly(simulation, folder, parametersOf);
    for (const [index, app] of apps.entries()) {
      if (!await this.work('Deploying', app.name, app, deploy)) return this.tellUndone(apps.slice(index + 1), destroy);
      await pipelines?.settle();
    }
    const last = apps.at(-1);
    if (last) this.commandFailure = await pipelines?.runCommands(last.folder);
    if (this.commandFailure !== undefined) return this.tellUndone([], destroy);
    this.destroyed = destroy && last !== undefined;
    if (destroy && last) await this.work('Destroying', `${last.name} (destroyed)`, last, destroyAssembly);
  }

  private tellUndone(apps: readonly App[], destroy: boolean): void {
    const undone = [...apps.map(({ name }) => `'${name}' is not deployed`), ...destroy ? ['nothing is destroyed'] : []];
    if (undone.length > 0) this.write(`${pc.yellow('!')} the first failure ends it: ${undone.join(', ')}`);
  }

  private async work(verb: string, title: string, app: App, work: Work): Promise<boolean> {
    this.write(pc.bold(`\n${verb} ${app.name}`));
    const { badDay } = this.circumstances;
    badDay?.begin();
    const result = await work(this.simulation, app.folder);
    badDay?.end();
    this.tell(result, app);
    if (result.succeeded || !badDay) {
      this.done.push({ app: title, result });
      return result.succeeded;
    }
    return this.again(verb, title, app, result, work);
  }

  /** What a bad day has broken is tried again on a good one: that must mend it. */
  private async again(verb: string, title: string, app: App, failed: DeploymentResult, work: Work): Promise<boolean> {
    describeFailures([{ app: title, result: failed }]).forEach(line => this.write(line));
    this.write(pc.bold(`\n${verb} ${app.name} again, without faults`));
    await retryFailedOperations(this.simulation, readAssembly(app.folder));
    const result = await work(this.simulation, app.folder);
    // what needs no change is left alone, even if it was rolled back to
    const mended = result.succeeded || result.changed === 0 && result.failures.length === 0;
    this.tell({ ...result, succeeded: mended }, app);
    this.done.push({ app: `${title} (bad day)`, result: failed, mended }, { app: title, result: { ...result, succeeded: mended } });
    return mended;
  }

  private tell(result: DeploymentResult, { folder }: App): void {
    const { succeeded, skipped, invited, images, changed, calls, seconds } = result;
    const members = memberWords(readAssembly(folder), invited);
    if (members !== undefined) this.write(`${pc.yellow('!')} ${members}`);
    for (const stack of skipped) this.write(`${pc.yellow('!')} stack '${stack}' has no resources: it is skipped, as cdk deploy does`);
    const placeholders = `images are not built, a placeholder is published for ${listed(images)}`;
    if (images.length > 0) this.write(`${pc.yellow('!')} ${placeholders}`);
    const word = succeeded ? pc.green('Done') : pc.red('Failed');
    this.write(`${word}: ${changed === 0 ? 'no changes' : count(changed, 'resource operation')}, ${count(calls, 'call')} to AWS, ${seconds.toFixed(1)} seconds`);
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(name => `'${name}'`).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
