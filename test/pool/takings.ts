import { Invocations } from './invocations';
import type { Faults } from './invocations';
import { Random } from './random';
import { FakeCleanMachine, owner, pooled, POOL, POOL_OWNER, poolRequest } from './world';
import { CREATION_QUEUE } from '../../lambda/account/creation';
import { AccountLifecycle } from '../../lambda/account/lifecycle';
import { poolLifecycles } from '../../lambda/account/pool/pool-lifecycles';
import { LeaseHold } from '../../lambda/clean/aws/lease-hold';
import { AccountOperations } from '../../lambda/operations/accounts';
import { Environments } from '../../lambda/pipeline/environments';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { pipelineKey } from '../../lambda/registry/pipeline';
import { poolKey } from '../../lambda/registry/pool';
import type { PoolRecord } from '../../lambda/registry/pool';
import { isTransient } from '../../lambda/shared/errors';
import type { Owner } from '../../lambda/shared/lifecycle';
import { FakeBaselines } from '../account/fake-baselines';
import { FakeDirectory } from '../account/fake-directory';
import { FakeCloser, FakeSettings } from '../account/fake-settings';
import { TEMPLATE } from '../account/vending';
import { FakeRegistry } from '../registry/fake-registry';
import { Killed } from '../shared/fate';
import { environment as PIPELINE_ENVIRONMENT, pipeline as PIPELINE } from '../stack/world';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Environments that take accounts of a pool and leave them. */
export interface Takings {
  readonly environments: number;
  /** Maximum of the pool. */
  readonly accounts: number;
  readonly seed: number;
  readonly faults: Faults;
}

interface Environment {
  readonly owner: Owner;
  state: 'new' | 'requested' | 'complete' | 'leaving' | 'gone' | 'abandoned';
  nextAt: number;
  isBusy: boolean;
  accountId?: string;
}

/** What has happened in a run, so that a test can see that faults did occur. */
export interface TakingsReport {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

type Decorate = <Port extends object>(port: Port) => Port;

class TakingsRun {
  private readonly random: Random;
  private readonly clock = { now: 1_000_000_000 };
  private readonly registry = new FakeRegistry();
  private readonly directory = new FakeDirectory(this.clock);
  private readonly machine = new FakeCleanMachine();
  private readonly invocations: Invocations;
  private readonly environments: Environment[];
  /** Cleans that are in progress, and when they end. */
  private readonly cleans = new Map<string, number>();
  private readonly dirty = new Set<string>();
  private readonly violations: string[] = [];
  private readonly counts: Record<string, number> = {};
  private nextMaintenance = 0;
  private nextOperator = 0;

  public constructor(private readonly takings: Takings) {
    this.random = new Random(takings.seed);
    this.invocations = new Invocations(this.random, takings.faults);
    this.environments = Array.from({ length: takings.environments }, (_, index) => ({
      owner: owner(`E${index}`, `stack-${index % 7}`),
      state: 'new',
      // many at once, so that they want the same accounts
      nextAt: this.clock.now + this.random.below(takings.environments / takings.accounts * 3) * HOUR,
      isBusy: false,
    }));
  }

  public async run(): Promise<TakingsReport> {
    const request = poolRequest({
      minimum: '3', maximum: String(this.takings.accounts), secondLookSeconds: '3600', maxCleanSeconds: '7200',
    });
    const { pools } = this.lifecycles(port => port);
    await pools.requestCreate(POOL_OWNER, request);
    const isOver = ({ state }: Environment) => state === 'gone' || state === 'abandoned';
    while (!this.environments.every(isOver) && this.violations.length === 0) await this.tick();
    // without faults, everything comes to rest
    this.invocations.faults = { crash: 0, throttle: 0 };
    const until = this.clock.now + 24 * HOUR;
    while ((this.clock.now < until || this.invocations.count > 0) && this.violations.length === 0) await this.tick();
    await this.checkRest();
    return { violations: this.violations, counts: this.counts };
  }

  private lifecycles(decorate: Decorate) {
    const context = {
      organization: decorate(this.directory),
      registry: decorate(this.registry),
      partition: 'aws',
      settings: new FakeSettings(),
      closer: new FakeCloser(this.directory),
      baselines: new FakeBaselines(),
      cicdStack: { isRollingBack: async () => false },
      cicdAccount: '222222222222',
      bootstrapTemplate: () => TEMPLATE,
      now: () => this.clock.now,
    };
    const history = { record: async () => undefined };
    const accounts = new AccountLifecycle(context);
    return poolLifecycles({ context, accounts, history, clean: decorate(this.machine) });
  }

  private async tick(): Promise<void> {
    this.startDue();
    if (this.invocations.count > 0) {
      await this.invocations.step();
      this.clock.now += this.random.below(200);
      return;
    }
    const times = this.environments.filter(({ state }) => state !== 'gone' && state !== 'abandoned')
      .map(({ nextAt }) => nextAt);
    const next = Math.min(...times, ...this.cleans.values(), this.nextMaintenance, this.nextOperator);
    this.clock.now = Math.max(this.clock.now + 1, next);
  }

