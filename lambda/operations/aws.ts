import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { AccountProvider } from './account-commands';
import type { Kinds } from './reconciler';
import type { AccountCommand, AccountCommandResult } from '../../src/account/contract';
import type { Outcome, ReconcileRequest, WaiterInput } from '../../src/kinds/contract';
import { RESOURCE_TYPES } from '../../src/private/contract';
import { clientDefaults } from '../shared/clients';
import { metricLine } from '../shared/metrics';

/** The functions of the kinds through the AWS SDK. */
export class AwsKinds implements Kinds {
  private readonly lambda = new LambdaClient(clientDefaults());
  private readonly stepFunctions = new SFNClient(clientDefaults());

  public constructor(
    private readonly functions: Readonly<Record<string, string>>,
    private readonly waiterArn: string,
  ) {}

  public serves(resourceType: string): boolean {
    // preconditions must hold before the first account is created, and not later
    return resourceType !== RESOURCE_TYPES.preconditions && Object.hasOwn(this.functions, resourceType);
  }

  public async check(request: ReconcileRequest): Promise<Outcome> {
    const command = new InvokeCommand({ FunctionName: this.functionOf(request), Payload: JSON.stringify(request) });
    const { Payload, FunctionError } = await this.lambda.send(command);
    const text = Buffer.from(Payload ?? []).toString('utf8');
    if (FunctionError) throw new Error(`${FunctionError}: ${text}`);
    return JSON.parse(text) as Outcome;
  }

  public async startRepair(request: ReconcileRequest): Promise<void> {
    const input: WaiterInput<ReconcileRequest> = { functionArn: this.functionOf(request), request };
    await this.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: this.waiterArn,
        name: request.requestId,
        input: JSON.stringify(input),
      }),
    );
  }

  private functionOf({ resourceType }: ReconcileRequest): string {
    return this.functions[resourceType] ?? '';
  }
}

/** The function that changes accounts through the AWS SDK. */
export class AwsAccountProvider implements AccountProvider {
  private readonly lambda = new LambdaClient(clientDefaults());

  public constructor(private readonly functions: Readonly<Record<string, string>>) {}

  public async run(command: AccountCommand): Promise<AccountCommandResult> {
    const { Payload, FunctionError } = await this.lambda.send(
      new InvokeCommand({ FunctionName: this.functions[RESOURCE_TYPES.account], Payload: JSON.stringify(command) }),
    );
    const answer: { errorMessage?: string } & AccountCommandResult = JSON.parse(
      Buffer.from(Payload ?? []).toString('utf8'),
    );
    if (FunctionError) throw new Error(answer.errorMessage ?? FunctionError);
    return answer;
  }
}

/** Writes the drift of an environment to the log as a metric. */
export function logDriftMetric(environmentName: string, drifts: number): void {
  // not with console.log, which adds a time to the line
  process.stdout.write(`${metricLine(environmentName, { at: Date.now(), values: { Drift: drifts } })}\n`);
}
