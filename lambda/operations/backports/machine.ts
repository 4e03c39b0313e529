import {
  ExecutionAlreadyExists, SFNClient, StartExecutionCommand, StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { noBackports, tooManyExecutions } from './errors';
import type { BackportMachine } from './operations';
import type { BackportMachineInput } from '../../../src/backport/contract';
import { NAMES } from '../../../src/private/contract';
import { clientDefaults } from '../../shared/clients';

const MAX_EXECUTIONS = 20;

/** Executions of Step Functions in the account and region of the function. */
export class AwsBackportMachine implements BackportMachine {
  public constructor(
    private readonly place: { readonly partition: string; readonly region: string; readonly accountId: string },
    private readonly client = new SFNClient(clientDefaults()),
  ) {}

  public async start(backportId: string): Promise<void> {
    await this.startNamed(backportId, backportId);
  }

  /**
   * A name with the same input starts nothing while its execution runs, and is rejected after its end:
   * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
   */
  public async restart(backportId: string): Promise<void> {
    for (let attempt = 1; attempt <= MAX_EXECUTIONS; attempt++) {
      if (await this.startNamed(attempt === 1 ? backportId : `${backportId}-${attempt}`, backportId)) return;
    }
    throw tooManyExecutions(backportId);
  }

  /** Returns whether an execution with this name runs. */
  private async startNamed(name: string, backportId: string): Promise<boolean> {
    const { partition, region, accountId } = this.place;
    const stateMachineArn = `arn:${partition}:states:${region}:${accountId}:stateMachine:${NAMES.backportMachine}`;
    const input: BackportMachineInput = { backportId };
    try {
      await this.client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      return true;
    } catch (error) {
      if (error instanceof StateMachineDoesNotExist) throw noBackports();
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
      return false;
    }
  }
}