  private startDue(): void {
    const { now } = this.clock;
    for (const environment of this.environments) {
      if (!environment.isBusy && environment.nextAt <= now) this.startStep(environment);
    }
    if (this.nextMaintenance <= now) {
      this.nextMaintenance = now + 2 * MINUTE;
      this.invoke('maintenance', async decorate => this.lifecycles(decorate).maintenance.run());
    }
    if (this.nextOperator <= now) {
      this.nextOperator = now + HOUR;
      this.invoke('operator', async () => this.operate());
    }
    for (const cleanId of this.machine.started.keys()) {
      if (!this.cleans.has(cleanId)) this.cleans.set(cleanId, now + 10 * MINUTE + this.random.below(2 * HOUR));
    }
    for (const [cleanId, at] of this.cleans) {
      if (at > now) continue;
      this.cleans.set(cleanId, Infinity);
      this.invoke('clean', async decorate => this.endClean(cleanId, decorate));
    }
  }

  private startStep(environment: Environment): void {
    if (environment.state === 'gone' || environment.state === 'abandoned') return;
    environment.isBusy = true;
    this.invoke(environment.state, async decorate => this.step(environment, decorate), error => {
      environment.isBusy = false;
      environment.nextAt = Math.max(environment.nextAt, this.clock.now + 2 * SECOND + this.random.below(30 * SECOND));
      if (error === undefined || error instanceof Killed || isTransient(error)) return;
      this.count(/has no free account/.test(String(error)) ? 'no free account' : `error: ${String(error)}`);
      // CloudFormation deletes what could not be created
      if (environment.state === 'requested') environment.state = 'leaving';
    });
  }

  private invoke(name: string, run: (decorate: Decorate) => Promise<void>, after = (_error?: unknown) => {}): void {
    this.count(name);
    this.invocations.start(async decorate => {
      try {
        await run(decorate);
        after();
      } catch (error) {
        if (error instanceof Killed) this.count('crash');
        after(error);
        const isExpected = error instanceof Killed || isTransient(error);
        if (!isExpected && ['maintenance', 'operator', 'clean'].includes(name)) {
          this.violations.push(`${name}: ${String(error)}`);
        }
      }
    });
  }

  private async step(environment: Environment, decorate: Decorate): Promise<void> {
    const { pooledAccounts } = this.lifecycles(decorate);
    const registry = decorate(this.registry);
    const request = pooled({ accountName: environment.owner.logicalId });
    switch (environment.state) {
      case 'new':
        await registry.transaction(async () => pooledAccounts.requestCreate(environment.owner, request));
        environment.state = 'requested';
        return;
      case 'requested': {
        // its deployment was cancelled, and CloudFormation never asks for its deletion
        if (this.random.happens(0.002)) {
          environment.state = 'abandoned';
          return;
        }
        const progress = await pooledAccounts.reconcile(environment.owner, request);
        if (!progress.done) environment.nextAt = this.clock.now + progress.seconds * SECOND;
        else await this.complete(environment, progress.result.accountId);
        return;
      }
      case 'complete':
        await this.leave(environment, decorate);
        return;
      case 'leaving': {
        await registry.transaction(async () => pooledAccounts.requestDelete(environment.owner, request));
        const progress = await pooledAccounts.reconcileDelete(environment.owner);
        if (!progress.done) return;
        // an environment that got no account is deployed again later
        environment.state = environment.accountId === undefined ? 'new' : 'gone';
        environment.nextAt = this.clock.now + HOUR;
      }
    }
  }

  /** The environment is created: from now on the account is its own. */
  private async complete(environment: Environment, accountId: string): Promise<void> {
    this.count('lease');
    const other = this.environments.find(one => one.state === 'complete' && one.accountId === accountId);
    if (other) this.violate(`${accountId} is leased to ${other.owner.logicalId}`, environment);
    if (this.dirty.has(accountId)) this.violate(`${accountId} is leased again without a clean`, environment);
    environment.state = 'complete';
    environment.accountId = accountId;
    environment.nextAt = this.clock.now + this.random.below(3 * HOUR);
    this.dirty.add(accountId);
    const environments = new Environments(this.registry, () => this.clock.now);
    await this.registry.transaction(async () => environments.acquire(environment.owner, requestOf(environment)))
      .catch((error: unknown) => this.violate(`its pipeline was rejected: ${String(error)}`, environment));
    await environments.confirm(pipelineKey(requestOf(environment)), 0);
    await this.tryToIntrude();
  }

  /** No pipeline can be deployed in an account that is not leased. */
  private async tryToIntrude(): Promise<void> {
    const pool = await this.pool();
    const { accountId } = Object.values(pool.slots)[this.random.below(Object.keys(pool.slots).length)] ?? {};
    const lease = accountId === undefined ? undefined : await this.lease(accountId);
    if (accountId === undefined || !lease?.pool || lease.pool.state === 'leased') return;
    const intruder = { owner: owner('Intruder'), accountId };
    const environments = new Environments(this.registry, () => this.clock.now);
    try {
      await this.registry.transaction(async () => environments.acquire(intruder.owner, requestOf(intruder)));
      this.violations.push(`a pipeline was deployed in ${accountId}, which is ${lease.pool.state}`);
    } catch (error) {
      if (!/is not leased/.test(String(error))) throw error;
      this.count('rejected pipeline');
    }
  }

