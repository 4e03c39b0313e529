import type { Harness } from './harness';
import type {
  Drift, EnvironmentNames, ReconcileOperation, ReconcileOutcome, ReconcileResponse, StatusOutcome,
} from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const OPERATIONS = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
const BY = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;

/** Checks and repairs the environments of an app as an operator does. */
export class Reconciliation {
  public constructor(private readonly harness: Harness) {}

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
    return (await this.invoke<{ readonly pipelines: readonly StatusOutcome[] }>({ operation: 'status' })).pipelines;
  }

  private async settled(environmentNames: EnvironmentNames): Promise<readonly Drift[]> {
    for (let polls = 0; polls < 200; polls++) {
      const { resources } = await this.run('read', environmentNames);
      if (resources.every(({ state }) => state !== 'repairing')) return driftsOf(resources);
      await this.harness.simulation.clock.sleep(30);
    }
    throw new Error('the repair does not end');
  }

  private async run(
    mode: ReconcileOperation['mode'],
    environmentNames: EnvironmentNames,
  ): Promise<ReconcileResponse> {
    return this.invoke({ operation: 'reconcile', environmentNames, by: BY, mode });
  }

  private async invoke<Response>(request: object): Promise<Response> {
    const { failed, payload } = await this.harness.simulation.lambda.invoke(OPERATIONS, request);
    if (failed) throw new Error(payload);
    return JSON.parse(payload);
  }
}

function driftsOf(resources: readonly ReconcileOutcome[]): readonly Drift[] {
  const problems = resources.flatMap(({ problem, logicalId }) => (problem ? [`${logicalId}: ${problem}`] : []));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return resources.flatMap(({ drifts }) => drifts);
}
