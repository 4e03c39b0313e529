import { FakeBaselines } from './fake-baselines';
import { FakeDirectory } from './fake-directory';
import type { FakeMemberApi } from './fake-member-api';
import { FakeCloser, FakeSettings } from './fake-settings';
import type { AccountContext } from '../../lambda/account/context';
import { AccountLifecycle } from '../../lambda/account/lifecycle';
import { accountKey } from '../../lambda/registry/account';
import type { AccountRecord } from '../../lambda/registry/account';
import { isTransient } from '../../lambda/shared/errors';
import type { Owner } from '../../lambda/shared/lifecycle';
import type { AccountRequest, ExistingAccountRequest, VendedAccountRequest } from '../../src/account/contract';
import { FakeRegistry } from '../registry/fake-registry';
import { Fate, Killed } from '../shared/fate';

const PREPARATION = {
  accessRoleName: 'OrganizationAccountAccessRole',
  region: 'eu-central-1',
  qualifier: 'hnb659fds',
  executionPolicyArns: [],
  artifactKeyArn: 'arn:aws:kms:eu-central-1:222222222222:key/1',
  templates: 'first',
};

export function vended(changes: Partial<VendedAccountRequest> = {}): VendedAccountRequest {
  return {
    kind: 'vended',
    accountName: 'shop-dev',
    email: 'aws+dev@example.com',
    organizationalUnit: 'Workloads/Test',
    tags: { team: 'shop' },
    onExisting: 'fail',
    onRemoval: 'release',
    ...PREPARATION,
    ...changes,
  };
}

export function existing(changes: Partial<ExistingAccountRequest> = {}): ExistingAccountRequest {
  return { kind: 'existing', accountId: '333333333333', ...PREPARATION, ...changes };
}

export function owner(logicalId: string, stack = 'environments'): Owner {
  return {
    id: `${logicalId}-${stack}`,
    logicalId,
    stackId: `arn:aws:cloudformation:eu-central-1:222222222222:stack/${stack}/0f3c`,
  };
}

export const TEMPLATE = JSON.stringify({
  Parameters: {
    TrustedAccounts: {},
    CloudFormationExecutionPolicies: {},
    Qualifier: {},
    FileAssetsBucketKmsKeyId: {},
    BootstrapVariant: {},
  },
  Resources: { CdkBootstrapVersion: { Properties: { Value: '33' } } },
});

/** A lifecycle on a simulated organization, driven as the provider framework drives it. */
export class Vending {
  public readonly clock = { now: 1_000_000_000 };
  public readonly fate = new Fate();
  public readonly registry = new FakeRegistry();
  public readonly directory: FakeDirectory = new FakeDirectory(this.clock, this.fate);
  public readonly settings = new FakeSettings();
  public readonly closer = new FakeCloser(this.directory);
  public readonly baselines = new FakeBaselines(api => this.fate.over<FakeMemberApi>(api));
  /** Whether the stacks of all owners are rolling back. */
  public isRollingBack = false;
  public readonly context: AccountContext;
  public readonly lifecycle: AccountLifecycle;

  public constructor(decorate: <Port extends object>(port: Port) => Port = port => port) {
    this.context = {
      organization: decorate(this.fate.over<FakeDirectory>(this.directory)),
      registry: decorate(this.fate.over<FakeRegistry>(this.registry)),
      settings: decorate(this.fate.over<FakeSettings>(this.settings)),
      closer: decorate(this.fate.over<FakeCloser>(this.closer)),
      baselines: this.baselines,
      cicdStack: { isRollingBack: async () => this.isRollingBack },
      partition: 'aws',
      cicdAccount: '222222222222',
      bootstrapTemplate: () => TEMPLATE,
      now: () => this.clock.now,
    };
    this.lifecycle = new AccountLifecycle(this.context);
  }

  public async create(who: Owner, request: AccountRequest): Promise<string> {
    await this.begin(who, request);
    return this.finish(who, request);
  }

  /** CloudFormation's Create; nothing is looked at yet. */
  public async begin(who: Owner, request: AccountRequest): Promise<void> {
    await this.undying(() => this.lifecycle.requestCreate(who, request));
  }

  public async update(who: Owner, request: AccountRequest, before: AccountRequest): Promise<string> {
    await this.undying(() => this.lifecycle.requestUpdate(who, request, before));
    return this.finish(who, request);
  }

  public async remove(who: Owner, request: AccountRequest): Promise<void> {
    await this.undying(() => this.lifecycle.requestDelete(who, request));
    for (let count = 0; count < 200; count++) {
      if ((await this.undying(() => this.lifecycle.reconcileDelete(who, request))).done) return;
      this.clock.now += 15_000;
    }
    throw new Error('an hour is over');
  }

  /** Asks again every fifteen seconds, as the framework does. */
  public async finish(who: Owner, request: AccountRequest): Promise<string> {
    for (let count = 0; count < 200; count++) {
      const accountId = await this.look(who, request);
      if (accountId) return accountId;
      this.clock.now += 15_000;
    }
    throw new Error('an hour is over');
  }

  /** Asks once; what is transient means "not yet". */
  public async look(who: Owner, request: AccountRequest): Promise<string | undefined> {
    try {
      const progress = await this.undying(() => this.lifecycle.reconcile(who, request));
      return progress.done ? progress.result.accountId : undefined;
    } catch (error) {
      if (isTransient(error)) return undefined;
      throw error;
    }
  }

  public async record(request: AccountRequest): Promise<AccountRecord | undefined> {
    return this.registry.read<AccountRecord>(accountKey(request));
  }

  /** When the process dies, CloudFormation's event comes again. */
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
