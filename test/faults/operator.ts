import type { Simulation } from '../../rehearsal/simulation';
import type { EnvironmentNames, HaltOutcome, OperationAnswer, OperationRequest, ResumeOutcome } from '../../src/operations/contract';
import { NAMES } from '../../src/private/contract';
import { CICD_ACCOUNT, REGION } from '../fixtures/app';

const ALL: EnvironmentNames = 'all';
const OPERATOR = `arn:aws:iam::${CICD_ACCOUNT}:role/Operator`;
const ATTEMPTS = 4;
const PAUSE_SECONDS = 60;

/** Somebody at a command line, who asks again as long as he is told of a problem. */
export class Operator {
  /** Environments of which he was told that they are halted. */
  public readonly halted = new Set<string>();
  /** He was told of a problem, so nobody knows what is halted: a halt is written down first, and outlives its environment. */
  public isUncertain = false;

  public constructor(private readonly simulation: Simulation) {}

  public async halt(): Promise<void> {
    await this.insist<HaltOutcome>({ operation: 'halt', environmentNames: ALL, by: OPERATOR, reason: 'a bad day' }, ({ pipelines }) => {
      for (const { environmentName } of pipelines.filter(({ problem }) => problem === undefined)) this.halted.add(environmentName);
    });
  }

  public async resume(): Promise<readonly ResumeOutcome[]> {
    const request = { operation: 'resume' as const, environmentNames: ALL, by: OPERATOR };
    const { pipelines } = await this.insist<ResumeOutcome>(request, answer => {
      for (const name of [...answer.pipelines.map(({ environmentName }) => environmentName), ...answer.gone ?? []]) this.halted.delete(name);
    });
    return pipelines;
  }

  /** The app was removed, and its memory with it. */
  public forget(): void {
    this.halted.clear();
    this.isUncertain = false;
  }

  /** @param note hears every answer when it comes: until the next one the app may go, and what was asked of it */
  private async insist<Outcome extends HaltOutcome | ResumeOutcome>(
    request: OperationRequest, note: (answer: OperationAnswer<Outcome>) => void,
  ): Promise<OperationAnswer<Outcome>> {
    const { lambda, clock } = this.simulation;
    const functionArn = `arn:aws:lambda:${REGION}:${CICD_ACCOUNT}:function:${NAMES.operationsFunction}`;
    let last: OperationAnswer<Outcome> = { pipelines: [] };
    for (let attempt = 1; lambda.has(functionArn); attempt++) {
      const { failed, payload } = await lambda.invoke(functionArn, request);
      const answer: OperationAnswer<Outcome> | undefined = failed ? undefined : JSON.parse(payload);
      last = answer ?? last;
      if (answer) note(answer);
      if (answer?.pipelines.every(({ problem }) => problem === undefined)) {
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
