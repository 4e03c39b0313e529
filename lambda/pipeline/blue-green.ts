import type { Routes } from './branch-routes';
import type { BlueGreenRequest, BlueGreenResult, ReleaseConfig } from '../../src/blue-green/release/contract';
import { blueGreenKey } from '../registry/blue-green';
import type { BlueGreenRecord } from '../registry/blue-green';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { stackNameOf } from '../registry/owners';
import type { Registry } from '../registry/registry';
import { releaseKey } from '../registry/release';
import type { ReleaseRecord } from '../registry/release';
import { routeKey } from '../registry/route';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done, waitFor } from '../shared/lifecycle';

/** Maximum time for a release to return the traffic when its environment is removed; its machine may have ended. */
const MAX_RETURN_TIME = 20 * 60_000;

/** Records how the releases of an environment are made, and which side serves until the first release. */
export class BlueGreenLifecycle
implements Omit<Lifecycle<BlueGreenRequest, BlueGreenResult>, 'check' | 'requestRepair'> {
  public constructor(
    private readonly registry: Registry,
    private readonly routes: Pick<Routes, 'addRelease' | 'removeRelease'>,
    private readonly now: () => number = Date.now,
  ) {}

  public subjectOf({ environmentName }: BlueGreenRequest): string {
    return `blue/green environment '${environmentName}'`;
  }

  public recordKeys(request: BlueGreenRequest): readonly string[] {
    const { environmentName } = request;
    const route = autoReleaseRoute(request);
    const keys = [blueGreenKey(environmentName), environmentKey(environmentName), releaseKey(environmentName)];
    return route === undefined ? keys : [...keys, route];
  }

  public async requestCreate(owner: Owner, request: BlueGreenRequest): Promise<void> {
    const { environmentName, firstSide } = request;
    const key = blueGreenKey(environmentName);
    const record = await this.registry.read<BlueGreenRecord>(key);
    if (record && record.stackId !== owner.stackId) {
      throw new Error(
        `blue/green environment '${environmentName}' belongs to stack '${stackNameOf(record)}' of the CICD account: `
          + 'remove it there first, or choose another environmentName',
      );
    }
    const config = JSON.parse(request.config) as ReleaseConfig;
    const next: BlueGreenRecord = { environmentName, ownerId: owner.id, stackId: owner.stackId, firstSide, config };
    await this.registry.write<BlueGreenRecord>(key, next, record?.version);
  }

  public async requestUpdate(owner: Owner, request: BlueGreenRequest, before: BlueGreenRequest): Promise<void> {
    if (request.environmentName !== before.environmentName) {
      throw new Error(
        `blue/green environment '${before.environmentName}' cannot be renamed to '${request.environmentName}': keep `
          + 'its environmentName, or remove it first, and declare the other one in the next deployment',
      );
    }
    await this.requestCreate(owner, request);
    const [former, next] = [autoReleaseRoute(before), autoReleaseRoute(request)];
    if (former !== undefined && former !== next) await this.routes.removeRelease(former, request.environmentName);
  }

  /** A release in progress is stopped: it returns the traffic before the environment is removed. */
  public async requestDelete(owner: Owner, request: BlueGreenRequest): Promise<void> {
    const { environmentName } = request;
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    if (record?.ownerId !== owner.id) return;
    // first: from now on, no release begins
    const { version: recordVersion, ...ofRecord } = record;
    const next = { ...ofRecord, removalRequestedAt: this.now() };
    await this.registry.write<BlueGreenRecord>(blueGreenKey(environmentName), next, recordVersion);
    const route = autoReleaseRoute(request);
    if (route !== undefined) await this.routes.removeRelease(route, environmentName);
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    if (!release?.current) return;
    const { version, pending, ...rest } = release;
    const current = { ...release.current, failure: release.current.failure ?? 'the environment is being removed' };
    await this.registry.write<ReleaseRecord>(releaseKey(environmentName), { ...rest, current }, version);
  }

  /** Until the first release, the declaration says which side is active; later only releases change it. */
  public async reconcile(
    _: Owner, request: BlueGreenRequest,
  ): Promise<Progress<BlueGreenResult>> {
    const { environmentName, firstSide } = request;
    const key = environmentKey(environmentName);
    const environment = await this.registry.read<EnvironmentRecord>(key);
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    const hasServed = release?.change !== undefined || release?.current !== undefined;
    if (environment && !hasServed && environment.active !== firstSide) {
      const { version, ...rest } = environment;
      await this.registry.write<EnvironmentRecord>(key, { ...rest, active: firstSide }, version);
    }
    const route = autoReleaseRoute(request);
    if (route !== undefined) await this.routes.addRelease(route, environmentName);
    return done({ environmentName });
  }

  public async reconcileDelete(owner: Owner, { environmentName }: BlueGreenRequest): Promise<Progress<void>> {
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    if (record?.ownerId !== owner.id) return DONE;
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    const isLate = this.now() - (record.removalRequestedAt ?? 0) > MAX_RETURN_TIME;
    if (release?.current && !isLate) return waitFor('the return of the traffic');
    await this.registry.transaction(async () => {
      if (release) await this.registry.remove(releaseKey(environmentName), release.version);
      await this.registry.remove(blueGreenKey(environmentName), record.version);
    });
    return DONE;
  }
}

/** Key of the route of the branch whose pushes are released. */
function autoReleaseRoute({ autoReleaseBranch, config }: BlueGreenRequest): string | undefined {
  if (autoReleaseBranch === undefined) return undefined;
  const { repository } = JSON.parse(config) as Pick<ReleaseConfig, 'repository'>;
  return routeKey(repository.repositoryArn, autoReleaseBranch);
}
