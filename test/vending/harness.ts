import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { ApprovalResult } from '@aws-sdk/client-codepipeline';
import { CodePipelineClient, GetPipelineStateCommand, PutApprovalResultCommand } from '@aws-sdk/client-codepipeline';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { TableRegistry } from '../../lambda/registry/table';
import { deployAssembly, destroyAssembly } from '../../rehearsal/assembly/deployer';
import type { DeploymentResult } from '../../rehearsal/assembly/deployer';
import { Simulation } from '../../rehearsal/simulation';
import type { SimulationOptions } from '../../rehearsal/simulation-options';
import { OrganizationAccessRole } from '../../src';
import type { CicdProps } from '../fixtures/app';
import { CICD_ACCOUNT, Cicd, MANAGEMENT_ACCOUNT, ORGANIZATION_ID, quickApp, REGION } from '../fixtures/app';
import type { LeanHandlers } from '../fixtures/lean-handlers';
import { replaceHandlers, leanHandlers } from '../fixtures/lean-handlers';

export const REPOSITORY = 'shop';

let lean: LeanHandlers | undefined;

/** Synthesis takes most of the time of a deployment, so the app that a function defines is synthesized once. */
const assemblies = new Map<string, WeakMap<Definition, string>>();

type Definition = (cicd: Cicd) => void;

/** Options for tests with other processes or network calls, which cannot use virtual time. */
export const IN_REAL_TIME = { scale: 180, inProcess: { direct: true } };

export interface HarnessOptions extends Partial<SimulationOptions> {
  /** Files of the repository; if empty, it has no commit. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files in place of handlers, by the name of the handler; the same ones in all tests of a file. */
  readonly stubs?: Readonly<Record<string, string>>;
}

/** A simulated AWS in which apps are synthesized and deployed. */
export class Harness {
  public static async start({
    files = { 'README.md': 'the shop\n' },
    stubs,
    ...options
  }: HarnessOptions = {}): Promise<Harness> {
    const folder = mkdtempSync(join(tmpdir(), 'vending-'));
    const simulation = await Simulation.start({
      managementAccountId: MANAGEMENT_ACCOUNT,
      organizationId: ORGANIZATION_ID,
      organizationalUnits: ['Workloads/Prod', 'Workloads/Test'],
      builds: false,
      ...(options.scale === undefined && { virtual: { direct: true } }),
      ...options,
    });
    const harness = new Harness(simulation, folder, stubs);
    await harness.seed(files);
    return harness;
  }

  private syntheses = 0;

  private constructor(
    public readonly simulation: Simulation,
    public readonly folder: string,
    private readonly stubs?: Readonly<Record<string, string>>,
  ) {}

  /** Deploys an app of a management stack and a CICD stack. `define` must always define the same. */
  public async deploy(define: Definition, props: CicdProps = {}): Promise<DeploymentResult> {
    return deployAssembly(this.simulation, this.synthesize(define, props));
  }

  public async destroy(define: Definition): Promise<DeploymentResult> {
    return destroyAssembly(this.simulation, this.synthesize(define, {}));
  }

  private get isDirect(): boolean {
    const { virtual, inProcess } = this.simulation.options;
    return (virtual ?? inProcess)?.direct === true;
  }

  private async seed(files: Readonly<Record<string, string>>): Promise<void> {
    const source = join(this.folder, `source-${this.syntheses++}`);
    mkdirSync(source);
    if (Object.keys(files).length === 0) {
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', source]);
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content);
    await this.simulation.codecommit.seed(CICD_ACCOUNT, REGION, REPOSITORY, source);
  }

  /** The ids of the created accounts, by name. */
  public get vended(): Record<string, string> {
    const created = this.simulation.organizations.accounts.filter(({ joined }) => joined === 'CREATED');
    return Object.fromEntries(created.map(({ name, accountId }) => [name, accountId]));
  }

  public async descriptor(branchName: string): Promise<unknown> {
    const file = await this.simulation.codecommit.file(
      CICD_ACCOUNT,
      REGION,
      REPOSITORY,
      branchName,
      'environment.json',
    );
    return file === undefined ? undefined : JSON.parse(file);
  }

