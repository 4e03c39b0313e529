import { AccountLifecycle } from '../../lambda/account/lifecycle';
import { poolLifecycles } from '../../lambda/account/pool/pool-lifecycles';
import { LeaseHold } from '../../lambda/clean/aws/lease-hold';
import { accountKey } from '../../lambda/registry/account';
import { leaseKey } from '../../lambda/registry/lease';
import type { LeaseRecord } from '../../lambda/registry/lease';
import { poolClaimKey, poolKey } from '../../lambda/registry/pool';
import type { PoolClaimRecord, PoolRecord } from '../../lambda/registry/pool';
import { isTransient } from '../../lambda/shared/errors';
import type { Owner, Progress } from '../../lambda/shared/lifecycle';
import type { VendedAccountRequest } from '../../src/account/contract';
import type { CleanMachineInput } from '../../src/clean/contract';
import type { HistoryEntry } from '../../src/history/contract';
import type { PooledAccountRequest, PooledAccountResult, PoolRequest } from '../../src/pool/contract';
import { FakeBaselines } from '../account/fake-baselines';
import { FakeDirectory } from '../account/fake-directory';
import { FakeCloser, FakeSettings } from '../account/fake-settings';
import { TEMPLATE } from '../account/vending';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

export const POOL = 'sandbox';

export function poolRequest(changes: Partial<PoolRequest> = {}): PoolRequest {
  return {
    kind: 'pool',
    poolName: POOL,
    minimum: '0',
    maximum: '2',
    waitingUnit: 'Sandbox',
    quarantineUnit: 'Workloads/Prod',
    email: 'aws+pool-{n}@example.com',
    accountName: 'pool-{n}',
    secondLookSeconds: '86400',
    maxCleanSeconds: '172800',
    protectingTag: 'org-environments:protect',
    spare: [],
    cleaners: [],
    accessRoleName: 'OrganizationAccountAccessRole',
    region: 'eu-central-1',
    qualifier: 'hnb659fds',
    executionPolicyArns: [],
    artifactKeyArn: 'arn:aws:kms:eu-central-1:222222222222:key/1',
    templates: 'first',
    cleaning: 'true',
    ...changes,
  };
}

export function pooled(changes: Partial<PooledAccountRequest> = {}): PooledAccountRequest {
  return {
    kind: 'pooled',
    poolName: POOL,
    accountName: 'shop-dev',
    organizationalUnit: 'Workloads/Test',
    tags: { team: 'shop' },
    region: 'eu-central-1',
    templates: 'first',
    ...changes,
  };
}

