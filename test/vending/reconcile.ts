import type { Simulation } from '../../rehearsal/simulation';
import type {
  Drift, EnvironmentNames, OperationResponse, ReconcileOperation, ReconcileOutcome, ReconcileResponse, StatusOutcome,
} from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';


/** Checks and repairs the environments of an app as an operator does. */
export class Reconciliation {
  private readonly by: string;

  public constructor(
    private readonly harness: { readonly simulation: Simulation },
    private readonly cicdAccount = CICD_ACCOUNT,
  ) {
    this.by = `arn:aws:iam::${cicdAccount}:role/Operator`;
  }

  public async check(environmentNames: EnvironmentNames = 'all'): Promise<readonly Drift[]> {
    const { resources } = await this.run('check', environmentNames);
    return driftsOf(resources);
  }

  /** Repairs what the last check has found, waits until it is done, and returns what still differs. */
  public async repair(environmentNames: EnvironmentNames = 'all'): Promise<readonly Drift[]> {
    await this.run('repair', environmentNames);
    return this.settled(environmentNames);
  }

  /** The daily check, and the updates that it makes. */
  public async daily(): Promise<readonly Drift[]> {
    await this.run('schedule', 'all');
    return this.settled('all');
  }

  public async status(): Promise<readonly StatusOutcome[]> {
    return (await this.fullStatus()).pipelines;
  }

  public async fullStatus(): Promise<OperationResponse<StatusOutcome>> {
    return this.invoke({ operation: 'status' });
  }

  /** Releases what a removed environment has left in its account. */
  public async forget(name: string): Promise<void> {
    await this.invoke({ operation: 'forget', mode: 'forget', name, by: this.by });
  }

  /** What is known of all resources, as soon as no repair is in progress. */
  public async outcomes(environmentNames: EnvironmentNames): Promise<readonly ReconcileOutcome[]> {
    for (let polls = 0; polls < 200; polls++) {
      const { resources } = await this.run('read', environmentNames);
      if (resources.every(({ state }) => state !== 'repairing')) return resources;
      await this.harness.simulation.clock.sleep(30);
    }
    throw new Error('the repair does not end');
  }

  private async settled(environmentNames: EnvironmentNames): Promise<readonly Drift[]> {
    return driftsOf(await this.outcomes(environmentNames));
  }

  public async run(
    mode: ReconcileOperation['mode'],
    environmentNames: EnvironmentNames,
  ): Promise<ReconcileResponse> {
    return this.invoke({ operation: 'reconcile', environmentNames, by: this.by, mode });
  }

  private async invoke<Response>(request: object): Promise<Response> {
    const operations = `arn:aws:lambda:${REGION}:${this.cicdAccount}:function:${NAMES.operationsFunction}`;
    const { failed, payload } = await this.harness.simulation.lambda.invoke(operations, request);
    if (failed) throw new Error(payload);
    return JSON.parse(payload);
  }
}

function driftsOf(resources: readonly ReconcileOutcome[]): readonly Drift[] {
  const problems = resources.flatMap(({ problem, logicalId }) => (problem ? [`${logicalId}: ${problem}`] : []));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return resources.flatMap(({ drifts }) => drifts);
}
