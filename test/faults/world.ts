import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Apps, AppSpec, EnvironmentSpec } from './apps';
import { Operator } from './operator';
import type { Schedule } from './schedule';
import { deployAssembly, destroyAssembly } from '../../rehearsal/assembly/deployer';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import { finishOperations } from '../../rehearsal/assembly/unfinished';
import type { Clock } from '../../rehearsal/clock';
import type { Stack, StackEvent } from '../../rehearsal/cloudformation/stack';
import { Injector } from '../../rehearsal/faults/injector';
import { randomOf } from '../../rehearsal/faults/random';
import type { Transport } from '../../rehearsal/service';
import { Simulation } from '../../rehearsal/simulation';
import { CICD_ACCOUNT, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, REGION } from '../fixtures/app';

export const REPOSITORY = 'shop';

const APPLICATION = 'Web';
const PARAMETER = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'web' } };

/** A simulated organization in which things go wrong. */
export class FaultyWorld {
  public static async start(apps: Apps, { seed, readySeconds, roleSeconds }: Omit<Schedule, 'steps'>): Promise<FaultyWorld> {
    const random = randomOf(seed);
    const injector = new Injector(({ name }) => name === 'Cicd');
    const simulation = await Simulation.start({
      managementAccountId: MANAGEMENT_ACCOUNT,
      organizationId: ORGANIZATION_ID,
      organizationalUnits: ['Workloads/Prod', 'Workloads/Test'],
      readySeconds,
      roleSeconds,
      virtual: { direct: true, random, transport: (call, send) => travel(call, send) },
    });
    const travel = slowly(simulation.clock, random, injector.transport);
    injector.attach(simulation);
    // a push may come while its rule is being made or removed
    simulation.events.onUndelivered = () => undefined;
    const world = new FaultyWorld(simulation, injector, apps);
    simulation.cloudformation.onEvent(event => {
      world.noteAbandoned(event);
      world.noteEnd(event);
    });
    simulation.server.onCall = () => {
      world.noteClashes();
      world.noteHaste();
    };
    await world.seedRepository();
    return world;
  }

  /** Every commit that ever was the head of a branch. */
  public readonly heads = new Set<string>();
  public readonly operator: Operator;
  /** Environments that had two open pipelines at some moment. */
  public readonly clashes = new Set<string>();

  /** Accounts in which applications were deleted while the pipeline let commits through. */
  public readonly hasty = new Set<string>();

  private readonly abandoned = new Map<string, string | undefined>();

  private constructor(public readonly simulation: Simulation, public readonly injector: Injector, private readonly apps: Apps) {
    this.operator = new Operator(simulation);
  }

  /** Deploys as a user does who reads what he is told: a rollback or a deletion that has failed is finished first. */
  public async deploy(spec: AppSpec): Promise<DeploymentResult> {
    await this.finishOperation();
    return deployAssembly(this.simulation, this.apps.assembly(spec));
  }

  public async destroy(spec: AppSpec): Promise<DeploymentResult> {
    return destroyAssembly(this.simulation, this.apps.assembly(spec));
  }

  /** What the registry of the app holds; nothing as long as the app is not deployed. */
  public get registry(): readonly Readonly<Record<string, unknown>>[] {
    const stack = this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd');
    const table = [...stack?.resources.values() ?? []].find(({ type }) => type.startsWith('AWS::DynamoDB::'));
    return table ? this.simulation.tables.items(CICD_ACCOUNT, REGION, table.id) : [];
  }

  /** Whether the app was deployed from nothing more than once: then its memory is younger than its accounts. */
  public get hasForgotten(): boolean {
    return this.simulation.cloudformation.all.filter(({ name }) => name === 'Cicd').length > 1;
  }

  public get isBeingRemoved(): boolean {
    return this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.status.startsWith('DELETE') === true;
  }

  /** Whether a resource of the app's stack has this branch. */
  public hasBranch(logicalId: string, branchName: string): boolean {
    const resource = this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.get(logicalId);
    return resource !== undefined && JSON.stringify(resource.properties).includes(`"${branchName}"`);
  }

  /** Resources that CloudFormation has given up to delete: nobody will ever tell our functions that they are gone. */
  public get leftBehind(): boolean {
    return this.abandoned.size > 0;
  }

