import type { Routes } from './branch-routes';
import type { Environments } from './environments';
import { ownedByAnotherStack } from './errors';
import type { Handover } from './handover';
import type { Teardown } from './teardown';
import type { UnknownPipelines } from './unknown-pipelines';
import type { Drift } from '../../src/operations/contract';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { PIPELINE_STATE } from '../../src/private/contract';
import type { Accounts } from '../cloudformation/accounts';
import { repairable } from '../cloudformation/check';
import type { CicdStack } from '../cloudformation/cicd-stack';
import type { Deployment } from '../cloudformation/deployment';
import type { StackState } from '../cloudformation/stack-deployer';
import type { StackHooks } from '../cloudformation/stack-hooks';
import { SUSPENSION_REASONS } from '../pipeline-control/suspension';
import { environmentKey } from '../registry/environment';
import type { EnvironmentPipeline } from '../registry/environment';
import { whyClosed } from '../registry/gate';
import { haltKey } from '../registry/halt';
import { leaseKey } from '../registry/lease';
import { pipelineKey } from '../registry/pipeline';
import type { PipelineRecord } from '../registry/pipeline';
import type { Registry, Versioned } from '../registry/registry';
import { routeKey } from '../registry/route';
import type { RouteTarget } from '../registry/route';
import { FOUND } from '../registry/stack';
import type { Deferral } from '../registry/stack';
import { isAccessDenied } from '../shared/errors';
import type { Owner, Progress } from '../shared/lifecycle';

type Read = Versioned<PipelineRecord>;

interface PipelineParts {
  readonly registry: Registry;
  readonly accounts: Accounts;
  readonly cicd: CicdStack;
  readonly environments: Environments;
  readonly routes: Routes;
  readonly handover: Handover;
  readonly teardown: Teardown;
  readonly unknown: UnknownPipelines;
  readonly deployment: Pick<Deployment<PipelineRequest>, 'isOfAnother'>;
}

/**
 * Besides its stack, a pipeline has the lease of its account, a place in its environment, and the route of its branch.
 */
export class PipelineHooks implements StackHooks<PipelineRequest> {
  public readonly isExclusive = true;
  public readonly ownedByAnotherStack = ownedByAnotherStack;

  public constructor(private readonly parts: PipelineParts) {}

  public recordKeys({ accountId, environment }: PipelineRequest): readonly string[] {
    const { environmentName, repositoryArn, branchName } = environment;
    return [
      leaseKey(accountId),
      environmentKey(environmentName),
      haltKey(environmentName),
      routeKey(repositoryArn, branchName),
    ];
  }

  public resetFields(): Partial<PipelineRecord> {
    return { fence: undefined, teardown: undefined };
  }

  public async takeOver(
    { stackId }: Owner, { environment }: PipelineRequest, formerStackIds: readonly string[],
  ): Promise<void> {
    const { environments, routes } = this.parts;
    await environments.takeOver(environment.environmentName, stackId, formerStackIds);
    await routes.takeOver(environment, stackId, formerStackIds);
  }

  /**
   * Acquires the lease once in an attempt, and checks it in later steps. Returns undefined while another pipeline
   * cannot be suspended.
   */
  public async prepare(owner: Owner, request: PipelineRequest, record: Read): Promise<Read | undefined> {
    const { registry, environments, routes, handover } = this.parts;
    const key = pipelineKey(request);
    if (record.fence !== undefined) {
      await environments.check(request, key, record.fence);
      return record;
    }
    const {
      environment: { repositoryArn, branchName },
      accountId,
    } = request;
    const route = routeKey(repositoryArn, branchName);
    const withRoute = { ...record, routes: [...new Set([...(record.routes ?? []), route])] };
    const { saved, fence, others } = await registry.transaction(async () => {
      // before the pipeline exists: a push in between cannot start it, but the pipeline runs as soon as it is created
      const targets = await routes.put(request.environment, targetOf(owner, request));
      const acquired = await environments.acquire(owner, request);
      const keys = new Set([...targets, ...acquired.others].map(({ pipelineKey: other }) => other));
      // without other pipelines there is nothing to suspend
      const { fence: acquiredFence, createdAt } = acquired;
      // the record may have been lost
      const dated = { ...createdAt !== undefined && { createdAt }, ...withRoute };
      const next = keys.size === 0 ? { ...dated, fence: acquiredFence } : dated;
      return {
        saved: await registry.write<PipelineRecord>(key, next, record.version),
        fence: acquiredFence,
        others: keys,
      };
    });
    if (others.size === 0) return saved;
    const suspension = {
      suspendedFor: key,
      reason: SUSPENSION_REASONS.move + accountId,
      since: record.requestedAt,
    };
    for (const other of others) {
      // checked first: pipeline and stack may both be created between the two checks
      const isBeingCreated = await this.isBeingCreated(other);
      if (!(await handover.suspend(other, suspension)) && isBeingCreated) return undefined;
    }
    return registry.write<PipelineRecord>(key, { ...saved, fence }, saved.version);
  }

