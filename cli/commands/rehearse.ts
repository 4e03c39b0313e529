import { createWriteStream, writeFileSync } from 'node:fs';
import pc from 'picocolors';
import type { AssemblyStack } from '../../rehearsal/assembly/manifest';
import type { StackEvent } from '../../rehearsal/services/cloudformation/stack';
import type { Simulation } from '../../rehearsal/simulation';
import { parametersOf, putSsmParameters } from '../app/parameters';
import { withCleanUp, type CleanUp } from '../clean-up';
import type { RehearseOptions } from '../options/rehearse-options';
import { checkOptions, describeRepositories } from '../options/validation';
import { describeFailures } from '../output/failures';
import { formatClock } from '../output/format';
import { hintsFor } from '../output/hints';
import { printLeftovers, printRemaining, printUnused } from '../output/leftover-summary';
import { describeFailedExecutions } from '../output/pipeline-progress';
import { Progress } from '../output/progress';
import { printSummary } from '../output/summary';
import type { Terminal, Write } from '../output/terminal';
import { formatTimeline, titleOf } from '../output/timeline/page';
import { pipelineLanes } from '../output/timeline/pipeline-lanes';
import { Recorder } from '../output/timeline/recorder';
import { verdictOf } from '../output/verdict';
import { createReport } from '../report/create-report';
import { failedReleases } from '../report/releases';
import type { Report } from '../report/report';
import { waitingEnvironments } from '../run/approvals';
import { checkActingAccounts } from '../run/check-commands';
import { Deployments, type App } from '../run/deployments';
import { FaultInjection } from '../run/fault-injection';
import { PipelineRuns } from '../run/pipeline-runs';
import { prepareApps } from '../run/prepare-apps';
import { runsPipelines, startSimulation } from '../run/start-simulation';
import { timeOf, type Time } from '../run/time';
import { rejectUncaughtErrors } from '../run/uncaught-errors';

/** Is in the report; the verdict says it in its title. */
const INTERRUPTION = 'the rehearsal was interrupted';

/**
 * Deploys apps in sequence into a simulated organization. Returns whether everything succeeded.
 *
 * @param patterns the stacks to deploy, as for `cdk deploy`. By default all
 */
export async function rehearse(
  options: RehearseOptions, terminal: Terminal, patterns: readonly string[] = [],
): Promise<boolean> {
  checkOptions(options);
  return withCleanUp(async cleanUp => {
    const startedAt = Date.now();
    const { apps, stacks } = await prepareApps(options, patterns, terminal, cleanUp);
    const time = await timeOf(options, runsPipelines(options), stacks);
    const simulation = await startSimulation(options, time, stacks, terminal);
    cleanUp.add(async () => simulation.stop());
    checkActingAccounts(options.then ?? [], stacks, simulation);
    putSsmParameters(simulation, options.ssmParameter ?? {}, stacks);
    const faults = FaultInjection.of(simulation, options, stacks);
    const explain: Write = faults ? line => terminal.write(faults.explain(line)) : terminal.write;
    let isInterrupted = false;
    const write: Write = line => {
      if (!options.quiet && !options.json && !isInterrupted) explain(line);
    };
    const run = new Rehearsal(simulation, options, { stacks, time, faults, write, cleanUp });
    const printResult = (report: Report): void => {
      if (options.json) terminal.write(JSON.stringify(report, undefined, 2));
      else run.printVerdict(report, explain, isInterrupted);
    };
    const removeInterruption = cleanUp.add(async () => {
      // what is still deployed must not be printed after the verdict
      isInterrupted = true;
      printResult(await run.report((Date.now() - startedAt) / 1000, INTERRUPTION));
    });
    describeRepositories(options.repository).forEach(write);
    await run.deploy(apps);
    removeInterruption();
    const report = await run.report((Date.now() - startedAt) / 1000);
    await run.printEnd(report);
    printResult(report);
    return report.succeeded;
  });
}

/** An account that is not closed and a branch that is not archived remain when they are released. */
function isKept({ organizations, cloudformation }: Simulation, { stackId, logicalId, id = '' }: StackEvent): boolean {
  const resource = cloudformation.all.find(stack => stack.id === stackId)?.resources.get(logicalId);
  if (resource?.properties.removal === 'archive') return false;
  const account = organizations.accounts.find(({ accountId }) => accountId === id);
  return resource?.properties.onRemoval !== 'close' && account?.state !== 'SUSPENDED';
}

interface Collaborators {
  readonly stacks: readonly AssemblyStack[];
  readonly time: Time;
  readonly faults?: FaultInjection;
  readonly write: Write;
  readonly cleanUp: CleanUp;
}

class Rehearsal {
  private readonly startedAt: number;
  private readonly recorder: Recorder;
  private readonly pipelines?: PipelineRuns;
  private readonly deployments: Deployments;

