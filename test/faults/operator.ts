import type { Simulation } from '../../rehearsal/simulation';
import type {
  EnvironmentNames, HaltOutcome, OperationResponse, OperationRequest, ResumeOutcome,
} from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const ALL: EnvironmentNames = 'all';
const OPERATOR = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;
const ATTEMPTS = 4;
const PAUSE_SECONDS = 60;

/** An operator who halts and resumes all pipelines, and repeats the command while it reports a problem. */
export class Operator {
  /** Environments that a response has reported as halted. */
  public readonly halted = new Set<string>();
  /** A response reported a problem: a halt is recorded before it takes effect, so it is unknown what is halted. */
  public isUncertain = false;

  public constructor(private readonly simulation: Simulation) {}

  public async halt(): Promise<void> {
    const request = { operation: 'halt' as const, environmentNames: ALL, by: OPERATOR, reason: 'fault injection' };
    await this.repeat<HaltOutcome>(request, ({ pipelines }) => {
      const halted = pipelines.filter(({ problem }) => problem === undefined);
      for (const { environmentName } of halted) this.halted.add(environmentName);
    });
  }

  public async resume(): Promise<readonly ResumeOutcome[]> {
    const request = { operation: 'resume' as const, environmentNames: ALL, by: OPERATOR };
    const { pipelines } = await this.repeat<ResumeOutcome>(request, response => {
      const resumed = response.pipelines.map(({ environmentName }) => environmentName);
      for (const name of [...resumed, ...response.removedHalts ?? []]) this.halted.delete(name);
    });
    return pipelines;
  }

  /** Clears the state, because the app and its registry were deleted. */
  public reset(): void {
    this.halted.clear();
    this.isUncertain = false;
  }

  /** @param onResponse called for every response immediately, since the app may be deleted before the next attempt */
  private async repeat<Outcome extends HaltOutcome | ResumeOutcome>(
    request: OperationRequest, onResponse: (response: OperationResponse<Outcome>) => void,
  ): Promise<OperationResponse<Outcome>> {
    const { lambda, clock } = this.simulation;
    const functionArn = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
    let last: OperationResponse<Outcome> = { pipelines: [] };
    for (let attempt = 1; lambda.has(functionArn); attempt++) {
      const { failed, payload } = await lambda.invoke(functionArn, request);
      const response: OperationResponse<Outcome> | undefined = failed ? undefined : JSON.parse(payload);
      last = response ?? last;
      if (response) onResponse(response);
      if (response?.pipelines.every(({ problem }) => problem === undefined)) {
        if (request.operation === 'resume') this.isUncertain = false;
        return last;
      }
      this.isUncertain = true;
      if (attempt === ATTEMPTS) break;
      await clock.sleep(PAUSE_SECONDS);
    }
    return last;
  }
}