  /** While its environment is halted or its side is reserved, the pipeline is deployed disabled. */
  public async effectiveRequest(request: PipelineRequest): Promise<PipelineRequest> {
    if ((await whyClosed(this.parts.registry, request.environment)) === undefined) return request;
    return { ...request, parameters: { ...request.parameters, [PIPELINE_STATE.parameter]: PIPELINE_STATE.disabled } };
  }

  /** The environment may have been halted or resumed during the deployment. */
  public isUpToDate(stack: StackState, { parameters = {} }: PipelineRequest): boolean {
    return stack.parameters[PIPELINE_STATE.parameter] === parameters[PIPELINE_STATE.parameter];
  }

  public async explain(request: PipelineRequest, error: unknown): Promise<unknown> {
    return this.parts.unknown.explain(request, error);
  }

  /** The pipeline exists: pushes to its branch may start it. */
  public async afterDeploy(owner: Owner, request: PipelineRequest, record: Read, isChanged: boolean): Promise<void> {
    const { environments, routes, handover } = this.parts;
    const { repositoryArn, branchName } = request.environment;
    const key = pipelineKey(request);
    const route = routeKey(repositoryArn, branchName);
    await environments.confirm(key, record.createdAt);
    await routes.put(request.environment, targetOf(owner, request));
    const existedBefore = record.complete === true || record.creationAttempt === FOUND;
    if (existedBefore) await handover.markLost(key, record);
    const pipeline = await environments.pipeline(key);
    if (pipeline?.suspendedFor && !(await this.isReplaced(pipeline, record))) await handover.resume(key, record);
    await this.removeRoutes(
      (record.routes ?? []).filter(other => other !== route),
      key,
    );
    if (existedBefore && isChanged) await handover.restart(key, record);
  }

  public async afterDefer(key: string, deferral: Deferral): Promise<void> {
    await this.parts.environments.defer(key, deferral);
  }

  public leftoverName({ environment: { environmentName } }: PipelineRequest): string {
    return environmentName;
  }

  public async afterLeave(key: string): Promise<void> {
    await this.parts.environments.leave(key);
  }

  public settledFields({ environment: { repositoryArn, branchName } }: PipelineRequest): Partial<PipelineRecord> {
    return { routes: [routeKey(repositoryArn, branchName)] };
  }

  public async isAsDeclared(request: PipelineRequest): Promise<boolean> {
    return isRecorded(await this.parts.environments.pipeline(pipelineKey(request)), request);
  }

  /**
   * Without its records, no push starts the pipeline, no operator finds it, and nothing enables it after a removal that
   * failed.
   */
  public async check(request: PipelineRequest): Promise<readonly Drift[]> {
    const { environmentName, repositoryArn, branchName } = request.environment;
    const key = pipelineKey(request);
    const pipeline = await this.parts.environments.pipeline(key);
    const targets = await this.parts.routes.targetsOf(routeKey(repositoryArn, branchName));
    const records = {
      [`environment '${environmentName}'`]: isRecorded(pipeline, request),
      [`the lease of account ${request.accountId}`]: await this.parts.environments.isHeld(key),
      [`the pipeline that branch '${branchName}' starts`]: targets.at(-1)?.pipelineKey === key,
    };
    const lost = Object.keys(records)
      .filter(name => !records[name])
      .map(name => repairable(`the registry has no record of ${name}`, 'it is recorded again'));
    const suspension = pipeline && (await this.parts.handover.lostSuspension(pipeline));
    if (suspension === undefined) return lost;
    const what = `the pipeline of environment '${environmentName}' is disabled: '${suspension}'`;
    return [...lost, repairable(what, 'it is enabled')];
  }

  /** With the environment and the lease, the pipeline is stopped and its applications are deleted before its stack. */
  public async recover(owner: Owner, request: PipelineRequest, record: Read): Promise<void> {
    const { repositoryArn, branchName } = request.environment;
    await this.parts.environments.recover(owner, request);
    // the deletion removes the pipeline from these routes
    if (record.routes) return;
    const key = pipelineKey(request);
    const routes = [routeKey(repositoryArn, branchName)];
    // without its stack, nothing else says which stacks are older than the pipeline
    const createdAt = record.createdAt ?? await this.parts.environments.createdAt(key);
    const next = { ...record, routes, ...createdAt !== undefined && { createdAt } };
    await this.parts.registry.write<PipelineRecord>(key, next, record.version);
  }

