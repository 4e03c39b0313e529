import pc from 'picocolors';
import type { FaultInjection } from './fault-injection';
import type { PipelineRuns } from './pipeline-runs';
import {
  deployAssembly, destroyAssembly, type DeploymentResult, type IsSelected, type ParametersOf,
} from '../../rehearsal/assembly/deployer';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import { retryFailedOperations } from '../../rehearsal/assembly/retry-failed-operations';
import type { Simulation } from '../../rehearsal/simulation';
import { describeFailures } from '../output/failures';
import { formatCount } from '../output/format';
import { assumedMembers } from '../output/hints';
import type { Write } from '../output/terminal';
import type { Deployment } from '../report/deployments';

/** A value of `--app` and the folder of its cloud assembly. */
export interface App {
  readonly name: string;
  readonly folder: string;
  readonly isSelected: IsSelected;
}

interface Collaborators {
  readonly faults?: FaultInjection;
  readonly pipelines?: PipelineRuns;
  readonly parametersOf: ParametersOf;
  /** Is called with the title of each deployment before it starts. */
  readonly mark: (title: string) => void;
}

/** How many images are named. */
const MAX_NAMES = 5;

/** Deploys apps in sequence into the simulated organization, with injected faults if there are any. */
export class Deployments {
  public readonly done: Deployment[] = [];
  /** Error of the command of `--then` that failed. */
  public commandFailure?: string;
  /** Whether the last app was destroyed, successfully or not. */
  public destroyed = false;

  public constructor(
    private readonly simulation: Simulation, private readonly collaborators: Collaborators,
    private readonly write: Write,
  ) {}

  /** Deploys the apps, runs the commands of `--then` and destroys the last app if wanted. Stops after a failure. */
  public async run(apps: readonly App[], destroy: boolean): Promise<void> {
    const { pipelines } = this.collaborators;
    for (const [index, app] of apps.entries()) {
      if (!await this.perform('deploy', app)) return this.writeSkipped(apps.slice(index + 1), destroy);
      await pipelines?.noteEnvironments();
      // before pipelines run, which takes minutes
      if (index === apps.length - 1) this.commandFailure = pipelines?.problem;
      if (this.commandFailure !== undefined) return this.writeSkipped([], destroy);
      await pipelines?.wait();
    }
    const last = apps.at(-1);
    if (last) this.commandFailure = await pipelines?.runCommands(last.folder);
    if (this.commandFailure !== undefined) return this.writeSkipped([], destroy);
    this.destroyed = destroy && last !== undefined;
    if (destroy && last) await this.perform('destroy', last);
  }

  private async perform(action: Deployment['action'], app: App): Promise<boolean> {
    const title = `${action === 'deploy' ? 'Deploying' : 'Destroying'} ${app.name}`;
    this.begin(title);
    const { faults } = this.collaborators;
    faults?.start();
    const result = await this.work(action, app);
    faults?.stop();
    this.writeResult(result, app);
    if (result.succeeded || !faults) {
      this.done.push({ app: app.name, action, result });
      return result.succeeded;
    }
    describeFailures(result.failures).forEach(line => this.write(line));
    this.begin(`${title} again, without faults`);
    return this.retry(action, app, result);
  }

  private begin(title: string): void {
    this.write(pc.bold(`\n${title}`));
    this.collaborators.mark(title);
  }

  /** Injected faults may fail a deployment, but its retry without faults must succeed. */
  private async retry(action: Deployment['action'], app: App, failed: DeploymentResult): Promise<boolean> {
    await retryFailedOperations(this.simulation, readAssembly(app.folder));
    const retried = await this.work(action, app);
    // a stack that was rolled back and needs no change keeps its status
    const succeeded = retried.succeeded || retried.changed === 0 && retried.failures.length === 0;
    const result = { ...retried, succeeded };
    this.writeResult(result, app);
    const common = { app: app.name, action };
    this.done.push({ ...common, result: failed, succeededOnRetry: succeeded }, { ...common, result });
    return succeeded;
  }

  private async work(action: Deployment['action'], { folder, isSelected }: App): Promise<DeploymentResult> {
    return action === 'deploy'
      ? deployAssembly(this.simulation, folder, this.collaborators.parametersOf, isSelected)
      : destroyAssembly(this.simulation, folder, isSelected);
  }

  private writeSkipped(apps: readonly App[], destroy: boolean): void {
    const skipped = [...apps.map(({ name }) => `'${name}'`), ...destroy ? ['--destroy'] : []];
    if (skipped.length > 0) this.warn(`stopped after the first failure; skipped: ${skipped.join(', ')}`);
  }

  private writeResult(result: DeploymentResult, { folder }: App): void {
    const { succeeded, skipped, invited, images, changed, calls, seconds } = result;
    const members = assumedMembers(readAssembly(folder), invited);
    if (members !== undefined) this.warn(members);
    for (const stack of skipped) this.warn(`stack '${stack}' has no resources: skipped, as by cdk deploy`);
    if (images.length > 0) this.warn(`images are not built; placeholders are published for ${listed(images)}`);
    const outcome = succeeded ? pc.green('Done') : pc.red('Failed');
    const changes = changed === 0 ? 'no changes' : formatCount(changed, 'resource operation');
    this.write(`${outcome}: ${changes}, ${formatCount(calls, 'call')} to AWS, ${seconds.toFixed(1)} seconds`);
  }

  private warn(message: string): void {
    this.write(`${pc.yellow('!')} ${message}`);
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(name => `'${name}'`).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
