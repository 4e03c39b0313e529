import { createWriteStream, writeFileSync } from 'node:fs';
import pc from 'picocolors';
import { managementAccountOf } from '../../rehearsal/assembly/management';
import { readAssembly, type AssemblyStack } from '../../rehearsal/assembly/manifest';
import { Simulation, type SimulationOptions } from '../../rehearsal/simulation';
import { checkFiles, type RehearseOptions } from '../options/rehearse-options';
import { describeFailures } from '../output/failures';
import {
  accountHints, cicdStackOf, limitHints, logHints, organizationHints, organizationIdOf, placeHints, repositoryHints, unitHints,
} from '../output/hints';
import { checkParameters, parameterHints, parametersOf, store } from '../run/parameters';
import { PipelineWork } from '../run/pipeline-runs';
import { describeFailedRuns } from '../output/pipeline-progress';
import { clock, duration, Progress } from '../output/progress';
import { describeRemains } from '../output/leftover-list';
import { reportOf, type Deployment, type Report } from '../report/report';
import { tellFaults, tellLeftovers, tellLimits, tellQuotas, tellRecorded, tellUnused } from '../output/summary';
import { timeOf, type Time } from '../run/time';
import { drawTimeline, titleOf } from '../output/timeline/page';
import { pipelineLanes } from '../output/timeline/pipeline-lanes';
import { Recorder, type Lane } from '../output/timeline/recorder';
import { drawTree } from '../output/tree';
import { cleaningUp, type CleanUp } from '../run/clean-up';
import { assemblyOf } from '../run/cloud-assembly';
import { Deployments, type App } from '../run/deployments';
import { BadDay, checkFaults, explained } from '../run/fault-injection';
import { UsageError } from '../usage-error';

interface Terminal {
  readonly write: Write;
  readonly warn: Write;
}
type Write = (line: string) => void;

/** CloudFormation has waited some seconds itself before it calls a role made; all of AWS knows it a few later. */
const ROLE_SECONDS = 5;

/** Deploys assemblies one after another into the same simulated organization; answers whether all of it succeeded. */
export async function rehearse(options: RehearseOptions, terminal: Terminal): Promise<boolean> {
  checkFiles(options);
  checkFaults(options);
  return cleaningUp(async cleanUp => {
    const startedAt = Date.now();
    const apps: App[] = [];
    // all of them before simulated time begins, which goes on while a command runs
    for (const name of options.app) apps.push({ name, folder: await assemblyOf(name, cleanUp, options.verbose ?? false) });
    const stacks = apps.flatMap(({ folder }) => readAssembly(folder));
    const { parameters = [], ssmParameter = {} } = options;
    checkParameters(parameters, stacks);
    const time = await timeOf(options, runsPipelines(options), stacks);
    const simulation = await begin(options, time, stacks, terminal);
    cleanUp.add(async () => simulation.stop());
    store(simulation, ssmParameter, stacks);
    const begunAt = simulation.clock.now();
    const badDay = BadDay.of(simulation, options, stacks);
    const write: Write = badDay ? line => terminal.write(explained(line, badDay.report.struck)) : terminal.write;
    const { recorder, stop } = listen(simulation, options, write);
    cleanUp.add(stop);
    if (badDay) write(badDay.title);
    if (time.isUnasked) write(`${pc.yellow('!')} time is scaled and not virtual: ${time.reason}`);
    const work = runsPipelines(options) ? new PipelineWork(simulation, options.then, write) : undefined;
    const deployments = new Deployments(simulation, { badDay, pipelines: work, parametersOf: stack => parametersOf(parameters, stack) }, write);
    const deployed = deployments.all(apps, options.destroy ?? false);
    await (time.scale === undefined ? Promise.race([deployed, uncaught(cleanUp)]) : deployed);
    // a deployment that has failed does not keep AWS from creating an account
    await simulation.organizations.creation.ended();
    const report = await reportOf(simulation, deployments.done, {
      seconds: (Date.now() - startedAt) / 1000,
      destroyed: deployments.destroyed,
      builds: runsPipelines(options),
      faults: badDay?.report,
      time: time.scale === undefined ? 'virtual' : 'scaled',
      commandFailure: deployments.commandFailure,
    });
    const lanes = [...recorder.lanes, ...runsPipelines(options) ? pipelineLanes(simulation, begunAt) : []];
    if (options.timeline) writeFileSync(options.timeline, timelineOf(lanes, report, stacks));
    if (options.report) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    summarize(report, time, write);
    const hints = report.succeeded ? [] : hintsFor(report, stacks, options, simulation.options.repositoryPlace);
    await tellEnd(simulation, options, deployments.done, report, hints, write);
    return report.succeeded;
  });
}

