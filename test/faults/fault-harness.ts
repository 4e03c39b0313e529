import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './apps';
import type { Apps, AppSpec, EnvironmentSpec } from './apps';
import { Live } from './live';
import { Operator } from './operator';
import type { Schedule } from './schedule';
import { DeclaredUnit } from './units';
import { leftoverKey } from '../../lambda/registry/leftover';
import { deployAssembly, destroyAssembly } from '../../rehearsal/assembly/deployer';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import { retryFailedOperations } from '../../rehearsal/assembly/retry-failed-operations';
import type { Clock } from '../../rehearsal/core/clock';
import type { Transport } from '../../rehearsal/core/service';
import { FaultInjector } from '../../rehearsal/faults/injector';
import { randomOf } from '../../rehearsal/faults/random';
import type { Stack, StackEvent } from '../../rehearsal/services/cloudformation/stack';
import type { Pipeline as SimulatedPipeline } from '../../rehearsal/services/codepipeline/pipeline';
import { Simulation } from '../../rehearsal/simulation';
import { RECORDS } from '../../src/registry/contract';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION } from '../fixtures/app';

/** Name of the table of a restored registry. */
const RESTORED = 'restored';

const APPLICATION = 'Web';
const PARAMETER = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'web' } };

/** A simulated organization with an app and injected faults. */
export class FaultHarness {
  public static async start(
    apps: Apps,
    { seed, readySeconds, roleSeconds }: Pick<Schedule, 'seed' | 'readySeconds' | 'roleSeconds'>,
  ): Promise<FaultHarness> {
    const random = randomOf(seed);
    const injector = new FaultInjector(({ name }) => name === 'Cicd');
    const simulation = await Simulation.start({
      managementAccountId: MANAGEMENT_ACCOUNT,
      organizationId: ORGANIZATION_ID,
      organizationalUnits: ['Workloads/Prod', 'Workloads/Test'],
      readySeconds,
      roleSeconds,
      virtual: { direct: true, random, transport: (call, send) => transport(call, send) },
    });
    const transport = withLatency(simulation.clock, random, injector.transport);
    injector.attach(simulation);
    // a push may be delivered while its rule is being created or deleted
    simulation.events.onUndelivered = () => undefined;
    const harness = new FaultHarness(simulation, injector, apps);
    simulation.cloudformation.onEvent(event => {
      harness.recordAbandoned(event);
      harness.recordDropped(event);
      harness.resetOperator(event);
      harness.recordLostLeftovers(event);
    });
    simulation.server.onCall = () => {
      harness.recordDuplicatePipelines();
      harness.recordPrematureDeletions();
    };
    await harness.seedRepository();
    return harness;
  }

  /** Every commit that was the head of a branch. */
  public readonly heads = new Set<string>();
  public readonly operator: Operator;
  public readonly live = new Live(this);
  public readonly declaredUnit = new DeclaredUnit(this);
  /** Ids of the accounts whose application was deployed by the environment that they have. */
  public readonly released = new Set<string>();
  /** Environments that had two enabled pipelines at the same time. */
  public readonly duplicatePipelines = new Set<string>();
  /** Accounts in which an application was deleted while its pipeline was enabled. */
  public readonly prematureDeletions = new Set<string>();

  /** Whether records of all environments were lost. */
  public hasLostRegistry = false;
  /** Whether the record of an account was lost: its tag and its e-mail find it again. */
  public hasLostAccounts = false;
  /** Accounts whose tags were removed by hand. */
  public readonly untaggedAccounts = new Set<string>();
  /** Accounts whose pipeline was deleted by hand, with the role that deletes artifacts: they expire. */
  public readonly accountsWithoutOperator = new Set<string>();
  /** Environments whose record was lost: a new pipeline does not know the former one until a check. */
  public readonly lostEnvironments = new Set<string>();
  private restoredRegistry?: string;
  private hasLostLeftovers = false;
  private readonly abandoned = new Map<string, string | undefined>();
  /** What abandoned resources depend on: CloudFormation has dropped it without an event. */
  private readonly dropped = new Set<string>();

  private constructor(
    public readonly simulation: Simulation,
    public readonly injector: FaultInjector,
    private readonly apps: Apps,
  ) {
    this.operator = new Operator(simulation);
  }

  /** Deploys an app; like a user, it first finishes a rollback or a deletion that has failed. */
  public async deploy(spec: AppSpec): Promise<DeploymentResult> {
    await this.finishOperation();
    return deployAssembly(this.simulation, this.apps.assembly(spec, this.restoredRegistry));
  }

  public async destroy(spec: AppSpec): Promise<DeploymentResult> {
    return destroyAssembly(this.simulation, this.apps.assembly(spec, this.restoredRegistry));
  }

  /** The name of the registry of the app; undefined while the app is not deployed. */
  public get tableName(): string | undefined {
    const stack = this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    if (stack === undefined || stack.deleted) return undefined;
    // a rollback returns to the former registry
    return [...stack.resources.values()].find(({ type }) => type.startsWith('AWS::DynamoDB::'))?.id
      ?? this.restoredRegistry;
  }

