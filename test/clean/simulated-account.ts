import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { leaseKey } from '../../lambda/registry/lease';
import { TableRegistry } from '../../lambda/registry/table';
import type { Simulation } from '../../rehearsal/simulation';
import { CleanMachine } from '../../src/clean/clean-machine';
import type { CleanMachineInput } from '../../src/clean/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';
import type { Cicd } from '../fixtures/app';
import { requestHandlerOf } from '../rehearsal/services/virtual-world';
import { Harness, reasons } from '../vending/harness';
import type { HarnessOptions } from '../vending/harness';

/** Fence of the lease that has ended. */
const FENCE = 7;

/** The place of an account in its pool. */
export interface PoolPlace {
  readonly state: string;
  readonly reason?: string;
  readonly leftovers?: readonly string[];
}

interface Lease {
  readonly fence: number;
  readonly pool?: PoolPlace;
}

/** Defines an environment and the machine that cleans. */
export function withMachine(cicd: Cicd, cleanerFunctionArns: readonly string[] = []): void {
  new CleanMachine(cicd.stack, 'Clean', { organization: cicd.organization, cleanerFunctionArns });
}

/** A vended account of the simulation, which is filled by its lease and cleaned afterwards. */
export class SimulatedAccount {
  /** Deploys an app with an environment, whose pipeline a second deployment may remove. */
  public static async start(define: (cicd: Cicd) => void, options: HarnessOptions = {}): Promise<SimulatedAccount> {
    const harness = await Harness.start(options);
    const failed = reasons(await harness.deploy(define));
    if (failed !== '') throw new Error(failed);
    const account = new SimulatedAccount(harness, harness.vended['shop-dev'] ?? '');
    await account.permitCleaning();
    return account;
  }

  public leasedAt: number;

  private constructor(public readonly harness: Harness, public readonly accountId: string) {
    this.leasedAt = this.simulation.clock.now();
  }

  public get simulation(): Simulation {
    return this.harness.simulation;
  }

  /** Calls an operation as an administrator of the account. */
  public async call(
    region: string, service: string, operation: string, input: object, body?: string,
  ): Promise<unknown> {
    const arn = `arn:aws:iam::${this.accountId}:root`;
    const { accessKeyId } = this.simulation.iam.issue({ accountId: this.accountId, arn });
    const request = { service, operation, region, accessKeyId, input: { ...input } };
    return this.simulation.server.call(body === undefined ? request : { ...request, body: Buffer.from(body) });
  }

  /** Creates a resource outside stacks. */
  public async create(region: string, type: string, properties: object): Promise<void> {
    const DesiredState = JSON.stringify(properties);
    await this.call(region, 'cloudcontrolapi', 'CreateResource', { TypeName: type, DesiredState });
    await this.simulation.clock.sleep(600);
  }

  /** Deploys a stack as a pipeline does it; outside the region of the environment, as an administrator does it. */
  public async deployStack(region: string, name: string, resources: object, outputs: object = {}): Promise<void> {
    const role = `arn:aws:iam::${this.accountId}:role/cdk-hnb659fds-cfn-exec-role-${this.accountId}-${region}`;
    const stack = await this.simulation.cloudformation.create({
      accountId: this.accountId,
      region,
      name,
      body: JSON.stringify({ Resources: resources, Outputs: outputs }),
      capabilities: ['CAPABILITY_NAMED_IAM'],
      ...(region === REGION && { roleArn: role }),
    });
    if (stack.status !== 'CREATE_COMPLETE') throw new Error(`${name}: ${stack.failure ?? stack.status}`);
  }

  /** Ends the lease, cleans, and returns the place of the account in its pool. */
  public async clean(options: Partial<CleanMachineInput> = {}): Promise<PoolPlace> {
    await this.endLease();
    const input: CleanMachineInput = {
      cleanId: `clean-${this.simulation.clock.now()}`,
      accountId: this.accountId,
      region: REGION,
      fence: FENCE,
      leasedAt: this.leasedAt,
      ...options,
    };
    await this.run(input);
    return this.place();
  }

