import { checkCommandFile } from './check-commands';
import type { App } from './deployments';
import { runsPipelines } from './start-simulation';
import { readAssembly, type AssemblyStack } from '../../rehearsal/assembly/manifest';
import { appOfProject, cloudAssemblyOf } from '../app/cloud-assembly';
import { checkApprovedNames } from '../app/environment-names';
import { checkParameters } from '../app/parameters';
import { stacksOfPipelines } from '../app/pipeline-stacks';
import { checkBootstraps, checkStackPlaces, stacksWithoutAccount } from '../app/stack-places';
import { selectStacks } from '../app/stack-selection';
import type { CleanUp } from '../clean-up';
import type { RehearseOptions } from '../options/rehearse-options';
import type { Terminal } from '../output/terminal';

type SynthesizedApp = Omit<App, 'isSelected' | 'isDeployedByPipeline'>;

interface PreparedApps {
  readonly apps: readonly App[];
  /** The selected stacks of all apps. */
  readonly stacks: readonly AssemblyStack[];
}

/**
 * Synthesizes all apps before the simulation starts, because simulated time passes while a command runs. Prints what
 * will not be deployed as expected.
 *
 * @param patterns the stacks to deploy, as for `cdk deploy`. By default all
 * @throws Error if an option does not suit the stacks
 */
export async function prepareApps(
  options: RehearseOptions, patterns: readonly string[], terminal: Terminal, cleanUp: CleanUp,
): Promise<PreparedApps> {
  const synthesized = await synthesize(options, cleanUp);
  const stacks = selectStacks(synthesized.flatMap(({ folder }) => readAssembly(folder)), patterns, options.exclusively);
  const selected = new Set(stacks.map(({ displayName }) => displayName));
  const ofPipelines = runsPipelines(options) && patterns.length === 0 ? stacksOfPipelines(stacks) : new Map();
  checkStacks(options, stacks);
  stacksWithoutAccount(stacks).forEach(line => terminal.warn(line));
  ofPipelines.forEach((by, name) => terminal.warn(`stack '${name}' is deployed by the pipeline of '${by}'`));
  const apps = synthesized.map(app => ({
    ...app,
    isSelected: ({ displayName }: AssemblyStack) => selected.has(displayName),
    isDeployedByPipeline: ({ displayName }: AssemblyStack) => ofPipelines.has(displayName),
  }));
  return { apps, stacks };
}

async function synthesize(
  { app = [appOfProject()], context = {}, verbose = false, json = false }: RehearseOptions, cleanUp: CleanUp,
): Promise<readonly SynthesizedApp[]> {
  const apps: SynthesizedApp[] = [];
  for (const name of app) {
    apps.push({ name, folder: await cloudAssemblyOf(name, cleanUp, { context, verbose, isStdoutFree: !json }) });
  }
  return apps;
}

/** Checks the options that name parts of the stacks. */
function checkStacks(options: RehearseOptions, stacks: readonly AssemblyStack[]): void {
  checkParameters(options.parameters ?? [], stacks);
  checkCommandFile(options.then ?? []);
  checkApprovedNames(options.approve ?? [], stacks);
  checkStackPlaces(stacks, options.managementAccount);
  checkBootstraps(Object.keys(options.bootstrap ?? {}), stacks);
}