  /** The records in the registry of the app; none while the app is not deployed. */
  public get registry(): readonly Readonly<Record<string, unknown>>[] {
    const { tableName } = this;
    return tableName === undefined ? [] : this.simulation.tables.items(CICD_ACCOUNT, REGION, tableName);
  }

  /** Restores what the registry has to another table, which the next deployment uses: DynamoDB has no other way. */
  public restoreRegistry(): void {
    const { tableName } = this;
    if (tableName === undefined) return;
    const { tables } = this.simulation;
    const items = tables.items(CICD_ACCOUNT, REGION, tableName);
    tables.restoreAs(CICD_ACCOUNT, REGION, tableName, RESTORED, items);
    this.restoredRegistry = RESTORED;
  }

  /** Whether the registry is newer than the accounts: its records were lost, or the app was deployed again. */
  public get hasNewerRegistry(): boolean {
    const deployments = this.simulation.cloudformation.all.filter(({ name }) => name === 'Cicd').length;
    return this.hasLostRegistry || this.hasLostAccounts || deployments > 1;
  }

  public get isBeingDeleted(): boolean {
    return this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.status.startsWith('DELETE') === true;
  }

  /** The pipelines that accept commits. */
  public get enabledPipelines(): readonly SimulatedPipeline[] {
    return this.simulation.codepipeline.present.filter(({ disabledTransitions }) => disabledTransitions.size === 0);
  }

  /** Whether the properties of a resource in the app's stack name this branch. */
  public hasBranch(logicalId: string, branchName: string): boolean {
    const resource = this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.get(logicalId);
    return resource !== undefined && JSON.stringify(resource.properties).includes(`"${branchName}"`);
  }

  /**
   * Whether our functions receive no other event for something that remains: CloudFormation gave up to delete it, or
   * the app was destroyed with the registry that knew it.
   */
  public get hasAbandonedResources(): boolean {
    return this.abandoned.size > 0 || this.dropped.size > 0 || this.hasLostLeftovers;
  }

  /** Deploys an application as a pipeline does it, if there is a pipeline and no application yet. */
  public async release({ name, email }: EnvironmentSpec): Promise<void> {
    const { organizations, codepipeline, cloudformation } = this.simulation;
    const account = organizations.accounts.find(other => other.email === email && other.joined === 'CREATED');
    const accountId = account?.accountId;
    if (accountId === undefined || !codepipeline.find(accountId, REGION, name)) return;
    if (this.applications.some(stack => stack.accountId === accountId)) return;
    const roleArn = `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`;
    const body = JSON.stringify({ Resources: { Web: PARAMETER } });
    await cloudformation.create({ accountId, region: REGION, name: APPLICATION, body, roleArn });
    this.released.add(accountId);
  }

  /** Forgets what was deployed in accounts that have no environment any more. */
  public keepReleased(environments: readonly EnvironmentSpec[]): void {
    for (const accountId of this.released) {
      if (!environments.some(({ email }) => email === this.emailOf(accountId))) this.released.delete(accountId);
    }
  }

  /** The application stacks that exist. */
  public get applications(): readonly Stack[] {
    return this.simulation.cloudformation.all.filter(({ name, deleted }) => name === APPLICATION && !deleted);
  }

  public emailOf(accountId: string): string | undefined {
    return this.simulation.organizations.accounts.find(account => account.accountId === accountId)?.email;
  }

  /** Pushes a commit to a branch, if the branch exists. */
  public async push(branchName: string): Promise<void> {
    const { codecommit } = this.simulation;
    const git = codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    const parent = await git.head(branchName);
    if (parent === undefined) return;
    const put = [{ path: 'work.txt', content: Buffer.from(`${parent}\n`), mode: '100644' as const }];
    const author = { name: 'dev', email: 'dev@example.com', at: this.simulation.clock.now() };
    const { commitId } = await git.commit({ parent, message: 'work', author, put, remove: [] });
    await git.moveBranch(branchName, parent, commitId);
    codecommit.pushed(CICD_ACCOUNT, REGION, REPOSITORY, `${parent} ${commitId} refs/heads/${branchName}`);
  }

  /** Adds the current heads of all branches to `heads`. */
  public async recordHeads(): Promise<void> {
    const branches = await this.simulation.codecommit.branches(CICD_ACCOUNT, REGION, REPOSITORY);
    for (const { commitId } of branches) this.heads.add(commitId);
  }

  /** Removes from `heads` what no branch has any more: a person has deleted or overwritten the branch. */
  public async forgetLostHeads(): Promise<void> {
    const reachable = await this.reachableCommits();
    for (const commitId of this.heads) if (!reachable.has(commitId)) this.heads.delete(commitId);
  }

  /** All commits that the branches contain. */
  public async reachableCommits(): Promise<ReadonlySet<string>> {
    const git = this.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    const reachable = new Set<string>();
    const pending = (await git.branches()).map(({ commitId }) => commitId);
    for (let commitId = pending.pop(); commitId !== undefined; commitId = pending.pop()) {
      if (!reachable.has(commitId)) pending.push(...(await git.details(commitId)).parents);
      reachable.add(commitId);
    }
    return reachable;
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
  }