  public async isKnown(owner: Owner, request: PipelineRequest): Promise<boolean> {
    return this.parts.environments.isKnown(owner, pipelineKey(request));
  }

  public async afterDeleteRequested(key: string, { routes = [] }: PipelineRecord): Promise<void> {
    await this.removeRoutes(routes, key);
  }

  /** False during a rollback, and if the environment has moved to another account. */
  public async mayDeleteApplications({ stackId }: Owner, request: PipelineRequest): Promise<boolean> {
    return !(await this.hasMoved(pipelineKey(request))) && !(await this.parts.cicd.isRollingBack(stackId));
  }

  public async beforeDelete(
    owner: Owner,
    request: PipelineRequest,
    record: Read,
    mayDelete: () => Promise<boolean>,
  ): Promise<Progress<Read>> {
    const stopped = async () => this.resumeFormer(owner, pipelineKey(request), record);
    if (!record.creationAttempt) return { done: true, result: record };
    const isFirst = record.teardown === undefined;
    const isOfAnother = isFirst && (await this.parts.deployment.isOfAnother(request, record, owner));
    // neither the pipeline nor the applications belong to an older registry
    if (isOfAnother) return { done: true, result: record };
    return this.parts.teardown.reconcile(request, record, { mayDelete, stopped });
  }

  public async afterDelete(owner: Owner, key: string, record: PipelineRecord): Promise<void> {
    await this.removeRoutes(record.routes ?? [], key);
    await this.resumeFormer(owner, key, record);
    await this.parts.environments.release(key);
  }

  /** A pipeline that is being created is enabled when it is complete, even if it was suspended before. */
  private async isBeingCreated(key: string): Promise<boolean> {
    const record = await this.parts.registry.read<PipelineRecord>(key);
    const request = record?.owners.at(-1)?.request;
    if (!request || !record.creationAttempt || record.complete) return false;
    const stacks = await this.parts.accounts.stacksIn(request).catch((error: unknown) => {
      if (isAccessDenied(error)) return undefined;
      throw error;
    });
    return (await stacks?.describe(request.stackName))?.status.endsWith('_IN_PROGRESS') === true;
  }

  /** Whether another pipeline has taken its place since it was requested: then it must stay suspended. */
  private async isReplaced(
    { pipelineKey: key, suspendedFor = key }: EnvironmentPipeline,
    { requestedAt }: PipelineRecord,
  ): Promise<boolean> {
    const successor = suspendedFor === key ? undefined : await this.parts.registry.read<PipelineRecord>(suspendedFor);
    return successor !== undefined && successor.deletedBy === undefined && successor.requestedAt > requestedAt;
  }

  private async removeRoutes(routes: readonly string[], key: string): Promise<void> {
    for (const route of routes) await this.parts.routes.remove(route, key);
  }

  /** Resumes the pipelines whose place this one had taken, if it is deleted by a rollback. */
  private async resumeFormer(owner: Owner, key: string, record: PipelineRecord): Promise<void> {
    const { environments, routes, handover, cicd } = this.parts;
    const targets = (await Promise.all((record.routes ?? []).map(async route => routes.targetsOf(route)))).flat();
    for (const other of new Set(
      [...targets, ...(await environments.others(key))].map(({ pipelineKey: candidate }) => candidate),
    )) {
      const pipeline = await environments.pipeline(other);
      if (pipeline?.suspendedFor !== key || !(await this.isKept(other))) continue;
      if (await cicd.isRollingBack(owner.stackId)) await handover.resume(other, record);
    }
  }

  /** A construct that was renamed and moved to another account is deleted, but its environment still exists. */
  private async hasMoved(key: string): Promise<boolean> {
    for (const { pipelineKey: other, suspendedFor } of await this.parts.environments.others(key)) {
      if (suspendedFor !== key && (await this.isKept(other))) return true;
    }
    return false;
  }

  private async isKept(key: string): Promise<boolean> {
    const record = await this.parts.registry.read<PipelineRecord>(key);
    return record !== undefined && record.deletedBy === undefined;
  }
}

function isRecorded(pipeline: EnvironmentPipeline | undefined, { environment }: PipelineRequest): boolean {
  const recorded = new Map<string, unknown>(Object.entries(pipeline ?? {}));
  return Object.entries(environment).every(([name, value]) => recorded.get(name) === value);
}

function targetOf({ stackId }: Owner, request: PipelineRequest): RouteTarget {
  const {
    accountId,
    region,
    environment: { environmentName, pipelineName },
  } = request;
  return { pipelineKey: pipelineKey(request), stackId, environmentName, accountId, region, pipelineName };
}