  public constructor(
    private readonly simulation: Simulation, private readonly options: RehearseOptions,
    private readonly run: Collaborators,
  ) {
    const { faults, write } = run;
    this.startedAt = simulation.clock.now();
    this.recorder = new Recorder(simulation, this.startedAt);
    if (runsPipelines(options)) {
      this.pipelines = new PipelineRuns(simulation, write, options.approve, title => this.recorder.mark(title));
    }
    this.deployments = new Deployments(simulation, {
      faults,
      pipelines: this.pipelines,
      commands: options.then,
      continues: options.continue ?? false,
      mark: title => this.recorder.mark(title),
      parametersOf: stack => parametersOf(options.parameters ?? [], stack),
    }, write);
  }

  public async deploy(apps: readonly App[]): Promise<void> {
    const { time, faults, write, cleanUp } = this.run;
    this.observe();
    if (faults) write(faults.title);
    if (time.isCausedByApp) write(`${pc.yellow('!')} time is scaled and not virtual: ${time.reason}`);
    const deployed = this.deployments.run(apps, this.options.destroy ?? false);
    await (time.scale === undefined ? Promise.race([deployed, rejectUncaughtErrors(cleanUp)]) : deployed);
    // AWS may still be creating accounts for a deployment that has failed
    await this.simulation.organizations.creation.ended();
  }

  private observe(): void {
    const { simulation: { cloudformation, lambda, sns: { messages } }, options, startedAt } = this;
    const { write, cleanUp } = this.run;
    const progress = new Progress(write, startedAt, options.verbose ?? false, event => isKept(this.simulation, event));
    cleanUp.add(cloudformation.onEvent(event => {
      progress.event(event);
      this.recorder.event(event);
    }));
    messages.onMessage = message => progress.message(message);
    if (options.log === undefined) return;
    const log = createWriteStream(options.log);
    lambda.onLine = ({ at, functionName, text }) => {
      log.write(`${formatClock((at - startedAt) / 1000)} ${functionName} ${text}\n`);
    };
  }

  /** Creates the report and writes the files of `--report` and `--timeline`. */
  public async report(realSeconds: number, interruption?: string): Promise<Report> {
    const { simulation, options, deployments, run: { time, faults } } = this;
    const report = await createReport(simulation, deployments.done, {
      realSeconds,
      destroyed: deployments.destroyed,
      builds: runsPipelines(options),
      awaitingReleases: this.pipelines?.awaitingReleases ?? new Set(),
      faults: faults?.report,
      clock: time.scale === undefined ? 'virtual' : 'scaled',
      commandFailures: [...deployments.commandFailures, ...interruption === undefined ? [] : [interruption]],
    });
    if (options.timeline !== undefined) writeFileSync(options.timeline, this.timeline(report));
    if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    return report;
  }

  private timeline({ accounts, simulatedSeconds }: Report): string {
    const lanes = [
      ...this.recorder.lanes,
      ...runsPipelines(this.options) ? pipelineLanes(this.simulation, this.startedAt) : [],
    ];
    const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
    const title = titleOf(this.run.stacks.map(({ name }) => name));
    return formatTimeline({
      title, lanes, marks: this.recorder.marks, accountNames: names, seconds: simulatedSeconds,
    });
  }

  /** Prints the summary, and what remains. */
  public async printEnd(report: Report): Promise<void> {
    const { simulation, options, run: { time, write } } = this;
    printSummary(report, time, write, options.verbose);
    if (!report.succeeded || options.destroy) {
      await printRemaining(simulation, write);
    } else {
      printUnused(report.leftovers, write);
      printLeftovers(report.leftovers, write);
    }
  }

  /** Prints the verdict: after it, nothing is printed. */
  public printVerdict(report: Report, write: Write, isInterrupted: boolean): void {
    const { simulation, options } = this;
    verdictOf({
      report,
      isInterrupted,
      creating: simulation.organizations.creation.all
        .filter(({ state }) => state === 'IN_PROGRESS').map(({ name }) => name),
      failures: this.failures(report),
      hints: this.hints(report),
      waiting: runsPipelines(options) ? waitingEnvironments(simulation, report.environments) : [],
      unusedApprovals: this.pipelines?.unusedApprovals ?? [],
      pipelinesRan: runsPipelines(options),
    }).forEach(line => write(line));
  }

  private failures({ commandFailures, releases }: Report): string[] {
    // failures because of injected faults were printed before the retry
    const final = this.deployments.done.filter(({ succeededOnRetry }) => !succeededOnRetry);
    return [
      ...describeFailures(final.flatMap(({ result }) => result.failures)),
      ...runsPipelines(this.options) ? describeFailedExecutions(this.simulation) : [],
      ...failedReleases(releases).map(({ environmentName, reason = 'no reason given' }) =>
        `${pc.red('✗')} release of ${environmentName}: ${reason}`),
      ...commandFailures.filter(failure => failure !== INTERRUPTION).map(failure => `${pc.red('✗')} ${failure}`),
    ];
  }

  private hints({ deployments }: Report): string[] {
    const { repository = {}, organizationId, organizationalUnit, managementAccount } = this.options;
    return hintsFor({
      failures: deployments.flatMap(({ failures }) => failures),
      stacks: this.run.stacks,
      repositoryNames: Object.keys(repository),
      repositoryPlace: this.simulation.options.repositoryPlace,
      organizationId,
      organizationalUnits: organizationalUnit ?? [],
      managementAccountId: managementAccount,
    });
  }
}