async function begin(
  options: RehearseOptions, time: Time, stacks: readonly AssemblyStack[], { warn }: Terminal,
): Promise<Simulation> {
  const managementAccountId = options.managementAccount ?? managementAccountOf(stacks) ?? '111111111111';
  if (options.account?.some(({ accountId }) => accountId === managementAccountId)) {
    throw new UsageError(`--account ${managementAccountId} is the management account, which exists anyway: leave it away, or name another with --management-account`);
  }
  return Simulation.start({
    managementAccountId,
    organizationId: organizationIdOf(stacks, options.organizationId, warn),
    organizationalUnits: options.organizationalUnit,
    accountLimit: options.accountLimit,
    accounts: options.account,
    repositories: options.repository,
    repositoryPlace: cicdStackOf(stacks, managementAccountId),
    ...time.scale === undefined ? { virtual: { startAt: Date.now() } } : { scale: time.scale },
    roleSeconds: ROLE_SECONDS,
    builds: runsPipelines(options),
  });
}

/** Functions of this process could end it: on AWS, what none of them catches ends only the function. */
async function uncaught(cleanUp: CleanUp): Promise<never> {
  return new Promise((_resolve, reject) => {
    const listener = (error: unknown): void => {
      const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      reject(new Error(`a function has caught no error of what it had left running: ${words}: `
        + 'with --scale 60 each function is a process of its own and fails alone, as on AWS'));
    };
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      process.on(event, listener);
      cleanUp.add(() => { process.off(event, listener); });
    }
  });
}

/** A command that does something to repositories is given because of the pipelines. */
function runsPipelines({ pipelines = false, then = [] }: RehearseOptions): boolean {
  return pipelines || then.length > 0;
}

/** Answers what a timeline is drawn from, and the way to hear no more. */
function listen(simulation: Simulation, options: RehearseOptions, write: Write): { recorder: Recorder; stop: () => void } {
  const startedAt = simulation.clock.now();
  const recorder = new Recorder(simulation, startedAt);
  const progress = new Progress(write, startedAt, options.verbose ?? false);
  const stop = simulation.cloudformation.onEvent(event => {
    progress.event(event);
    recorder.event(event);
  });
  if (options.log) {
    const log = createWriteStream(options.log);
    simulation.lambda.onLine = ({ at, functionName, text }) => log.write(`${clock((at - startedAt) / 1000)} ${functionName} ${text}\n`);
  }
  return { recorder, stop };
}

function timelineOf(lanes: readonly Lane[], { accounts, simulatedSeconds }: Report, stacks: readonly AssemblyStack[]): string {
  const names = new Map(accounts.map(({ accountId, name }) => [accountId, name]));
  return drawTimeline({ title: titleOf(stacks.map(({ name }) => name)), lanes, accounts: names, seconds: simulatedSeconds });
}

function summarize(report: Report, time: Time, write: Write): void {
  if (report.environments.length > 0) write(`\n${drawTree(report.environments)}`);
  const services: Record<string, number> = {};
  for (const [operation, times] of Object.entries(report.awsCalls)) {
    const [service] = operation.split(':');
    services[service] = (services[service] ?? 0) + times;
  }
  write(`\nAWS calls: ${Object.entries(services).map(([service, times]) => `${service} ${times}`).join(', ') || 'none'}`);
  tellQuotas(report.quotas, write);
  tellLimits(report.limits, write);
  tellRecorded(report.recordedTypes, write);
  if (report.faults) tellFaults(report.faults, write);
  const simulated = duration(report.simulatedSeconds);
  const here = `${report.seconds.toFixed(1)} seconds here`;
  const hasBuilds = report.pipelines.some(({ executions }) => executions.length > 0);
  write(hasBuilds
    ? `Time: ${here}; ${simulated} simulated, but AWS has other machines for builds`
    : `Time: ${simulated} on AWS, ${here}${computed(time)}`);
}

function computed({ scale, reason }: Time): string {
  return scale === undefined ? '' : `; what this machine computes counts times ${scale}, because ${reason}`;
}

function hintsFor(
  { deployments }: Report, stacks: readonly AssemblyStack[], { repository = {}, organizationId }: RehearseOptions,
  place: SimulationOptions['repositoryPlace'],
): string[] {
  const reasons = deployments.flatMap(({ failures }) => failures.map(({ reason }) => reason));
  const given = Object.keys(repository);
  return [
    ...unitHints(reasons), ...accountHints(reasons), ...parameterHints(reasons), ...limitHints(reasons), ...logHints(reasons),
    ...placeHints(reasons, given, place), ...repositoryHints(stacks, given), ...organizationHints(stacks, organizationId),
  ];
}

/** What is worth reading last: what is left, and what went wrong. */
async function tellEnd(
  simulation: Simulation, options: RehearseOptions, deployments: readonly Deployment[], report: Report, hints: readonly string[],
  write: Write,
): Promise<void> {
  if (!report.succeeded || options.destroy) {
    (await describeRemains(simulation)).forEach(write);
  } else {
    tellUnused(report.leftovers, write);
    tellLeftovers(report.leftovers, write);
  }
  // what a bad day has broken was told when it broke
  const failures = describeFailures(deployments.filter(({ mended }) => !mended));
  if (runsPipelines(options)) failures.push(...describeFailedRuns(simulation));
  if (report.commandFailure !== undefined) failures.push(`${pc.red('✗')} ${report.commandFailure}`);
  if (failures.length > 0) write('');
  failures.forEach(write);
  for (const hint of hints) write(`${pc.yellow('hint:')} ${hint}`);
}
