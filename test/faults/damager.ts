import { DECLARED_UNIT, REPOSITORY } from './apps';
import type { EnvironmentSpec } from './apps';
import { LIVE_KINDS, UNIT_KINDS } from './damage';
import type { Damage, DamageKind } from './damage';
import type { FaultHarness } from './fault-harness';
import { ownerTagValue } from '../../lambda/account/record';
import { accountKey } from '../../lambda/registry/account';
import { environmentKey } from '../../lambda/registry/environment';
import { leaseKey } from '../../lambda/registry/lease';
import { pipelineKey } from '../../lambda/registry/pipeline';
import { routeKey } from '../../lambda/registry/route';
import type { Item } from '../../rehearsal/services/dynamodb/expressions';
import type { SimulatedAccount } from '../../rehearsal/services/organizations/service';
import type { AccountRequest } from '../../src/account/contract';
import type { PipelineRequest } from '../../src/pipeline/contract';
import { NAMES as CONTRACT } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const BOOTSTRAP = 'CDKToolkit';
const OWNER_TAG = 'org-environments:registry-key';
const ACCESS_ROLE = 'OrganizationAccountAccessRole';

/** Damages environments, and does by hand what only a person can do about it. */
export class Damager {
  /** Names of the environments that were damaged. */
  public readonly damaged = new Set<string>();
  /** How often each kind of damage was done. */
  public readonly done: Partial<Record<DamageKind, number>> = {};
  private readonly backups: (readonly Item[])[] = [];

  public constructor(private readonly harness: FaultHarness) {}

  /** Remembers what the registry has now, for a later restore. */
  public backUp(): void {
    const { tableName } = this.harness;
    if (tableName !== undefined) this.backups.push(this.harness.simulation.tables.items(...place(tableName)));
  }

  /** Damages an environment as it was deployed last. Returns whether there was something to damage. */
  public async inflict({ kind, name }: Damage, environment: EnvironmentSpec | undefined): Promise<boolean> {
    const isDone = await this.damageOne(kind, environment);
    if (!isDone) return false;
    this.damaged.add(name);
    this.done[kind] = (this.done[kind] ?? 0) + 1;
    return true;
  }

  private async damageOne(kind: DamageKind, environment: EnvironmentSpec | undefined): Promise<boolean> {
    const { declaredUnit, live } = this.harness;
    if (isOneOf(LIVE_KINDS, kind)) return live.damage(kind);
    if (kind === 'registry emptied' || kind === 'registry restored') return this.damageRegistry(kind);
    if (!environment) return false;
    if (isOneOf(UNIT_KINDS, kind)) {
      return environment.organizationalUnit === DECLARED_UNIT && declaredUnit.damage(kind);
    }
    return this.damage(kind, environment);
  }

  /** What a person does: AWS Support opens accounts, and what stands in the way of a repair is removed. */
  public async repairByHand(): Promise<void> {
    const { simulation: { organizations, iam }, hasNewerRegistry, tableName } = this.harness;
    this.harness.declaredUnit.repairByHand();
    this.harness.live.repairByHand();
    const isRegistryLost = hasNewerRegistry || tableName === undefined;
    for (const { accountId, joined, email } of organizations.accounts) {
      if (joined !== 'CREATED') continue;
      if (isRegistryLost) this.tagAgain(accountId, email);
      if (isShut(organizations.account(accountId))) organizations.reinstate(accountId);
      if (!iam.roleNamed(accountId, ACCESS_ROLE)) organizations.putAccessRole(accountId);
      await this.clearForBaseline(accountId);
      this.removeRetainedBuckets(accountId);
    }
  }

  /** Without a record, only its tag says that an account is ours. */
  private tagAgain(accountId: string, email: string): void {
    const { tree } = this.harness.simulation.organizations;
    const account = tree.account(accountId);
    const tag = ownerTagValue(accountKey({ kind: 'vended', email } as AccountRequest), CICD_ACCOUNT);
    if (account) tree.putAccount({ ...account, tags: { ...account.tags, [OWNER_TAG]: tag } });
  }

  /** Deletes a stack in an account, as an error advises. */
  public async deleteStack(accountId: string, name: string): Promise<void> {
    this.harness.accountsWithoutOperator.add(accountId);
    await this.removeStack(accountId, name);
  }

  /** The bootstrap uses policies of the baseline, so both are deleted if the baseline is half deleted. */
  private async clearForBaseline(accountId: string): Promise<void> {
    if (this.statusOf(accountId, CONTRACT.baselineStack) !== 'DELETE_FAILED') return;
    await this.removeStack(accountId, BOOTSTRAP);
    await this.removeStack(accountId, CONTRACT.baselineStack);
  }

  /** Templates retain their buckets, whose names are fixed. */
  private removeRetainedBuckets(accountId: string): void {
    const { s3 } = this.harness.simulation;
    const buckets = {
      [BOOTSTRAP]: `cdk-hnb659fds-assets-${accountId}-${REGION}`,
      [CONTRACT.baselineStack]: `${CONTRACT.artifactBucketPrefix}${accountId}-${REGION}`,
    };
    for (const [stackName, bucket] of Object.entries(buckets)) {
      const status = this.statusOf(accountId, stackName);
      const isMissing = status === undefined || /^ROLLBACK_COMPLETE$|^CREATE_FAILED$/.test(status);
      if (isMissing && s3.bucket(bucket)) s3.removeBucket(bucket);
    }
  }

