import { isDeepStrictEqual } from 'node:util';
import type { Routes } from './branch-routes';
import type { EnvironmentTraffic } from './traffic';
import { SIDES } from '../../src/blue-green/contract';
import type { SideName } from '../../src/blue-green/contract';
import type {
  BlueGreenRequest, BlueGreenResult, ReleaseConfig, TrafficFinding,
} from '../../src/blue-green/release/contract';
import type { Drift } from '../../src/operations/contract';
import { blueGreenKey } from '../registry/blue-green';
import type { BlueGreenRecord } from '../registry/blue-green';
import { environmentKey } from '../registry/environment';
import type { EnvironmentRecord } from '../registry/environment';
import { foreignOwner, owns, stackNameOf, withOwner, withoutOwner } from '../registry/owners';
import type { Registry, Versioned } from '../registry/registry';
import { releaseKey } from '../registry/release';
import type { ReleaseRecord } from '../registry/release';
import { routeKey } from '../registry/route';
import { isTransient } from '../shared/errors';
import type { Lifecycle, Owner, Progress } from '../shared/lifecycle';
import { DONE, done, waitFor } from '../shared/lifecycle';

/** Maximum time for a release to return the traffic when its environment is removed; its machine may have ended. */
const MAX_RETURN_TIME = 20 * 60_000;

/** Records how the releases of an environment are made, and which side serves until the first release. */
export class BlueGreenLifecycle implements Lifecycle<BlueGreenRequest, BlueGreenResult> {
  public constructor(
    private readonly registry: Registry,
    private readonly routes: Pick<Routes, 'addRelease' | 'removeRelease' | 'startsRelease'>,
    private readonly traffic: EnvironmentTraffic,
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
    await this.save(owner, request);
  }

  /** @param mark what a repair adds to the record; a deployment never moves traffic */
  private async save(
    owner: Owner, request: BlueGreenRequest, mark: Pick<BlueGreenRecord, 'repairsTraffic'> = {},
  ): Promise<void> {
    const { environmentName } = request;
    const key = blueGreenKey(environmentName);
    const record = await this.registry.read<BlueGreenRecord>(key);
    const foreign = record && foreignOwner(record.owners, owner);
    if (foreign) {
      throw new Error(
        `blue/green environment '${environmentName}' belongs to stack '${stackNameOf(foreign)}' of the CICD account: `
          + 'remove it there first, or choose another environmentName',
      );
    }
    const owners = withOwner(record?.owners ?? [], owner, request);
    await this.registry.write<BlueGreenRecord>(key, { ...recordOf(request, owners), ...mark }, record?.version);
  }

  public async requestUpdate(owner: Owner, request: BlueGreenRequest, before: BlueGreenRequest): Promise<void> {
    if (request.environmentName !== before.environmentName) {
      throw new Error(
        `blue/green environment '${before.environmentName}' cannot be renamed to '${request.environmentName}': keep `
          + 'its environmentName, or remove it first, and declare the other one in the next deployment',
      );
    }
    await this.requestCreate(owner, request);
    await this.replaceRoute(before, request);
  }

