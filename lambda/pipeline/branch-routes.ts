import type { Environments } from './environments';
import { APPLICATIONS_ARE_DELETED } from './errors';
import type { EnvironmentRequest } from '../../src/pipeline/contract';
import { stackNameOf } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import type { RouteRecord, RouteTarget } from '../registry/route';
import { routeKey } from '../registry/route';

/** What pushes to branches start. The trigger reads it. */
export class Routes {
  public constructor(
    private readonly registry: Registry,
    private readonly environments: Pick<Environments, 'isHeld'>,
  ) {}

  /**
   * Makes a target the current one of the branch of an environment, and returns its other targets.
   * @throws if the branch starts a pipeline of another stack
   */
  public async put(environment: EnvironmentRequest, target: RouteTarget): Promise<readonly RouteTarget[]> {
    const key = routeKey(environment.repositoryArn, environment.branchName);
    const record = await this.registry.read<RouteRecord>(key);
    const known = record?.targets ?? [];
    for (const other of known.filter(({ stackId }) => stackId !== target.stackId)) {
      if (await this.environments.isHeld(other.pipelineKey)) throw startsAnother(environment, other);
    }
    const others = known.filter(
      ({ pipelineKey, stackId }) => stackId === target.stackId && pipelineKey !== target.pipelineKey,
    );
    const targets = [...others, target];
    if (JSON.stringify(targets) !== JSON.stringify(known)) {
      await this.write(key, record, { targets });
    }
    return others;
  }

  /** Gives the targets of a branch to the stack that declares them now, if they belong to one of the former stacks. */
  public async takeOver(
    { repositoryArn, branchName }: EnvironmentRequest, stackId: string, formerStackIds: readonly string[],
  ): Promise<void> {
    const key = routeKey(repositoryArn, branchName);
    const record = await this.registry.read<RouteRecord>(key);
    if (!record?.targets.some(target => formerStackIds.includes(target.stackId))) return;
    const targets = record.targets.map(target =>
      formerStackIds.includes(target.stackId) ? { ...target, stackId } : target);
    await this.write(key, record, { targets });
  }

  public async targetsOf(key: string): Promise<readonly RouteTarget[]> {
    return (await this.registry.read<RouteRecord>(key))?.targets ?? [];
  }

  public async remove(key: string, pipelineKey: string): Promise<void> {
    const record = await this.registry.read<RouteRecord>(key);
    if (!record?.targets.some(target => target.pipelineKey === pipelineKey)) return;
    const targets = record.targets.filter(target => target.pipelineKey !== pipelineKey);
    await this.write(key, record, { targets });
  }

  /** Lets pushes to a branch start releases of a blue/green environment. */
  public async addRelease(key: string, environmentName: string): Promise<void> {
    const record = await this.registry.read<RouteRecord>(key);
    const known = record?.releasedBy ?? [];
    if (!known.includes(environmentName)) await this.write(key, record, { releasedBy: [...known, environmentName] });
  }

  /** Whether pushes to a branch start releases of a blue/green environment. */
  public async startsRelease(key: string, environmentName: string): Promise<boolean> {
    return (await this.registry.read<RouteRecord>(key))?.releasedBy?.includes(environmentName) === true;
  }

  public async removeRelease(key: string, environmentName: string): Promise<void> {
    const record = await this.registry.read<RouteRecord>(key);
    const known = record?.releasedBy ?? [];
    if (!known.includes(environmentName)) return;
    await this.write(key, record, { releasedBy: known.filter(name => name !== environmentName) });
  }

  /** Changes a record; one that starts nothing is removed. */
  private async write(
    key: string, record: Versioned<RouteRecord> | undefined, changed: Partial<RouteRecord>,
  ): Promise<void> {
    const { targets = [], releasedBy = [] } = { ...record, ...changed };
    if (targets.length > 0 || releasedBy.length > 0) {
      const next = { targets, ...(releasedBy.length > 0 && { releasedBy }) };
      await this.registry.write<RouteRecord>(key, next, record?.version);
    } else if (record) {
      await this.registry.remove(key, record.version);
    }
  }
}

function startsAnother(
  { branchName, repositoryArn, environmentName }: EnvironmentRequest,
  foreign: RouteTarget,
): Error {
  return new Error(
    `branch '${branchName}' of repository ${repositoryArn} starts pipeline '${foreign.pipelineName}' of environment `
      + `'${foreign.environmentName}' (stack '${stackNameOf(foreign)}') in account ${foreign.accountId} already, `
      + `so it cannot start that of environment '${environmentName}': a branch has one pipeline; `
      + `remove that environment first${APPLICATIONS_ARE_DELETED}, or use another branch`,
  );
}