  private damageRegistry(kind: 'registry emptied' | 'registry restored'): boolean {
    const { tableName } = this.harness;
    if (tableName === undefined) return false;
    const items = kind === 'registry emptied' ? [] : this.backups[0];
    if (!items) return false;
    this.harness.loseLeftovers(items);
    this.harness.simulation.tables.restore(...place(tableName), items);
    this.harness.hasLostRegistry = true;
    this.harness.live.forgetRelease();
    return true;
  }

  private async damage(kind: DamageKind, environment: EnvironmentSpec): Promise<boolean> {
    const { simulation: { organizations } } = this.harness;
    const account = organizations.accounts.find(({ email }) => email === environment.email);
    if (kind.startsWith('branch')) return this.damageBranch(kind, environment.branchName);
    if (!account) return false;
    if (kind.endsWith('record deleted')) return this.deleteRecord(kind, account, environment);
    return this.damageAccount(kind, account, environment);
  }

  private async damageAccount(
    kind: DamageKind, account: SimulatedAccount, { name }: EnvironmentSpec,
  ): Promise<boolean> {
    const { simulation: { organizations, iam, clock } } = this.harness;
    const { accountId } = account;
    const change = (changes: Partial<SimulatedAccount>): boolean =>
      organizations.tree.putAccount({ ...account, ...changes }) !== undefined;
    switch (kind) {
      case 'account suspended':
        return account.state === 'ACTIVE' && change({ state: 'SUSPENDED' });
      case 'account reinstated':
        return account.state === 'SUSPENDED' && change({ state: 'ACTIVE' });
      case 'account closed':
        return account.state === 'ACTIVE' && change({ state: 'CLOSED', closedAt: clock.now() });
      case 'account moved':
        return change({ parentId: organizations.tree.rootId });
      case 'account untagged':
        this.harness.untaggedAccounts.add(accountId);
        return change({ tags: {} });
      case 'access role deleted':
        iam.removeRole(`arn:aws:iam::${accountId}:role/${ACCESS_ROLE}`);
        return true;
      case 'bootstrap deleted':
        return this.removeStack(accountId, BOOTSTRAP);
      case 'baseline deleted':
        return this.removeStack(accountId, CONTRACT.baselineStack);
      case 'pipeline stack deleted':
        this.harness.accountsWithoutOperator.add(accountId);
        return this.removeStack(accountId, `org-environments-pipeline-${name}`);
      default:
        throw new Error(`'${kind}' does not damage an account`);
    }
  }

  private async damageBranch(kind: DamageKind, branchName: string): Promise<boolean> {
    const git = this.harness.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    const [head, main] = [await git.head(branchName), await git.head('main')];
    if (head === undefined || main === undefined) return false;
    await this.harness.recordHeads();
    if (kind === 'branch deleted') {
      await git.moveBranch(branchName, head, undefined);
    } else {
      const author = { name: 'dev', email: 'dev@example.com', at: this.harness.simulation.clock.now() };
      const put = [{ path: 'rewritten.txt', content: Buffer.from(`${head}\n`), mode: '100644' as const }];
      const { commitId } = await git.commit({ parent: main, message: 'rewritten', author, put, remove: [] });
      await git.moveBranch(branchName, head, commitId);
      this.harness.simulation.codecommit.pushed(
        CICD_ACCOUNT, REGION, REPOSITORY, `${head} ${commitId} refs/heads/${branchName}`,
      );
    }
    await this.harness.forgetLostHeads();
    return true;
  }

  private deleteRecord(kind: DamageKind, account: SimulatedAccount, environment: EnvironmentSpec): boolean {
    const { tableName, simulation: { tables } } = this.harness;
    if (tableName === undefined) return false;
    const { accountId, email } = account;
    const { name, branchName } = environment;
    const key = {
      'lease record deleted': leaseKey(accountId),
      'route record deleted': routeKey(`arn:aws:codecommit:${REGION}:${CICD_ACCOUNT}:${REPOSITORY}`, branchName),
      'account record deleted': accountKey({ kind: 'vended', email } as AccountRequest),
      'stack record deleted': pipelineKey({
        accountId, region: REGION, environment: { environmentName: name } as PipelineRequest['environment'],
      }),
      'environment record deleted': environmentKey(name),
    }[kind as string];
    const items = tables.items(...place(tableName));
    const kept = items.filter(({ pk }) => pk !== key);
    tables.restore(...place(tableName), kept);
    if (kind === 'account record deleted') this.harness.hasLostAccounts = true;
    if (kind === 'environment record deleted') this.harness.lostEnvironments.add(name);
    return kept.length < items.length;
  }

  private async removeStack(accountId: string, name: string): Promise<boolean> {
    const { cloudformation } = this.harness.simulation;
    const stack = cloudformation.find(accountId, REGION, name);
    await stack?.operation;
    if (!stack || stack.deleted) return false;
    // an administrator uses another role, because that of the last operation may be deleted
    stack.roleArn = undefined;
    await cloudformation.remove(accountId, REGION, name);
    return true;
  }

  private statusOf(accountId: string, name: string): string | undefined {
    const stack = this.harness.simulation.cloudformation.find(accountId, REGION, name);
    return stack?.deleted ? undefined : stack?.status;
  }
}

function place(tableName: string): readonly [string, string, string] {
  return [CICD_ACCOUNT, REGION, tableName];
}

function isShut(account: SimulatedAccount | undefined): boolean {
  return account?.state === 'SUSPENDED' || account?.state === 'CLOSED';
}

function isOneOf<Kind extends string>(kinds: readonly Kind[], kind: string): kind is Kind {
  return kinds.some(other => other === kind);
}