  /** Deploys an application as a pipeline does it, where there is a pipeline and no application yet. */
  public async release({ name, email }: EnvironmentSpec): Promise<void> {
    const { organizations, codepipeline, cloudformation } = this.simulation;
    const accountId = organizations.accounts.find(account => account.email === email && account.joined === 'CREATED')?.accountId;
    if (accountId === undefined || !codepipeline.find(accountId, REGION, name)) return;
    if (this.applications.some(stack => stack.accountId === accountId)) return;
    const roleArn = `arn:aws:iam::${accountId}:role/cdk-hnb659fds-cfn-exec-role-${accountId}-${REGION}`;
    const body = JSON.stringify({ Resources: { Web: PARAMETER } });
    await cloudformation.create({ accountId, region: REGION, name: APPLICATION, body, roleArn });
  }

  /** The applications that are there. */
  public get applications(): readonly Stack[] {
    return this.simulation.cloudformation.all.filter(({ name, deleted }) => name === APPLICATION && !deleted);
  }

  public emailOf(accountId: string): string | undefined {
    return this.simulation.organizations.accounts.find(account => account.accountId === accountId)?.email;
  }

  /** Somebody works on a branch. */
  public async push(branchName: string): Promise<void> {
    const { codecommit } = this.simulation;
    const git = codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    const parent = await git.head(branchName);
    if (parent === undefined) return;
    const content = Buffer.from(`${parent}\n`);
    const author = { name: 'dev', email: 'dev@example.com', at: this.simulation.clock.now() };
    const { commitId } = await git.commit({ parent, message: 'work', author, put: [{ path: 'work.txt', content, mode: '100644' }], remove: [] });
    await git.moveBranch(branchName, parent, commitId);
    codecommit.pushed(CICD_ACCOUNT, REGION, REPOSITORY, `${parent} ${commitId} refs/heads/${branchName}`);
  }

  /** Remembers where the branches are. */
  public async noteHeads(): Promise<void> {
    for (const { commitId } of await this.simulation.codecommit.branches(CICD_ACCOUNT, REGION, REPOSITORY)) this.heads.add(commitId);
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
  }

  /** What must hold at every moment: of one environment, one pipeline at most lets commits through. */
  private noteClashes(): void {
    if (this.leftBehind) return;
    const open = this.simulation.codepipeline.present.filter(({ closed }) => closed.size === 0).map(({ name }) => name);
    for (const name of open) if (open.indexOf(name) !== open.lastIndexOf(name)) this.clashes.add(name);
  }

  /** And nothing is deployed any more once what was deployed goes. */
  private noteHaste(): void {
    const going = this.applications.filter(({ status }) => status === 'DELETE_IN_PROGRESS').map(({ accountId }) => accountId);
    const open = this.simulation.codepipeline.present.filter(({ closed }) => closed.size === 0).map(({ accountId }) => accountId);
    for (const accountId of going) if (open.includes(accountId)) this.hasty.add(accountId);
  }

  /** With the app goes the memory of who was halted, be it that the next deployment finishes a removal that has failed. */
  private noteEnd({ type, logicalId, status }: StackEvent): void {
    if (type === 'AWS::CloudFormation::Stack' && logicalId === 'Cicd' && status === 'DELETE_COMPLETE') this.operator.forget();
  }

  /** Another resource with the same logical id, which was never made, takes nothing along when it goes. */
  private noteAbandoned({ type, logicalId, id, status }: StackEvent): void {
    if (!type.startsWith('Custom::')) return;
    if (status === 'DELETE_FAILED') this.abandoned.set(logicalId, id);
    if (status === 'CREATE_COMPLETE' || (status === 'DELETE_COMPLETE' && this.abandoned.get(logicalId) === id)) this.abandoned.delete(logicalId);
  }

  private async finishOperation(): Promise<void> {
    await finishOperations(this.simulation, [{ accountId: CICD_ACCOUNT, region: REGION, name: 'Cicd' }]);
  }

  private async seedRepository(): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'fault-repository-'));
    writeFileSync(join(folder, 'README.md'), 'the shop\n');
    await this.simulation.codecommit.seed(CICD_ACCOUNT, REGION, REPOSITORY, folder);
    rmSync(folder, { recursive: true });
    const git = this.simulation.codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    await git.moveBranch('next', undefined, await git.head('main'));
    await this.noteHeads();
  }
}

/** Every call takes some time, so that others overtake it. */
function slowly(clock: Clock, random: () => number, transport: Transport): Transport {
  return async (call, send) => {
    await clock.sleep(0.01 + random() * 0.15);
    const answer = await transport(call, send);
    if (call.service !== 'http') await clock.sleep(0.01 + random() * 0.15);
    return answer;
  };
}