  /** Checks at every call that an environment has at most one enabled pipeline. */
  private recordDuplicatePipelines(): void {
    if (this.hasAbandonedResources || this.hasLostRegistry) return;
    const open = this.enabledPipelines.filter(({ name }) => !this.lostEnvironments.has(name));
    const names = open.filter(pipeline => this.canRun(pipeline)).map(({ name }) => name);
    for (const name of names) if (names.indexOf(name) !== names.lastIndexOf(name)) this.duplicatePipelines.add(name);
  }

  /** Not in an account that is closed; the next look at the status closes what was left there. */
  private canRun({ accountId, name }: SimulatedPipeline): boolean {
    const key = leftoverKey(`${RECORDS.pipeline}${accountId}#${REGION}#${name}`);
    const { state } = this.simulation.organizations.account(accountId) ?? {};
    return state === 'ACTIVE' && !this.registry.some(({ pk }) => pk === key);
  }

  /** Checks at every call that the pipeline of an application that is being deleted is disabled. */
  private recordPrematureDeletions(): void {
    if (this.hasLostRegistry) return;
    const deleting = this.applications.filter(({ status }) => status === 'DELETE_IN_PROGRESS');
    const enabled = this.enabledPipelines.map(({ accountId }) => accountId);
    for (const { accountId } of deleting) if (enabled.includes(accountId)) this.prematureDeletions.add(accountId);
  }

  /** The registry, which records what is halted, is deleted with the app. */
  private resetOperator({ type, logicalId, status }: StackEvent): void {
    const isApp = type === 'AWS::CloudFormation::Stack' && logicalId === 'Cicd';
    if (!isApp || status !== 'DELETE_COMPLETE') return;
    this.operator.reset();
    this.live.forgetRelease();
  }

  /** Without its record, nothing knows what an earlier deletion has left in an account. */
  public loseLeftovers(remaining: readonly Readonly<Record<string, unknown>>[]): void {
    const isLost = ({ pk }: Readonly<Record<string, unknown>>): boolean => remaining.every(other => other.pk !== pk);
    const leftovers = this.registry.filter(({ pk }) => String(pk).startsWith(RECORDS.leftover));
    this.hasLostLeftovers ||= leftovers.some(isLost);
  }

  /** The next app has another registry, which does not know what the deletion of this one has left in accounts. */
  private recordLostLeftovers({ type, id, status }: StackEvent): void {
    if (!type.startsWith('AWS::DynamoDB::') || status !== 'DELETE_SKIPPED' || id === undefined) return;
    const records = this.simulation.tables.items(CICD_ACCOUNT, REGION, id);
    if (records.some(({ pk }) => String(pk).startsWith(RECORDS.leftover))) this.hasLostLeftovers = true;
  }

  /**
   * A resource with the same logical id and another physical id does not delete the abandoned one. What an abandoned
   * resource depends on receives no event either, so the creation of the resource alone changes nothing.
   */
  private recordAbandoned({ type, logicalId, id, status }: StackEvent): void {
    if (!type.startsWith('Custom::')) return;
    if (status === 'DELETE_FAILED') this.abandoned.set(logicalId, id);
    if (status === 'DELETE_COMPLETE' && this.abandoned.get(logicalId) === id) this.abandoned.delete(logicalId);
  }

  private recordDropped({ type, logicalId, status }: StackEvent): void {
    if (status === 'CREATE_COMPLETE' || status === 'DELETE_COMPLETE') this.dropped.delete(logicalId);
    if (type !== 'AWS::CloudFormation::Stack' || !/^UPDATE_(ROLLBACK_)?COMPLETE$/.test(status)) return;
    const stack = this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    for (const resource of stack?.states.values() ?? []) {
      const isPresent = !resource.status.startsWith('DELETE') && resource.status.endsWith('COMPLETE');
      const isDropped = isPresent && stack?.resources.has(resource.logicalId) === false;
      if (isDropped && resource.type.startsWith('Custom::')) this.dropped.add(resource.logicalId);
    }
  }

  private async finishOperation(): Promise<void> {
    await retryFailedOperations(this.simulation, [{ accountId: CICD_ACCOUNT, region: REGION, name: 'Cicd' }]);
  }

  private async seedRepository(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'fault-repository-'));
    writeFileSync(join(folder, 'README.md'), 'the shop\n');
    await this.simulation.codecommit.seed(CICD_ACCOUNT, REGION, REPOSITORY, folder);
    rmSync(folder, { recursive: true });
    const git = this.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    await git.moveBranch('next', undefined, await git.head('main'));
    await this.recordHeads();
  }
}

/** Adds a random latency to every call, so that concurrent calls finish in any order. */
function withLatency(clock: Clock, random: () => number, transport: Transport): Transport {
  return async (call, send) => {
    await clock.sleep(0.01 + random() * 0.15);
    const answer = await transport(call, send);
    if (call.service !== 'http') await clock.sleep(0.01 + random() * 0.15);
    return answer;
  };
}