  private async leave(environment: Environment, decorate: Decorate): Promise<void> {
    const lease = await this.lease(environment.accountId ?? '');
    if (lease?.pool?.state !== 'leased' || lease.pool.owner?.id !== environment.owner.id) {
      this.violate(`has lost ${environment.accountId}: ${JSON.stringify(lease)}`, environment);
    }
    await new Environments(decorate(this.registry), () => this.clock.now).release(pipelineKey(requestOf(environment)));
    environment.state = 'leaving';
    environment.nextAt = this.clock.now;
  }

  private async endClean(cleanId: string, decorate: Decorate): Promise<void> {
    const input = this.machine.started.get(cleanId);
    if (!input) return;
    const hold = new LeaseHold(decorate(this.registry), () => this.clock.now);
    const chance = this.random.next();
    // an execution that was stopped by hand has no result
    if (chance < 0.03) {
      this.count('lost clean');
      return;
    }
    try {
      if (chance < 0.15) {
        await hold.markQuarantined(input, [
          { type: 'AWS::S3::Bucket', region: 'eu-central-1', id: 'b', verdict: 'locked', reason: 'AccessDenied' },
        ]);
        this.count('quarantine');
        return;
      }
      if (chance < 0.5) await hold.markWaiting(input, this.clock.now + HOUR);
      // an account that is no longer held for this clean is not changed
      const isHeld = await hold.isHeld(input);
      if (isHeld) this.dirty.delete(input.accountId);
      await hold.markAvailable(input, { emptyPasses: 2, regions: ['eu-central-1'], provedAt: '2026-11-29' });
    } catch (error) {
      this.cleans.set(cleanId, this.clock.now + MINUTE);
      throw error;
    }
  }

  /** An operator returns accounts from quarantine, or has them cleaned again. */
  private async operate(): Promise<void> {
    const operations = new AccountOperations(this.registry, { record: async () => undefined }, () => this.clock.now);
    for (const { accountId, state } of await operations.list()) {
      if (accountId === undefined || state !== 'quarantine') continue;
      const change = { by: 'anna', requestId: 'r', reason: 'checked' };
      this.count('operation');
      if (this.random.happens(0.5)) {
        await operations.clean(accountId, 'used', change);
      } else {
        this.dirty.delete(accountId);
        await operations.release(accountId, change);
      }
    }
  }

  private async checkRest(): Promise<void> {
    if (this.violations.length > 0) return;
    const pool = await this.pool();
    const slots = Object.values(pool.slots);
    const leases = await Promise.all(slots.map(async ({ accountId = '' }) => this.lease(accountId)));
    const states = leases.map(lease => lease?.pool?.state);
    const created = this.directory.accounts.map(({ accountId }) => accountId).sort();
    const known = slots.map(({ accountId }) => accountId ?? 'no account').sort();
    const expectations: Readonly<Record<string, boolean>> = {
      [`the pool has ${known.join()}, but ${created.join()} were created`]: known.join() === created.join(),
      [`${created.length} accounts were created, more than the maximum`]: created.length <= this.takings.accounts,
      [`the states at the end are ${states.join()}`]: states.every(
        state => state === 'available' || state === 'quarantine',
      ),
      'a creation is still in the queue': this.registry.members(CREATION_QUEUE).length === 0,
    };
    this.violations.push(...Object.keys(expectations).filter(text => !expectations[text]));
    const abandoned = this.environments.filter(({ state }) => state === 'abandoned').length;
    const claims = this.registry.keys.filter(key => key.startsWith('pool-claim#')).length;
    if (claims > abandoned) this.violations.push(`${claims} claims remain, but ${abandoned} were abandoned`);
    this.counts.accounts = created.length;
    this.counts.abandoned = abandoned;
  }

  private async pool(): Promise<PoolRecord> {
    return (await this.registry.read<PoolRecord>(poolKey(POOL))) ?? never();
  }

  private async lease(accountId: string): Promise<LeaseRecord | undefined> {
    return this.registry.read<LeaseRecord>(leaseKey(accountId));
  }

  private violate(text: string, { owner: { logicalId } }: Environment): void {
    this.violations.push(`${logicalId} at ${this.clock.now}: ${text}`);
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

function requestOf({ owner: { logicalId }, accountId = '' }: Pick<Environment, 'owner' | 'accountId'>) {
  return { ...PIPELINE, accountId, environment: { ...PIPELINE_ENVIRONMENT, environmentName: logicalId } };
}

function never(): never {
  throw new Error('the pool has no record');
}

/** Runs environments that take and leave accounts in random order. */
export async function runTakings(takings: Takings): Promise<TakingsReport> {
  return new TakingsRun(takings).run();
}
