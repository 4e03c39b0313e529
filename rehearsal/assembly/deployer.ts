import { existsSync, readFileSync } from 'node:fs';
import { AwsError } from '../core/service';
import type { CloudFormation } from '../services/cloudformation/service';
import type { Stack, StackEvent } from '../services/cloudformation/stack';
import type { StackRequest } from '../services/cloudformation/stacks';
import type { Simulation } from '../simulation';
import { assertBootstrapped, prepare } from './bootstrap';
import { readAssembly, type AssemblyStack } from './manifest';
import { placeholderImage } from '../core/placeholder-image';

/** A resource that failed, and why. */
export interface Failure {
  readonly stackName: string;
  readonly accountId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly path?: string;
  readonly reason: string;
}

export interface StackResult {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly status: string;
  readonly reason?: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface DeploymentResult {
  readonly succeeded: boolean;
  readonly stacks: readonly StackResult[];
  readonly failures: readonly Failure[];
  /** Stacks without resources, which `cdk deploy` skips. */
  readonly skipped: readonly string[];
  /** Accounts that were not configured and are assumed to be members of the organization. */
  readonly invited: readonly string[];
  /** The image assets. They are not built; a placeholder is published for each. */
  readonly images: readonly string[];
  /** Number of resources that were created, updated or deleted, in all accounts. */
  readonly changed: number;
  readonly calls: number;
  readonly seconds: number;
}

/** The parameter values of a stack, as `cdk deploy --parameters` passes them. */
export type ParametersOf = (stack: AssemblyStack) => Readonly<Record<string, string>>;

/** Whether a stack of an assembly is deployed or destroyed. */
export type IsSelected = (stack: AssemblyStack) => boolean;

/**
 * Deploys the stacks of an assembly in sequence, as `cdk deploy --all` does. Stops after the first failure.
 *
 * @param isDeployedByPipeline whether a stack is not deployed here, because a pipeline does it
 */
export async function deployAssembly(
  simulation: Simulation,
  folder: string,
  parametersOf: ParametersOf = () => ({}),
  isSelected: IsSelected = () => true,
  isDeployedByPipeline: IsSelected = () => false,
): Promise<DeploymentResult> {
  const selected = readAssembly(folder).filter(isSelected);
  const invited = await prepare(simulation, selected);
  const stacks = selected.filter(stack => !isDeployedByPipeline(stack));
  const result = await watch(simulation, async () =>
    eachUntilFailure(stacks, async stack => {
      assertBootstrapped(simulation, stack);
      publish(simulation, stack);
      if (isEmpty(stack)) return remove(simulation, stack);
      const deployed = await deploy(simulation, stack, parametersOf(stack));
      simulation.deployedStackIds.add(deployed.id);
      return deployed;
    }),
  );
  const images = [...new Set(stacks.flatMap(stack => stack.images.map(({ name }) => name)))];
  return { ...result, skipped: stacks.filter(isEmpty).map(({ displayName }) => displayName), invited, images };
}

/** Deletes the stacks of an assembly in reverse order as `cdk destroy --all` does. */
export async function destroyAssembly(
  simulation: Simulation, folder: string, isSelected: IsSelected = () => true,
): Promise<DeploymentResult> {
  const stacks = readAssembly(folder).filter(isSelected).reverse();
  return watch(simulation, async () => eachUntilFailure(stacks, async stack => remove(simulation, stack)));
}

interface Progress {
  readonly stacks: readonly Stack[];
  /** Requests that CloudFormation rejected before it started an operation. */
  readonly refused: readonly Failure[];
}

async function eachUntilFailure(
  stacks: readonly AssemblyStack[],
  work: (stack: AssemblyStack) => Promise<Stack | undefined>,
): Promise<Progress> {
  const done: Stack[] = [];
  for (const stack of stacks) {
    try {
      const result = await work(stack);
      if (result) done.push(result);
      if (result && failed(result)) break;
    } catch (error) {
      if (error instanceof AwsError) return { stacks: done, refused: [refusal(stack, error)] };
      throw error;
    }
  }
  return { stacks: done, refused: [] };
}

/** Runs a deployment and collects the events of all accounts meanwhile. */
async function watch(simulation: Simulation, work: () => Promise<Progress>): Promise<DeploymentResult> {
  const events: StackEvent[] = [];
  const [startedAt, callsBefore] = [Date.now(), simulation.server.calls.length];
  const stop = simulation.cloudformation.onEvent(event => events.push(event));
  try {
    const { stacks, refused } = await work();
    const isFailed = refused.length > 0 || stacks.some(failed);
    // what failed in a stack that recovered is no failure, but what a stack could not clean up remains
    const failures = isFailed ? [...failuresOf(events), ...refused] : abandonedIn(events, stacks, simulation);
    return {
      succeeded: failures.length === 0 && !isFailed,
      stacks: stacks.map(describe),
      failures,
      skipped: [],
      invited: [],
      images: [],
      changed: events.filter(
        ({ type, status }) => type !== 'AWS::CloudFormation::Stack' && status.endsWith('_COMPLETE'),
      ).length,
      calls: simulation.server.calls.length - callsBefore,
      seconds: (Date.now() - startedAt) / 1000,
    };
  } finally {
    stop();
  }
}

function refusal({ name, displayName, accountId }: AssemblyStack, { message }: AwsError): Failure {
  return {
    stackName: name,
    accountId,
    logicalId: name,
    type: 'AWS::CloudFormation::Stack',
    path: displayName,
    reason: message,
  };
}

function isEmpty({ template }: AssemblyStack): boolean {
  return Object.keys(JSON.parse(template).Resources ?? {}).length === 0;
}

async function remove(
  { cloudformation }: Simulation,
  { accountId, region, name }: AssemblyStack,
): Promise<Stack | undefined> {
  return cloudformation.remove(accountId, region, name);
}

function publish({ s3, ecr }: Simulation, stack: AssemblyStack): void {
  for (const { path, zip, bucket, key } of stack.assets) {
    if (!existsSync(path)) {
      throw new Error(`the asset '${path}' of stack '${stack.displayName}' does not exist: synthesize the app again`);
    }
    if (!s3.bucket(bucket)) {
      throw new Error(
        `stack '${stack.displayName}' publishes to bucket '${bucket}', which does not exist: is the `
          + 'account bootstrapped with this qualifier?',
      );
    }
    if (zip) s3.writeDirectory(bucket, key, path);
    else s3.write(bucket, key, readFileSync(path));
  }
  for (const { repository: name, tag, hash, region } of stack.images) {
    const repository = ecr.repository(stack.accountId, region, name);
    if (!repository) {
      throw new Error(`stack '${stack.displayName}' publishes to repository '${name}', which does not exist: is the `
        + 'account bootstrapped with this qualifier?');
    }
    ecr.putPlainImage(repository, { tag, ...placeholderImage(hash) });
  }
}

async function deploy(
  { cloudformation }: Simulation,
  stack: AssemblyStack,
  given: Readonly<Record<string, string>>,
): Promise<Stack> {
  const { accountId, region, name, terminationProtection } = stack;
  let known = cloudformation.find(accountId, region, name);
  if (known?.status === 'ROLLBACK_COMPLETE' || known?.status === 'ROLLBACK_FAILED') {
    const removed = await cloudformation.remove(accountId, region, name);
    if (removed && !removed.deleted) return removed;
    known = undefined;
  }
  const kept = Object.keys(known?.target.parameters ?? {}).map(parameter => [parameter, { previous: true }] as const);
  const declared = Object.keys(JSON.parse(stack.template).Parameters ?? {});
  const request = {
    accountId,
    region,
    name,
    terminationProtection,
    body: stack.template,
    paths: stack.paths,
    parameters: {
      ...Object.fromEntries(kept.filter(([parameter]) => declared.includes(parameter))),
      ...stack.parameters,
      ...given,
    },
    tags: stack.tags,
    capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    roleArn: stack.executionRoleArn,
  };
  if (!known) return cloudformation.create(request);
  const updated = (await update(cloudformation, request)) ?? known;
  cloudformation.protect(accountId, region, name, terminationProtection);
  return updated;
}

async function update(cloudformation: CloudFormation, request: StackRequest): Promise<Stack | undefined> {
  try {
    return await cloudformation.update(request);
  } catch (error) {
    if (error instanceof AwsError && error.message.startsWith('No updates are to be performed')) return undefined;
    throw error;
  }
}

function failed({ status }: Stack): boolean {
  return !/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(status);
}

/** The failed resources of each stack. If no resource failed, the stack itself, for example because of an output. */
function failuresOf(events: readonly StackEvent[]): Failure[] {
  const isStack = ({ type, logicalId, stackName }: StackEvent): boolean =>
    type === 'AWS::CloudFormation::Stack' && logicalId === stackName;
  const ofResources = events.filter(event => event.status.endsWith('_FAILED') && !isStack(event));
  const explained = new Set(ofResources.map(({ stackId }) => stackId));
  // a nested stack reports its own failed resources
  const reported = ofResources.filter(({ type }) => type !== 'AWS::CloudFormation::Stack');
  const ofStacks = events.filter(
    event =>
      isStack(event)
      && event.reason !== undefined
      && /(^|_)(FAILED|ROLLBACK_IN_PROGRESS)$/.test(event.status)
      && !explained.has(event.stackId),
  );
  return [...reported, ...ofStacks].map(toFailure);
}

/** The resources that deployed stacks, or stacks nested in them, could not delete and left behind. */
function abandonedIn(events: readonly StackEvent[], stacks: readonly Stack[], simulation: Simulation): Failure[] {
  const parents = new Map(simulation.cloudformation.all.map(({ id, options }) => [id, options.parentId]));
  const isDeployed = (id: string | undefined): boolean => (
    id !== undefined && (stacks.some(stack => stack.id === id) || isDeployed(parents.get(id)))
  );
  const deletions = events.filter(({ status, stackId }) => status.startsWith('DELETE_') && isDeployed(stackId));
  const last = new Map(deletions.map(event => [`${event.stackId} ${event.logicalId} ${event.id}`, event]));
  return [...last.values()].filter(({ status }) => status === 'DELETE_FAILED').map(toFailure);
}

function toFailure({ stackName, accountId, logicalId, type, path, reason = '' }: StackEvent): Failure {
  return { stackName, accountId, logicalId, type, path, reason };
}

function describe(stack: Stack): StackResult {
  const { name, accountId, region, status, failure } = stack;
  return {
    name,
    accountId,
    region,
    status,
    reason: failure,
    outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])),
  };
}
