import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { CleanMachineInput } from '../../../src/clean/contract';
import { POOL_ENVIRONMENT } from '../../../src/pool/contract';
import { clientDefaults } from '../../shared/clients';
import { isNamed } from '../../shared/errors';

/** The executions of the state machine that cleans accounts. */
export interface CleanStarter {
  /** Starts a clean, unless it was started before. */
  start(input: CleanMachineInput): Promise<void>;
}

/** Executions of Step Functions. */
export class AwsCleanStarter implements CleanStarter {
  private client?: SFNClient;

  public async start(input: CleanMachineInput): Promise<void> {
    const { [POOL_ENVIRONMENT.CLEAN_MACHINE_ARN]: stateMachineArn } = process.env;
    if (!stateMachineArn) {
      throw new Error('no state machine cleans accounts: deploy the app that defines the Organization');
    }
    this.client ??= new SFNClient(clientDefaults());
    const command = new StartExecutionCommand({ stateMachineArn, name: input.cleanId, input: JSON.stringify(input) });
    try {
      await this.client.send(command);
    } catch (error) {
      // it has ended, or the pool has other settings since then
      if (!isNamed(error, 'ExecutionAlreadyExists')) throw error;
    }
  }
}