  /** Returns a record of the registry. */
  public async record<T extends object>(key: string): Promise<T | undefined> {
    const { iam, server, cloudformation, tables } = this.simulation;
    const resources = [...(cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? [])];
    const table = resources.find(({ type }) => type === 'AWS::DynamoDB::Table')?.id ?? '';
    if (this.isDirect) return tables.items(CICD_ACCOUNT, REGION, table).find(({ pk }) => pk === key) as T | undefined;
    const credentials = iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` });
    const client = new DynamoDBClient({ endpoint: server.endpoint, region: REGION, credentials });
    return new TableRegistry(table, DynamoDBDocumentClient.from(client)).read<T>(key);
  }

  public calls(operation: string): number {
    return this.simulation.calls[operation] ?? 0;
  }

  public stackStatus(accountId: string, stackName: string): string | undefined {
    return this.simulation.cloudformation.find(accountId, REGION, stackName)?.status;
  }

  /** Pushes a commit to a branch, which is created from `main` if it does not exist; returns the commit id. */
  public async push(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    if (this.isDirect) return this.pushInMemory(branch, files);
    const clone = join(this.folder, `clone-${this.syntheses++}`);
    const identity = ['-c', 'user.name=Anna', '-c', 'user.email=anna@example.com'];
    // not execFileSync: a push calls the simulation, which runs in this process
    const git = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)('git', [...identity, ...args])).stdout.trim();
    const path = this.simulation.codecommit.path(CICD_ACCOUNT, REGION, REPOSITORY) ?? '';
    await git('clone', '--quiet', path, clone);
    const isKnown = (await git('-C', clone, 'branch', '--remotes', '--list', `origin/${branch}`)) !== '';
    await git('-C', clone, 'checkout', '--quiet', '-B', branch, isKnown ? `origin/${branch}` : 'origin/main');
    for (const [name, content] of Object.entries(files)) writeFileSync(join(clone, name), content);
    await git('-C', clone, 'add', '--all');
    await git('-C', clone, 'commit', '--quiet', '--message', 'a change');
    const before = isKnown ? await git('-C', clone, 'rev-parse', `origin/${branch}`) : '0'.repeat(40);
    const commitId = await git('-C', clone, 'rev-parse', 'HEAD');
    await git('-C', clone, 'push', '--quiet', 'origin', branch);
    // the hook of git cannot reach a simulation without a server
    if (this.simulation.options.virtual) {
      this.simulation.codecommit.received(basename(path, '.git'), `${before} ${commitId} refs/heads/${branch}`);
    }
    return commitId;
  }

  private async pushInMemory(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    const { codecommit, clock } = this.simulation;
    const git = codecommit.content(CICD_ACCOUNT, REGION, REPOSITORY);
    const before = await git.head(branch);
    const parent = before ?? (await git.head('main'));
    const put = Object.entries(files).map(([path, content]) => ({
      path,
      content: Buffer.from(content),
      mode: '100644' as const,
    }));
    const author = { name: 'Anna', email: 'anna@example.com', at: clock.now() };
    const { commitId } = await git.commit({ parent, message: 'a change', author, put, remove: [] });
    await git.moveBranch(branch, before, commitId);
    codecommit.pushed(CICD_ACCOUNT, REGION, REPOSITORY, `${before ?? '0'.repeat(40)} ${commitId} refs/heads/${branch}`);
    return commitId;
  }

  /** Returns a client with the credentials of the account's root, who may approve. */
  public pipelines(accountId: string): CodePipelineClient {
    const {
      iam,
      server: { endpoint },
    } = this.simulation;
    return new CodePipelineClient({
      endpoint,
      region: REGION,
      maxAttempts: 1,
      credentials: iam.issue({ accountId, arn: `arn:aws:iam::${accountId}:root` }),
    });
  }

  /** Approves or rejects the execution that waits for approval. */
  public async answer(pipelineName: string, accountId: string, result: ApprovalResult): Promise<void> {
    const client = this.pipelines(accountId);
    const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name: pipelineName }));
    const token = stageStates.find(({ stageName }) => stageName === 'Approve')?.actionStates?.[0].latestExecution
      ?.token;
    await client.send(
      new PutApprovalResultCommand({ pipelineName, stageName: 'Approve', actionName: 'Approve', token, result }),
    );
  }

  /** Returns the logical ids of the resources that a deleted stack retained. */
  public keptResources(accountId: string, stackName: string): string[] {
    const { events = [] } = this.simulation.cloudformation.find(accountId, REGION, stackName) ?? {};
    return events.filter(({ status }) => status === 'DELETE_SKIPPED').map(({ logicalId }) => logicalId);
  }

  public async stop(): Promise<void> {
    await this.simulation.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private synthesize(define: Definition, props: CicdProps): string {
    if (Object.keys(props).length > 0) return this.synthesizeUncached(define, props);
    const kind = this.isDirect ? 'direct' : 'shipped';
    const known = assemblies.get(kind) ?? new WeakMap<Definition, string>();
    assemblies.set(kind, known);
    const assembly = known.get(define) ?? this.synthesizeUncached(define, props);
    known.set(define, assembly);
    return assembly;
  }

  private synthesizeUncached(define: Definition, props: CicdProps): string {
    // not in the folder of this harness, which is deleted while other harnesses use the assembly
    const app: App = quickApp({ outdir: mkdtempSync(join(tmpdir(), 'assembly-')) });
    const management = new Stack(app, 'Management', { env: { account: MANAGEMENT_ACCOUNT, region: REGION } });
    new OrganizationAccessRole(management, 'Access', {
      cicdAccountId: props.env?.account ?? CICD_ACCOUNT, organizationId: ORGANIZATION_ID, features: props.features,
    });
    const cicd = new Cicd(app, props);
    cicd.stack.addStackDependency(management);
    define(cicd);
    const { directory } = app.synth();
    if (this.isDirect) replaceHandlers(directory, (lean ??= leanHandlers(this.stubs)));
    return directory;
  }
}

/** Returns the reasons of all failed resources, one per line; empty if none failed. */
export function reasons(result: DeploymentResult): string {
  return result.failures.map(({ logicalId, reason }) => `${logicalId}: ${reason}`).join('\n');
}
