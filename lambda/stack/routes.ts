import { APPLICATIONS_GO } from './words';
import type { LeaseRequest } from '../../src/stack/contract';
import { stackNameOf } from '../registry/owners';
import type { Registry } from '../registry/registry';
import type { RouteRecord, RouteTarget } from '../registry/route';
import { routeKey } from '../registry/route';

/** Which pipeline a branch starts; the trigger reads it. */
export class Routes {
  public constructor(private readonly registry: Registry) {}

  /** Refuses a branch that starts a pipeline of another stack. */
  public async check(lease: LeaseRequest, { stackId }: Pick<RouteTarget, 'stackId'>): Promise<void> {
    const record = await this.registry.read<RouteRecord>(routeKey(lease.repositoryArn, lease.branchName));
    const foreign = record?.targets.find(target => target.stackId !== stackId);
    if (!foreign) return;
    throw new Error(`branch '${lease.branchName}' of repository ${lease.repositoryArn} starts pipeline '${foreign.pipelineName}' of environment `
      + `'${foreign.environmentName}' (stack '${stackNameOf(foreign)}') in account ${foreign.accountId} already, so it cannot start that of environment `
      + `'${lease.environmentName}': a branch has one pipeline; remove that environment first${APPLICATIONS_GO}, or use another branch`);
  }

  /** Leads the branch to a target from now on; answers those that it led to before. */
  public async put(key: string, target: RouteTarget): Promise<readonly RouteTarget[]> {
    const record = await this.registry.read<RouteRecord>(key);
    const others = (record?.targets ?? []).filter(({ stackKey }) => stackKey !== target.stackKey);
    const targets = [...others, target];
    if (JSON.stringify(targets) !== JSON.stringify(record?.targets)) await this.registry.write<RouteRecord>(key, { targets }, record?.version);
    return others;
  }

  public async targetsOf(key: string): Promise<readonly RouteTarget[]> {
    return (await this.registry.read<RouteRecord>(key))?.targets ?? [];
  }

  public async remove(key: string, stackKey: string): Promise<void> {
    const record = await this.registry.read<RouteRecord>(key);
    if (!record?.targets.some(target => target.stackKey === stackKey)) return;
    const targets = record.targets.filter(target => target.stackKey !== stackKey);
    if (targets.length > 0) await this.registry.write<RouteRecord>(key, { targets }, record.version);
    else await this.registry.remove(key, record.version);
  }
}
