import { createWriteStream, existsSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import pc from 'picocolors';
import { assemblyOf } from './app';
import { clock, duration, Progress } from './progress';
import { reportOf, type Deployment, type Report } from './report';
import { drawTree } from './tree';
import { UsageError } from './usage-error';
import { deployAssembly, destroyAssembly, type DeploymentResult } from '../rehearsal/assembly/deployer';
import { managementAccountOf } from '../rehearsal/assembly/management';
import { readAssembly } from '../rehearsal/assembly/manifest';
import { Simulation } from '../rehearsal/simulation';

export interface RehearseOptions {
  readonly app: readonly string[];
  readonly repository: Readonly<Record<string, string>>;
  readonly organizationalUnit: readonly string[];
  readonly managementAccount?: string;
  readonly organizationId?: string;
  readonly destroy: boolean;
  readonly report?: string;
  readonly log?: string;
  readonly scale: number;
  readonly verbose: boolean;
}

type Write = (line: string) => void;

/** Deploys assemblies one after another into the same simulated organization; answers whether all of it succeeded. */
export async function rehearse(options: RehearseOptions, write: Write): Promise<boolean> {
  const startedAt = Date.now();
  checkRepositories(options.repository);
  const first = await assemblyOf(options.app[0]);
  const simulation = await Simulation.start({
    managementAccountId: options.managementAccount ?? managementAccountOf(readAssembly(first)) ?? '111111111111',
    organizationId: options.organizationId,
    organizationalUnits: options.organizationalUnit,
    repositories: options.repository,
    scale: options.scale,
  });
  const interrupt = (): void => { void simulation.stop().finally(() => process.exit(130)); };
  process.once('SIGINT', interrupt);
  try {
    listen(simulation, options, write);
    const deployments = await deployAll(simulation, options, first, write);
    const report = await reportOf(simulation, deployments, (Date.now() - startedAt) / 1000);
    if (options.report) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
    summarize(report, write);
    return deployments.every(({ result }) => result.succeeded);
  } finally {
    process.off('SIGINT', interrupt);
    await simulation.stop();
  }
}

async function deployAll(simulation: Simulation, options: RehearseOptions, first: string, write: Write): Promise<Deployment[]> {
  const deployments: Deployment[] = [];
  let folder = first;
  for (const [index, app] of options.app.entries()) {
    if (index > 0) folder = await assemblyOf(app);
    write(pc.bold(`\nDeploying ${app}`));
    deployments.push({ app, result: await deployAssembly(simulation, folder) });
    tellEnd(deployments[index].result, write);
    if (!deployments[index].result.succeeded) return deployments;
  }
  if (options.destroy) {
    const app = options.app[options.app.length - 1];
    write(pc.bold(`\nDestroying ${app}`));
    const result = await destroyAssembly(simulation, folder);
    deployments.push({ app: `${app} (destroyed)`, result });
    tellEnd(result, write);
  }
  return deployments;
}

function tellEnd({ succeeded, failures, changed, calls, seconds }: DeploymentResult, write: Write): void {
  for (const { path: construct, logicalId, stackName, accountId, type, reason } of failures) {
    write(`${pc.red('✗')} ${pc.bold(construct ?? `${stackName}/${logicalId}`)} (${type} in account ${accountId}): ${withoutFrames(reason)}`);
  }
  const word = succeeded ? pc.green('Done') : pc.red('Failed');
  write(`${word}: ${changed === 0 ? 'no changes' : `${changed} resource operations`}, ${calls} calls to AWS, ${seconds.toFixed(1)} seconds`);
}

/** CDK's framework appends the stack of the error, which tells of its own code only. */
function withoutFrames(reason: string): string {
  return reason.split('\n').filter(line => line.trim() !== '' && !/^\s+at /.test(line)).join('\n  ');
}

function listen(simulation: Simulation, options: RehearseOptions, write: Write): void {
  const startedAt = simulation.clock.now();
  const progress = new Progress(write, startedAt, options.verbose);
  simulation.cloudformation.onEvent(event => progress.event(event));
  if (!options.log) return;
  const log = createWriteStream(options.log);
  simulation.lambda.onLine = ({ at, functionName, text }) => log.write(`${clock((at - startedAt) / 1000)} ${functionName} ${text}\n`);
}

function summarize(report: Report, write: Write): void {
  if (report.environments.length > 0) write(`\n${drawTree(report.environments)}`);
  const services: Record<string, number> = {};
  for (const [operation, count] of Object.entries(report.awsCalls)) {
    const [service] = operation.split(':');
    services[service] = (services[service] ?? 0) + count;
  }
  write(`\nAWS calls: ${Object.entries(services).map(([service, count]) => `${service} ${count}`).join(', ') || 'none'}`);
  write(`Time: ${duration(report.simulatedSeconds)} on AWS, ${report.seconds.toFixed(1)} seconds here`);
}

function checkRepositories(repositories: Readonly<Record<string, string>>): void {
  for (const [name, folder] of Object.entries(repositories)) {
    if (!existsSync(folder)) throw new UsageError(`--repository '${name}': the folder '${path.resolve(folder)}' does not exist`);
  }
}