  /** Pushes to a branch that the registry knew before it was restored start no releases any more. */
  public async requestFormer(owner: Owner, request: BlueGreenRequest, former: BlueGreenRequest): Promise<void> {
    const route = autoReleaseRoute(former);
    if (route === undefined || route === autoReleaseRoute(request)) return;
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(former.environmentName));
    if (record && owns(record.owners, owner)) await this.routes.removeRelease(route, former.environmentName);
  }

  /**
   * A release in progress is stopped: it returns the traffic before the environment is removed. If another resource
   * declares the environment, as after a change of the construct's id, it stays as that one declares it.
   */
  public async requestDelete(owner: Owner, request: BlueGreenRequest): Promise<void> {
    const { environmentName } = request;
    const key = blueGreenKey(environmentName);
    const record = await this.registry.read<BlueGreenRecord>(key);
    if (!record || !owns(record.owners, owner)) return;
    const { version, ...rest } = record;
    const owners = withoutOwner(record.owners, owner);
    const next = owners.at(-1);
    if (next) {
      await this.registry.write<BlueGreenRecord>(key, recordOf(next.request, owners), version);
      await this.replaceRoute(request, next.request);
      return;
    }
    // first: from now on, no release begins
    await this.registry.write<BlueGreenRecord>(key, { ...rest, removalRequestedAt: this.now() }, version);
    await this.replaceRoute(request, undefined);
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    if (release) await this.stop(release);
  }

  private async replaceRoute(before: BlueGreenRequest, after: BlueGreenRequest | undefined): Promise<void> {
    const [former, next] = [autoReleaseRoute(before), after && autoReleaseRoute(after)];
    if (former === next) return;
    if (former !== undefined) await this.routes.removeRelease(former, before.environmentName);
    if (next !== undefined) await this.routes.addRelease(next, before.environmentName);
  }

  /** Lets a release in progress return the traffic, and drops the commit that waits. */
  private async stop({ version, pending, ...record }: Versioned<ReleaseRecord>): Promise<void> {
    if (!record.current || (record.current.failure !== undefined && !pending)) return;
    const stopped = { failure: 'the environment is being removed', since: this.now() };
    const current = { ...record.current, ...(record.current.failure === undefined && stopped) };
    await this.registry.write<ReleaseRecord>(releaseKey(record.environmentName), { ...record, current }, version);
  }

  /**
   * Until the first release, the declaration says which side is active. Later only releases change it; if the record of
   * the environment was lost, the last change of the traffic says it. Only a repair changes the traffic.
   */
  public async reconcile(
    _: Owner, request: BlueGreenRequest,
  ): Promise<Progress<BlueGreenResult>> {
    const { environmentName } = request;
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    if (record?.repairsTraffic) {
      await this.repairTraffic(record);
      return waitFor('the repair of the traffic');
    }
    const environment = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    const active = activeSide(request.firstSide, release);
    if (environment && active !== undefined) await this.setActive(environment, active, release);
    const route = autoReleaseRoute(request);
    if (route !== undefined) await this.routes.addRelease(route, environmentName);
    return done({ environmentName });
  }

  private async repairTraffic(
    { version, repairsTraffic: _, ...record }: Versioned<BlueGreenRecord>,
  ): Promise<void> {
    const { environmentName, config: { functionArn } } = record;
    if (functionArn !== undefined) await this.traffic.ask(functionArn, { environmentName, traffic: 'repair' });
    await this.registry.write<BlueGreenRecord>(blueGreenKey(environmentName), record, version);
  }

  private async setActive(
    environment: Versioned<EnvironmentRecord>,
    active: SideName,
    release: Versioned<ReleaseRecord> | undefined,
  ): Promise<void> {
    if (environment.active === active) return;
    const { version, ...rest } = environment;
    await this.registry.transaction(async () => {
      await this.registry.write<EnvironmentRecord>(environmentKey(rest.environmentName), { ...rest, active }, version);
      if (!release) return;
      // unchanged, but the transaction fails if a release has started
      const { version: releaseVersion, ...unchanged } = release;
      await this.registry.write<ReleaseRecord>(releaseKey(rest.environmentName), unchanged, releaseVersion);
    });
  }

  /** Compares the records of releases with the declaration and with the traffic. */
  public async check(owner: Owner, request: BlueGreenRequest): Promise<readonly Drift[]> {
    const { environmentName, firstSide } = request;
    const name = `blue/green environment '${environmentName}'`;
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    if (!record || !owns(record.owners, owner)) return [repairable(`the registry has no record of ${name}`)];
    // after a change of the construct's id, its last owner is compared
    if (record.owners.at(-1)?.id !== owner.id) return [];
    const isAsDeclared = record.firstSide === firstSide && isDeepStrictEqual(record.config, configOf(request));
    const drifts = isAsDeclared ? [] : [repairable(`the registry has other settings of ${name} than declared`)];
    const environment = await this.registry.read<EnvironmentRecord>(environmentKey(environmentName));
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    const { serving, difference } = await this.trafficFinding(request);
    if (difference) drifts.push(difference);
    const active = activeSide(serving ?? firstSide, release);
    // the check of the pipelines names a record that does not exist
    if (environment && active !== undefined && environment.active !== active) {
      drifts.push(repairable(`side ${environment.active} of ${name} is recorded as active, but side ${active} serves`));
    }
    const route = autoReleaseRoute(request);
    if (route !== undefined && !(await this.routes.startsRelease(route, environmentName))) {
      const { autoReleaseBranch } = configOf(request);
      drifts.push(repairable(`pushes to branch '${autoReleaseBranch}' start no releases of ${name}`));
    }
    return drifts;
  }

  /** Traffic that cannot be read must not hide what else differs. */
  private async trafficFinding(request: BlueGreenRequest): Promise<TrafficFinding> {
    const { environmentName } = request;
    const { functionArn } = configOf(request);
    if (functionArn === undefined) return {};
    try {
      return await this.traffic.ask(functionArn, { environmentName, traffic: 'check' });
    } catch (error) {
      if (isTransient(error) || !(error instanceof Error)) throw error;
      const what = `the traffic of ${this.subjectOf(request)} could not be compared: ${error.message}`;
      return { difference: { what, remedy: 'remove the cause, then check again', isRepairable: false } };
    }
  }

  public async requestRepair(owner: Owner, request: BlueGreenRequest): Promise<void> {
    await this.save(owner, request, { repairsTraffic: true });
  }

  public async reconcileDelete(owner: Owner, { environmentName }: BlueGreenRequest): Promise<Progress<void>> {
    const record = await this.registry.read<BlueGreenRecord>(blueGreenKey(environmentName));
    if (!record || !owns(record.owners, owner)) return DONE;
    const release = await this.registry.read<ReleaseRecord>(releaseKey(environmentName));
    const isLate = this.now() - (record.removalRequestedAt ?? 0) > MAX_RETURN_TIME;
    if (release?.current && !isLate) {
      // it may have begun at the same time as the removal
      await this.stop(release);
      return waitFor('the return of the traffic');
    }
    await this.registry.transaction(async () => {
      if (release) await this.registry.remove(releaseKey(environmentName), release.version);
      await this.registry.remove(blueGreenKey(environmentName), record.version);
    });
    return DONE;
  }
}

function recordOf(request: BlueGreenRequest, owners: BlueGreenRecord['owners']): BlueGreenRecord {
  const { environmentName, firstSide } = request;
  return { environmentName, owners, firstSide, config: configOf(request) };
}

function configOf({ config }: BlueGreenRequest): ReleaseConfig {
  return JSON.parse(config) as ReleaseConfig;
}

/**
 * The side that is active by the records; undefined: a release is in progress, or has not restored the traffic.
 * @param first side that is active without a recorded change
 */
function activeSide(first: SideName, release: ReleaseRecord | undefined): SideName | undefined {
  const { change, current, last, hasStrayTraffic } = release ?? {};
  if (!change && !current) return first;
  if (!change || current || hasStrayTraffic || last?.outcome === 'stuck') return undefined;
  return SIDES.find(side => change.shares[side] === 100);
}

function repairable(what: string): Drift {
  return { what, remedy: 'it is recorded again', isRepairable: true };
}

/** Key of the route of the branch whose pushes are released. */
function autoReleaseRoute(request: BlueGreenRequest): string | undefined {
  const { repository, autoReleaseBranch } = configOf(request);
  return autoReleaseBranch === undefined ? undefined : routeKey(repository.repositoryArn, autoReleaseBranch);
}