export function owner(logicalId: string, stack = 'environments'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/0f3c`,
  };
}

export const POOL_OWNER = owner('Pool');

/** Cleans that were started. A test decides how each ends. */
export class FakeCleanMachine {
  public readonly started = new Map<string, CleanMachineInput>();

  public async start(input: CleanMachineInput): Promise<void> {
    if (!this.started.has(input.cleanId)) this.started.set(input.cleanId, input);
  }
}

/** Account pools of a simulated organization; their function dies where a test says. */
export class PoolWorld {
  public readonly clock = { now: 1_000_000_000 };
  public readonly fate = new Fate();
  public readonly registry = new FakeRegistry();
  public readonly directory = new FakeDirectory(this.clock, this.fate);
  public readonly clean = new FakeCleanMachine();
  public readonly history: HistoryEntry[] = [];
  public readonly hold = new LeaseHold(this.registry, () => this.clock.now);
  private readonly lifecycles: ReturnType<typeof poolLifecycles>;

  public constructor(decorate: <Port extends object>(port: Port) => Port = port => port) {
    const registry = decorate(this.fate.over<FakeRegistry>(this.registry));
    const context = {
      organization: decorate(this.fate.over<FakeDirectory>(this.directory)),
      settings: new FakeSettings(),
      closer: new FakeCloser(this.directory),
      baselines: new FakeBaselines(),
      cicdStack: { isRollingBack: async () => false },
      registry,
      partition: 'aws',
      cicdAccount: '222222222222',
      bootstrapTemplate: () => TEMPLATE,
      now: () => this.clock.now,
    };
    this.lifecycles = poolLifecycles({
      context,
      accounts: new AccountLifecycle(context),
      history: { record: async (...entries) => void this.history.push(...entries) },
      clean: decorate(this.fate.over<FakeCleanMachine>(this.clean)),
    });
  }

  /** Deploys the pool. */
  public async deployPool(changes: Partial<PoolRequest> = {}): Promise<void> {
    const request = poolRequest(changes);
    const { pools } = this.lifecycles;
    await this.undying(async () => this.together(async () => pools.requestCreate(POOL_OWNER, request)));
    await this.undying(async () => pools.reconcile(POOL_OWNER, request));
  }

  public async removePool(): Promise<Progress<void>> {
    const { pools } = this.lifecycles;
    await this.undying(async () => this.together(async () => pools.requestDelete(POOL_OWNER, poolRequest())));
    return this.undying(async () => pools.reconcileDelete(POOL_OWNER, poolRequest()));
  }

  /** CloudFormation's Create, until the account is ready. */
  public async lease(who: Owner, request = pooled()): Promise<PooledAccountResult> {
    await this.requestLease(who, request);
    return this.finish(who, request);
  }

  public async requestLease(who: Owner, request = pooled()): Promise<void> {
    const { pooledAccounts } = this.lifecycles;
    await this.undying(async () => this.together(async () => pooledAccounts.requestCreate(who, request)));
  }

  public async requestUpdate(who: Owner, request = pooled(), before = request): Promise<void> {
    const { pooledAccounts } = this.lifecycles;
    await this.undying(async () => this.together(async () => pooledAccounts.requestUpdate(who, request, before)));
  }

  /** CloudFormation's Update, until the account is ready. */
  public async update(who: Owner, request = pooled(), before = request): Promise<PooledAccountResult> {
    await this.requestUpdate(who, request, before);
    return this.finish(who, request);
  }

  /** The repair of what a check has found. */
  public async repair(who: Owner, request = pooled()): Promise<PooledAccountResult> {
    const { pooledAccounts } = this.lifecycles;
    await this.undying(async () => this.together(async () => pooledAccounts.requestRepair(who, request)));
    return this.finish(who, request);
  }

  public async checkPool() {
    return this.lifecycles.pools.check(POOL_OWNER, poolRequest());
  }

  public async finish(who: Owner, request = pooled()): Promise<PooledAccountResult> {
    for (let count = 0; count < 1000; count++) {
      const progress = await this.look(who, request);
      if (progress?.done) return progress.result;
      this.clock.now += (progress?.seconds ?? 5) * 1000;
    }
    throw new Error('an hour is over');
  }

  /** One step; undefined: it ended with a transient error. */
  public async look(who: Owner, request = pooled()): Promise<Progress<PooledAccountResult> | undefined> {
    try {
      return await this.undying(async () => this.lifecycles.pooledAccounts.reconcile(who, request));
    } catch (error) {
      if (isTransient(error)) return undefined;
      throw error;
    }
  }

  public async release(who: Owner): Promise<void> {
    const { pooledAccounts } = this.lifecycles;
    await this.undying(async () => this.together(async () => pooledAccounts.requestDelete(who, pooled())));
    for (let count = 0; count < 20; count++) {
      try {
        if ((await this.undying(async () => pooledAccounts.reconcileDelete(who))).done) return;
      } catch (error) {
        if (!isTransient(error)) throw error;
      }
      this.clock.now += 5000;
    }
    throw new Error('the deletion does not end');
  }

  public async check(who: Owner, request = pooled()) {
    return this.lifecycles.pooledAccounts.check(who, request);
  }

  /** Runs of the rule, a minute apart. */
  public async maintain(runs = 1): Promise<void> {
    for (let count = 0; count < runs; count++) {
      this.clock.now += 60_000;
      await this.undying(async () => this.lifecycles.maintenance.run());
    }
  }

  /** Ends the clean of an account as the state machine does. */
  public async endClean(accountId: string, outcome: 'available' | 'quarantine' = 'available'): Promise<void> {
    const lease = await this.leaseOf(accountId);
    const cleanId = `clean-${accountId}-${lease?.fence}`;
    if (!this.clean.started.has(cleanId)) throw new Error(`${cleanId} was not started`);
    const holder = { accountId, cleanId, fence: lease?.fence ?? 0 };
    if (outcome === 'available') {
      await this.hold.markAvailable(holder, { emptyPasses: 2, regions: ['eu-central-1'], provedAt: '2026-11-29' });
      return;
    }
    await this.hold.markQuarantined(holder, [
      { type: 'AWS::S3::Bucket', region: 'eu-central-1', id: 'b', verdict: 'locked', reason: 'AccessDenied' },
    ]);
  }

  public async leaseOf(accountId: string): Promise<LeaseRecord | undefined> {
    return this.registry.read<LeaseRecord>(leaseKey(accountId));
  }

  public async pool(): Promise<PoolRecord | undefined> {
    return this.registry.read<PoolRecord>(poolKey(POOL));
  }

  public async claimOf(who: Owner): Promise<PoolClaimRecord | undefined> {
    return this.registry.read<PoolClaimRecord>(poolClaimKey(who));
  }

  public accountOf(accountId: string) {
    return this.directory.accounts.find(account => account.accountId === accountId);
  }

  public async recordOf(email: string) {
    return this.registry.read(accountKey({ kind: 'vended', email } as VendedAccountRequest));
  }

  /** The handler writes what is requested in one transaction. */
  private async together(action: () => Promise<void>): Promise<void> {
    await this.registry.transaction(action);
  }

  /** When the process dies, the event comes again. */
  public async undying<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!this.fate.revive() || !(error instanceof Killed)) throw error;
      }
    }
  }
}

/** A world with a pool. */
export async function worldWith(...settings: Parameters<PoolWorld['deployPool']>): Promise<PoolWorld> {
  const world = new PoolWorld();
  await world.deployPool(...settings);
  return world;
}
