import pc from 'picocolors';
import type { FaultInjection } from './fault-injection';
import type { PipelineRuns } from './pipeline-runs';
import {
  deployAssembly, destroyAssembly, type DeploymentResult, type IsSelected, type ParametersOf,
} from '../../rehearsal/assembly/deployer';
import { readAssembly } from '../../rehearsal/assembly/manifest';
import { retryFailedOperations } from '../../rehearsal/assembly/retry-failed-operations';
import type { Simulation } from '../../rehearsal/simulation';
import type { UserCommand } from '../options/parsers';
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
  /** Whether a pipeline deploys the stack. */
  readonly isDeployedByPipeline: IsSelected;
}

interface Collaborators {
  readonly faults?: FaultInjection;
  readonly pipelines?: PipelineRuns;
  /** The commands of `--then`. */
  readonly commands?: readonly UserCommand[];
  /** Whether the next app or command follows after a failed one. */
  readonly continues: boolean;
  readonly parametersOf: ParametersOf;
  /** Is called with the title of each deployment before it starts. */
  readonly mark: (title: string) => void;
}

/** An app to deploy, a command to run, or the destruction of the last app. */
interface Step {
  /** As it is named when it is skipped. */
  readonly name: string;
  /** Returns whether it succeeded. */
  readonly work: () => Promise<boolean>;
}

/** How many images are named. */
const MAX_NAMES = 5;

/** Deploys apps in sequence into the simulated organization, with injected faults if there are any. */
export class Deployments {
  public readonly done: Deployment[] = [];
  /** Errors of `--approve` and of the commands of `--then` that failed. */
  public readonly commandFailures: string[] = [];
  /** Whether the last app was destroyed, successfully or not. */
  public destroyed = false;

  public constructor(
    private readonly simulation: Simulation, private readonly collaborators: Collaborators,
    private readonly write: Write,
  ) {}

  /**
   * Deploys the apps, runs each command of `--then` after the app before it, and destroys the last app if wanted. Stops
   * after a failure, except with `--continue`.
   */
  public async run(apps: readonly App[], destroy: boolean): Promise<void> {
    const steps = [
      ...apps.flatMap((app, index) => this.stepsOf(app, index + 1, apps.length)),
      ...destroy ? apps.slice(-1).map(app => ({ name: '--destroy', work: async () => this.destroy(app) })) : [],
    ];
    for (const [index, { work }] of steps.entries()) {
      const succeeded = await work();
      if (!succeeded && !this.collaborators.continues) return this.writeSkipped(steps.slice(index + 1));
    }
  }

  /** @param count how many apps there are, this one being that with this number */
  private stepsOf(app: App, number: number, count: number): readonly Step[] {
    const isLast = number === count;
    const commands = (this.collaborators.commands ?? []).filter(({ after = 0 }) => (
      // a command before all apps runs at the end, too
      after === number || isLast && after === 0
    ));
    return [
      { name: `'${app.name}'`, work: async () => this.deploy(app, isLast) },
      ...commands.map(command => (
        { name: `--then '${command.command}'`, work: async () => this.runCommand(command, app) }
      )),
    ];
  }

  private async deploy(app: App, isLast: boolean): Promise<boolean> {
    const { pipelines, continues } = this.collaborators;
    const succeeded = await this.perform('deploy', app);
    if (!succeeded && !continues) return false;
    await pipelines?.noteEnvironments();
    // before pipelines run, which takes minutes
    const problem = isLast ? pipelines?.problem : undefined;
    if (problem !== undefined) this.commandFailures.push(problem);
    if (problem !== undefined && !continues) return false;
    await pipelines?.wait();
    return succeeded && problem === undefined;
  }

  private async runCommand(command: UserCommand, { folder }: App): Promise<boolean> {
    const failure = await this.collaborators.pipelines?.runCommand(command, folder);
    if (failure !== undefined) this.commandFailures.push(failure);
    return failure === undefined;
  }

  private async destroy(app: App): Promise<boolean> {
    this.destroyed = true;
    return this.perform('destroy', app);
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

  private async work(
    action: Deployment['action'], { folder, isSelected, isDeployedByPipeline }: App,
  ): Promise<DeploymentResult> {
    return action === 'deploy'
      ? deployAssembly(this.simulation, folder, this.collaborators.parametersOf, isSelected, isDeployedByPipeline)
      : destroyAssembly(this.simulation, folder, isSelected);
  }

  private writeSkipped(steps: readonly Step[]): void {
    const skipped = steps.map(({ name }) => name);
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