  public async place(): Promise<PoolPlace> {
    const key = leaseKey(this.accountId);
    const lease = this.isDirect ? await this.harness.record<Lease>(key) : await this.registry().read<Lease>(key);
    return lease?.pool ?? { state: 'none' };
  }

  /** All resources of the account outside CloudFormation, as `type id region`. */
  public resources(...regions: readonly string[]): readonly string[] {
    const { simulation: { cloudformation: { inventory } }, accountId } = this;
    return regions.flatMap(region => inventory.all({ accountId, region }))
      .map(({ type, id, region }) => `${type} ${id} ${region}`).sort();
  }

  private async run(input: CleanMachineInput): Promise<void> {
    const arn = `arn:aws:iam::${CICD_ACCOUNT}:root`;
    const { accessKeyId } = this.simulation.iam.issue({ accountId: CICD_ACCOUNT, arn });
    const stateMachineArn = `arn:aws:states:${REGION}:${CICD_ACCOUNT}:stateMachine:${NAMES.cleanMachine}`;
    const request = { stateMachineArn, input: JSON.stringify(input) };
    const call = { service: 'states', region: REGION, accessKeyId };
    await this.simulation.server.call({ ...call, operation: 'StartExecution', input: request });
    const running = () => this.simulation.stepFunctions.all.find(one => one.input === request.input);
    while (running()?.status === 'RUNNING') await this.simulation.clock.sleep(60);
    const { status, cause } = running() ?? {};
    if (status !== 'SUCCEEDED') throw new Error(`the execution is ${status ?? 'missing'}: ${cause ?? ''}`);
  }

  private async endLease(): Promise<void> {
    const pk = leaseKey(this.accountId);
    const pool = { poolName: 'pool', index: 1, state: 'cleaning', since: this.simulation.clock.now() };
    if (!this.isDirect) {
      const before = await this.registry().read<Lease>(pk);
      await this.registry().write<Lease>(pk, { fence: FENCE, pool }, before?.version);
      return;
    }
    const { tables } = this.simulation;
    const items = tables.items(CICD_ACCOUNT, REGION, this.table);
    const { version = 0 } = items.find(item => item.pk === pk) ?? {};
    const ended = { pk, version, fence: FENCE, pool };
    tables.restore(CICD_ACCOUNT, REGION, this.table, [...items.filter(item => item.pk !== pk), ended]);
  }

  private get isDirect(): boolean {
    return this.simulation.options.virtual?.direct === true;
  }

  private get table(): string {
    const resources = [...this.simulation.cloudformation.find(CICD_ACCOUNT, REGION, 'Cicd')?.resources.values() ?? []];
    return resources.find(({ type }) => type === 'AWS::DynamoDB::Table')?.id ?? '';
  }

  /** The registry of the shipped handlers. */
  private registry(): TableRegistry {
    const { iam, server } = this.simulation;
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: REGION,
      credentials: iam.issue({ accountId: CICD_ACCOUNT, arn: `arn:aws:iam::${CICD_ACCOUNT}:root` }),
      requestHandler: requestHandlerOf(server),
    });
    return new TableRegistry(this.table, DynamoDBDocumentClient.from(client));
  }

  /** The baseline of an account of a pool has the role that cleans. */
  private async permitCleaning(): Promise<void> {
    const { cloudformation } = this.simulation;
    const stack = cloudformation.find(this.accountId, REGION, NAMES.baselineStack);
    if (!stack) throw new Error('the account has no baseline');
    const given = Object.entries(stack.target.parameters).map(([key, { given: value }]) => [key, value]);
    const updated = await cloudformation.update({
      accountId: this.accountId,
      region: REGION,
      name: NAMES.baselineStack,
      body: stack.target.body,
      parameters: { ...Object.fromEntries(given), Cleaning: 'true' },
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
    if (updated.status !== 'UPDATE_COMPLETE') throw new Error(updated.failure);
  }
}
